"""A wallet that PayPal saves only after the payment: what it says then, and what it tells later."""

from datetime import timedelta

from khata.adapters.gateways.paypal.events import read
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway_vendor import Subject
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.test_visits import choose, finish, opened, wish
from tests.contracts.paypal.wire import Inspected


def test_a_wallet_that_is_in_the_vault_only_later_is_told_by_itself(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    """The payment says APPROVED and no id; the order goes on saying so. Source: Orders v2."""
    request = wish(Purpose.PAY_AND_SAVE)
    visit = opened(gateway, request)
    choose(visit, "saved_later")
    state = finish(gateway, request, visit)
    assert (state.status, state.saved) == (VisitStatus.DONE, None)
    told = paypal.charges.orders[visit.reference].told()
    assert told["payment_source"]["paypal"]["attributes"] == {"vault": {"status": "APPROVED"}}
    paypal.advance(AT + timedelta(minutes=19))
    types = [hook.type for hook in paypal.hooks.waiting()]
    assert "VAULT.PAYMENT-TOKEN.CREATED" not in types
    paypal.advance(AT + timedelta(minutes=20))
    told_later = read(paypal.hooks.waiting()[-1].body, owner="x.paypal.com")
    assert (told_later.subject, told_later.charge) == (Subject.METHOD, visit.reference)
    assert told_later.reference is not None
    saved = gateway.read_method(told_later.reference)
    assert saved is not None
    assert (saved.kind, saved.usable) == (MethodKind.WALLET, True)
    charge = asked(saved.token, kind=saved.kind, holder=saved.holder)
    assert gateway.charge(charge, at=AT).outcome is Outcome.SUCCEEDED
