"""The description of all events: whole, and true to their classes."""

from typing import Any

import jsonschema_rs
import pytest

from khata.core.event_document import event_document
from khata.core.event_schema import event_schema
from khata.core.events import EVENT_TYPES

DOCUMENT = event_document(version="1.2.3", topic_prefix="acme")


def refs(node: Any) -> list[str]:
    """Every reference in it."""
    if isinstance(node, list):
        return [ref for one in node for ref in refs(one)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [ref for one in node.values() for ref in refs(one)]


def at(ref: str) -> Any:
    node: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_it_is_asyncapi_3_with_a_topic_for_each_area() -> None:
    assert (DOCUMENT["asyncapi"], DOCUMENT["info"]["version"]) == ("3.0.0", "1.2.3")
    assert {name: one["address"] for name, one in DOCUMENT["channels"].items()} == {
        "subscription": "acme.subscription",
        "entitlements": "acme.entitlements",
        "invoice": "acme.invoice",
        "payment": "acme.payment",
        "refund": "acme.refund",
        "dispute": "acme.dispute",
        "credit_note": "acme.credit_note",
        "e_invoice": "acme.e_invoice",
        "discount": "acme.discount",
        "wallet": "acme.wallet",
        "voucher": "acme.voucher",
        "mandate": "acme.mandate",
        "month": "acme.month",
        "webhook_endpoint": "acme.webhook_endpoint",
        "gateway_account": "acme.gateway_account",
    }
    assert {one["action"] for one in DOCUMENT["operations"].values()} == {"send"}


def test_each_reference_leads_somewhere() -> None:
    found = refs(DOCUMENT)
    assert len(found) > 3 * len(EVENT_TYPES)
    for ref in found:
        assert at(ref)


@pytest.mark.parametrize("type", EVENT_TYPES)
def test_each_event_is_told_once_with_a_sentence(type: str) -> None:
    schema = event_schema(type)
    assert schema["description"][0].isupper()
    assert schema["description"].endswith(".")
    assert "Event(" not in schema["description"]  # what a dataclass says by itself
    [channel] = [one for one in DOCUMENT["channels"].values() if type in one["messages"]]
    assert channel["messages"][type] == {"$ref": f"#/components/messages/{type}"}
    assert jsonschema_rs.meta.is_valid(schema)


def test_facts_have_their_words_and_what_may_be_missing_may_be_null() -> None:
    facts = event_schema("payment.failed")["properties"]["facts"]["properties"]
    assert facts["attempt"]["type"] == ["string", "null"]
    assert facts["invoice"]["pattern"] == "^inv_[0-9a-z]{26}$"
    assert "gateway_down" in facts["decline_class"]["enum"]
    assert facts["next_attempt_at"]["format"] == "date-time"
    assert facts["amount"]["type"] == "integer"


def test_what_has_no_id_outside_is_not_promised() -> None:
    month = event_schema("month.closed")
    assert month["properties"]["subject"] == {"type": "null"}
    assert list(month["properties"]["facts"]["properties"]) == ["month_end"]
