"""Payouts of which gateways tell by themselves: fetched at once, and never believed."""

import pytest

from khata.simulators.stripe import StripeSimulator
from tests.scenarios.banked import Banked, all_arrives, stands
from tests.scenarios.world import World, at

TOLD = ("settlement.processed", "payout.paid", "payout.failed")


def is_paid_out(world: World, bank: Banked) -> None:
    """1,180.00 are paid on 10 January, and 1,152.15 paid out until the 15th."""
    bank.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-01-13")
    world.wait_until("2025-01-15")
    bank.goes_on()


def kept(bank: Banked) -> list[tuple[str, str, int]]:
    return [
        (subject, outcome, deliveries)
        for subject, outcome, deliveries in bank.shop.rows(
            "select subject, outcome, deliveries from gateway_events order by id"
        )
    ]


@pytest.mark.parametrize("place", [0, 1], ids=["stripe", "razorpay"])
def test_a_payout_is_fetched_when_it_is_told(
    world: World, banked: tuple[Banked, Banked], place: int
) -> None:
    bank = banked[place]
    is_paid_out(world, bank)
    assert bank.payouts == []
    assert bank.is_told(*TOLD) == [200, 200]
    world.wait_until(at("2025-01-15", "12:05"))
    assert kept(bank) == [("payout", "payouts are asked for", 2)]
    assert (bank.payouts, bank.held) == ([(115_215, "agrees")], 0)
    assert stands(bank.shop, "cash_in_transit") == ["1152.15"]
    # In test mode nobody asks by himself: nothing is due any more.
    assert bank.shop.rows("select next_try_at from settlement_fetches") == [(None,)]


@pytest.mark.parametrize("place", [0, 1], ids=["stripe", "razorpay"])
def test_what_somebody_else_tells_does_nothing(
    world: World, banked: tuple[Banked, Banked], place: int
) -> None:
    bank = banked[place]
    is_paid_out(world, bank)
    assert bank.is_told(*TOLD, secret="whsec_of_somebody_else") == [400, 400]
    world.wait_until(at("2025-01-15", "12:05"))
    assert (kept(bank), bank.payouts) == ([], [])
    assert bank.shop.rows("select 1 from settlement_fetches") == []


@pytest.mark.parametrize("place", [0, 1], ids=["stripe", "razorpay"])
def test_what_is_fetched_already_is_not_asked_for_again(
    world: World, banked: tuple[Banked, Banked], place: int
) -> None:
    bank = banked[place]
    is_paid_out(world, bank)
    bank.fetches()
    world.wait_until(at("2025-01-15", "12:01"))
    bank.is_told(*TOLD)
    world.wait_until(at("2025-01-15", "12:05"))
    assert kept(bank) == [("payout", "the books have the payout", 2)]
    [(ran_at,)] = bank.shop.rows("select ran_at from settlement_fetches")
    assert ran_at < at("2025-01-15", "12:01")


def test_the_bank_sends_a_payout_back(world: World, banked: tuple[Banked, Banked]) -> None:
    """1,152.15 come back, and leave again the same day as a payout of their own."""
    stripe, _ = banked
    assert isinstance(stripe.simulator, StripeSimulator)
    shop = stripe.shop
    is_paid_out(world, stripe)
    stripe.is_told(*TOLD)
    world.wait_until("2025-01-16")
    [(payout,)] = shop.rows("select reference from settlements")
    stripe.simulator.fail_payout(payout)
    assert stripe.is_told(*TOLD) == [200, 200]
    world.wait_until(at("2025-01-16", "12:05"))
    assert kept(stripe)[1] == ("failed_payout", "payouts are asked for", 2)
    assert (stripe.held, stands(shop, "cash_in_transit")) == (115_215, ["0.0"])
    assert [code for code, _ in shop.parked] == ["payout_failed"]
    world.wait_until("2025-01-17")
    stripe.goes_on()
    stripe.is_told(*TOLD)
    world.wait_until(at("2025-01-17", "12:05"))
    assert stripe.payouts == [(115_215, "agrees"), (115_215, "agrees")]
    assert (stripe.held, stands(shop, "settlement_suspense")) == (0, ["0.0"])
    all_arrives(world, shop)
    assert stands(shop, "bank", "cash_in_transit") == ["1152.15", "0.0"]
    assert shop.books_balance()
