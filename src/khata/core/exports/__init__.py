"""Exports: finished documents become the file that somebody else expects."""
