"""European e-invoices, held against the schemas and rules of those who wrote the standard."""
