"""JSON as the portal's own tool writes it: exact decimals, in our order, nothing empty."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, Tree] | list[Tree] | str | int | Decimal | None"


def rupees(paise: int) -> Decimal:
    """Return paise as rupees, exactly."""
    return Decimal(paise).scaleb(-2)


def pruned(tree: Tree) -> Tree:
    """Leave out what is empty, however deep; the number 0 is not empty.

    Source: the offline tool's upload file, in which no empty section or member remains.
    """
    if isinstance(tree, Mapping):
        kept = {key: pruned(value) for key, value in tree.items()}
        return {key: value for key, value in kept.items() if not _is_empty(value)}
    if isinstance(tree, list):
        return [one for one in (pruned(value) for value in tree) if not _is_empty(one)]
    return tree


def json_text(tree: Tree) -> str:
    """Spell a tree without spaces; decimals are exact and have no zeros at their end."""
    if isinstance(tree, Mapping):
        members = (f"{json.dumps(key)}:{json_text(value)}" for key, value in tree.items())
        return "{" + ",".join(members) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(json_text(value) for value in tree) + "]"
    if isinstance(tree, Decimal):
        return format(tree.normalize(), "f") if tree else "0"
    return json.dumps(tree, ensure_ascii=False)


def _is_empty(value: Tree) -> bool:
    return value is None or (isinstance(value, Mapping | list | str) and not value)
