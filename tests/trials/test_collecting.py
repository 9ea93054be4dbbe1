"""The short form of the trial of collecting: a month at gateways that misbehave, books equal."""

import pytest

from khata.db.transaction import Database
from trials.collecting import Plan, try_out
from trials.rigs import RIGS


@pytest.mark.parametrize("vendor", sorted(RIGS))
def test_nothing_is_captured_twice_and_the_cash_agrees(db: Database, vendor: str) -> None:
    outcome = try_out(Plan(vendor, invoices=30, seed=7), db)
    assert outcome.wrong == ()
    assert outcome.paid >= 28  # the lost cards alone are given up
    assert outcome.held_back > 0
    assert outcome.captured == outcome.booked == outcome.paid * 118_000
    assert outcome.events > 0
