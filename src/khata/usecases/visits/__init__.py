"""Payers at gateways' own pages, and the links that lead them to ours."""
