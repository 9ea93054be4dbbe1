"""Documents: rendered once, kept, and given out the same for ever."""
