"""What PayPal moved to the bank: out of a balance, so it does not say of which payments."""

from datetime import timedelta

from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.adapters.gateways.paypal.listing import withdrawals_of
from khata.core.settlement import SeenSettlement, why_not_whole
from khata.simulators.paypal.accounts import numbered
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.test_listing import DAY, client_of, page_of, row
from tests.contracts.paypal.wire import Inspected

OUT = {"currency_code": "USD", "value": "-9.16"}


def told(*rows: dict[str, object]) -> list[SeenSettlement]:
    return list(withdrawals_of(client_of(lambda _: page_of(*rows)), AT - DAY, AT + DAY))


def test_a_withdrawal_is_a_payout_without_lines() -> None:
    """10.00 less 0.84 of fee were in the balance: 9.16 went to the bank."""
    out = row(transaction_event_code="T0403", transaction_amount=OUT, fee_amount=None)
    [seen] = told(row(), out)
    assert (seen.reference, seen.amount, seen.currency) == ("5TY05013RG002845M", 916, "USD")
    assert (seen.paid_at, seen.is_itemised, seen.lines) == (AT, False, ())
    assert why_not_whole(seen) is None


def test_what_is_pending_or_came_in_is_none() -> None:
    pending = row(transaction_event_code="T0400", transaction_amount=OUT, transaction_status="P")
    came_in = row(transaction_event_code="T0300")
    back = row(transaction_event_code="T0400")
    assert told(pending, came_in, back) == []


def test_the_pretend_one_tells_its_own_merchants_three_hours_later(
    paypal: Inspected, gateway: PayPalGateway, asked: Asked
) -> None:
    gateway.charge(asked(), at=AT)
    mine = paypal.withdraw(numbered(1).name, 916, "USD")
    paypal.withdraw(numbered(2).name, 500, "USD")
    assert list(gateway.settlements_between(AT - DAY, AT + DAY)) == []
    paypal.advance(AT + timedelta(hours=4))
    [seen] = gateway.settlements_between(AT - DAY, AT + DAY)
    assert (seen.reference, seen.amount) == (mine.id, 916)
    assert list(gateway.settlements_between(AT - DAY, AT + DAY, but={mine.id})) == []
