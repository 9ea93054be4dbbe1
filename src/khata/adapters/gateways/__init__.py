"""Gateways: a folder for each vendor: the wire, and the pure translation of its words."""
