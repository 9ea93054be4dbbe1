"""The worker's loop: a tenant whose work fails does not stand in the way of the others."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from khata.usecases.due_work.do_share import DoShare
from khata.worker import loop
from khata.worker.rests import LONGEST, Rests
from tests.scenarios.world import World, inr


class LongAgo:
    """The machine's clock, before anything of those without a test clock was due."""

    def now(self) -> datetime:
        return datetime(1999, 1, 1, tzinfo=UTC)


def test_failures_in_a_row_rest_longer_and_longer() -> None:
    rests, sick = Rests(), uuid4()
    waits = []
    for _ in range(10):
        rests.failed(sick)
        looks = 0
        while sick in rests.resting():
            looks += 1
        waits.append(looks)
    assert waits == [2, 4, 8, 16, 32, 64, 128, LONGEST, LONGEST, LONGEST]


def test_who_is_well_again_starts_from_the_shortest_rest() -> None:
    rests, sick = Rests(), uuid4()
    rests.failed(sick)
    rests.failed(sick)
    rests.went_well(sick)
    rests.failed(sick)
    assert [sick in rests.resting() for _ in range(3)] == [True, True, False]


def test_tenants_that_fail_do_not_hide_those_that_were_due_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one place a look, the tenant due the longest would be the only one ever seen."""
    sick, well = world.shop(), world.shop()
    for shop in (sick, well):
        shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    for shop in (sick, well):
        shop.customer("Asha").subscribes_to("Pro")
    sick.rows("update test_clocks set frozen_time = '2025-02-10T00:00:00Z' returning 1")
    well.rows("update test_clocks set frozen_time = '2025-02-11T00:00:00Z' returning 1")
    sick.rows("update subscriptions set next_billing_at = '2000-01-01' returning 1")
    well.rows("update subscriptions set next_billing_at = '2000-01-02' returning 1")
    seen: list[UUID] = []

    def do_share(command: DoShare, **_: object) -> int:
        seen.append(command.tenant)
        if command.tenant == sick.tenant:
            raise ZeroDivisionError
        return 1

    monkeypatch.setattr(loop, "do_share", do_share)
    monkeypatch.setattr(loop, "MOST_TENANTS", 1)
    engine, rests = replace(world.engine, clock=LongAgo()), Rests()
    for _ in range(2):
        loop.run_once(engine, threading.Event(), rests)
    assert seen == [sick.tenant, well.tenant]
