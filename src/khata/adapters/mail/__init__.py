"""Mails: their words, and their way out of the building."""
