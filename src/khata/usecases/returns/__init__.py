"""Returns: filing them, and telling anew what was wrong in one."""
