"""Migrations: from nothing to head, once, whoever asks and however often."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from alembic.script import ScriptDirectory
from psycopg import sql

from khata.db.embedded.provision import Urls, provision
from khata.db.migrations.migrate import (
    FOLDER,
    NewerThanThisRelease,
    head,
    migrate,
    pending,
    steps,
)


@pytest.fixture
def empty(superuser_url: str) -> Iterator[Urls]:
    """A database with roles and without tables."""
    name = f"empty_{uuid4().hex}"
    yield provision(superuser_url, name)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_an_empty_database_is_brought_to_head(empty: Urls) -> None:
    assert pending(empty.owner)
    assert migrate(empty.owner)[-1] == head()
    assert not pending(empty.owner)


def test_a_second_time_nothing_is_left_to_do(empty: Urls) -> None:
    migrate(empty.owner)
    assert migrate(empty.owner) == []


def test_two_at_once_apply_each_step_once(empty: Urls) -> None:
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(migrate, [empty.owner] * 2))
    assert sorted(applied)[0] == []
    assert sorted(applied)[1][-1] == head()


def test_a_step_that_fails_leaves_nothing_behind(empty: Urls) -> None:
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("create table postings (in_the_way int)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(empty.owner)
    with psycopg.connect(empty.owner) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' order by 1"
        ).fetchall()
    assert ("tenants",) not in tables
    assert pending(empty.owner)


def test_every_table_belongs_to_the_owner(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        owners = connection.execute(
            "select distinct tableowner from pg_tables where schemaname = 'public'"
        ).fetchall()
    assert owners == [("khata_owner",)]


@pytest.mark.parametrize("role", ["owner", "app", "support"])
def test_every_role_can_ask_whether_a_migration_is_pending(urls: Urls, role: str) -> None:
    assert not pending(getattr(urls, role))


def test_the_files_names_are_the_chain() -> None:
    chain = ScriptDirectory(str(FOLDER)).walk_revisions()
    assert [step.revision for step in chain] == steps()[::-1]


def test_tables_of_a_newer_release_serve_this_one_unless_they_say_otherwise(empty: Urls) -> None:
    """While machines are changed one by one, the older release goes on, and is started anew."""
    migrate(empty.owner)
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '9999_not_yet'")
    assert migrate(empty.owner) == []
    assert not pending(empty.app)
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(
            "create or replace function serves_from() returns text language sql immutable"
            " return '9998_let_go'"
        )
    with pytest.raises(NewerThanThisRelease, match="9999_not_yet"):
        migrate(empty.owner)
    with pytest.raises(NewerThanThisRelease, match="run a newer khata"):
        pending(empty.app)


def test_tables_that_cannot_say_whom_they_serve_are_left_alone(empty: Urls) -> None:
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('9999_not_yet')")
    with pytest.raises(NewerThanThisRelease, match="9999_not_yet"):
        migrate(empty.owner)


def test_an_index_whose_building_was_broken_off_is_built_anew(empty: Urls) -> None:
    migrate(empty.owner)
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        index = "select indisvalid from pg_index where indexrelid = 'payments_dunned'::regclass"
        assert connection.execute(index).fetchall() == [(True,)]
