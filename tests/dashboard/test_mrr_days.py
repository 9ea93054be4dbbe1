"""The days on which MRR changed, on a real database: whatever order changes come in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khata.core.ids import new_id
from khata.core.metrics import Movement, MrrChange, classify
from khata.db.embedded.provision import Urls
from khata.db.reads.metrics import CustomerChurn, Sum, customer_churn, movements, mrr
from khata.db.stores.metrics import Metrics

BORN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1)
Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def connection(urls: Urls) -> Iterator[Connection]:
    with psycopg.connect(urls.app, autocommit=True) as connection:
        yield connection


@contextmanager
def shop(connection: Connection, customers: int = 3) -> Iterator[list[UUID]]:
    """A tenant and its customers that are gone when the block ends."""
    tenant = new_id(BORN)
    with connection.transaction(force_rollback=True):
        connection.execute("select set_config('khata.tenant', %s, true)", [str(tenant)])
        account = new_id(BORN)
        connection.execute("insert into accounts values (%s, 'Shop', %s)", [account, BORN])
        connection.execute(
            "insert into tenants (tenant_id, account_id, livemode, name, email, country, timezone,"
            " currency, next_close_at, created_at)"
            " values (%s, %s, false, 'Shop', 's@shop.example', 'IN', 'Asia/Kolkata', 'INR',"
            " %s, %s)",
            [tenant, account, BORN, BORN],
        )
        yield [_customer(connection) for _ in range(customers)]


def _customer(connection: Connection) -> UUID:
    id = new_id(BORN)
    connection.execute(
        "insert into parties (id, facts, created_at) values (%s, '{}', %s)", [id, BORN]
    )
    connection.execute(
        "insert into customers (id, name, currency, timezone, country, party_id, created_at)"
        " values (%s, 'C', 'INR', 'Asia/Kolkata', 'IN', %s, %s)",
        [id, id, BORN],
    )
    return id


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select day, before, after, reason from mrr_days order by customer_id, day"
    ).fetchall()


def test_changes_of_one_day_are_one_row_and_the_last_reason_stands(connection: Connection) -> None:
    with shop(connection) as (asha, *_):
        store = Metrics(connection)
        store.change([MrrChange(asha, "INR", FIRST, 1000, "started")])
        store.change(
            [
                MrrChange(asha, "INR", date(2026, 2, 1), 500, "started"),
                MrrChange(asha, "INR", date(2026, 2, 1), -1000, "voluntary"),
            ]
        )
        assert rows(connection) == [
            (FIRST, 0, 1000, "started"),
            (date(2026, 2, 1), 1000, 500, "voluntary"),
        ]
        store.change([MrrChange(asha, "INR", date(2026, 2, 1), 500, "changed")])
        assert rows(connection)[1] == (date(2026, 2, 1), 1000, 1000, "changed")


def test_a_change_that_comes_late_shifts_the_days_after_it(connection: Connection) -> None:
    with shop(connection) as (asha, *_):
        store = Metrics(connection)
        store.change([MrrChange(asha, "INR", date(2026, 3, 1), 700, "started")])
        store.change([MrrChange(asha, "INR", date(2026, 1, 15), 300, "started")])
        assert rows(connection) == [
            (date(2026, 1, 15), 0, 300, "started"),
            (date(2026, 3, 1), 300, 1000, "started"),
        ]


def test_movements_of_a_month_told_from_days(connection: Connection) -> None:
    """Asha begins, grows and leaves; Binu leaves and returns; Chitra comes and goes in a day."""
    with shop(connection) as (asha, binu, chitra):
        Metrics(connection).change(
            [
                MrrChange(asha, "INR", date(2026, 1, 5), 1000, "started"),
                MrrChange(binu, "INR", date(2026, 1, 9), 400, "started"),
                MrrChange(asha, "INR", date(2026, 2, 1), 250, "changed"),
                MrrChange(binu, "INR", date(2026, 2, 10), -400, "paused"),
                MrrChange(binu, "INR", date(2026, 3, 10), 300, "resumed"),
                MrrChange(asha, "INR", date(2026, 3, 20), -450, "changed"),
                MrrChange(asha, "INR", date(2026, 3, 31), -800, "voluntary"),
                MrrChange(chitra, "INR", date(2026, 3, 2), 900, "started"),
                MrrChange(chitra, "INR", date(2026, 3, 2), -900, "voluntary"),
            ]
        )
        january, february, march = movements(connection, FIRST, date(2026, 4, 1))
        assert (january.start, january.new, january.end) == (0, 1400, 1400)
        assert (february.expansion, february.churn, february.end) == (250, 400, 1250)
        assert (march.reactivation, march.contraction, march.churn) == (300, 450, 800)
        assert (march.new, march.end) == (0, 300)
        assert mrr(connection, date(2026, 2, 9)) == [Sum("INR", 1650, 2)]
        assert mrr(connection, date(2026, 3, 31)) == [Sum("INR", 300, 1)]
        # Paying on 1 March: Asha alone; she left. Binu was away and came back: not in the rate.
        churn = customer_churn(connection, date(2026, 3, 1), date(2026, 4, 1))
        assert churn == CustomerChurn(at_start=1, lost=1)
        assert churn.rate == "100.00"


CHANGES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 120), st.integers(0, 400)), min_size=1, max_size=25
)


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.integers(1, 5))
def test_the_figures_are_those_of_a_fold_however_the_changes_come(
    urls: Urls, targets: list[tuple[int, int, int]], size: int
) -> None:
    """Each target sets a customer's MRR for a day; the database must agree with plain Python."""
    with (
        psycopg.connect(urls.app, autocommit=True) as connection,
        shop(connection) as customers,
    ):
        changes = _changes(customers, targets)
        for start in range(0, len(changes), size):
            Metrics(connection).change(changes[start : start + size])
        for month in _expected(changes):
            told = [m for m in movements(connection, FIRST, date(2026, 6, 1)) if m.month == month]
            expected = _expected(changes)[month]
            assert {kind: getattr(told[0], kind) for kind in Movement} == {
                kind: expected[kind] for kind in Movement
            }
        day = date(2026, 5, 31)
        for m in movements(connection, FIRST, day):
            last = date(m.month.year, m.month.month + 1, 1) - timedelta(days=1)
            assert m.end == sum(total.amount for total in mrr(connection, last))


def _changes(customers: Sequence[UUID], targets: Sequence[tuple[int, int, int]]) -> list[MrrChange]:
    """Turn targets into deltas; days of one customer rise in the order they are worked out."""
    level: dict[UUID, int] = defaultdict(int)
    changes = []
    for who, day, target in sorted(set(targets), key=lambda t: t[1]):
        customer = customers[who]
        delta = target - level[customer]
        level[customer] = target
        changes.append(MrrChange(customer, "INR", FIRST + timedelta(days=day), delta, "changed"))
    # As late changes come: every third one is told at the end.
    return changes[0::3] + changes[1::3] + changes[2::3]


def _expected(changes: Sequence[MrrChange]) -> dict[date, dict[Movement, int]]:
    months: dict[date, dict[Movement, int]] = {}
    for customer in {change.customer_id for change in changes}:
        level, paid = 0, False
        own = [change for change in changes if change.customer_id == customer]
        for day in sorted({change.day for change in own}):
            after = level + sum(change.delta for change in own if change.day == day)
            kind = classify(level, after, paid_before=paid)
            if kind:
                month = months.setdefault(day.replace(day=1), defaultdict(int))
                month[kind] += abs(after - level)
            level, paid = after, paid or after > 0
    return months
