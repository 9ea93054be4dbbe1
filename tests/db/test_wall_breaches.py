"""Every way past the wall between tenants is seen, and keeps the engine from starting."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from khata.db.embedded.provision import Urls, provision
from khata.db.migrations.migrate import migrate
from khata.db.wall_breaches import WallBreached, breaches, refuse_breaches


@pytest.fixture(scope="module")
def own(superuser_url: str) -> Iterator[Urls]:
    """A migrated database of this module's own, for it is about to be spoilt."""
    name = f"breached_{uuid4().hex}"
    urls = provision(superuser_url, name)
    migrate(urls.owner)
    yield urls
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_a_whole_wall_lets_the_engine_start(own: Urls) -> None:
    refuse_breaches(own.app)


def test_the_owner_and_the_superuser_could_pass(own: Urls, superuser_url: str) -> None:
    assert any("owns postings" in way for way in breaches(own.owner))
    as_superuser = superuser_url.rpartition("/")[0] + "/" + own.app.rpartition("/")[2]
    with pytest.raises(WallBreached, match="is a superuser"):
        refuse_breaches(as_superuser)


@pytest.mark.parametrize(
    ("spoil", "mend", "seen"),
    [
        (
            "alter table customers no force row level security",
            "alter table customers force row level security",
            "customers is not behind forced row-level security",
        ),
        (
            "alter table invoices disable row level security",
            "alter table invoices enable row level security",
            "invoices is not behind forced row-level security",
        ),
        (
            "grant truncate on payments to khata_app",
            "revoke truncate on payments from khata_app",
            "the app role may truncate payments",
        ),
        (
            "grant update on postings to khata_app",
            "revoke update on postings from khata_app",
            "the app role may change postings, which is append-only",
        ),
        (
            "create table notes (tenant_id uuid)",
            "drop table notes",
            "notes is not behind forced row-level security",
        ),
    ],
)
def test_a_spoilt_table_is_named(own: Urls, spoil: str, mend: str, seen: str) -> None:
    with psycopg.connect(own.owner, autocommit=True) as connection:
        connection.execute(spoil.encode())
        found = breaches(own.app)
        connection.execute(mend.encode())
    assert found == [seen]
    assert breaches(own.app) == []
