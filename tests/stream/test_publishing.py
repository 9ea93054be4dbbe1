"""What waits for the stream leaves in order, at least once, whoever dies and whatever refuses."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from khata.core.events import InvoiceVoided, MonthClosed
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.exclusive import STREAM, TIME, exclusively
from khata.db.transaction import Database
from khata.ports.event_stream import Receipt, StreamMessage
from khata.settings import Settings
from khata.usecases.due_work import react_to_events as reacting
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.stream.publish_waiting import (
    Published,
    PublishWaiting,
    publish_waiting,
)
from khata.wiring import open_engine
from khata.worker.stream import StreamDuty, publish_round
from tests.db.crowd import at_once
from tests.db.fleet import DUE, Fleet
from tests.stream.crowd import broken_order, still_waiting, waiting
from tests.stream.relay import engine_with

Answer = Callable[[Sequence[StreamMessage]], Receipt]


def all_of_it(messages: Sequence[StreamMessage]) -> Receipt:
    return Receipt(frozenset(message.place for message in messages))


class Kept:
    """A stream in memory; `answer` says what it keeps of what it has written down."""

    def __init__(self, answer: Answer = all_of_it) -> None:
        self.answer, self.written = answer, list[tuple[str, dict[str, Any]]]()
        self._lock = threading.Lock()

    def publish(self, messages: Sequence[StreamMessage]) -> Receipt:
        receipt = self.answer(messages)
        with self._lock:
            for message in messages:
                if message.area not in receipt.refused and not receipt.is_away:
                    self.written.append((message.key, orjson.loads(message.body)))
        return receipt

    def close(self) -> None: ...


def publish(db: Database, tenant: UUID, stream: Kept, *, limit: int = 1000) -> Published:
    return publish_waiting(PublishWaiting(tenant, limit), db=db, stream=stream)


def test_each_leaves_once_and_in_order(db: Database) -> None:
    [tenant] = waiting(db, tenants=1, subjects=7, each=5)
    stream = Kept()
    assert [publish(db, tenant, stream, limit=10).kept for _ in range(5)] == [10, 10, 10, 5, 0]
    assert len({event["id"] for _, event in stream.written}) == len(stream.written) == 35
    assert broken_order(stream.written) == []
    assert {event["data"]["livemode"] for _, event in stream.written} == {False}


def test_without_a_stream_nothing_waits_for_it(db: Database) -> None:
    fleet = Fleet(db, 3)
    with db.transaction(fleet.tenant) as uow:
        uow.events.add([MonthClosed(fleet.tenant, DUE.date())], DUE)
    assert react_to_events(ReactToEvents(fleet.tenant, DUE), db=db) == 1
    assert still_waiting(db) == 0


def test_what_is_not_kept_waits(db: Database) -> None:
    [tenant] = waiting(db, tenants=1, subjects=2, each=3)

    def the_first_two(messages: Sequence[StreamMessage]) -> Receipt:
        return Receipt(frozenset(m.place for m in messages[:2]), is_away=True)

    stream = Kept(the_first_two)
    assert publish(db, tenant, stream) == Published(2, is_away=True)
    assert still_waiting(db) == 4
    stream.answer = all_of_it
    assert publish(db, tenant, stream) == Published(4)


def test_who_dies_before_it_removes_what_it_published_leaves_it_to_the_next(db: Database) -> None:
    [tenant] = waiting(db, tenants=1, subjects=3, each=4)
    dying = Kept()

    def die(messages: Sequence[StreamMessage]) -> Receipt:
        dying.written += [(message.key, orjson.loads(message.body)) for message in messages]
        raise KeyboardInterrupt

    dying.answer = die
    with pytest.raises(KeyboardInterrupt):
        publish(db, tenant, dying, limit=5)
    dying.answer = all_of_it
    assert publish(db, tenant, dying).kept == 12
    assert len(dying.written) == 17
    assert broken_order(dying.written) == []


def test_one_relay_at_a_time_publishes_for_a_tenant(db: Database) -> None:
    [tenant] = waiting(db, tenants=1, subjects=1, each=1)
    with exclusively(db, tenant, over=STREAM) as mine:
        assert mine
        assert publish(db, tenant, Kept()) == Published(0)
        with exclusively(db, tenant, over=TIME) as its_time:
            assert its_time  # a clock may be moved meanwhile
    assert publish(db, tenant, Kept()) == Published(1)


def test_an_area_that_is_refused_does_not_hold_up_the_others(db: Database) -> None:
    tenant = Fleet(db, 0).tenant
    with db.transaction(tenant) as uow:
        uow.events.add([MonthClosed(new_id(DUE), DUE.date()) for _ in range(5)], DUE)
        uow.events.add([InvoiceVoided(new_id(DUE), new_id(DUE)) for _ in range(3)], DUE)
    react_to_events(ReactToEvents(tenant, DUE, streams=True), db=db)

    def no_months(messages: Sequence[StreamMessage]) -> Receipt:
        taken = [m.place for m in messages if m.area != "month"]
        refused = {m.area for m in messages if m.area == "month"}
        return Receipt(frozenset(taken), frozenset(refused))

    stream = Kept(no_months)
    assert publish(db, tenant, stream, limit=3) == Published(3)
    assert still_waiting(db) == 5
    assert {event["type"] for _, event in stream.written} == {"invoice.voided"}


def test_what_a_reaction_breaks_on_leaves_all_the_same_and_in_its_place(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def react(uow: Any, events: list[Any], at: Any) -> None:
        if any(event.sequence == 2 for event in events):
            raise ZeroDivisionError

    monkeypatch.setattr(reacting, "react", react)
    [tenant] = waiting(db, tenants=1, subjects=1, each=3)
    stream = Kept()
    publish(db, tenant, stream)
    assert [event["data"]["sequence"] for _, event in stream.written] == [1, 2, 3]


def test_relays_in_a_crowd_keep_each_subjects_order(db: Database) -> None:
    waiting(db, tenants=3, subjects=20, each=10)
    stream = Kept()
    engine, stop = engine_with(db, stream), threading.Event()
    at_once([lambda: publish_round(engine, stream, stop)] * 4)
    publish_round(engine, stream, stop)  # what the last round left to others
    assert still_waiting(db) == 0
    assert len({event["id"] for _, event in stream.written}) == len(stream.written) == 600
    assert broken_order(stream.written) == []


def test_the_lag_and_who_waits_are_asked_over_the_wall(db: Database) -> None:
    assert db.ask("select pending, oldest from stream_lag()") == [(0, None)]
    one, other = waiting(db, tenants=2, subjects=2, each=1)
    assert db.ask("select pending, oldest from stream_lag()") == [(4, DUE)]
    assert db.ask("select tenant_id from tenants_to_stream(10)") == [(one,), (other,)]
    assert db.ask("select tenant_id from tenants_to_stream(1)") == [(one,)]
    assert db.ask("select tenant_id from tenants_to_stream(10, %s)", [one]) == [(other,)]
    with db.transaction(other) as uow:
        uow.clocks.add(other, DUE, DUE)
    publish(db, one, Kept())
    assert db.ask("select pending, oldest from stream_lag()") == [(2, None)]


def test_a_round_ends_where_the_stream_is_away(db: Database) -> None:
    waiting(db, tenants=3, subjects=1, each=1)
    tries = 0

    def away(messages: Sequence[StreamMessage]) -> Receipt:
        nonlocal tries
        tries += 1
        return Receipt(frozenset(), is_away=True)

    stream = Kept(away)
    assert publish_round(engine_with(db, stream), stream, threading.Event()) == 0
    assert tries == 1


def test_the_duty_goes_on_by_itself_and_ends_what_it_began(db: Database) -> None:
    waiting(db, tenants=1, subjects=5, each=2)
    began, go_on = threading.Event(), threading.Event()

    def slowly(messages: Sequence[StreamMessage]) -> Receipt:
        began.set()
        go_on.wait()
        return all_of_it(messages)

    stream = Kept(slowly)
    engine, stop, duty = engine_with(db, stream), threading.Event(), StreamDuty()
    assert duty(engine, stop) == 0  # it has begun, and does not hold up its caller
    began.wait()
    assert duty(engine, stop) == 0
    stop.set()
    go_on.set()
    assert duty(engine, stop) == 10
    assert (duty(engine, stop), still_waiting(db)) == (0, 0)


def test_what_the_engine_does_by_itself_is_streamed(db: Database) -> None:
    fleet, stream = Fleet(db, 5), Kept()
    engine = engine_with(db, stream)
    do_due_work(DoDueWork(fleet.tenant, DUE), tools=engine.tools)
    publish_round(engine, stream, threading.Event())
    types = [event["type"] for _, event in stream.written]
    assert types == ["month.closed"] + ["invoice.finalized"] * 5
    assert {event["time"] for _, event in stream.written} == {"2025-02-09T18:30:00Z"}


@pytest.mark.parametrize("bootstrap", [None, "127.0.0.1:1"])
def test_an_engine_streams_where_a_kafka_is_set(
    untouched_urls: Urls, tmp_path: Path, bootstrap: str | None
) -> None:
    settings = Settings(data_dir=tmp_path, kafka_bootstrap=bootstrap)
    engine = open_engine(settings, untouched_urls)
    assert (engine.stream is not None) == engine.tools.streams_events == (bootstrap is not None)
    engine.close()
