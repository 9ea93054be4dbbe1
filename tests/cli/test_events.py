"""`khata events`: everything that happens is shown once, however late it is stored."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from khata.cli.events import spoken
from khata.core.events import (
    Event,
    InvoicePaid,
    PaymentFailed,
    StoredEvent,
    SubscriptionCancelWithdrawn,
    SubscriptionParked,
)
from khata.core.ids import new_id, public_id
from khata.db.embedded.provision import Urls
from khata.db.reads import news as reading
from khata.db.reads.news import News
from khata.db.transaction import Database
from tests.cli.test_commands import SECONDS, environment, khata
from tests.db.fleet import Fleet

NOW = datetime(2026, 1, 31, 3, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def paid(invoice: UUID | None = None) -> Event:
    return InvoicePaid(invoice or uuid4(), uuid4(), None, "INR", 118_000)


def told(db: Database, tenant: UUID, *events: Event, at: datetime = NOW) -> None:
    with db.transaction(tenant) as uow:
        uow.events.add(events, at)


def seen(db: Database, tenant: UUID, news: News) -> list[tuple[str, datetime]]:
    with db.transaction(tenant) as uow:
        return [(event.type, event.at) for event in news.page(uow.connection)]


@pytest.fixture
def tenant(db: Database) -> UUID:
    return Fleet(db, 0).tenant


def test_each_is_seen_once_and_what_is_stored_late_too(db: Database, tenant: UUID) -> None:
    news = News(None)
    assert seen(db, tenant, news) == []
    with db.transaction(tenant) as slow:
        slow.events.add([paid()], NOW)
        told(db, tenant, paid(), at=NOW + 5 * MINUTE)
        assert seen(db, tenant, news) == [("invoice.paid", NOW + 5 * MINUTE)]
    assert seen(db, tenant, news) == [("invoice.paid", NOW)]
    assert seen(db, tenant, news) == []


def test_on_a_test_clock_weeks_may_pass_in_between(db: Database, tenant: UUID) -> None:
    with db.transaction(tenant) as uow:
        uow.clocks.add(new_id(NOW), NOW, NOW)
    news = News(None)
    told(db, tenant, paid(), at=NOW + timedelta(days=20))
    assert len(seen(db, tenant, news)) == 1
    told(db, tenant, paid(), at=NOW)
    assert seen(db, tenant, news) == [("invoice.paid", NOW)]


def test_what_was_there_is_passed_over(db: Database, tenant: UUID) -> None:
    told(db, tenant, paid(), paid())
    with db.transaction(tenant) as uow:
        news = News(uow.events.last_at())
        news.pass_over(uow.connection)
    told(db, tenant, paid())  # at the very same instant
    assert len(seen(db, tenant, news)) == 1


def test_many_pages_are_read_to_the_end(
    db: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    told(db, tenant, *[paid() for _ in range(10)])
    news, found = News(None), 0
    while page := seen(db, tenant, news):
        found += len(page)
    assert found == 10
    told(db, tenant, paid(), at=NOW + MINUTE)
    assert len(seen(db, tenant, news)) == 1


def test_what_is_long_past_is_forgotten_and_not_told_again(db: Database, tenant: UUID) -> None:
    news = News(None)
    for minutes in range(0, 120, 5):
        told(db, tenant, paid(), at=NOW + minutes * MINUTE)
        assert len(seen(db, tenant, news)) == 1
        assert seen(db, tenant, news) == []
    assert len(news._told) < 8


def stored(event: Event) -> StoredEvent:
    at = NOW + timedelta(seconds=7)
    return StoredEvent(uuid4(), event.type, event.subject_id, 123_456, event.facts(), at)


@pytest.mark.parametrize(
    "event",
    [
        PaymentFailed(
            uuid4(), uuid4(), uuid4(), uuid4(), "INR", 10**13, "customer_action",
            "withdrawal_count_limit_exceeded", NOW,
        ),
        SubscriptionCancelWithdrawn(uuid4(), uuid4()),
        SubscriptionParked(uuid4(), "state_required", "the state of the address decides; " * 9),
        SubscriptionParked(uuid4(), "state_required", "one\nand two"),
    ],
)  # fmt: skip
def test_a_person_reads_it_in_80_columns(event: Event) -> None:
    lines = spoken(stored(event), ZoneInfo("Asia/Kolkata")).splitlines()
    assert lines[0] == f"2026-01-31 09:00:07  {event.type}  #123456"
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("  ") for line in lines[1:])


def test_the_document_is_printed(tmp_path: Path) -> None:
    env = environment(tmp_path, KHATA_KAFKA_TOPIC_PREFIX="acme")
    printed = khata("events", "schema", env=env)
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout)["channels"]["invoice"]["address"] == "acme.invoice"


def test_a_type_that_is_none_and_a_tenant_that_is_missing_are_refused(tmp_path: Path) -> None:
    env = environment(tmp_path)
    wrong = khata("events", "tail", "--tenant", "ten_x", "--type", "invoice.eaten", env=env)
    assert (wrong.returncode, wrong.stderr.partition(":")[0]) == (1, "unknown_event_type")
    assert khata("events", "tail", env=env).returncode == 2


def test_it_follows_until_it_is_interrupted(
    urls: Urls, db: Database, tenant: UUID, tmp_path: Path
) -> None:
    told(db, tenant, paid())
    command = [sys.executable, "-m", "khata.cli", "events", "tail", "--from-start", "--json"]
    command += ["--type", "invoice", "--tenant", public_id("ten", tenant)]
    env = environment(
        tmp_path, KHATA_DATABASE_URL=urls.app, KHATA_SECRET_KEY="0" * 32, PYTHONUNBUFFERED="1"
    )
    tailing = subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        # A shell's job in the background ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert tailing.stdout is not None
        first = json.loads(tailing.stdout.readline())
        told(db, tenant, SubscriptionParked(uuid4(), "a", "b"), paid())
        second = json.loads(tailing.stdout.readline())
        tailing.send_signal(signal.SIGINT)
        assert tailing.wait(SECONDS) == 0
    finally:
        tailing.kill()
        tailing.wait()
    assert [one["type"] for one in (first, second)] == ["invoice.paid"] * 2
    assert first["id"] != second["id"]
    assert first["source"] == f"/tenants/{public_id('ten', tenant)}"
