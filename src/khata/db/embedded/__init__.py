"""A real PostgreSQL that comes with pip, started and stopped with khata."""
