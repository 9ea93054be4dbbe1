"""What the store measures, whole hours and edges, is what the core makes of each event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khata.adapters.gateways.fake import FakeGateway
from khata.core.metering import (
    CARRIED,
    Aggregation,
    Measured,
    Meter,
    Stretch,
    aggregated,
)
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.usage.record_usage import SentEvent
from tests.db.shop import NOON, Shop
from tests.db.usage import Usage, event

WAYS = [(way, True) for way in Aggregation] + [(way, False) for way in CARRIED]
FIRST = datetime(2025, 2, 28, 1, tzinfo=UTC)  # within 35 days of NOON, 06:30
NUMBERS = count()


@pytest.fixture(scope="module")
def usage(db: Database, urls: Urls) -> Usage:
    return Usage(Shop(db, FakeGateway(urls.app)))


@pytest.fixture(scope="module")
def customer(usage: Usage) -> UUID:
    return usage.shop.subscriber(None).customer_id


@dataclass(frozen=True)
class Sent:
    at: datetime
    value: Decimal
    key: str
    region: str
    batch: int
    voided: bool


# Five hours: instants that meet, that lie on an hour, and a microsecond beside it.
instants = st.one_of(
    st.integers(0, 5 * 60).map(lambda n: FIRST + timedelta(minutes=n)),
    st.integers(0, 5).map(lambda n: FIRST + timedelta(hours=n)),
    st.integers(1, 5).map(lambda n: FIRST + timedelta(hours=n, microseconds=-1)),
    st.integers(0, 5 * 3_600_000_000).map(lambda n: FIRST + timedelta(microseconds=n)),
)
happened = st.lists(
    st.builds(
        Sent,
        at=instants,
        value=st.decimals(-1000, 1000, places=3),
        key=st.sampled_from("abc"),
        region=st.sampled_from(["in", "np", "de"]),
        batch=st.integers(0, 2),
        voided=st.booleans(),
    ),
    max_size=25,
)
stretches = st.lists(
    st.tuples(instants, instants).map(lambda edges: Stretch(min(edges), max(edges))),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happened, stretches)
def test_windows_and_edges_come_to_what_the_events_do(
    usage: Usage, customer: UUID, sent: list[Sent], asked: list[Stretch]
) -> None:
    for way, resets in WAYS:
        by = {Aggregation.UNIQUE: "user", Aggregation.COUNT: None}.get(way, "size")
        meter = usage.meter(way, field=by, resets=resets, filters={"region": ("in", "np")})
        lasting = happens(usage, meter, customer, sent)
        for stretch, measure in zip(asked, usage.measures(meter, customer, asked), strict=True):
            assert measure.usage == aggregated(meter, lasting, stretch), (way, resets, stretch)
            assert measure.events == one_by_one(lasting, stretch)
    assert usage.kept() == usage.as_if_read()


def happens(usage: Usage, meter: Meter, customer: UUID, sent: Sequence[Sent]) -> list[Measured]:
    """Send the events in their batches, void what is to be void, and return what then counts."""
    ids = {id(one): f"t{next(NUMBERS)}" for one in sent}
    arrived = [one for batch in range(3) for one in sent if one.batch == batch]
    for batch in range(3):
        usage.sends(
            *[as_sent(ids[id(one)], one, meter, customer) for one in arrived if one.batch == batch]
        )
        for one in arrived:
            if one.batch == batch and one.voided:
                usage.voids(ids[id(one)])
    return [
        Measured(one.at, measure_of(meter, one), one.key, position)
        for position, one in enumerate(arrived)
        if not one.voided and one.region != "de"
    ]


def as_sent(id: str, one: Sent, meter: Meter, customer: UUID) -> SentEvent:
    properties = {"user": one.key, "region": one.region, "size": str(one.value)}
    return event(id, customer, meter, one.at, None, **properties)


def measure_of(meter: Meter, one: Sent) -> Decimal:
    plain = {Aggregation.COUNT: Decimal(1), Aggregation.UNIQUE: Decimal(0)}
    return plain.get(meter.aggregation, one.value)


def one_by_one(events: Sequence[Measured], stretch: Stretch) -> tuple[Decimal, ...]:
    inside = [one for one in events if stretch.begins <= one.at < stretch.ends]
    return tuple(one.value for one in sorted(inside, key=lambda one: (one.at, one.position)))


def test_a_day_in_kathmandu_begins_within_an_hour(usage: Usage, customer: UUID) -> None:
    """27 February there is from the 26th, 18:15 UTC, to the 27th, 18:15: 2 + 4 + 8 = 14."""
    meter = usage.meter("sum")
    day = Stretch(
        datetime(2025, 2, 26, 18, 15, tzinfo=UTC), datetime(2025, 2, 27, 18, 15, tzinfo=UTC)
    )
    instant = timedelta(microseconds=1)
    for n, at in enumerate(
        [day.begins - instant, day.begins, NOON - timedelta(days=1), day.ends - instant, day.ends]
    ):
        usage.sends(event(f"day{n}", customer, meter, at, str(2**n)))
    [measure] = usage.measures(meter, customer, [day])
    assert measure.usage == 14
    assert [int(one) for one in measure.events] == [2, 4, 8]


def test_a_level_is_carried_over_hours_without_events(usage: Usage, customer: UUID) -> None:
    """6 since two days ago, 12 for the last 8 of 24 hours: 6 × 16/24 + 12 × 8/24 = 8."""
    meter = usage.meter("weighted_sum", resets=False)
    usage.sends(
        event("level1", customer, meter, NOON - timedelta(days=2), "6"),
        event("level2", customer, meter, NOON - timedelta(hours=8), "12"),
    )
    [measure] = usage.measures(meter, customer, [Stretch(NOON - timedelta(days=1), NOON)])
    assert measure.usage == Fraction(8)


def test_a_stretch_of_no_length_holds_nothing(usage: Usage, customer: UUID) -> None:
    for way in Aggregation:
        meter = usage.meter(way, field="f" if way is Aggregation.UNIQUE else None)
        [measure] = usage.measures(meter, customer, [Stretch(NOON, NOON)])
        assert measure.usage == 0
        assert not measure.events
