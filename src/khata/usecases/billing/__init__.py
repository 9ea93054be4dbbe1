"""Billing: the run, its batches, and the preview."""
