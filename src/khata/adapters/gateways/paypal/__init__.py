"""PayPal: wallets and cards saved in its vault, charged by Orders v2."""

from khata.adapters.gateways.paypal.vendor import PayPalVendor

__all__ = ["PayPalVendor"]
