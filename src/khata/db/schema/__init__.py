"""The tables, by area, and the wall between tenants."""
