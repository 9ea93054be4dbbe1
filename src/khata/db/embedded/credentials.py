"""The four users of the database and their passwords."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "postgres"
OWNER, APP, SUPPORT = "khata_owner", "khata_app", "khata_support"


def kept_password(file: Path) -> str:
    """Return the password in `file`, which only we may read; the first call makes it."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        password = secrets.token_urlsafe(32)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as text:
            text.write(password)
        return password


def role_password(superuser_password: str, role: str) -> str:
    """Return the role's password: a keyed hash, so it needs no store of its own.

    Who knows the superuser's password may do everything anyway; who knows a role's password
    learns nothing about the others.
    """
    key = superuser_password.encode()
    return hmac.new(key, f"khata role {role}".encode(), hashlib.sha256).hexdigest()


def address(*, user: str, password: str, host: str, port: int, database: str) -> str:
    """Return the libpq URL of a database."""
    return f"postgresql://{user}:{quote(password, safe='')}@{host}:{port}/{quote(database)}"
