"""A pretend Razorpay: orders, recurring payments, mandates, refunds, disputes and webhooks."""

from khata.simulators.razorpay.vendor import RazorpaySimulator

__all__ = ["RazorpaySimulator"]
