"""Stores: rows to core values and back, always in sets, always inside one tenant's wall."""
