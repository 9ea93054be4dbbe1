"""Masks: what must not stand in a log, whoever wrote it there.

Secrets by the name they are given and by their shape, passwords in addresses, card numbers, the
PAN of a person (alone or inside a GSTIN), the TAN of a deductor, the local part of e-mail
addresses, and phone numbers with their country.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final

HIDDEN: Final = "***"
LONGEST: Final = 16_000  # characters of one value: a log is no place for a document
DEEPEST: Final = 8

# What we make ourselves, out of nothing secret: nothing is looked for in it.
OURS: Final = frozenset({"timestamp", "level", "trace_id", "span_id", "request_id", "tenant"})

SECRET_NAME: Final = re.compile(
    r"pass(word|wd|phrase)|secret|token|authori[sz]ation|api_?key|private_?key|signature"
    r"|cookie|cvv|cvc|^otp$|^pin$|^key$|^pan$|card_?number|^phone$|^contact$|^mobile$",
    re.IGNORECASE,
)

Replacement = str | Callable[[re.Match[str]], str]


def masked(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Hide in a line what must not stand there (a processor of structlog, next to the last)."""
    return {
        masked_text(str(name)): value if name in OURS else _of(str(name), value, DEEPEST)
        for name, value in event.items()
    }


def masked_text(text: str) -> str:
    """Return the text with everything hidden that must not stand in a log."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    text = text.encode("utf-8", "replace").decode()  # half a character could not be written
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


def _of(name: str, value: Any, deeper: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, int | float):
        whole = str(value)
        hidden = masked_text(whole)
        return value if hidden == whole else hidden
    if isinstance(value, Mapping) and deeper:
        return {masked_text(str(k)): _of(str(k), v, deeper - 1) for k, v in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [_of("", one, deeper - 1) for one in value] if deeper else HIDDEN
    if isinstance(value, bytes):
        return masked_text(value.decode("utf-8", "replace"))
    return masked_text(str(value))


def _card(found: re.Match[str]) -> str:
    if found["uuid"]:
        return found[0]
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    return "[card]" if _luhn(digits) else found[0]


def _luhn(digits: Sequence[int]) -> bool:
    """Say whether the last digit checks the others. Source: ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_UUID = r"(?P<uuid>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
_LOCAL = r"""[^\s@*/<>"'(),:;\[\]=]"""
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s,;&"'}\])]+)"""

# Tried in this order: an address with a password has an @ too.
_SHAPES: Final[Sequence[tuple[re.Pattern[str], Replacement]]] = (
    # scheme://user:password@host, whatever the password is made of
    (re.compile(r"([a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']*):[^\s\"'<>]*@", re.I), rf"\1:{HIDDEN}@"),
    # authorization: Bearer …, with or without quotes around either
    (
        re.compile(
            r"(\bauthorization\b[\"']?\s*[:=,]\s*)(?:b?[\"'][^\"']*[\"']|(?:\w+\s+)?[^\s,;\"'}]+)",
            re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{16,}", re.I), rf"\1 {HIDDEN}"),
    # password=…, "client_secret": "…", x-api-key: …
    (
        re.compile(
            r"([\w-]{0,40}(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|cvv|cvc)[\w-]{0,40}"
            rf"[\"']?\s*[:=]\s*)b?{_VALUE}",
            re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    # keys by their shape: ours, and those of gateways and webhooks
    (re.compile(r"\b((?:sk|rk|pk|rzp)_(?:test|live)_)\w+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bwhsec_[\w+/=-]+"), f"whsec_{HIDDEN}"),
    # a phone number with its country, as E.164 has it
    (re.compile(r"(?<![\w+])(?:\+|%2B)[1-9]\d{6,14}(?!\d|\.\d)", re.I), "[phone]"),
    (re.compile(rf"{_UUID}|(?<!\d)(?<!\d\.)(?:\d[ -]?){{12,18}}\d(?!\d)"), _card),
    # GSTIN and PAN of a person: the fourth letter of the PAN is P
    (re.compile(r"\b\d{2}[A-Z]{3}P[A-Z]\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b", re.I), "[gstin]"),
    (re.compile(r"\b[A-Z]{3}P[A-Z]\d{4}[A-Z]\b", re.I), "[pan]"),
    # TAN of whoever withholds tax: four letters, five digits, a letter
    (re.compile(r"\b[A-Z]{4}\d{5}[A-Z]\b", re.I), "[tan]"),
    (re.compile(rf"({_LOCAL}){_LOCAL}{{0,80}}@(?=[\w\[-])"), rf"\1{HIDDEN}@"),
)
