"""JSON with exact decimals: an amount is written as it is, never through a binary fraction."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def written(value: Any) -> str:
    """Return `value` as compact JSON; decimals keep the places they have: 1180.00."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        pairs = (f"{written(str(key))}:{written(inner)}" for key, inner in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(written(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def read(text: str | bytes) -> Any:
    """Read JSON so that its numbers are whole or exact. Raises: ValueError."""
    return json.loads(text, parse_float=Decimal)
