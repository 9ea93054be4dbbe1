"""The schema of INV-01: a document is held against it, and each break names its key and bound."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from khata.core.exports.wire_json import read


@dataclass(frozen=True, slots=True)
class Break:
    """One rule that a document breaks: where, which, and in words. `code` is the portal's own."""

    path: str  # SellerDtls.Pin, ItemList[0].HsnCd
    rule: str  # the schema's word for it, or the consistency rule's
    detail: str
    code: str = "2140"  # not as the schema has it


def breaks_of_schema(document: Mapping[str, Any], parts: Sequence[str] = ()) -> list[Break]:
    """Return every break of the schema of INV-01, version 1.1; an empty list where it fits.

    `parts` are the keys that are looked at, where not all are.

    It knows the words of JSON Schema (draft 7) that this schema uses and no others.
    Source: form GST INV-01; NIC's schema, of which inv01_v1_1.schema.json has the services' part.
    """
    schema = inv01_schema()
    if not parts:
        return list(_breaks(document, schema, ""))
    known = schema["properties"]
    return [found for key in parts for found in _breaks(document[key], known[key], key)]


@cache
def inv01_schema() -> dict[str, Any]:
    """Return the schema itself, with exact numbers."""
    text = files("khata.core.exports").joinpath("inv01_v1_1.schema.json").read_text("utf-8")
    schema: dict[str, Any] = read(text)
    return schema


def _breaks(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Break]:
    if "$ref" in schema:
        schema = inv01_schema()["definitions"][schema["$ref"].rpartition("/")[2]]
    if not _is_a(value, schema["type"]):
        yield Break(path, "type", f"{path or 'The document'} is to be a {schema['type']}")
        return
    if isinstance(value, Mapping):
        yield from _of_object(value, schema, path)
    elif isinstance(value, list):
        yield from _of_list(value, schema, path)
    elif isinstance(value, str):
        yield from _of_text(value, schema, path)
    else:
        yield from _of_number(Decimal(value), schema, path)


def _is_a(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    return isinstance(value, {"object": Mapping, "array": list, "string": str}[kind])


def _of_object(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[Break]:
    known = schema["properties"]
    for key in schema.get("required", ()):
        if key not in value:
            where = _under(path, key)
            yield Break(where, "required", f"{where} is missing")
    for key, inner in value.items():
        where = _under(path, key)
        if key not in known:
            yield Break(where, "additionalProperties", f"{where} is no key of INV-01")
        else:
            yield from _breaks(inner, known[key], where)


def _of_list(value: list[Any], schema: Mapping[str, Any], path: str) -> Iterator[Break]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least:
        yield Break(path, "minItems", f"{path} is to have at least {least}, it has {len(value)}")
    if most is not None and len(value) > most:
        yield Break(path, "maxItems", f"{path} may have {most}, it has {len(value)}")
    for place, inner in enumerate(value):
        yield from _breaks(inner, schema["items"], f"{path}[{place}]")


def _of_text(value: str, schema: Mapping[str, Any], path: str) -> Iterator[Break]:
    shown = f"{path} is {value[:40]!r}"
    if len(value) < schema.get("minLength", 0):
        least = schema["minLength"]
        yield Break(path, "minLength", f"{shown}: at least {least} characters are asked for")
    if len(value) > schema.get("maxLength", len(value)):
        most = schema["maxLength"]
        yield Break(path, "maxLength", f"{shown}: {most} characters are allowed, not {len(value)}")
    if "enum" in schema and value not in schema["enum"]:
        yield Break(path, "enum", f"{shown}: one of {', '.join(schema['enum'])} is asked for")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield Break(path, "pattern", f"{shown}: the form {schema['pattern']} is asked for")


def _of_number(value: Decimal, schema: Mapping[str, Any], path: str) -> Iterator[Break]:
    if "minimum" in schema and value < schema["minimum"]:
        yield Break(path, "minimum", f"{path} is {value}, less than {schema['minimum']}")
    if "maximum" in schema and value > schema["maximum"]:
        yield Break(path, "maximum", f"{path} is {value}, more than {schema['maximum']}")
    if "multipleOf" in schema and value % schema["multipleOf"]:
        yield Break(path, "multipleOf", f"{path} is {value}, finer than {schema['multipleOf']}")


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
