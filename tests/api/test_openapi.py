"""The published description: whole, and true to style."""

from typing import Any

import pytest

from tests.api.described import document, operations

SCHEMAS = document()["components"]["schemas"]


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_field_is_described(name: str) -> None:
    undescribed = [
        field for field, schema in SCHEMAS[name].get("properties", {}).items() if not _says(schema)
    ]
    assert undescribed == []


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
def test_every_parameter_is_described(operation: Any) -> None:
    parameters = operation.details.get("parameters", [])
    assert [one["name"] for one in parameters if not one.get("description")] == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_described(name: str) -> None:
    assert SCHEMAS[name].get("description")


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
def test_every_operation_is_described(operation: Any) -> None:
    assert operation.details["summary"]
    assert operation.details["description"].endswith(".")
    assert operation.details["tags"]
    assert "application/problem+json" in operation.details["responses"]["default"]["content"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation.details["operationId"] for operation in operations()]
    assert len(names) == len(set(names))


def test_what_is_asked_is_closed() -> None:
    """A body's schema says that unknown fields are refused."""
    for operation in operations():
        if operation.body is not None:
            assert operation.body["additionalProperties"] is False


def _says(schema: dict[str, Any]) -> bool:
    if "description" in schema:
        return True
    reference = schema.get("$ref")
    return reference is not None and bool(SCHEMAS[reference.split("/")[-1]].get("description"))
