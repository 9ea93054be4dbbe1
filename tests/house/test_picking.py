"""What others hold is skipped by a query that runs once, whatever the planner makes of the rest.

A subquery that locks may be read again for each row that it is joined with. Each time it skips
what others hold by then, and so locks more than its limit and finds others than before: rows that
are due are missed, or taken and told to nobody.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import python_files, shown, tree

RUNS_ONCE = ("", "as", "materialized", "array", "lateral")


def statements(node: ast.AST) -> Iterator[str]:
    """Yield every text of a module; what is filled in stands there as a dot."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "." for p in node.values)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from statements(child)


def before_the_brackets(text: str) -> Iterator[str]:
    """Yield the word before the brackets around each `skip locked`; "" where there are none."""
    for found in re.finditer(r"skip locked", text):
        depth, at = 0, found.start()
        while at > 0 and depth >= 0:
            at -= 1
            depth += {")": 1, "(": -1}.get(text[at], 0)
        words = re.findall(r"\w+", text[:at]) if depth < 0 else []
        yield words[-1].lower() if words else ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("select id from t limit 1 for update skip locked", ""),
        (
            "with due as materialized (select f(id) from t for update skip locked) update",
            "materialized",
        ),
        (
            "update t from (select id from t where a in (1) limit 2 for update skip locked) due",
            "from",
        ),
        ("delete from t where id in (select id from t limit 2 for update skip locked)", "in"),
    ],
)
def test_the_word_before_the_brackets_is_found(text: str, word: str) -> None:
    assert list(before_the_brackets(text)) == [word]


def test_what_skips_what_is_locked_runs_once() -> None:
    wrong = {
        shown(file): word
        for file in python_files("src/khata/db")
        for text in statements(tree(file))
        for word in before_the_brackets(text)
        if word not in RUNS_ONCE
    }
    assert wrong == {}
