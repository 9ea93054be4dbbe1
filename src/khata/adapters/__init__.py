"""Whom we talk to: a folder for each kind of vendor or machine outside the building."""
