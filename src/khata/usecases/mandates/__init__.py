"""Mandates: made, moved, debited as their rails allow, and withdrawn."""
