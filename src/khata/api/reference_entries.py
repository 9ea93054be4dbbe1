"""The description of the API, laid out for reading: groups, operations, fields and examples."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

Schemas = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table. `depth` tells how far it is inside others."""

    name: str
    type: str
    required: bool
    description: str
    depth: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation."""

    anchor: str
    method: str
    path: str
    description: str
    public: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer_name: str
    answer: tuple[Field, ...]
    request_example: str
    answer_example: str
    told_at: str = ""  # the anchor of an earlier entry with the same answer, shown there


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    description: str
    entries: tuple[Entry, ...]


def groups_of(document: dict[str, Any]) -> list[Group]:
    """Return the operations of an OpenAPI document by tag, in the order of the tags."""
    schemas: Schemas = document["components"]["schemas"]
    entries: dict[str, list[Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            entry = _entry(method.upper(), path, operation, schemas)
            entries.setdefault(operation["tags"][0], []).append(entry)
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [
        Group(name, told.get(name, ""), tuple(_each_answer_once(found)))
        for name, found in entries.items()
        if found
    ]


def _each_answer_once(entries: list[Entry]) -> Iterator[Entry]:
    """Yield a group's entries; a later one with the same answer points at the first."""
    first: dict[str, str] = {}
    for entry in entries:
        if entry.answer_name in first:
            anchor = first[entry.answer_name]
            yield replace(entry, answer=(), answer_example="", told_at=anchor)
        else:
            if entry.answer_name:
                first[entry.answer_name] = entry.anchor
            yield entry


def _entry(method: str, path: str, operation: dict[str, Any], schemas: Schemas) -> Entry:
    asked = _json_schema(operation.get("requestBody", {}))
    status = next(status for status in operation["responses"] if status != "default")
    told = _json_schema(operation["responses"][status])
    public = "security" not in operation
    return Entry(
        anchor=operation["operationId"],
        method=method,
        path=path,
        description=operation["description"],
        public=public,
        parameters=tuple(_parameters(operation, schemas)),
        body=tuple(_fields(asked, schemas)),
        answer_name=_name(told) if told else "",
        answer=tuple(_fields(told, schemas)),
        request_example=_curl(method, path, _example(asked, schemas, asking=True), public=public),
        answer_example=_pretty(_example(told, schemas, asking=False)) if told else "",
    )


def _json_schema(content: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        content.get("content", {}).get("application/json", {}).get("schema")
    )
    return found


def _parameters(operation: dict[str, Any], schemas: Schemas) -> Iterator[Field]:
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        told = parameter.get("description") or schema.get("description") or ""
        if parameter["in"] == "path":
            told = told or "The object's id"
        required = parameter.get("required", False)
        yield Field(parameter["name"], _type(schema, schemas), required, told, 0)


def _fields(schema: dict[str, Any] | None, schemas: Schemas, *, depth: int = 0) -> Iterator[Field]:
    found = _resolved(schema, schemas)
    required = found.get("required", [])
    for name, field in found.get("properties", {}).items():
        inner = _resolved(field, schemas)
        told = field.get("description") or inner.get("description") or ""
        yield Field(name, _type(field, schemas), name in required, told, depth)
        items = _resolved(inner.get("items"), schemas) if inner.get("type") == "array" else inner
        if depth < 3 and "properties" in items:
            yield from _fields(items, schemas, depth=depth + 1)


def _resolved(schema: dict[str, Any] | None, schemas: Schemas) -> dict[str, Any]:
    if schema is None:
        return {}
    if "$ref" in schema:
        return schemas[_name(schema)]
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _resolved(choice, schemas)
    return schema


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _type(schema: dict[str, Any], schemas: Schemas) -> str:
    nullable = any(choice.get("type") == "null" for choice in schema.get("anyOf", []))
    found = _resolved(schema, schemas)
    if "const" in found:
        text = json.dumps(found["const"])
    elif "enum" in found:
        text = " | ".join(str(value) for value in found["enum"])
    elif found.get("type") == "array":
        text = f"list of {_type(found.get('items', {}), schemas)}"
    else:
        text = found.get("format") or found.get("type", "object")
    return f"{text} or null" if nullable else text


def _example(schema: dict[str, Any] | None, schemas: Schemas, *, asking: bool) -> Any:
    """Return a value that fits. What is asked shows only fields that matter for a first try."""
    if schema is None:
        return None
    if schema.get("examples"):
        return schema["examples"][0]
    found = _resolved(schema, schemas)
    if "properties" in found:
        required = found.get("required", [])
        shown = {
            name: field
            for name, field in found["properties"].items()
            if not asking or name in required or not required or _has_example(field, schemas)
        }
        return {name: _example(field, schemas, asking=asking) for name, field in shown.items()}
    return _plain_example(found, schemas, asking=asking)


def _has_example(field: dict[str, Any], schemas: Schemas) -> bool:
    return "examples" in field or "examples" in _resolved(field, schemas)


def _plain_example(found: dict[str, Any], schemas: Schemas, *, asking: bool) -> Any:
    if found.get("examples"):
        return found["examples"][0]
    if "const" in found:
        return found["const"]
    if "enum" in found:
        return found["enum"][0]
    kind = found.get("type")
    if kind == "array":
        return [_example(found.get("items"), schemas, asking=asking)]
    texts = {"date": "2026-01-31", "date-time": "2026-01-31T03:30:00Z"}
    plain = {"integer": 1, "boolean": False, "object": {}, "null": None}
    return plain.get(str(kind), texts.get(str(found.get("format")), "…"))


def _curl(method: str, path: str, body: Any, *, public: bool) -> str:
    parts = [f"curl https://khata.example{path}"]
    if method != "GET":
        parts[0] = f"curl -X {method} https://khata.example{path}"
    if not public:
        parts.append('-H "Authorization: Bearer $KHATA_KEY"')
    if body is not None:
        parts.append('-H "Content-Type: application/json"')
        quoted = _pretty(body).replace("'", "'\\''")
        parts.append(f"-d '{quoted}'")
    return " \\\n  ".join(parts)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
