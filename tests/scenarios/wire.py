"""What a shop's events look like outside, held against what the document of events promises."""

from functools import cache
from typing import Any

import jsonschema_rs

from khata.core.event_document import event_document
from khata.core.event_wire import cloud_event
from khata.core.events import StoredEvent
from tests.scenarios.shop import Shop


def told(shop: Shop) -> list[dict[str, Any]]:
    """Every event of the shop in its envelope, in the order of its subject."""
    rows = shop.rows(
        "select id, type, subject_id, sequence, facts, at from events order by subject_id, sequence"
    )
    return [cloud_event(StoredEvent(*row), tenant=shop.tenant, livemode=False) for row in rows]


def broken_promises(shop: Shop) -> list[str]:
    """Where an event is not as the document says, or has a hole before it."""
    broken, last = [], ("", 0)
    for event in told(shop):
        for error in validator(event["type"]).iter_errors(event):
            broken.append(f"{event['type']}: {error.message}")
        subject, sequence = event.get("subject", event["id"]), event["data"]["sequence"]
        before = last[1] if last[0] == subject else 0
        if sequence != before + 1:
            broken.append(f"{event['type']}: {before} is followed by {sequence}")
        last = subject, sequence
    return broken


@cache
def validator(type: str) -> Any:
    """The check of one type's envelope, where what is not promised may not be there either."""
    document = _closed(event_document(version="1.0.0", topic_prefix="khata"))
    schema = document["components"]["messages"][type]["payload"]
    schema["properties"]["data"] = document["components"]["schemas"][type]
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(one) for name, one in node.items()}
    return closed | {"additionalProperties": False} if node.get("type") == "object" else closed
