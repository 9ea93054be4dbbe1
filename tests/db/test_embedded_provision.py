"""Three roles, and what each of them can and cannot do."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from khata.db.embedded.provision import Urls, provision


def test_the_roles_are_no_more_than_they_must_be(superuser_url: str, urls: Urls) -> None:
    with psycopg.connect(superuser_url) as connection:
        rows = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
            " from pg_roles where rolname ~ '^khata_' order by 1"
        ).fetchall()
    assert rows == [
        ("khata_app", False, False, False, False, False),
        ("khata_owner", False, False, False, False, False),
        ("khata_support", False, False, False, False, False),
    ]


@pytest.mark.parametrize("role", ["app", "support"])
@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (n int)",
        "create temporary table mine (n int)",
        "create schema mine",
        "truncate tenants",
        "alter table tenants disable row level security",
        "drop policy one_tenant on tenants",
        "set role khata_owner",
        "set session authorization khata_owner",
    ],
)
def test_neither_app_nor_support_can_change_the_house(
    urls: Urls, role: str, statement: str
) -> None:
    with psycopg.connect(getattr(urls, role)) as connection:
        connection.execute("set transaction read write")  # support's default is read only
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_support_reads_and_does_not_write(urls: Urls) -> None:
    with psycopg.connect(urls.support) as connection:
        assert connection.execute("select count(*) from tenants").fetchone() == (0,)
        connection.rollback()
        connection.execute("set transaction read write")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from tenants")


def test_provisioning_again_changes_nothing(superuser_url: str, urls: Urls) -> None:
    database = str(conninfo_to_dict(urls.app)["dbname"])
    with psycopg.connect(urls.app, autocommit=True) as before:
        with ThreadPoolExecutor(4) as pool:
            again = list(pool.map(lambda _: provision(superuser_url, database), range(4)))
        assert again == [urls] * 4
        assert before.execute("select current_user").fetchone() == ("khata_app",)
