"""Disputes: hearing of them, following them to their end, and answering them."""
