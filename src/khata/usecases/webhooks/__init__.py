"""Webhooks out: who wants which news, and sending it to them."""
