"""The books: close a month."""
