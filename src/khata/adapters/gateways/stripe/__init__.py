"""Stripe: PaymentIntents off session, refunds, and the events it tells."""

from khata.adapters.gateways.stripe.vendor import StripeVendor

__all__ = ["StripeVendor"]
