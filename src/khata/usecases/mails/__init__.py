"""Mails: write and send what is queued."""
