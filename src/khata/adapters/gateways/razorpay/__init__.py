"""Razorpay: cards, UPI AutoPay and bank mandates of Indian payers, charged asynchronously."""

from khata.adapters.gateways.razorpay.vendor import RazorpayVendor

__all__ = ["RazorpayVendor"]
