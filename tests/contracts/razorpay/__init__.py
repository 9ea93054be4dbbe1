"""What only Razorpay's adapter and its simulator are asked."""
