"""Shares: a run is billed in bounded parts, by whoever has its turn, and is one run for all."""

from datetime import date, timedelta

import pytest

from khata.db.transaction import Database
from khata.usecases.billing import bill_in_batches
from khata.usecases.billing.bill_share import BillShare, bill_share
from khata.usecases.billing.renew_due_subscriptions import renew_taken
from tests.db.fleet import DUE, Fleet

ALL_OF_IT = 100


def share(fleet: Fleet, *, most: int, batch: int = 2, at: timedelta = timedelta(0)) -> int:
    return bill_share(
        BillShare(fleet.tenant, DUE + at, "scheduler", most=most, batch=batch), db=fleet.db
    )


def runs(fleet: Fleet) -> list[tuple[date, str, int]]:
    rows = fleet.rows("select as_of, status, invoices from billing_runs order by id")
    return [(as_of, status, invoices) for as_of, status, invoices in rows]


def test_shares_of_one_day_are_one_run(db: Database) -> None:
    fleet = Fleet(db, 7)
    day = date(2025, 2, 10)
    assert share(fleet, most=3) == 4  # whole batches of two
    assert runs(fleet) == [(day, "running", 4)]
    assert share(fleet, most=3) == 3
    assert runs(fleet) == [(day, "completed", 7)]


def test_a_share_that_ends_where_the_work_does_completes_the_run(db: Database) -> None:
    fleet = Fleet(db, 4)
    assert share(fleet, most=4) == 4
    assert runs(fleet) == [(date(2025, 2, 10), "completed", 4)]


def test_a_run_over_midnight_goes_on_as_the_next_days(db: Database) -> None:
    """Its documents bear the day on which they are made, not the day on which it began."""
    fleet = Fleet(db, 4)
    share(fleet, most=2)
    share(fleet, most=ALL_OF_IT, at=timedelta(days=1))
    assert runs(fleet) == [
        (date(2025, 2, 10), "interrupted", 2),
        (date(2025, 2, 11), "completed", 2),
    ]
    dated = fleet.rows("select issued_on, count(*) from invoices group by 1 order by 1")
    assert dated == [(date(2025, 2, 10), 2), (date(2025, 2, 11), 2)]


def test_a_culprit_is_found_and_parked_within_one_share(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(db, 6)
    culprit = fleet.one("select id from subscriptions order by id limit 1")
    renewed = renew_taken

    def breaks(uow, taken, command):  # type: ignore[no-untyped-def]
        if any(one.subscription.id == culprit for one in taken):
            raise ZeroDivisionError
        return renewed(uow, taken, command)

    for where in ("bill_in_batches", "renew_due_subscriptions"):
        monkeypatch.setattr(f"khata.usecases.billing.{where}.renew_taken", breaks)
    share(fleet, most=4, batch=8)
    assert fleet.one("select count(*) from parked") == 1
    share(fleet, most=ALL_OF_IT)
    assert fleet.one("select count(*) from invoices") == 5
    assert fleet.rows("select subject_id, code from parked") == [(culprit, "renewal_failed")]


def test_where_nothing_works_the_run_is_interrupted_and_nobody_is_parked(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(db, 12)

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    for where in ("bill_in_batches", "renew_due_subscriptions"):
        monkeypatch.setattr(f"khata.usecases.billing.{where}.renew_taken", breaks)
    with pytest.raises(bill_in_batches.NothingWorks):
        share(fleet, most=4)
    assert [status for _, status, _ in runs(fleet)] == ["interrupted"]
    assert fleet.rows("select * from parked") == []
    monkeypatch.undo()
    assert share(fleet, most=ALL_OF_IT) == 12
    assert [status for _, status, _ in runs(fleet)] == ["interrupted", "completed"]
