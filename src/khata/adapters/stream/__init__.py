"""The stream of events, by vendor."""
