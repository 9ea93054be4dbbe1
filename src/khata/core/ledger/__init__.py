"""The books: what accounts there are, what an entry is, and which fact moves which account."""
