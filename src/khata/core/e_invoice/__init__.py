"""E-invoices of GST: who has to register which documents, and what becomes of each.

Pure: the portals are reached through ports/invoice_registry.py.
"""
