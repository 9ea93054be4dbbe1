"""Settlements: what gateways paid out, in the books and beside the bank's statement."""
