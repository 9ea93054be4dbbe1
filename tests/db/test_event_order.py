"""A subject's events are numbered without holes and reacted to in that order, whoever is at it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.events import (
    Event,
    InvoiceFinalized,
    InvoicePaid,
    InvoiceVoided,
    StoredEvent,
    SubscriptionActivated,
    SubscriptionPastDue,
)
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.due_work import react_to_events as reacting
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from tests.db.crowd import at_once
from tests.db.shop import NOON, Shop


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def finalized(invoice: UUID) -> Event:
    return InvoiceFinalized(invoice, uuid4(), None, "INR", 0, "send_invoice", 0)


def paid(invoice: UUID) -> Event:
    return InvoicePaid(invoice, uuid4(), None, "INR", 0)


def told(shop: Shop, *events: Event, later: int = 0) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        uow.events.add(events, NOON + timedelta(seconds=later))


def sequences(shop: Shop, subject: UUID) -> list[tuple[Any, ...]]:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.connection.execute(
            "select sequence, type from events where subject_id = %s order by sequence", [subject]
        ).fetchall()


def test_each_subject_counts_its_own(shop: Shop) -> None:
    one, other = uuid4(), uuid4()
    told(shop, finalized(one), finalized(other), paid(one))
    told(shop, InvoiceVoided(one, uuid4()), paid(other), later=5)
    told(shop, later=9)
    assert sequences(shop, one) == [
        (1, "invoice.finalized"),
        (2, "invoice.paid"),
        (3, "invoice.voided"),
    ]
    assert sequences(shop, other) == [(1, "invoice.finalized"), (2, "invoice.paid")]


def test_two_who_meet_in_a_number_both_tell_and_keep_their_order(shop: Shop) -> None:
    subject, bystander = uuid4(), uuid4()
    first_wrote, second_waits = threading.Event(), threading.Event()

    def first() -> None:
        with shop.db.transaction(shop.tenant) as uow:
            uow.events.add([finalized(subject)], NOON)
            first_wrote.set()
            second_waits.wait()
            _until_somebody_waits(shop.db)

    def second() -> None:
        first_wrote.wait()
        with shop.db.transaction(shop.tenant) as uow:
            second_waits.set()
            uow.events.add(
                [InvoiceVoided(subject, uuid4()), finalized(bystander), paid(subject)], NOON
            )

    at_once([first, second])
    assert sequences(shop, subject) == [
        (1, "invoice.finalized"),
        (2, "invoice.voided"),
        (3, "invoice.paid"),
    ]
    assert sequences(shop, bystander) == [(1, "invoice.finalized")]


def test_a_crowd_about_one_subject_leaves_no_hole(shop: Shop) -> None:
    subject, customer = uuid4(), uuid4()

    def tell() -> None:
        for _ in range(10):
            told(
                shop,
                SubscriptionPastDue(subject, customer),
                SubscriptionActivated(subject, customer),
            )

    at_once([tell] * 6)
    found = sequences(shop, subject)
    assert [sequence for sequence, _ in found] == list(range(1, 121))
    assert {type for _, type in found[::2]} == {"subscription.past_due"}  # pairs stay together


def test_who_does_not_wait_for_answers_breaks_where_another_told_first(shop: Shop) -> None:
    subject = uuid4()

    def tell() -> None:
        with shop.db.transaction(shop.tenant) as uow, uow.connection.pipeline():
            uow.events.add_of_held([paid(subject), paid(subject)], NOON)

    with ThreadPoolExecutor(1) as pool:
        with shop.db.transaction(shop.tenant) as uow:
            uow.events.add_of_held([finalized(subject)], NOON)
            second = pool.submit(tell)
            _until_somebody_waits(shop.db)
        assert isinstance(second.exception(), psycopg.errors.UniqueViolation)
    tell()  # done again, it sees the first
    assert [sequence for sequence, _ in sequences(shop, subject)] == [1, 2, 3]


def test_the_release_before_tells_without_numbers_and_gets_them(shop: Shop) -> None:
    subject = uuid4()
    told(shop, finalized(subject))
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute(
            """insert into events (id, type, subject_id, facts, at)
               select id, 'invoice.paid', %s, '{}', %s
                 from unnest(%s::uuid[]) id""",
            [subject, NOON, [new_id(NOON), new_id(NOON)]],
        )
    told(shop, InvoiceVoided(subject, uuid4()))
    assert sequences(shop, subject) == [
        (1, "invoice.finalized"),
        (2, "invoice.paid"),
        (3, "invoice.paid"),
        (4, "invoice.voided"),
    ]


def test_what_is_picked_brings_the_earlier_ones_of_its_subject(shop: Shop) -> None:
    subject, other = uuid4(), uuid4()
    told(shop, finalized(subject), later=60)  # from a machine whose clock is ahead
    told(shop, paid(subject), later=1)
    told(shop, finalized(other), later=2)
    with shop.db.transaction(shop.tenant) as uow:
        taken = uow.events.take_waiting(NOON + timedelta(seconds=1), limit=1)
    assert [(event.subject_id, event.sequence) for event in taken] == [(subject, 1), (subject, 2)]
    with shop.db.transaction(shop.tenant) as uow:
        rest = uow.events.take_waiting(NOON + timedelta(seconds=60), limit=10)
    assert [event.subject_id for event in rest] == [other]


def test_nobody_takes_a_second_while_another_holds_the_first(shop: Shop) -> None:
    subject, other = uuid4(), uuid4()
    told(shop, finalized(subject))
    with shop.db.transaction(shop.tenant) as ours:
        assert len(ours.events.take_waiting(NOON, limit=10)) == 1
        told(shop, paid(subject), finalized(other), later=1)
        later = NOON + timedelta(seconds=1)
        with shop.db.transaction(shop.tenant) as theirs:
            taken = theirs.events.take_waiting(later, limit=10)
        assert [event.subject_id for event in taken] == [other]
    with shop.db.transaction(shop.tenant) as uow:
        assert [event.sequence for event in uow.events.take_waiting(later, limit=10)] == [2]


def test_who_names_a_subject_waits_for_those_who_are_at_it(shop: Shop) -> None:
    subject = uuid4()
    told(shop, finalized(subject))
    with ThreadPoolExecutor(1) as pool:
        with shop.db.transaction(shop.tenant) as ours:
            assert len(ours.events.take_waiting(NOON, limit=10)) == 1
            told(shop, paid(subject), later=1)
            command = ReactToEvents(shop.tenant, NOON, (subject,))
            settling = pool.submit(react_to_events, command, db=shop.db)
            _until_somebody_waits(shop.db)
        assert settling.result() == 1  # the second alone, and after the first


def test_many_who_react_at_once_keep_each_subjects_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = [uuid4() for _ in range(40)]
    for later in range(5):
        told(shop, *[paid(subject) for subject in subjects], later=later)
    seen: list[tuple[UUID, int]] = []

    lock = threading.Lock()

    def react(uow: Any, events: list[StoredEvent], at: Any) -> None:
        with lock:  # those who overlap have no subject in common
            seen.extend((event.subject_id, event.sequence) for event in events)

    monkeypatch.setattr(reacting, "react", react)

    def work() -> None:
        command = ReactToEvents(shop.tenant, NOON + timedelta(hours=1), limit=7)
        while react_to_events(command, db=shop.db):
            pass

    at_once([work] * 4)
    work()
    assert len(seen) == 200
    for subject in subjects:
        assert [sequence for of, sequence in seen if of == subject] == [1, 2, 3, 4, 5]


def test_a_fault_is_parked_alone_and_what_came_with_it_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = uuid4()
    told(shop, finalized(subject), later=60)
    told(shop, paid(subject), later=1)

    def react(uow: Any, events: list[StoredEvent], at: Any) -> None:
        if any(event.type == "invoice.finalized" for event in events):
            raise ZeroDivisionError

    monkeypatch.setattr(reacting, "react", react)
    command = ReactToEvents(shop.tenant, NOON + timedelta(seconds=1))
    assert react_to_events(command, db=shop.db) == 2
    with shop.db.transaction(shop.tenant) as uow:
        parked = uow.connection.execute(
            "select e.type from parked p join events e on e.id = p.subject_id"
        ).fetchall()
        waiting = uow.connection.execute("select 1 from events where reacted_at is null").fetchall()
    assert (parked, waiting) == ([("invoice.finalized",)], [])


def _until_somebody_waits(db: Database) -> None:
    while not db.ask(
        "select 1 from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    ):
        pass
