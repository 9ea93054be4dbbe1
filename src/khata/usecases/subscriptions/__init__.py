"""Subscriptions: start, cancel."""
