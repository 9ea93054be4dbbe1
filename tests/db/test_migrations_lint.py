"""Migrations only add: the release before runs on these tables while machines are changed.

What takes away (contract) says in its first lines which release stopped using it, and no longer
serves the releases before that one.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from khata.db.migrations.migrate import FOLDER
from tests.house.source import ROOT, shown

FILES = sorted(file for file in (FOLDER / "sql").glob("[0-9]*.sql"))
STEPS = [
    file for file in sorted((FOLDER / "versions").glob("[0-9]*.py")) if "0001" not in file.name
]

CONTRACT = re.compile(r"\A(?:--.*\n){0,3}?-- Contract: \S+ stopped using ", re.IGNORECASE)
SERVES = re.compile(r"create or replace function serves_from\(\)", re.IGNORECASE)

TAKES_AWAY = re.compile(
    r"""\bdrop\s+(?:table|column|function|procedure|view|materialized\s+view|trigger|index|type
          |sequence|schema|domain|default|not\s+null|constraint\s+\w+|policy\s+\w+)\b
      | \brename\b
      | \balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b
      | \bset\s+not\s+null\b
      | \balter\s+column\b
      | \btruncate\b | \bdelete\s+from\b
      | \bcreate\s+or\s+replace\s+function\s+serves_from\b
      | \brevoke\b(?!\s+all\s+on\s+function)
      | \badd\s+column\s+(?:(?!,).)*\bnot\s+null\b(?!(?:(?!,).)*\bdefault\b)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
NAMED = re.compile(r"drop\s+(constraint|policy)\s+(?:if\s+exists\s+)?(\w+)", re.IGNORECASE)


def takings(sql: str) -> list[str]:
    """What a file takes away from those who were there before; nothing where it says so."""
    if CONTRACT.search(sql) and SERVES.search(sql):
        return []
    bare = re.sub(r"--[^\n]*", "", sql)
    bare = re.sub(r"\$\$.*?\$\$", "", bare, flags=re.DOTALL)  # what functions do is theirs
    bare = re.sub(r"begin\s+atomic.*?\bend;", "", bare, flags=re.DOTALL | re.IGNORECASE)
    return [
        " ".join(found[0].split())
        for statement in bare.split(";")
        for found in TAKES_AWAY.finditer(statement)
        if not _is_given_back(found[0], bare)
    ]


def _is_given_back(taken: str, sql: str) -> bool:
    """A constraint that a wider one of its name follows; a policy that this file made itself."""
    named = NAMED.match(taken)
    if named is None:
        return False
    verb = {"constraint": "add", "policy": "create"}[named[1].lower()]
    return bool(re.search(rf"\b{verb}\s+{named[1]}\s+{named[2]}\b", sql, re.IGNORECASE))


def test_there_are_migrations_to_look_at() -> None:
    assert FILES
    assert len(FILES) == len(STEPS)


@pytest.mark.parametrize("file", [*FILES, *STEPS], ids=shown)
def test_a_migration_only_adds(file: Path) -> None:
    assert takings(file.read_text()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "alter table t drop column c;",
        "drop table t;",
        "alter table t rename column a to b;",
        "alter table t rename to u;",
        "alter table t alter column c type bigint;",
        "alter table t alter column c set not null;",
        "alter table t alter column c drop default;",
        "alter table t add column c text not null;",
        "alter table t add column a text default 'x', add column c text not null;",
        "alter table t drop constraint c;",
        "drop function f(uuid);",
        "drop policy one_tenant on t;",
        "delete from t;",
        "revoke select on t from khata_app;",
        "-- Contract: 0.2.0 stopped using c\nalter table t drop column c;",  # still serves all
        "create or replace function serves_from() returns text language sql return '0009';",
    ],
)
def test_taking_away_is_seen(sql: str) -> None:
    assert takings(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "-- drop table t;\nselect;",
        "alter table t add column c text;",
        "alter table t add column c text not null default 'x';",
        "alter table t drop constraint c; alter table t add constraint c check (true) not valid;",
        "create policy p on t using (true); drop policy p on t;",
        "create function f() returns void language sql begin atomic delete from t; end;",
        "revoke all on function f() from public;",
        "-- What was.\n-- Contract: 0.2.0 stopped using c\n"
        "create or replace function serves_from() returns text language sql return '0009_x';\n"
        "alter table t drop column c;",
    ],
)
def test_adding_is_let_through(sql: str) -> None:
    assert takings(sql) == []


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_squawk_finds_nothing(file: Path) -> None:
    squawk = Path(sys.executable).with_name("squawk")
    if not squawk.exists():
        if os.environ.get("KHATA_CI"):
            pytest.fail("squawk is not here: `make deploy-tools` brings it")
        pytest.skip("squawk comes with `make deploy-tools`")
    found = subprocess.run(
        [squawk, "--reporter", "gcc", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"NO_COLOR": "1"},
    )
    assert found.returncode == 0, found.stdout + found.stderr
