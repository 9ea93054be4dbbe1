"""Events as the outside reads them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from khata.core.event_wire import cloud_event, event_object
from khata.core.events import StoredEvent

TENANT = UUID(int=7)
SUBJECT = UUID(int=1)
AT = datetime(2026, 1, 31, 3, 30, 0, 5, tzinfo=UTC)
ZEROS = "0" * 25


def stored(type: str, facts: dict[str, Any], *, sequence: int = 12) -> StoredEvent:
    return StoredEvent(UUID(int=2), type, SUBJECT, sequence, facts, AT)


FAILED = stored(
    "payment.failed",
    {
        "payment_id": str(SUBJECT),
        "attempt_id": None,
        "invoice_id": str(UUID(int=3)),
        "currency": "INR",
        "amount": 118000,
        "next_attempt_at": "2026-02-03T09:00:00+05:30",
    },
)


def test_an_event_is_spelled_with_public_ids_and_instants_in_utc() -> None:
    assert event_object(FAILED, livemode=True) == {
        "id": f"evt_{ZEROS}2",
        "object": "event",
        "livemode": True,
        "type": "payment.failed",
        "subject": f"pay_{ZEROS}1",
        "sequence": 12,
        "facts": {
            "payment": f"pay_{ZEROS}1",
            "attempt": None,
            "invoice": f"inv_{ZEROS}3",
            "currency": "INR",
            "amount": 118000,
            "next_attempt_at": "2026-02-03T03:30:00Z",
        },
        "created": "2026-01-31T03:30:00.000005Z",
    }


def test_the_envelope_is_cloudevents_and_its_data_the_event() -> None:
    assert cloud_event(FAILED, tenant=TENANT, livemode=False) == {
        "specversion": "1.0",
        "id": f"evt_{ZEROS}2",
        "source": f"/tenants/ten_{ZEROS}7",
        "type": "payment.failed",
        "subject": f"pay_{ZEROS}1",
        "time": "2026-01-31T03:30:00.000005Z",
        "datacontenttype": "application/json",
        "sequence": "0000000012",
        "partitionkey": f"ten_{ZEROS}7/pay_{ZEROS}1",
        "data": event_object(FAILED, livemode=False),
    }


def test_what_has_no_id_outside_is_left_out() -> None:
    month = stored("month.closed", {"close_id": str(SUBJECT), "month_end": "2026-01-31"})
    told = cloud_event(month, tenant=TENANT, livemode=False)
    assert "subject" not in told
    assert told["partitionkey"] == f"ten_{ZEROS}7/month"
    assert told["data"]["subject"] is None
    assert told["data"]["facts"] == {"month_end": "2026-01-31"}


@pytest.mark.parametrize("sequences", [(1, 2), (9, 10), (99_999, 100_000), (2**31 - 2, 2**31 - 1)])
def test_numbers_sort_as_text_too(sequences: tuple[int, int]) -> None:
    one, next = (
        cloud_event(stored("invoice.paid", {}, sequence=n), tenant=TENANT, livemode=True)
        for n in sequences
    )
    assert one["sequence"] < next["sequence"]
