"""Collecting: attempts at gateways, what their results change, and giving money back."""
