"""Give a server khata's three roles and a database, whether or not it has them already.

The wall stands on these roles: the owner migrates, the app owns nothing and cannot pass by,
support only reads. For a server of your own, docs/operations.md has the same as SQL.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from khata.db.embedded.credentials import APP, OWNER, SUPPORT, address, role_password

ONE_AT_A_TIME = 7_305_821_190  # an advisory lock: two processes may provision one server at once

LIMITS = {
    OWNER: {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "5min"},
    APP: {
        "lock_timeout": "10s",
        "statement_timeout": "2min",
        "idle_in_transaction_session_timeout": "5min",
    },
    SUPPORT: {
        "lock_timeout": "2s",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "5min",
        "default_transaction_read_only": "on",
    },
}


@dataclass(frozen=True, slots=True)
class Urls:
    """How each role reaches one database."""

    owner: str
    app: str
    support: str


def provision(superuser_url: str, database: str, *, template: str = "template0") -> Urls:
    """Make the roles and the database where they are missing, and return the roles' URLs.

    Raises: ValueError when the superuser has no password, from which the roles' are derived.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        key = connection.info.password
        if not key:
            raise ValueError("the superuser's URL must hold its password")
        connection.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        for role in (OWNER, APP, SUPPORT):
            _make_role(connection, role, role_password(key, role))
        _make_database(connection, database, template)
        host, port = connection.info.host, connection.info.port
    return Urls(*(_url(superuser_url, role, key, host, port, database) for role in LIMITS))


def _make_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = sql.SQL("alter" if known else "create")
    connection.execute(
        sql.SQL(
            "{} role {} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication "
            "password {}"
        ).format(verb, sql.Identifier(role), sql.Literal(password))
    )
    for setting, value in LIMITS[role].items():
        connection.execute(
            sql.SQL("alter role {} set {} = {}").format(
                sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
            )
        )


def _make_database(connection: psycopg.Connection, database: str, template: str) -> None:
    name = sql.Identifier(database)
    known = connection.execute("select 1 from pg_database where datname = %s", [database])
    if known.fetchone() is None:
        connection.execute(
            sql.SQL("create database {} owner {} template {}").format(
                name, sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
    # A copy of a template brings its tables but not the rights on the database itself.
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))
    connection.execute(
        sql.SQL("grant connect on database {} to {}, {}").format(
            name, sql.Identifier(APP), sql.Identifier(SUPPORT)
        )
    )


def _url(given: str, role: str, key: str, host: str, port: int, database: str) -> str:
    url = address(
        user=role, password=role_password(key, role), host=host, port=port, database=database
    )
    mode = conninfo_to_dict(given).get("sslmode")
    return f"{url}?sslmode={mode}" if mode else url
