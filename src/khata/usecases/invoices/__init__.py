"""Invoices: void and write off."""
