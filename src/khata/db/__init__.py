"""What we remember: PostgreSQL, reached only inside one tenant's transaction."""
