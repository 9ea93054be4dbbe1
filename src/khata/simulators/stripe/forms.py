"""Stripe's forms: `a[b][c]=v` and `list[0]=v`, as the parameters they spell."""

import re
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from khata.simulators.stripe.refusals import invalid

_PIECE = re.compile(r"\[([^\]]*)\]")

Form = dict[str, Any]


def read_form(text: str) -> Form:
    """Return what a form or query spells: texts, objects and lists of them."""
    form: Form = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        head, pieces = name.partition("[")[0], _PIECE.findall(name)
        _put(form, [head, *pieces], value)
    return {name: _lists(value) for name, value in form.items()}


def read_parts(content_type: str, body: bytes) -> Form:
    """Return what a multipart form says: of a file only its name."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + body)
    form: Form = {}
    for part in message.walk():
        if part.is_multipart():
            continue
        name = part.get_param("name", header="content-disposition")
        form[str(name)] = part.get_filename() or str(part.get_payload())
    return form


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    head, *rest = path
    head = head if head else str(len(into))  # `list[]` counts by itself
    if not rest:
        into[head] = value
        return
    inner = into.setdefault(head, {})
    if not isinstance(inner, dict):
        raise invalid("Invalid object", param=head)
    _put(inner, rest, value)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(inner) for name, inner in value.items()}


def only(form: Form, allowed: str) -> None:
    """Refuse parameters that the endpoint does not have."""
    for name in form:
        if name not in allowed.split():
            code = "parameter_unknown"
            if name == "payment_method_types":  # taken away with version 2026-09-30
                code = "payment_method_types_no_longer_supported"
            raise invalid(f"Received unknown parameter: {name}", code=code, param=name)


def whole(form: Form, name: str) -> int | None:
    """Return a whole number, or None where there is none."""
    value = form.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def yes(form: Form, name: str) -> bool:
    value = form.get(name, "false")
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def needed(form: Form, name: str) -> str:
    value = form.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def metadata(form: Form) -> dict[str, str]:
    """Return what the merchant keeps with an object: at most 50 names of 40, values of 500."""
    kept = form.get("metadata") or {}
    if not isinstance(kept, dict) or len(kept) > 50:
        raise invalid("Metadata can have up to 50 keys", param="metadata")
    for name, value in kept.items():
        if len(name) > 40 or not isinstance(value, str) or len(value) > 500:
            raise invalid(f"Metadata cannot have this value: {name}", param="metadata")
    return dict(kept)
