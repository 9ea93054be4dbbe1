"""Taxes: own rates, turnovers, exemptions, rates of exchange, and calculations."""
