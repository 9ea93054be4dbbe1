"""Invoice registration portals: where e-invoices of GST get their numbers."""
