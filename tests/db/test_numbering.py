"""Numbers on a real PostgreSQL: no gap and no twin, whatever is rolled back."""

import random
from collections.abc import Iterator
from functools import partial

import pytest

from khata.core.ids import new_id, new_ids
from khata.core.numbering import SeriesFull
from khata.db.embedded.provision import Urls
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import decide
from tests.db.crowd import at_once
from tests.db.fleet import DUE, Fleet

WRITERS, EACH = 32, 10


class Changed(Exception):
    """The writer changed its mind after the number was drawn."""


@pytest.fixture
def crowded(urls: Urls) -> Iterator[Database]:
    database = Database(urls.app, size=WRITERS)
    yield database
    database.close()


def invoice_one(uow: UnitOfWork) -> str | None:
    """Store the invoice of one due subscription, as the billing run does; return its number."""
    taken = DueWork(uow.connection).take_due(DUE, limit=1)
    if not taken:
        return None
    [renewal], _ = decide(uow, taken, at=DUE, issued_on=None)
    assert renewal.invoice is not None
    uow.subscriptions.change([renewal.after])
    uow.invoices.store([renewal.invoice], DUE)
    return uow.invoices.get(renewal.invoice.id).number


def test_32_writers_with_rollbacks_leave_no_gap_and_no_twin(crowded: Database) -> None:
    # More than they take: a writer who passes one that is held, and then let go, may not see it.
    fleet = Fleet(crowded, 2 * WRITERS * EACH)

    def write(seed: int) -> list[str]:
        chance, kept = random.Random(seed), []
        for _ in range(EACH):
            try:
                with crowded.transaction(fleet.tenant) as uow:
                    number = invoice_one(uow)
                    if chance.random() < 0.2:
                        raise Changed
            except Changed:
                continue
            assert number is not None
            kept.append(number)
        return kept

    told = [
        number
        for numbers in at_once([partial(write, n) for n in range(WRITERS)])
        for number in numbers
    ]
    assert WRITERS * EACH * 0.6 < len(told) < WRITERS * EACH  # some did change their minds
    expected = [f"INV/24-25/{n:05}" for n in range(1, len(told) + 1)]
    assert sorted(told) == expected
    assert [
        row[0] for row in fleet.rows("select number from invoices order by sequence")
    ] == expected
    assert fleet.one("select last_number from number_counters") == len(told)


def test_a_batch_draws_its_run_of_numbers_at_once(db: Database) -> None:
    fleet = Fleet(db, 7)
    with db.transaction(fleet.tenant) as uow:
        taken = DueWork(uow.connection).take_due(DUE, limit=7)
        renewals, _ = decide(uow, taken, at=DUE, issued_on=None)
        invoices = [one.invoice for one in renewals if one.invoice is not None]
        uow.invoices.store(invoices[:4], DUE)
        uow.invoices.store(invoices[4:], DUE)
    numbers = [row[0] for row in fleet.rows("select number from invoices order by id")]
    assert numbers == [f"INV/24-25/{n:05}" for n in range(1, 8)]


def test_a_number_too_long_for_the_law_stores_nothing(db: Database) -> None:
    fleet = Fleet(db, 2)
    fleet.rows(
        "insert into number_counters"
        " (registration_id, document_type, series, financial_year, last_number)"
        " values (%(id)s, 'invoice', 'INV/{fy}/{n}', '24-25', 9999999) returning 1",
        id=fleet.registration,
    )
    with pytest.raises(SeriesFull), db.transaction(fleet.tenant) as uow:
        invoice_one(uow)
    assert fleet.one("select count(*) from invoices") == 0
    assert fleet.one("select last_number from number_counters") == 9_999_999


def test_ids_rise_in_the_order_in_which_they_are_made() -> None:
    ids = [*new_ids(DUE, 500), *(new_id(DUE) for _ in range(500))]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
