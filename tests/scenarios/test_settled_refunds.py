"""A refund and the payout that has it, whichever is heard of first: in the end all is 0."""

import pytest

from khata.core.ids import new_id
from khata.simulators.faults import Fault, FaultKind
from khata.usecases.payments.refund_payment import RefundPayment, refund_payment
from tests.scenarios.banked import Banked, all_arrives, stands
from tests.scenarios.customer import Customer
from tests.scenarios.world import World, at

HELD = ("gateway_clearing", "cash_in_transit", "settlement_suspense")


def gives_back(world: World, bank: Banked, asha: Customer, amount: int) -> None:
    [(payment,)] = bank.shop.rows(
        "select payment_id from attempts where invoice_id = %(invoice)s",
        invoice=asha.invoices[0].id,
    )
    command = RefundPayment(
        bank.shop.tenant, new_id(world.now), world.now, payment, amount, "order_change"
    )
    refund_payment(command, db=bank.shop.db)


def loses_answers(bank: Banked, method: str) -> None:
    """What is asked about refunds by this method is done, and each answer is lost."""
    bank.simulator.faults.set([Fault(FaultKind.LOST_AFTER, method, ".*refund.*")])


@pytest.mark.parametrize("is_known_first", [True, False], ids=["refund first", "payout first"])
@pytest.mark.parametrize("place", [0, 1], ids=["stripe", "razorpay"])
def test_a_refund_in_a_payout(
    world: World, banked: tuple[Banked, Banked], place: int, is_known_first: bool
) -> None:
    """1,180.00 in January and in February less 27.85 each: 2,304.30; 500.00 go back: 1,804.30."""
    bank = banked[place]
    shop, asha = bank.shop, bank.customer("Asha")
    asha.subscribes_to("Pro")
    world.wait_until("2025-01-15")
    bank.fetches()
    world.wait_until(at("2025-01-15", "12:01"))
    for day in ("2025-02-10", "2025-02-12", "2025-02-13"):  # a day and a half for Razorpay's card
        world.wait_until(day)
    if not is_known_first:
        loses_answers(bank, "POST")
    gives_back(world, bank, asha, 50_000)
    world.wait_until(at("2025-02-13", "12:01"))
    if not is_known_first:
        loses_answers(bank, "GET")
    world.wait_until("2025-02-17")
    bank.fetches()
    world.wait_until(at("2025-02-17", "12:01"))
    differs = [agreement for _, agreement in bank.payouts if agreement == "differs"]
    if not is_known_first:
        assert shop.rows("select status, gateway_reference from refunds") == [("sending", None)]
        assert stands(shop, "gateway_clearing", "settlement_suspense") == ["0.0", "500.0"]
        assert (len(differs), [code for code, _ in shop.parked]) == (1, ["does_not_agree"])
        bank.simulator.faults.set([])
    else:
        assert (stands(shop, "settlement_suspense"), differs) == (["0.0"], [])
    world.wait_until("2025-02-22")  # it is asked about again, at the latest after three days
    assert [row[0] for row in shop.rows("select status from refunds")] == ["succeeded"]
    assert (bank.held, {agreement for _, agreement in bank.payouts}) == (0, {"agrees"})
    assert shop.rows(
        "select l.verdict from settlement_lines l join refunds r on r.id = l.refund_id"
        " and r.gateway_reference = l.of_reference"
    ) == [("matched",)]
    all_arrives(world, shop)
    assert stands(shop, *HELD, "customer_credit", "bank") == ["0.0"] * 4 + ["1804.3"]
    assert shop.rows("select count(*) from entries where kind = 'settlement_line_cleared'") == [
        (0 if is_known_first else 1,)
    ]
    assert (shop.books_balance(), shop.parked) == (True, [])
