"""Dunning: customers who pay by hand are reminded; trials that end are announced."""
