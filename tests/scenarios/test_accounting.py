"""Stories an accountant asks about: who owes since when, an account, what is unearned."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from khata.core.ageing import Aged, Bucket, bucket_of
from khata.core.deferral import MonthsReversed, months_between
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting, mirrored
from khata.core.month_end import MonthFacts, Standing, checks_of, is_clean
from khata.core.periods import start_of_day
from khata.core.statement_of_account import Statement
from khata.db.reads.ageing import aged_receivables
from khata.db.reads.books import trial_balance
from khata.db.reads.deferral import deferred_by_month, deferred_to_come
from khata.db.reads.month_end import month_facts
from khata.db.reads.statements import customer_statement
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from tests.scenarios.funds import has_credit
from tests.scenarios.shop import Shop
from tests.scenarios.world import HOME, World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka", round_off="none")
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Yearly", at=inr("36,500.00"), every="year")
    world.today_is("2025-01-01")
    return shop


def ageing(shop: Shop, day: str) -> list[Aged]:
    as_of = date.fromisoformat(day)
    with shop.db.transaction(shop.tenant) as uow:
        return aged_receivables(
            uow.connection, as_of=as_of, after=start_of_day(as_of + timedelta(days=1), HOME)
        )


def receivable(shop: Shop, day: str) -> int:
    with shop.db.transaction(shop.tenant) as uow:
        rows = trial_balance(uow.connection, date.fromisoformat(day), "INR")
    return sum(row.debits - row.credits for row in rows if row.account == "receivable")


def statement(shop: Shop, customer: UUID, first: str, last: str) -> Statement:
    with shop.db.transaction(shop.tenant) as uow:
        return customer_statement(
            uow.connection,
            customer,
            currency="INR",
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
        )


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, Bucket.NOT_DUE),
        (0, Bucket.NOT_DUE),  # on the due date itself it can still be paid
        (1, Bucket.TO_30),
        (30, Bucket.TO_30),
        (31, Bucket.TO_60),
        (60, Bucket.TO_60),
        (61, Bucket.TO_90),
        (90, Bucket.TO_90),
        (91, Bucket.OVER_90),
    ],
)
def test_the_bucket_of_days_past_due(days: int, bucket: Bucket) -> None:
    due = date(2025, 1, 31)
    assert bucket_of(due, as_of=due + timedelta(days=days)) is bucket


def test_debts_age_and_are_those_of_the_books_on_every_day(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", card=None)
    asha = shop.customer("Asha", card=None)
    ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=10)
    has_credit(asha, inr("100.00"))
    world.wait_until("2025-03-15")
    # Ravi's of 1 January, February and March were due on the 11th of each.
    [(total, owed, credit), (_, nothing, kept)] = [
        (row.total, row.owed, row.credit) for row in ageing(shop, "2025-03-15")
    ]
    assert total == 354_000  # three times 1,180.00
    assert owed == {
        Bucket.NOT_DUE: 0,
        Bucket.TO_30: 118_000,  # 11 March, 4 days
        Bucket.TO_60: 118_000,  # 11 February, 32 days
        Bucket.TO_90: 118_000,  # 11 January, 63 days
        Bucket.OVER_90: 0,
    }
    assert (credit, sum(nothing.values()), kept) == (0, 0, 10_000)

    january, february, march = sorted(ravi.invoices, key=lambda one: one.issued_on)
    ravi.transfers(january)
    world.wait_until("2025-03-16")
    void_invoice(VoidInvoice(shop.tenant, february.id, world.now), db=shop.db)
    world.wait_until("2025-03-20")
    march.is_written_off()
    for day, expected in [
        ("2024-12-31", 0),
        ("2025-01-01", 118_000),
        ("2025-02-01", 236_000),
        ("2025-03-14", 354_000),
        ("2025-03-15", 236_000),  # January's was transferred
        ("2025-03-16", 118_000),  # February's was cancelled
        ("2025-03-19", 118_000),
        ("2025-03-20", 0),  # March's was written off
    ]:
        found = sum(row.total for row in ageing(shop, day))
        assert (day, found, receivable(shop, day)) == (day, expected, expected)


def test_a_statement_says_what_came_and_went(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", card=None)
    ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=10)
    world.wait_until("2025-01-20")
    ravi.transfers(ravi.latest_invoice)
    world.wait_until("2025-02-02")
    told = statement(shop, ravi.id, "2025-01-01", "2025-01-31")
    assert (told.opening, told.closing) == (0, 0)
    assert [
        (line.on.day, line.words, line.document, line.debit, line.credit, line.balance)
        for line in told.lines
    ] == [
        (1, "Invoice", "INV/24-25/00001", 118_000, 0, 118_000),
        (20, "Payment, thank you", "INV/24-25/00001", 0, 118_000, 0),
    ]
    assert (told.debits, told.credits) == (118_000, 118_000)
    later = statement(shop, ravi.id, "2025-01-10", "2025-02-02")
    assert (later.opening, later.closing) == (118_000, 118_000)
    assert [line.balance for line in later.lines] == [0, 118_000]


def test_a_year_is_earned_by_its_months(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.subscribes_to("Yearly")  # 365 days at 100.00 a day
    world.wait_until("2025-03-10")
    with shop.db.transaction(shop.tenant) as uow:
        months = months_between(date(2025, 1, 1), date(2025, 3, 10), param="from")
        rows = deferred_by_month(uow.connection, months)
        to_come = deferred_to_come(uow.connection)
    assert [(r.opening, r.billed, r.recognized, r.closing) for r in rows] == [
        (0, 3_650_000, 310_000, 3_340_000),  # January has 31 days
        (3_340_000, 0, 280_000, 3_060_000),
        (3_060_000, 0, 0, 3_060_000),  # March is not over
    ]
    assert [to_come[date(2025, month, 1), "INR"] for month in range(3, 13)] == [
        310_000,
        300_000,
        310_000,
        300_000,
        310_000,
        310_000,
        300_000,
        310_000,
        300_000,
        310_000,
    ]
    assert sum(to_come.values()) == rows[-1].closing
    world.wait_until("2026-01-01")
    with shop.db.transaction(shop.tenant) as uow:
        year = deferred_by_month(uow.connection, months_between(*YEAR, param="from"))
    assert year[0].recognized == 310_000
    assert sum(row.recognized for row in year) == 3_650_000
    assert year[-1].closing == 0


YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def test_months_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(MonthsReversed):
        months_between(date(2025, 3, 1), date(2025, 2, 28), param="from")
    with pytest.raises(MonthsReversed):
        months_between(date(2015, 1, 1), date(2025, 2, 28), param="from")
    assert len(months_between(date(2025, 1, 31), date(2025, 3, 1), param="from")) == 3


def month_end(shop: Shop, last: str) -> dict[str, tuple[str, str]]:
    last_day = date.fromisoformat(last)
    after = start_of_day(last_day + timedelta(days=1), HOME)
    with shop.db.transaction(shop.tenant) as uow:
        facts = month_facts(uow.connection, last_day=last_day, after=after)
    return {check.code: (check.standing.value, check.words) for check in checks_of(facts)}


def test_a_month_says_what_is_left_to_do(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", card=None)
    ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=10)
    world.wait_until("2025-01-31")
    told = month_end(shop, "2025-01-31")
    assert told["revenue_recognized"][0] == "open"
    assert {code for code, (standing, _) in told.items() if standing != "done"} == {
        "revenue_recognized"
    }
    world.wait_until("2025-02-01")
    # Somebody takes 1.00 from what Ravi owes without a booking's reason.
    stray = Posting(Account.ROUND_OFF, Account.RECEIVABLE, 100, "INR")
    entry = Entry(new_id(world.now), "invoice_issued", new_id(world.now), JANUARY, (stray,))
    with shop.db.transaction(shop.tenant) as uow:
        uow.books.post([entry], world.now)
    told = month_end(shop, "2025-01-31")
    assert told["receivable_is_owed"] == (
        "wrong",
        "receivable and open invoices differ: INR 1179.00 and 1180.00",
    )
    assert told["revenue_recognized"] == ("done", "What the month earned is booked")
    assert told["books_balance"] == ("done", "Debits and credits agree")
    undone = mirrored(entry, id=new_id(world.now), kind="invoice_voided", on=JANUARY)
    with shop.db.transaction(shop.tenant) as uow:
        uow.books.post([undone], world.now)
    assert month_end(shop, "2025-01-31")["receivable_is_owed"][0] == "done"


JANUARY = date(2025, 1, 31)


def test_what_is_left_is_counted_in_words() -> None:
    facts = MonthFacts(
        last_day=JANUARY,
        closed=True,
        debits={"INR": 5},
        credits={"INR": 5},
        receivable={},
        owed={},
        suspense={"INR": -1_012},
        in_transit={"USD": 0},
        unknown_attempts=1,
        parked=2,
        unmatched_bank_lines=3,
        certificates_late=0,
    )
    left = [check.words for check in checks_of(facts) if check.standing is not Standing.DONE]
    assert left == [
        "1 try to collect waits for its outcome",
        "2 pieces of work are parked",
        "Settlement suspense holds INR -10.12",
        "3 lines of the bank's statement are matched with nothing",
    ]
    assert not is_clean(checks_of(facts))
