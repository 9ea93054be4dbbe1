"""What is wrong with the form of a request: Pydantic's errors in our words, with the path."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

MOST_TOLD: Final = 20

_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "extra_forbidden": ("unknown_field", "There is no such field"),
    "missing": ("field_required", "The field is required"),
    "int_type": ("wrong_type", "A whole number is asked for, without quotes or a decimal point"),
    "int_from_float": ("wrong_type", "A whole number is asked for"),
    "int_parsing": ("wrong_type", "A whole number is asked for"),
    "int_parsing_size": ("number_too_large", "The number is too large"),
    "bool_type": ("wrong_type", "true or false is asked for"),
    "bool_parsing": ("wrong_type", "true or false is asked for"),
    "string_type": ("wrong_type", "A text is asked for"),
    "list_type": ("wrong_type", "A list is asked for"),
    "dict_type": ("wrong_type", "An object is asked for"),
    "model_type": ("wrong_type", "An object is asked for"),
    "model_attributes_type": ("wrong_type", "An object is asked for"),
    "string_too_long": ("text_too_long", "At most {max_length}"),
    "string_too_short": ("text_too_short", "At least {min_length}"),
    "too_long": ("list_too_long", "At most {max_length}"),
    "too_short": ("list_too_short", "At least {min_length}"),
    "greater_than_equal": ("number_too_small", "At least {ge}"),
    "greater_than": ("number_too_small", "More than {gt}"),
    "less_than_equal": ("number_too_large", "At most {le}"),
    "less_than": ("number_too_large", "Less than {lt}"),
    "literal_error": ("unknown_value", "One of {expected}"),
    "enum": ("unknown_value", "One of {expected}"),
}


# What is counted, where a sentence says how many.
_COUNTED: Final[Mapping[str, str]] = {
    "string_too_long": "character",
    "string_too_short": "character",
    "too_long": "item",
    "too_short": "item",
}

_NO_BODY: Final = "A JSON body is asked for; its fields are in the reference at /docs"


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each fault with its code, its param and a sentence; never the value itself."""
    return [_fault(error) for error in errors[:MOST_TOLD]]


def _fault(error: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(error["type"])
    # Types of our own (see schemas/fields.py) carry their code and their sentence.
    code, sentence = _CODES.get(kind, (kind, str(error["msg"])))
    if kind in _CODES:
        sentence = sentence.format_map(_Known(_counted(kind, error.get("ctx") or {})))
    path = _path(error["loc"])
    if not path and kind == "missing":
        sentence = _NO_BODY
    return {
        "code": code,
        "param": ".".join(path) or None,
        "detail": f"{'.'.join(path)}: {sentence}" if path else sentence,
    }


def _path(loc: Sequence[str | int]) -> list[str]:
    """Return the steps to the field, as the caller would spell them."""
    path = [str(step)[:100] for step in loc]
    if path and path[0] in ("body", "query", "path", "header"):
        path = path[1:]
    # A fault of a key itself stands behind the key, with a mark that no caller knows.
    return path[:-1] if path and path[-1] == "[key]" else path


def _counted(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Say "1 character" and "2 characters"."""
    unit = _COUNTED.get(kind)
    if unit is None:
        return dict(facts)
    return {
        name: f"{count:,} {unit}{'' if count == 1 else 's'}" if isinstance(count, int) else count
        for name, count in facts.items()
    }


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
