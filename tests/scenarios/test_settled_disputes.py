"""Two months at Stripe and Razorpay: disputes and payouts meet, and the money is booked once."""

from tests.scenarios.banked import Banked, all_arrives, stands
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at


def test_payouts_that_tell_of_disputes_first_and_last(
    world: World, banked: tuple[Banked, Banked]
) -> None:
    """Four customers pay 1,180.00 in January and in February; each gateway keeps 27.85 of each.

    At Stripe one dispute takes 1,180.00 and 15.00, and 1,180.00 come back; at Razorpay one takes
    1,180.00 for good. 8 x 1,152.15 - 15.00 - 1,180.00 = 8,022.20 are in the bank at the end.
    """
    stripe, razorpay = banked
    shop = stripe.shop
    asha, bina = stripe.customer("Asha"), stripe.customer("Bina")
    chitra, devi = razorpay.customer("Chitra"), razorpay.customer("Devi")
    for one in (asha, bina, chitra, devi):
        one.subscribes_to("Pro")
    world.wait_until("2025-01-13")  # an Indian card at Razorpay takes a day and a half
    for one in (asha, bina, chitra, devi):
        assert one.latest_invoice.status == "paid"
    assert (stripe.held, razorpay.held) == (230_430, 230_430)
    world.wait_until("2025-01-15")
    stripe.fetches()
    razorpay.fetches()
    world.wait_until(at("2025-01-15", "12:01"))
    assert (stripe.held, razorpay.held) == (0, 0)
    assert sum(amount for amount, _ in stripe.payouts) == 230_430
    assert sum(amount for amount, _ in razorpay.payouts) == 230_430

    at_stripe, at_razorpay = _complained(world, banked, asha, chitra)
    _told_by_the_payout_first(world, stripe, at_stripe)
    _won_before_the_payout(world, stripe, at_stripe)
    for day in ("2025-02-10", "2025-02-12", "2025-02-14"):
        world.wait_until(day)
    stripe.fetches()
    razorpay.fetches()
    world.wait_until(at("2025-02-14", "12:01"))
    assert stands(shop, "settlement_suspense") == ["1180.0"]
    assert razorpay.payouts[-1] == (112_430, "differs")
    razorpay.hears_of(at_razorpay)
    assert (stripe.held, razorpay.held) == (0, 0)
    assert razorpay.payouts[-1] == (112_430, "agrees")

    _all_in_the_bank(world, shop)


def _complained(
    world: World, banked: tuple[Banked, Banked], asha: Customer, chitra: Customer
) -> tuple[str, str]:
    """At Stripe a dispute that is open, at Razorpay one that is lost; nobody was told."""
    stripe, razorpay = banked
    world.wait_until("2025-01-20")
    stripe.goes_on()
    razorpay.goes_on()
    at_stripe = stripe.simulator.dispute(stripe.reference(asha))
    at_razorpay = razorpay.simulator.dispute(razorpay.reference(chitra))
    razorpay.simulator.decide(at_razorpay, "lost")
    return at_stripe, at_razorpay


def _told_by_the_payout_first(world: World, stripe: Banked, at_stripe: str) -> None:
    shop = stripe.shop
    world.wait_until("2025-01-22")
    stripe.fetches()
    world.wait_until(at("2025-01-22", "12:01"))
    # The payout is the first to tell: nobody here knows of a dispute.
    assert stripe.payouts[-1] == (-119_500, "differs")
    assert stands(shop, "settlement_suspense", "disputed_funds") == ["1195.0", "0.0"]
    assert [code for code, _ in shop.parked] == ["does_not_agree"]
    stripe.hears_of(at_stripe)
    assert stripe.held == 0
    assert stands(shop, "settlement_suspense", "disputed_funds", "dispute_fees") == [
        "0.0",
        "1180.0",
        "15.0",
    ]
    assert (stripe.payouts[-1], shop.parked) == ((-119_500, "agrees"), [])


def _won_before_the_payout(world: World, stripe: Banked, at_stripe: str) -> None:
    shop = stripe.shop
    world.wait_until("2025-01-25")
    stripe.goes_on()
    stripe.simulator.decide(at_stripe, "won")
    world.wait_until("2025-01-27")  # the daily look has told, before the payout
    assert stands(shop, "disputed_funds") == ["0.0"]
    stripe.fetches()
    world.wait_until(at("2025-01-27", "12:01"))
    assert stripe.payouts[-1] == (118_000, "agrees")
    assert stripe.held == 0


def _all_in_the_bank(world: World, shop: Shop) -> None:
    all_arrives(world, shop)
    assert (
        stands(
            shop,
            "gateway_clearing",
            "cash_in_transit",
            "settlement_suspense",
            "disputed_funds",
            "receivable",
        )
        == ["0.0"] * 5
    )
    assert stands(shop, "bank", "dispute_losses", "dispute_fees") == ["8022.2", "1180.0", "15.0"]
    assert shop.books_balance()
    assert shop.parked == []


def test_two_payouts_tell_of_a_dispute_before_anybody_else(
    world: World, banked: tuple[Banked, Banked]
) -> None:
    """1,195.00 were taken and 1,180.00 came back: what is in suspense is cleared at once."""
    stripe, _ = banked
    shop, asha = stripe.shop, stripe.customer("Asha")
    asha.subscribes_to("Pro")
    world.wait_until("2025-01-20")
    stripe.goes_on()
    dispute = stripe.simulator.dispute(stripe.reference(asha))
    world.wait_until("2025-01-22")
    stripe.goes_on()
    stripe.simulator.decide(dispute, "won")
    world.wait_until("2025-01-24")
    stripe.fetches()
    world.wait_until(at("2025-01-24", "12:01"))
    assert stands(shop, "settlement_suspense") == ["15.0"]
    stripe.hears_of(dispute)
    assert stripe.payouts == [(115_215, "agrees"), (-119_500, "agrees"), (118_000, "agrees")]
    assert stands(shop, "settlement_suspense", "dispute_fees") == ["0.0", "15.0"]
    assert (stripe.held, shop.parked) == (0, [])
