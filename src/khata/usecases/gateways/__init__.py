"""Accounts with gateways: keeping them, choosing among them, and hearing what they tell."""
