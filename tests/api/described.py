"""The published description, walked: every operation, its path, its body and its query."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from khata.api.app import create_app
from khata.wiring import Engine


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    details: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def kind(self) -> str:
        """What the path's id is of: `customers` of /v1/customers/{id}; else what it is about."""
        return self.path.partition("/{id}")[0].split("/")[-1]

    @property
    def listed(self) -> str:
        """What a list holds: `moves` of /v1/subscriptions/{id}/moves."""
        return self.path.split("/")[-1]

    @property
    def public(self) -> bool:
        return "security" not in self.details

    @property
    def query(self) -> dict[str, dict[str, Any]]:
        return {
            parameter["name"]: parameter
            for parameter in self.details.get("parameters", [])
            if parameter["in"] == "query"
        }

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of the body, or None where it takes none."""
        asked = self.details.get("requestBody")
        return None if asked is None else resolved(asked["content"]["application/json"]["schema"])


@cache
def document() -> dict[str, Any]:
    return create_app(cast(Engine, None)).openapi()


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, details)
        for path, methods in document()["paths"].items()
        for method, details in methods.items()
    ]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the object's schema behind a reference or an optional field."""
    if "$ref" in schema:
        found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return found
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return resolved(choice)
    return schema


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk the fields of an object's schema, each with what it is."""
    for name, field in schema.get("properties", {}).items():
        yield name, resolved(field)
