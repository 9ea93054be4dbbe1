"""Pretend gateways: HTTP servers that behave as the vendors' documents say, for trying khata out.

No adapter knows them; only the terminal and tests start them.
"""
