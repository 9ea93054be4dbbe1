"""What was used: meters, the events that they count, and what is taken back of these."""
