"""E-invoices: a portal is connected, documents get their IRN, and lose it again."""
