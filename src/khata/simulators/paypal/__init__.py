"""A pretend PayPal: Orders v2, Payments v2, Vault v3, transaction search, signed webhooks."""

from khata.simulators.paypal.routing import PayPalSimulator

__all__ = ["PayPalSimulator"]
