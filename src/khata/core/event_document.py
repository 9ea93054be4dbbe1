"""The description of everything that leaves khata as news: an AsyncAPI 3 document.

Source: AsyncAPI 3.0.0; the Kafka bindings 0.5.0.
"""

from typing import Any

from khata.core.event_schema import envelope_schema, event_schema
from khata.core.event_wire import area_of
from khata.core.events import EVENT_TYPES

_ABOUT = """\
Everything that happens is an event: a row stored with the facts it tells of, in their transaction.

Each event is sent at least once. What comes twice has the same `id`. The events of one subject (a
subscription, an invoice, a payment …) are numbered 1, 2, 3 … by `sequence`, and sent in that order.

Within a version there are only additions: new types, and new facts of a type. Pass over what you
do not know.
"""


def event_document(*, version: str, topic_prefix: str) -> dict[str, Any]:
    """Return the AsyncAPI document of all events, as JSON may hold it."""
    areas = list(dict.fromkeys(area_of(type) for type in EVENT_TYPES))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "khata: events", "version": version, "description": _ABOUT},
        "defaultContentType": "application/cloudevents+json",
        "channels": {area: _channel(area, topic_prefix) for area in areas},
        "operations": {f"send_{area}": _operation(area) for area in areas},
        "components": {
            "messages": {type: _message(type) for type in EVENT_TYPES},
            "schemas": {type: event_schema(type) for type in EVENT_TYPES},
        },
    }


def _channel(area: str, topic_prefix: str) -> dict[str, Any]:
    return {
        "address": f"{topic_prefix}.{area}",
        "title": f"What happens to a {area}",
        "messages": {type: _ref("components", "messages", type) for type in _types(area)},
        "bindings": {"kafka": {"topic": f"{topic_prefix}.{area}", "bindingVersion": "0.5.0"}},
    }


def _operation(area: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": _ref("channels", area),
        "messages": [_ref("channels", area, "messages", type) for type in _types(area)],
    }


def _message(type: str) -> dict[str, Any]:
    return {
        "name": type,
        "contentType": "application/cloudevents+json",
        "summary": event_schema(type)["description"],
        "payload": envelope_schema(type, event=_ref("components", "schemas", type)),
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The envelope's `partitionkey`"},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _types(area: str) -> list[str]:
    return [type for type in EVENT_TYPES if area_of(type) == area]


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}
