"""Revised invoices: what was sold before the certificate of registration came."""
