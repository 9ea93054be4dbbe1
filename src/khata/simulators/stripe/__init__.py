"""A pretend Stripe: PaymentIntents, saved cards, refunds, disputes and events, on its own clock."""

from khata.simulators.stripe.vendor import StripeSimulator

__all__ = ["StripeSimulator"]
