"""The step that numbers events: what a release before stored gets its number, tenant by tenant."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from khata.core.ids import new_id
from khata.db.embedded.provision import Urls, provision
from khata.db.migrations import migrate as migrations
from khata.db.migrations.migrate import migrate
from khata.db.wall_breaches import breaches
from tests.db.shop import NOON, noon


@pytest.fixture
def before(superuser_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Urls]:
    """A database as the release before this step left it."""
    name = f"before_{uuid4().hex}"
    urls = provision(superuser_url, name)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "TARGET", "0002_bells")
        migrate(urls.owner)
    yield urls
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def told_long_ago(app_url: str, tenant: UUID, subjects: list[UUID]) -> None:
    with psycopg.connect(app_url) as connection:
        connection.execute("select set_config('khata.tenant', %s, true)", [str(tenant)])
        for place, subject in enumerate(subjects):
            connection.execute(
                "insert into events (id, type, subject_id, facts, at)"
                " values (%s, 'invoice.paid', %s, '{}', %s)",
                [new_id(NOON), subject, noon(1, 31 - place)],  # the later stored happened earlier
            )


def test_events_of_the_release_before_are_numbered_in_the_order_of_time(before: Urls) -> None:
    one, other, subject, second = uuid4(), uuid4(), uuid4(), uuid4()
    told_long_ago(before.app, one, [subject, subject, second])
    told_long_ago(before.app, other, [subject])  # the same id at another tenant: its own count
    migrate(before.owner)
    for tenant, expected in (
        (one, [(subject, 1, 30), (subject, 2, 31), (second, 1, 29)]),
        (other, [(subject, 1, 31)]),
    ):
        with psycopg.connect(before.app) as connection:
            connection.execute("select set_config('khata.tenant', %s, true)", [str(tenant)])
            found = connection.execute(
                "select subject_id, sequence, extract(day from at)::int from events"
            ).fetchall()
        assert sorted(found) == sorted(expected)


def test_the_wall_stands_as_before(before: Urls) -> None:
    migrate(before.owner)
    assert breaches(before.app) == []
    told_long_ago(before.app, uuid4(), [uuid4()])
    with psycopg.connect(before.owner) as connection:  # the owner may read for its questions only
        assert connection.execute("update events set sequence = 7").rowcount == 0
