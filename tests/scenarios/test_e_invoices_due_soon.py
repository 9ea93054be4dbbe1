"""Stories of the thirty days: ten days before they pass it is told, once, what has no IRN.

Law: GSTN advisory of 5 November 2024: of 1 June the last day is 30 June, and 20 June ten before it.
"""

from collections.abc import Iterator

import pytest

from tests.scenarios.portal import SEEN_BEFORE, Bound, bound_to
from tests.scenarios.world import World

TEN_CRORE = 100_000_000


@pytest.fixture
def bound(world: World) -> Iterator[Bound]:
    with bound_to(world) as bound:
        yield bound


def warned(bound: Bound) -> list[str]:
    rows = bound.shop.rows(
        "select facts ->> 'last_day' from events where type = 'e_invoice.due_soon' order by id"
    )
    return [day for (day,) in rows]


def test_while_the_portal_is_away(bound: Bound) -> None:
    bound.turns_over(TEN_CRORE)
    bound.portal.is_down = True
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-19")
    assert warned(bound) == []
    bound.world.wait_until("2025-06-21")
    assert warned(bound) == ["2025-06-30"]
    bound.world.wait_until("2025-06-29")
    assert warned(bound) == ["2025-06-30"]  # once


def test_what_waits_for_a_person_is_told_of_too(bound: Bound) -> None:
    bound.turns_over(TEN_CRORE)
    bound.portal.taxpayers.set({SEEN_BEFORE: "CNL"})
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-19")
    assert [state for _, state, _ in bound.states()] == ["failed"]
    assert warned(bound) == []
    bound.world.wait_until("2025-06-21")
    assert warned(bound) == ["2025-06-30"]
    assert [state for _, state, _ in bound.states()] == ["failed"]  # nothing is sent by it
    bound.portal.taxpayers.set({SEEN_BEFORE: "ACT"})
    bound.sends_again(bound.shop.invoices[0])
    bound.world.wait_until("2025-06-22")
    assert [state for _, state, _ in bound.states()] == ["generated"]


def test_so_is_what_waits_for_a_login(bound: Bound) -> None:
    bound.turns_over(TEN_CRORE)
    bound.connects(password="Wrong@123")
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-19")
    assert warned(bound) == []
    bound.world.wait_until("2025-06-21")
    assert warned(bound) == ["2025-06-30"]
    bound.connects()
    bound.world.wait_until("2025-06-22")
    assert [state for _, state, _ in bound.states()] == ["generated"]


def test_a_login_that_is_mended_before_does_not_wait_for_that_day(bound: Bound) -> None:
    bound.turns_over(TEN_CRORE)
    bound.connects(password="Wrong@123")
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-03")
    bound.connects()
    bound.world.wait_until("2025-06-04")
    assert [state for _, state, _ in bound.states()] == ["generated"]
    bound.world.wait_until("2025-06-25")
    assert warned(bound) == []


def test_below_ten_crore_there_are_no_thirty_days(bound: Bound) -> None:
    bound.portal.is_down = True
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-30")
    assert warned(bound) == []
