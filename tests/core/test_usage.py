"""Usage events: the limits of their time, what a meter asks of them, and each refusal's field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from khata.core.metering import Aggregation, Meter, PropertyFilter
from khata.core.refusal import Refusal
from khata.core.usage import (
    MeterArchived,
    UsageEvent,
    UsageEventDiffers,
    UsageEventTooEarly,
    UsageEventTooLate,
    UsageNotANumber,
    UsageValueMissing,
    check_time,
    measured,
)
from tests.core.agreements import id_of

NOW = datetime(2026, 4, 30, 12, tzinfo=UTC)
CALLS = Meter(id_of(1), "calls", "Calls", Aggregation.SUM, None, (), True, NOW)
BYTES = replace(CALLS, code="bytes", field="size")
USERS = replace(CALLS, code="users", aggregation=Aggregation.UNIQUE, field="user")
HITS = replace(CALLS, code="hits", aggregation=Aggregation.COUNT)
LOCAL = replace(CALLS, code="local", filters=(PropertyFilter("region", ("in",)),))
GOOD = UsageEvent("t1", id_of(9), CALLS, NOW, Decimal(1), {})


@pytest.mark.parametrize(
    ("seconds_ahead", "refusal"),
    [
        (0, None),
        (300, None),
        (301, UsageEventTooEarly),
        (-35 * 86_400, None),
        (-35 * 86_400 - 1, UsageEventTooLate),
    ],
)
def test_the_edges_of_the_window_are_inside(
    seconds_ahead: int, refusal: type[Refusal] | None
) -> None:
    at = NOW + timedelta(seconds=seconds_ahead)
    if refusal is None:
        check_time(at, now=NOW)
    else:
        with pytest.raises(refusal):
            check_time(at, now=NOW)


@pytest.mark.parametrize(
    ("wrong", "refusal", "param"),
    [
        (GOOD._replace(at=NOW + timedelta(hours=1)), UsageEventTooEarly, "timestamp"),
        (GOOD._replace(at=NOW - timedelta(days=36)), UsageEventTooLate, "timestamp"),
        (GOOD._replace(value=None), UsageValueMissing, "value"),
        (GOOD._replace(value=Decimal("NaN")), UsageNotANumber, "value"),
        (GOOD._replace(value=Decimal("Infinity")), UsageNotANumber, "value"),
        (GOOD._replace(value=Decimal("1e16")), UsageNotANumber, "value"),
        (GOOD._replace(value=Decimal("0.0000000000001")), UsageNotANumber, "value"),
        (GOOD._replace(meter=BYTES), UsageValueMissing, "properties.size"),
        (
            GOOD._replace(meter=BYTES, properties={"size": "big"}),
            UsageNotANumber,
            "properties.size",
        ),
        (
            GOOD._replace(meter=BYTES, properties={"size": True}),
            UsageNotANumber,
            "properties.size",
        ),
        (GOOD._replace(meter=USERS), UsageValueMissing, "properties.user"),
        (GOOD._replace(meter=replace(CALLS, archived_at=NOW)), MeterArchived, "meter"),
        (GOOD._replace(transaction_id="t0", value=Decimal(2)), UsageEventDiffers, "transaction_id"),
    ],
)
def test_one_that_is_wrong_refuses_the_batch_and_names_the_field(
    wrong: UsageEvent, refusal: type[Refusal], param: str
) -> None:
    with pytest.raises(refusal) as told:
        measured([GOOD._replace(transaction_id="t0"), wrong], now=NOW)
    assert told.value.param == f"events.1.{param}"


def test_what_a_meter_makes_of_an_event() -> None:
    events = [
        GOOD._replace(transaction_id="a", value=Decimal("2.5")),
        GOOD._replace(transaction_id="b", meter=BYTES, properties={"size": 7}),
        GOOD._replace(transaction_id="c", meter=USERS, properties={"user": "asha"}),
        GOOD._replace(transaction_id="d", meter=HITS, value=None),
        GOOD._replace(transaction_id="e", meter=LOCAL, properties={"region": "np"}),
    ]
    found = [(one.counted, one.measure, one.key) for one in measured(events, now=NOW)]
    assert found == [
        (True, Decimal("2.5"), None),
        (True, Decimal(7), None),
        (True, Decimal(0), "asha"),
        (True, Decimal(1), None),
        (False, Decimal(0), None),  # a filter keeps it out
    ]


@pytest.mark.parametrize(
    ("spelled", "taken"),
    [
        ("0.123456789012", True),  # 12 decimals
        ("-0.123456789012", True),
        ("123456789.123456789012", True),
        ("0.1234567890123", False),  # 13
        ("1.0000000000000", False),
        ("-123456789.1234567890123", False),
        ("1E-12", True),
        ("1E-13", False),
        ("12E-13", False),
        ("1E+15", True),
        ("1000000000000000", True),
        ("-1000000000000000", True),
        ("1000000000000000.1", False),
        ("-1E+16", False),
        ("sNaN", False),
    ],
)
def test_the_edges_of_a_number_are_inside(spelled: str, taken: bool) -> None:
    sent = [GOOD._replace(value=Decimal(spelled))]
    if taken:
        assert [one.measure for one in measured(sent, now=NOW)] == [Decimal(spelled)]
    else:
        with pytest.raises(UsageNotANumber):
            measured(sent, now=NOW)


def test_the_same_event_twice_in_a_batch_is_one() -> None:
    assert len(measured([GOOD, GOOD._replace()], now=NOW)) == 1
