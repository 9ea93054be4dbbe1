"""Sizes and names: a file is one idea, a function fits a screen."""

import ast
import re

import pytest

from tests.house.source import PACKAGE, ROOT, python_files, shown, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
EMPTY_WORDS = re.compile(
    r"(^|_)(utils?|helpers?|common|manager|handlers?|processor|services?|data|info)(_|$)"
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b")


def test_no_file_is_longer_than_one_idea() -> None:
    lengths = {shown(f): len(f.read_text().splitlines()) for f in python_files("src", "tests")}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_every_function_fits_a_screen() -> None:
    long = {
        f"{shown(file)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for file in python_files("src", "tests")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_function_has_the_one_colour() -> None:
    found = [
        f"{shown(file)}:{node.lineno} {node.name}"
        for file in python_files("src/khata/core", "src/khata/db", "src/khata/usecases")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert found == []


def test_no_name_is_empty_of_meaning() -> None:
    names = [path for path in PACKAGE.rglob("*") if path.suffix == ".py" or path.is_dir()]
    assert len(names) > 50
    assert [shown(path) for path in names if EMPTY_WORDS.search(path.stem)] == []


@pytest.mark.parametrize("word", ["utils", "date_helpers", "data", "mail_service", "info"])
def test_empty_words_are_known_when_seen(word: str) -> None:
    assert EMPTY_WORDS.search(word)


@pytest.mark.parametrize("word", ["database", "informed", "dated_rates", "metadata"])
def test_whole_words_are_left_alone(word: str) -> None:
    assert not EMPTY_WORDS.search(word)


def test_nothing_is_left_unfinished() -> None:
    this = "tests/house/test_sizes.py"
    marked = [
        f"{shown(file)}:{number}"
        for file in python_files("src", "tests")
        if shown(file) != this
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert marked == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        shown(file)
        for file in python_files("src")
        if not ast.get_docstring(tree(file)) and file.read_text().strip()
    ]
    assert silent == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {file.parent for file in python_files("tests")}
    assert [shown(f) for f in sorted(folders) if not (f / "__init__.py").exists()] == []
    assert (ROOT / "tests" / "__init__.py").exists()
