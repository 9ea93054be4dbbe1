"""Debit notes: raising what an issued invoice asked for."""
