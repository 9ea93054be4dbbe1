"""What only Stripe does: its words, its wire, its signatures, and the pretend Stripe."""
