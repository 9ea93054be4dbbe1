"""The address of a database, as libpq reads it."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict


def database_address(url: str) -> str:
    """Return `url` if libpq could follow it. Raises: ValueError, without the password in it."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        parts = {}
    if not parts:
        raise ValueError(
            "is not the address of a PostgreSQL database; write postgresql://khata_app:…@host/khata"
        )
    return url
