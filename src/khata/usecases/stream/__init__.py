"""The stream: events on their way out."""
