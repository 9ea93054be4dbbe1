"""Time is an argument: only adapters/clock reads the machine's clock, in Python and in SQL."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, dotted, python_files, shown, tree

ALLOWED = {
    "src/khata/adapters/clock",  # the one that reads it
    "src/khata/cli/doctor",  # compares the database's clock with the machine's
}
READS_THE_CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|gmtime|localtime|ctime)"
    r"|uuid\.(uuid1|uuid6|uuid7)|uuid7|uuid1)$"
)
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|uuidv7)\(\s*\)"
    r"|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b",
    re.IGNORECASE,
)


def test_no_python_reads_the_clock() -> None:
    assert [
        f"{shown(file)}:{line} {name}"
        for file in _others(python_files("src"))
        for line, name in _python_reads(tree(file))
    ] == []


def test_no_sql_reads_the_clock() -> None:
    files = sorted(PACKAGE.rglob("*.sql"))
    assert files
    assert [
        f"{shown(file)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if SQL_CLOCK.search(line.partition("--")[0])
    ] == []


def test_no_sql_inside_python_reads_the_clock() -> None:
    assert [
        f"{shown(file)}:{line}"
        for file in _others(python_files("src"))
        for line in _sql_reads(tree(file))
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime; datetime.datetime.now()",
        "from datetime import datetime, UTC; at = datetime.now(UTC)",
        "from datetime import date; date.today()",
        "import time; time.time()",
        "from time import time; time()",
        "from datetime import datetime; make = datetime.now",
    ],
)
def test_a_reading_is_seen_however_it_is_spelled(source: str) -> None:
    assert _python_reads(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["x = 'select now()'", "x = 'insert into t values (CURRENT_TIMESTAMP)'"]
)
def test_a_reading_in_sql_is_seen(source: str) -> None:
    assert _sql_reads(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    ["clock.now()", "engine.clock.now()", "import time; time.monotonic()", "'know (this)'"],
)
def test_asking_a_clock_that_was_given_is_fine(source: str) -> None:
    assert not _python_reads(ast.parse(source))
    assert not _sql_reads(ast.parse(source))


def _others(files: list[Path]) -> list[Path]:
    return [f for f in files if not any(shown(f).startswith(allowed) for allowed in ALLOWED)]


def _python_reads(module: ast.Module) -> list[tuple[int, str]]:
    bare = {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name in ("time", "time_ns", "gmtime", "localtime", "ctime")
    }
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and READS_THE_CLOCK.search(dotted(node)):
            found.append((node.lineno, dotted(node)))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in bare:
            found.append((node.lineno, node.id))
    return found


def _sql_reads(module: ast.Module) -> list[int]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and " " in node.value  # a single word is no statement
        and SQL_CLOCK.search(node.value)
    ]
