"""What the embedded server says when it cannot do its work."""


class EmbeddedPostgresFailed(RuntimeError):
    """The embedded PostgreSQL cannot run here; the message says why and what to do."""
