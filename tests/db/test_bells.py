"""Bells: each is rung and heard once, again when it was lost, and parked when it is poison."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from obstore.store import MemoryStore
from psycopg.errors import LockNotAvailable

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.stores.bells import Bell
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.usecases.billing.bill_share import BillShare, bill_share
from khata.usecases.due_work import answer_bell as answering
from khata.usecases.due_work.answer_bell import MOST_TRIES, AnswerBell, answer_bell
from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked
from khata.wiring import Engine
from khata.worker.broker import BrokerAway
from khata.worker.hints import HintDuty
from khata.worker.scheduler import ring_once
from khata.worker.upkeep import NowAndThen, ring_for_upkeep
from tests.db.fleet import BEFORE, DUE, Fleet

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)  # the machine's; shops live in 2025, by their clocks
SECOND = timedelta(seconds=1)


@dataclass
class HandClock:
    """The machine's clock, moved by the test."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Ears:
    """A broker that keeps every message, until it is told to refuse them."""

    heard: list[Bell] = field(default_factory=list)
    is_away: bool = False

    def ring(self, bell: Bell) -> None:
        if self.is_away:
            raise BrokerAway("nobody is there")
        self.heard.append(bell)

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> list[Bell]:
        heard, self.heard = self.heard, []
        return heard


@pytest.fixture
def engine(untouched_urls: Urls) -> Iterator[Engine]:
    gateway = FakeGateway(untouched_urls.app)
    made = Engine(
        settings=Settings(),
        db=Database(untouched_urls.app),
        clock=HandClock(),
        gateways=WithoutAccounts({"fake": gateway}),
        pdf=TypstRenderer(),
        mailer=KeptOnly(),
        files=ObjectFiles(MemoryStore()),
        closing=(gateway,),
    )
    yield made
    made.close()


@pytest.fixture
def ears() -> Ears:
    return Ears()


def shop(engine: Engine, size: int, *, by_card: bool = False) -> Fleet:
    """A shop whose clock stands an hour after all its subscriptions fell due."""
    fleet = Fleet(engine.db, size, by_card=by_card)
    with engine.db.transaction(fleet.tenant) as uow:
        uow.clocks.add(new_id(BEFORE), DUE + timedelta(hours=1), BEFORE)
        uow.tenants.close_next_at(DUE + timedelta(days=20))  # January is none of this story
    with engine.db.transaction(fleet.live) as uow:
        uow.tenants.close_next_at(NOON + timedelta(days=20))  # nor is the live business
    return fleet


def ring(engine: Engine, ears: Ears) -> list[Bell]:
    ring_once(engine, ears)
    return ears.take()


def answer(engine: Engine, bell: Bell, *, lanes: int = 2) -> list[Bell]:
    command = AnswerBell(bell, engine.clock.now(), lanes=lanes)
    return list(answer_bell(command, tools=engine.tools))


def later(engine: Engine, by: timedelta) -> None:
    clock = engine.clock
    assert isinstance(clock, HandClock)
    clock.at += by


def names(bells: list[Bell]) -> list[tuple[UUID, str]]:
    return [(bell.tenant, bell.queue) for bell in bells]


def test_who_has_work_due_is_rung_for_once(engine: Engine, ears: Ears) -> None:
    fleet, idle = shop(engine, 3), shop(engine, 0)
    assert names(ring(engine, ears)) == [(fleet.tenant, "billing")]
    assert ring(engine, ears) == []
    assert idle.rows("select * from bells") == []


def test_two_schedulers_at_once_ring_each_bell_once(engine: Engine) -> None:
    shops = [shop(engine, 1).tenant for _ in range(10)]
    ears = [Ears() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: ring_once(engine, one), ears))
    heard = [bell.tenant for one in ears for bell in one.heard]
    assert sorted(heard) == sorted(shops)


def test_one_answer_does_the_work_and_rings_for_what_follows(engine: Engine, ears: Ears) -> None:
    fleet = shop(engine, 3, by_card=True)
    [bell] = ring(engine, ears)
    following = answer(engine, bell)
    assert fleet.one("select count(*) from invoices") == 3
    assert [one.queue for one in following] == ["payments"]
    assert fleet.rows("select queue from bells") == [("payments",)]


def test_a_message_that_comes_twice_is_heard_once(engine: Engine, ears: Ears) -> None:
    fleet = shop(engine, 3)
    [bell] = ring(engine, ears)
    answer(engine, bell)
    fleet.rows("update subscriptions set next_billing_at = now() returning 1")
    assert answer(engine, bell) == []
    assert fleet.one("select count(*) from invoices") == 3


def test_a_lost_bell_is_rung_again_after_two_minutes_and_not_before(
    engine: Engine, ears: Ears
) -> None:
    fleet = shop(engine, 3)
    [lost] = ring(engine, ears)
    later(engine, timedelta(minutes=2) - SECOND)
    assert ring(engine, ears) == []
    later(engine, SECOND)
    [again] = ring(engine, ears)
    assert (again.tenant, again.ring) == (fleet.tenant, lost.ring + 1)
    assert answer(engine, lost) == []  # found after all: it rings for nothing
    assert fleet.one("select count(*) from invoices") == 0
    answer(engine, again)
    assert fleet.one("select count(*) from invoices") == 3


def test_a_bell_that_did_not_leave_is_rung_at_the_next_look(engine: Engine, ears: Ears) -> None:
    shop(engine, 1)
    shop(engine, 1)
    ears.is_away = True
    with pytest.raises(BrokerAway):
        ring(engine, ears)
    ears.is_away = False
    assert len(ring(engine, ears)) == 2


def test_much_work_is_done_share_by_share_on_no_more_lanes_than_allowed(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khata.usecases.due_work.do_round.BillShare", _small_share)
    fleet = shop(engine, 23)
    queue, shares, widest = ring(engine, ears), 0, 0
    while queue:
        bell = queue.pop(0)
        if bell.queue == "billing":
            queue += answer(engine, bell)
            shares += 1
        lanes = fleet.one("select count(*) from bells where queue = 'billing'")
        widest = max(widest, lanes)
    assert fleet.one("select count(*) from invoices") == 23
    assert widest == 2
    assert shares >= 6
    runs = fleet.rows("select status, invoices from billing_runs")
    assert runs == [("completed", 23)]  # all shares are one run


def _small_share(*words: Any) -> Any:
    return replace(BillShare(*words), most=4, batch=2)


def test_a_large_shop_gives_the_small_ones_their_turn(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khata.usecases.due_work.do_round.BillShare", _small_share)
    large = shop(engine, 40)
    small = [shop(engine, 2) for _ in range(5)]
    queue = [bell for bell in ring(engine, ears) if bell.queue == "billing"]
    for _ in range(7):  # one turn for each shop, and one more for the large one's second lane
        queue += [bell for bell in answer(engine, queue.pop(0)) if bell.queue == "billing"]
    assert [one.one("select count(*) from invoices") for one in small] == [2] * 5
    assert large.one("select count(*) from invoices") < 40


def test_work_that_breaks_rests_longer_each_time_and_is_parked_after_five_tries(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    fleet, well = shop(engine, 3), shop(engine, 0)
    monkeypatch.setattr(answering, "do_share", broken)
    rests, bells = [], ring(engine, ears)
    for _ in range(MOST_TRIES):
        [bell] = bells
        assert answer(engine, bell) == []
        rested = 0
        while not (found := ring(engine, ears)) and rested < 40:
            later(engine, SECOND)
            rested += 1
        rests.append(rested)
        bells = found
    assert rests == [2, 4, 8, 16, 40]
    assert fleet.rows("select kind, code, reason from parked where released_at is null") == [
        (
            "job",
            "billing_job_failed",
            "The billing work of this business was tried 5 times. An unforeseen "
            "ZeroDivisionError; the operator's log has the rest",
        )
    ]
    assert well.rows("select * from parked") == []

    later(engine, timedelta(days=3))
    assert ring(engine, ears) == []  # until a person has looked
    monkeypatch.undo()
    release_all_parked(ReleaseAllParked(fleet.tenant, engine.clock.now()), db=engine.db)
    [bell] = ring(engine, ears)
    answer(engine, bell)
    assert fleet.one("select count(*) from invoices") == 3


def test_work_that_kills_its_worker_each_time_is_parked_too(engine: Engine, ears: Ears) -> None:
    """Nobody is left to say that it broke: the tries that were begun are counted."""
    fleet = shop(engine, 3)
    [bell] = ring(engine, ears)
    for _ in range(MOST_TRIES):
        with engine.db.transaction(fleet.tenant) as uow:
            assert uow.bells.begin(bell, engine.clock.now())  # and the worker is gone
    assert answer(engine, bell) == []
    assert fleet.rows("select code from parked") == [("billing_job_failed",)]
    assert fleet.one("select count(*) from invoices") == 0


def test_a_lock_that_others_hold_parks_nothing_however_long(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_up(*_: object, **__: object) -> int:
        raise LockNotAvailable

    fleet = shop(engine, 3)
    [bell] = ring(engine, ears)
    monkeypatch.setattr(answering, "do_share", held_up)
    for _ in range(3 * MOST_TRIES):
        with pytest.raises(LockNotAvailable):
            answer(engine, bell)
    monkeypatch.undo()
    answer(engine, bell)
    assert fleet.one("select count(*) from invoices") == 3
    assert fleet.rows("select * from parked") == []


def test_a_clock_on_its_way_rings_in_one_queue(engine: Engine, ears: Ears) -> None:
    fleet = shop(engine, 3)
    with engine.db.transaction(fleet.tenant) as uow:
        uow.clocks.send_to(DUE + timedelta(days=40))
    queue, heard = ring(engine, ears), []
    for _ in range(20):
        heard += [bell.queue for bell in queue]
        for bell in queue:
            assert answer(engine, bell) == [] or not _advancing(fleet)
        queue = ring(engine, ears)
        if not queue:
            break
    assert set(heard) == {"billing"}
    assert not _advancing(fleet)
    assert fleet.one("select frozen_time from test_clocks") == DUE + timedelta(days=40)
    assert fleet.one("select count(*) from invoices") == 6


def _advancing(fleet: Fleet) -> bool:
    return bool(fleet.one("select status = 'advancing' from test_clocks"))


def test_old_keys_are_rung_for_in_the_time_of_the_machine(engine: Engine, ears: Ears) -> None:
    fleet = shop(engine, 0)
    for days in (29, 31):
        fleet.rows(
            "insert into idempotency_keys (key, endpoint, fingerprint, object_id, created_at)"
            " values (%(days)s, 'POST /v1/plans', '', gen_random_uuid(), %(at)s) returning 1",
            days=str(days),
            at=NOON - timedelta(days=days),
        )
    ring_for_upkeep(engine, ears)
    ring_for_upkeep(engine, ears)  # another scheduler
    [bell] = ears.take()
    assert (bell.tenant, bell.queue) == (fleet.tenant, "exports")
    [again] = answer(engine, bell)
    assert answer(engine, again) == []
    assert fleet.rows("select key from idempotency_keys") == [("29",)]
    assert fleet.rows("select * from bells") == []
    ring_for_upkeep(engine, ears)
    assert ears.take() == []


def test_upkeep_is_now_and_then() -> None:
    upkeep = NowAndThen(timedelta(minutes=1))
    looks = [upkeep.is_due(NOON + seconds * SECOND) for seconds in (0, 1, 59, 60, 61, 200)]
    assert looks == [True, False, False, True, False, True]


def test_the_relay_rings_at_once_for_what_has_happened(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khata.worker.hints.Broker", lambda url: ears)
    fleet = shop(engine, 2)
    going_on, rings = threading.Event(), HintDuty()
    with_broker = replace(engine, settings=Settings(broker_url="redis://broker"))
    assert rings(with_broker, going_on) == 0  # renewals are the scheduler's to ring for
    bill_share(BillShare(fleet.tenant, DUE, "scheduler"), db=engine.db)
    assert rings(engine, going_on) == 0  # nobody would hear it
    ears.is_away = True
    assert rings(with_broker, going_on) == 0
    ears.is_away = False
    assert rings(with_broker, going_on) == 1
    assert rings(with_broker, going_on) == 0
    assert names(ears.take()) == [(fleet.tenant, "billing")]
