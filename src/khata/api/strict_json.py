"""JSON read strictly: what could mean two things, or nothing, is refused by name and place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from khata.core.refusal import Refusal

DEEPEST: Final = 32
MOST_DIGITS: Final = 18  # within 64 bits


class MalformedJson(Refusal):
    """The body is not JSON."""


class JsonTooDeep(Refusal):
    """The body has more levels inside one another than 32."""


class NotANumber(Refusal):
    """NaN, Infinity, or a number too large to be one."""


class NumberTooLarge(Refusal):
    """A number has more digits than 64 bits hold."""


class DuplicateKey(Refusal):
    """An object names one field twice."""


class BadText(Refusal):
    """A text holds NUL or half a character, which no document could show."""


class Spelled(float):
    """A number with a point or an exponent. `text` is how it was written: a float is not exact."""

    text: str


def parse_json(raw: bytes) -> Any:
    """Return what `raw` says.

    Raises: MalformedJson, JsonTooDeep, NotANumber, NumberTooLarge, DuplicateKey, BadText, each
    with the path of the field.
    """
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_Bad,
        )
    except UnicodeDecodeError as error:
        raise MalformedJson(f"The body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise MalformedJson(
            f"The body is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise JsonTooDeep(f"The body is nested deeper than {DEEPEST} levels") from None
    for path, part, depth in _parts(value):
        _check(part, path, depth)
    return value


@dataclass(frozen=True, slots=True)
class _Bad:
    """A number that is none; what is wrong is said when its place is known."""

    text: str


@dataclass(frozen=True, slots=True)
class _Huge:
    digits: int


@dataclass(frozen=True, slots=True)
class _Twice:
    key: str


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen = set()
    for key, _ in pairs:
        if key in seen:
            return _Twice(key)
        seen.add(key)
    raise AssertionError("a shorter dict has a key twice")


def _integer(text: str) -> Any:
    digits = len(text.lstrip("-"))
    return int(text) if digits <= MOST_DIGITS else _Huge(digits)


def _decimal(text: str) -> Any:
    value = Spelled(text)
    value.text = text
    return _Bad(text[:20]) if value in (float("inf"), float("-inf")) else value


def _parts(value: Any) -> Iterator[tuple[str, Any, int]]:
    """Walk every value and key without recursion, each with its path and depth."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, part, depth = waiting.pop()
        if isinstance(part, dict):
            depth += 1
            for key, inner in part.items():
                yield path, key, depth
                waiting.append((f"{path}.{key[:100]}" if path else key[:100], inner, depth))
        elif isinstance(part, list):
            depth += 1
            waiting += [
                (f"{path}.{position}" if path else str(position), inner, depth)
                for position, inner in enumerate(part)
            ]
        yield path, part, depth


def _check(part: Any, path: str, depth: int) -> None:
    param = path or None
    if depth > DEEPEST:
        raise JsonTooDeep(f"The body is nested deeper than {DEEPEST} levels", param=param)
    if isinstance(part, str):
        if not part.isascii() and any("\ud800" <= character <= "\udfff" for character in part):
            raise BadText("A text holds half a character (a lone surrogate)", param=param)
        if "\0" in part:
            raise BadText("A text holds NUL", param=param)
    elif isinstance(part, _Bad):
        raise NotANumber(f"{part.text} is not a number that can be meant", param=param)
    elif isinstance(part, _Huge):
        raise NumberTooLarge(
            f"A number of {part.digits} digits is larger than any amount", param=param
        )
    elif isinstance(part, _Twice):
        raise DuplicateKey("The field is there twice", param=_joined(path, part.key))


def _joined(path: str, key: str) -> str:
    safe = key[:100].encode(errors="replace").decode()
    return f"{path}.{safe}" if path else safe
