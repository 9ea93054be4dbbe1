"""Features, what plans give of them, and how much of it customers use."""
