"""The source tree as the house rules see it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "khata"


def python_files(*folders: str) -> list[Path]:
    """Return every Python file under the folders of the repository."""
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


@cache
def tree(file: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(file.read_text(), filename=str(file))


def shown(file: Path) -> str:
    """Return the file's path as a person would write it."""
    return str(file.relative_to(ROOT))


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of names, and nothing for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
