"""Is the wall whole? What would let the app role read or write another tenant's rows."""

import psycopg

from khata.db.schema.tenancy import APPEND_ONLY, BEFORE_THE_WALL

# Roles that reach files or programs of the server reach everything.
_TOO_MIGHTY = ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"]

_MIGHT = """
    select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolname = any(%s)
      from pg_roles r
     where pg_has_role(current_user, r.oid, 'member')
     order by r.rolname <> current_user, r.rolname
"""

_TABLES = """
    select c.relname,
           c.relrowsecurity and c.relforcerowsecurity,
           pg_has_role(current_user, c.relowner, 'member'),
           has_table_privilege(c.oid, 'truncate'),
           has_table_privilege(c.oid, 'update') or has_table_privilege(c.oid, 'delete')
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and exists (select from pg_attribute a where a.attrelid = c.oid
                    and a.attname = 'tenant_id' and not a.attisdropped)
     order by c.relname
"""


class WallBreached(RuntimeError):
    """The app role could pass the wall between tenants; khata does not start like this."""


def breaches(app_url: str) -> list[str]:
    """Return a sentence for each way past the wall, seen as the role of `app_url`."""
    with psycopg.connect(app_url, connect_timeout=10) as connection:
        roles = connection.execute(_MIGHT, [_TOO_MIGHTY]).fetchall()
        tables = connection.execute(_TABLES).fetchall()
    found = [
        sentence
        for name, is_superuser, bypasses, makes_roles, reaches_files in roles
        for sentence in _of_role(name, is_superuser, bypasses, makes_roles, reaches_files)
    ]
    for table, walled, owned, truncates, changes in tables:
        if table in BEFORE_THE_WALL:
            continue
        found += _of_table(table, walled, owned, truncates, changes)
    return found


def refuse_breaches(app_url: str) -> None:
    """Raise WallBreached unless the wall is whole."""
    found = breaches(app_url)
    if found:
        raise WallBreached("; ".join(found[:5]))


def _of_role(
    name: str, is_superuser: bool, bypasses: bool, makes_roles: bool, reaches_files: bool
) -> list[str]:
    powers = {
        "is a superuser": is_superuser,
        "bypasses row-level security": bypasses,
        "may create roles": makes_roles,
        "reaches the server's files": reaches_files,
    }
    return [f"the app role is or may become {name}, who {p}" for p, has in powers.items() if has]


def _of_table(table: str, walled: bool, owned: bool, truncates: bool, changes: bool) -> list[str]:
    wrongs = {
        f"{table} is not behind forced row-level security": not walled,
        f"the app role owns {table}": owned,
        f"the app role may truncate {table}": truncates,
        f"the app role may change {table}, which is append-only": changes and table in APPEND_ONLY,
    }
    return [wrong for wrong, true in wrongs.items() if true]
