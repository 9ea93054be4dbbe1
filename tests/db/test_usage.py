"""Usage comes in: each id once, sums true to their events, whatever comes at the same moment."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid4

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.metering import Aggregation, Meter, Stretch
from khata.core.refusal import NotFound, Refusal
from khata.core.usage import MeterArchived, UsageEventDiffers, UsageEventTooEarly, UsageEventTooLate
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.usage.archive_meter import ArchiveMeter, archive_meter
from khata.usecases.usage.record_usage import Receipt, SentEvent
from tests.db.crowd import at_once
from tests.db.shop import NOON, Shop
from tests.db.usage import Usage, ago, event

DAYS_35, MINUTES_5, INSTANT = timedelta(35), timedelta(minutes=5), timedelta(microseconds=1)
TODAY = Stretch(ago(days=1), NOON + MINUTES_5)


@pytest.fixture
def usage(db: Database, urls: Urls) -> Usage:
    return Usage(Shop(db, FakeGateway(urls.app)))


@pytest.fixture
def asha(usage: Usage) -> UUID:
    return usage.shop.subscriber(None).customer_id


def comes_to(usage: Usage, meter: Meter, customer: UUID) -> object:
    [measure] = usage.measures(meter, customer, [TODAY])
    return measure.usage


def test_what_is_sent_again_is_counted_once(usage: Usage, asha: UUID) -> None:
    """2 + 3, however often the batch is sent: 5."""
    meter = usage.meter("sum")
    batch = [event("a", asha, meter, NOON, "2"), event("b", asha, meter, NOON, "3")]
    assert usage.sends(*batch) == Receipt(2, 0)
    assert usage.sends(*batch) == Receipt(0, 2)
    assert usage.sends(*batch, event("c", asha, meter, NOON, "1")) == Receipt(1, 2)
    assert usage.sends(batch[0], batch[0]) == Receipt(0, 2)
    assert comes_to(usage, meter, asha) == 6


def test_the_same_number_spelled_otherwise_is_the_same(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("sum")
    usage.sends(event("a", asha, meter, NOON, "2.50", spot=True))
    assert usage.sends(event("a", asha, meter.code, NOON, "2.5", spot=True)) == Receipt(0, 1)


def test_other_content_refuses_the_whole_batch(usage: Usage, asha: UUID) -> None:
    meter, other = usage.meter("sum"), usage.meter("sum")
    usage.sends(event("a", asha, meter, NOON, "2", spot=True))
    before = usage.kept()
    for differs in (
        event("a", asha, meter, NOON, "3", spot=True),
        event("a", asha, meter, NOON, None, spot=True),
        event("a", asha, meter, NOON - INSTANT, "2", spot=True),
        event("a", asha, other, NOON, "2", spot=True),
        event("a", usage.shop.subscriber(None).customer_id, meter, NOON, "2", spot=True),
        event("a", asha, meter, NOON, "2", spot=1),  # which Python holds to be the same
        event("a", asha, meter, NOON, "2"),
    ):
        batch = [event(uuid4().hex, asha, meter, NOON, "5"), differs]
        with pytest.raises(Refusal) as told:
            usage.sends(*batch)
        assert told.value.param in ("events.1.transaction_id", "events.1.value")
    assert usage.kept() == before
    assert usage.rows("select transaction_id from usage_events") == [("a",)]


def test_what_is_new_beside_what_is_stored_is_added_once(usage: Usage, asha: UUID) -> None:
    """Of levels 4 at 6:05 and 6 at 6:25 comes the one between them, 5 at 6:15, with both again.

    From the first to the last: 4 × 600 s + 5 × 600 s = 5,400, and 6 afterwards.
    """
    meter = usage.meter("weighted_sum")
    first = event("a", asha, meter, ago(minutes=25), "4", spot=True)
    last = event("c", asha, meter, ago(minutes=5), "6")
    between = event("b", asha, meter, ago(minutes=15), "5")
    assert usage.sends(first, last) == Receipt(2, 0)
    assert usage.sends(last, between, first) == Receipt(1, 2)
    [(_, _, _, events, total, most, first_at, last_at, held, level)] = usage.kept()
    assert (events, total, most, held, level) == (3, 15, 6, 5_400, 6)
    assert (first_at, last_at) == (first.at, last.at)
    assert usage.kept() == usage.as_if_read()


def test_two_of_one_batch_under_one_id(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("sum")
    with pytest.raises(UsageEventDiffers) as told:
        usage.sends(event("a", asha, meter, NOON, "2"), event("a", asha, meter, NOON, "3"))
    assert told.value.param == "events.1.transaction_id"
    assert usage.rows("select 1 from usage_events") == []


def test_the_edges_of_time_are_inside(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("count")
    usage.sends(
        event("late", asha, meter, NOON - DAYS_35), event("early", asha, meter, NOON + MINUTES_5)
    )
    for at, refusal in (
        (NOON - DAYS_35 - INSTANT, UsageEventTooLate),
        (NOON + MINUTES_5 + INSTANT, UsageEventTooEarly),
    ):
        with pytest.raises(refusal) as told:
            usage.sends(event("x", asha, meter, NOON), event("y", asha, meter, at))
        assert told.value.param == "events.1.timestamp"
    assert usage.rows("select count(*) from usage_events") == [(2,)]


def test_a_repeat_is_harmless_for_ever(usage: Usage, asha: UUID) -> None:
    """Years later, of a meter that is archived, after it was made void: nothing happens."""
    meter = usage.meter("sum")
    sent = event("a", asha, meter, NOON, "2")
    usage.sends(sent)
    usage.voids("a")
    archive_meter(ArchiveMeter(usage.shop.tenant, meter.id, NOON), db=usage.shop.db)
    usage.now = NOON + timedelta(days=1000)
    assert usage.sends(sent) == Receipt(0, 1)
    with pytest.raises(UsageEventDiffers):
        usage.sends(event("a", asha, meter, NOON, "3"))
    with pytest.raises(UsageEventTooLate):
        usage.sends(sent, event("b", asha, usage.meter("sum"), NOON, "3"))
    assert comes_to(usage, meter, asha) == 0


def test_an_archived_meter_takes_no_more(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("sum")
    usage.sends(event("a", asha, meter, NOON, "2"))
    archive_meter(ArchiveMeter(usage.shop.tenant, meter.id, NOON), db=usage.shop.db)
    with pytest.raises(MeterArchived) as told:
        usage.sends(event("b", asha, meter, NOON, "2"))
    assert told.value.param == "events.0.meter"
    assert comes_to(usage, meter, asha) == 2


def test_who_and_what_is_unknown_is_named(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("sum")
    good = event("a", asha, meter, NOON, "1")
    for wrong, param in (
        (event("b", uuid4(), meter, NOON, "1"), "events.1.customer"),
        (event("b", asha, "nothing", NOON, "1"), "events.1.meter"),
    ):
        with pytest.raises(NotFound) as told:
            usage.sends(good, wrong)
        assert told.value.param == param
        assert usage.rows("select transaction_id from usage_events") == usage.kept() == []


def test_a_void_event_counts_no_more_and_twice_is_harmless(usage: Usage, asha: UUID) -> None:
    """Of a, b, a by users and 4, 9, 2 by size: without the 9, a alone and 4 + 2 = 6."""
    different, most = usage.meter("unique", field="user"), usage.meter("max")
    total = usage.meter("sum")
    for n, (user, value) in enumerate([("a", "4"), ("b", "9"), ("a", "2")]):
        at = NOON - timedelta(minutes=n)
        usage.sends(
            event(f"u{n}", asha, different, at, None, user=user),
            event(f"m{n}", asha, most, at, value),
            event(f"s{n}", asha, total, at, value),
        )
    assert [comes_to(usage, one, asha) for one in (different, most, total)] == [2, 9, 15]
    for _ in range(2):
        for id in ("u1", "m1", "s1"):
            usage.voids(id)
        assert [comes_to(usage, one, asha) for one in (different, most, total)] == [1, 4, 6]
        assert usage.kept() == usage.as_if_read()


def test_an_hour_without_events_leaves_no_sums(usage: Usage, asha: UUID) -> None:
    for aggregation in Aggregation:
        meter = usage.meter(aggregation, field="user" if aggregation == "unique" else None)
        usage.sends(event(aggregation, asha, meter, NOON, "1", user="a"))
        usage.voids(aggregation)
    assert usage.kept() == []


def test_what_can_be_made_void(usage: Usage, asha: UUID) -> None:
    meter = usage.meter("sum")
    usage.sends(event("a", asha, meter, NOON - DAYS_35, "1"), event("b", asha, meter, NOON, "1"))
    usage.voids("a")
    usage.now = NOON + DAYS_35 + INSTANT
    with pytest.raises(UsageEventTooLate):
        usage.voids("b")
    usage.voids("a")  # it is void, so nothing is asked of its age
    with pytest.raises(NotFound):
        usage.voids("c")


def test_only_who_has_a_threshold_is_marked(usage: Usage) -> None:
    meter = usage.meter("sum", filters={"region": ["in"]})
    asha, ravi = usage.shop.subscriber(None), usage.shop.subscriber(None)
    usage.rows(
        "update subscriptions set usage_threshold = 100 where id = %s returning 1",
        asha.subscription_id,
    )

    def marked(*events: SentEvent) -> list[object]:
        usage.sends(*events)
        ids = usage.rows("select subscription_id from usage_marks")
        usage.rows("delete from usage_marks returning 1")
        return [row[0] for row in ids]

    counted = event("a", asha.customer_id, meter, NOON, "1", region="in")
    assert marked(counted, event("b", ravi.customer_id, meter, NOON, "1", region="in")) == [
        asha.subscription_id
    ]
    assert marked(counted) == []
    assert marked(event("c", asha.customer_id, meter, NOON, "1", region="de")) == []
    usage.voids("a")
    assert usage.rows("select subscription_id from usage_marks") == [(asha.subscription_id,)]


THREADS, IDS = 16, 400


@pytest.mark.parametrize("seed", range(3))
def test_batches_that_overlap_and_voids_all_at_once(usage: Usage, seed: int) -> None:
    """Each id is there once and every sum is that of its events; no collision comes to the door."""
    random = Random(seed)
    customers = [usage.shop.subscriber(None).customer_id for _ in range(3)]
    meters = [
        usage.meter("sum"),
        usage.meter("max"),
        usage.meter("unique", field="user"),
        usage.meter("weighted_sum", resets=False),
    ]
    sent = [any_event(f"e{n}", random, customers, meters) for n in range(IDS)]
    usage.sends(*sent[:50])  # these are voided while the others come

    def sends(batch: list[SentEvent]) -> tuple[str, int]:
        return "recorded", usage.sends(*batch).recorded

    def voids(ids: list[str]) -> tuple[str, int]:
        for id in ids:
            usage.voids(id)
        return "voided", len(ids)

    works = []
    for _ in range(THREADS - 4):
        works.append(partial(sends, random.sample(sent, IDS)))
    for _ in range(4):
        works.append(partial(voids, random.sample([f"e{n}" for n in range(50)], 30)))
    done = at_once(works)
    assert sum(count for what, count in done if what == "recorded") == IDS - 50
    ids = usage.rows("select count(*), count(distinct transaction_id) from usage_events")
    assert ids == [(IDS, IDS)]
    assert usage.kept() == usage.as_if_read()


def any_event(id: str, random: Random, customers: list[UUID], meters: list[Meter]) -> SentEvent:
    at: datetime = NOON - timedelta(minutes=random.randrange(180))
    meter = random.choice(meters)
    value = None if meter.field else str(random.randrange(100))
    return event(id, random.choice(customers), meter, at, value, user=random.choice("abc"))
