"""Dunning of customers who pay by hand, and what else is due by a reminder."""
