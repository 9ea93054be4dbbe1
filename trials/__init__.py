"""Trials: real processes that are killed, and what the books say afterwards."""
