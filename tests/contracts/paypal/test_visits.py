"""Visits to PayPal's own page: what is asked for, what a payer does there, what it comes to."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from khata.adapters.gateways.paypal.events import read
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost, NotReached, RefundRequest
from khata.ports.gateway_vendor import Subject
from khata.ports.gateway_visits import OpenedVisit, Payer, VisitRequest, VisitState
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.paypal.answers import Refused
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.wire import Inspected

HOUR = timedelta(hours=1)
BROWSER = httpx.Client(verify=False)  # loopback
ORDERS, SETUPS = "/v2/checkout/orders", "/v3/vault/setup-tokens"
LOST = ["lost_before", "lost_after", "error_500", "html_502", "truncated", "empty"]


def wish(purpose: Purpose = Purpose.PAY, **others: Any) -> VisitRequest:
    """Return a visit to pay 10.00 USD by wallet within an hour."""
    request = VisitRequest(
        uuid4(),
        str(uuid4()),
        purpose,
        MethodKind.WALLET,
        0 if purpose is Purpose.SAVE else 1_000,
        "USD",
        "Invoice INV/1",
        Payer("Asha Rao", "asha@example.com"),
        "https://shop.example/back?a=1",
        "https://shop.example/cancel",
        AT + HOUR,
        invoice_number="INV/1",
    )
    return replace(request, **others)


def opened(gateway: PayPalGateway, request: VisitRequest) -> OpenedVisit:
    return gateway.open_visit(request, at=AT)


def choose(visit: OpenedVisit, choice: str = "ok") -> httpx.Response:
    assert visit.url is not None
    return BROWSER.post(visit.url, data={"choice": choice})


def finish(gateway: PayPalGateway, request: VisitRequest, visit: OpenedVisit) -> VisitState:
    return gateway.finish_visit(request, reference=visit.reference, at=AT)


def sent(paypal: Inspected, path: str) -> list[tuple[str, Any]]:
    """Return what was posted to a path: the request id, and the body."""
    return [
        (one.headers["paypal-request-id"], json.loads(one.body))
        for one in paypal.got
        if (one.method, one.path) == ("POST", path)
    ]


def captured(paypal: Inspected, request: VisitRequest) -> int:
    """Count how often a visit's money was taken."""
    paid = paypal.books()["payments"]
    return sum(one["captured"] and one["ours"] == str(request.visit_id) for one in paid)


def test_an_order_carries_our_ids_and_where_to_go_back(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    request = wish(Purpose.PAY_AND_SAVE)
    opened(gateway, request)
    [(id, body)] = sent(paypal, ORDERS)
    assert id == f"visit-{request.visit_id}"
    assert body == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "reference_id": "INV/1",
                "custom_id": f"visit-{request.visit_id}",
                "invoice_id": f"INV/1-{request.visit_id.hex}",
                "amount": {"currency_code": "USD", "value": "10.00"},
                "description": "Invoice INV/1",
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": "https://shop.example/back?a=1",
                    "cancel_url": "https://shop.example/cancel",
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                },
                "attributes": {
                    "vault": {
                        "store_in_vault": "ON_SUCCESS",
                        "usage_type": "MERCHANT",
                        "permit_multiple_payment_tokens": True,
                    }
                },
            }
        },
    }


def test_a_guest_types_a_card_at_paypal(gateway: PayPalGateway, paypal: Inspected) -> None:
    opened(gateway, wish(kind=MethodKind.CARD))
    [(_, body)] = sent(paypal, ORDERS)
    context = body["payment_source"]["paypal"]["experience_context"]
    assert context["landing_page"] == "GUEST_CHECKOUT"


def test_a_wallet_to_be_saved_is_told_in_words_that_the_vault_takes(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    request = wish(Purpose.SAVE, description="For “Chai Point” ₹ & more", currency="INR")
    opened(gateway, replace(request, payer=Payer("Asha", None, holder="asha_1")))
    [(id, body)] = sent(paypal, SETUPS)
    assert id == f"visit-{request.visit_id}"
    assert body["customer"] == {"id": "asha_1"}
    assert body["payment_source"]["paypal"]["description"] == "For Chai Point more"


def test_the_page_shows_what_is_paid_and_leads_back(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    request = wish()
    visit = opened(gateway, request)
    assert visit.url is not None
    page = BROWSER.get(visit.url)
    assert "10.00 USD" in page.text
    assert "Invoice INV/1" in page.text
    assert choose(visit, "leave").headers["location"].startswith(request.cancel_url)
    assert choose(visit, "no such way").status_code == 400
    back = choose(visit).headers["location"]
    assert back.startswith(f"{request.return_url}&token={visit.reference}")
    assert captured(paypal, request) == 0  # approved is not yet taken
    state = gateway.visit_state(request, reference=visit.reference, at=AT)
    assert state == VisitState(VisitStatus.OPEN)
    assert opened(gateway, request).url == request.return_url  # nothing is left to do there
    assert finish(gateway, request, visit).status is VisitStatus.DONE
    assert "This is paid" in BROWSER.get(visit.url).text


def test_a_paid_visit_tells_amount_fee_and_reference(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    """3.49 % of 10.00 is 0.349, and 0.49 on top: 0.84."""
    request = wish()
    visit = opened(gateway, request)
    choose(visit)
    paid = finish(gateway, request, visit).paid
    assert paid is not None
    assert (paid.outcome, paid.amount, paid.currency) == (Outcome.SUCCEEDED, 1_000, "USD")
    assert paid.fee == 84
    attempt = asked("wallet_ok", attempt_id=request.visit_id)
    assert gateway.look_up(attempt, reference=paid.reference, at=AT) == paid
    assert gateway.look_up(asked(), reference=paid.reference, at=AT) is None
    paypal.advance(AT + 4 * HOUR)  # now it is listed
    assert gateway.look_up(attempt, reference=None, at=AT) == paid
    refund = RefundRequest(
        uuid4(), request.visit_id, request.merchant, 400, "USD", charge=paid.reference, taken=1_000
    )
    assert gateway.refund(refund, at=AT).outcome is Outcome.SUCCEEDED
    assert captured(paypal, request) == 1


def test_yen_have_no_decimals(gateway: PayPalGateway, paypal: Inspected) -> None:
    request = wish(currency="JPY", amount=1_200)
    visit = opened(gateway, request)
    [(_, body)] = sent(paypal, ORDERS)
    assert body["purchase_units"][0]["amount"] == {"currency_code": "JPY", "value": "1200"}
    choose(visit)
    paid = finish(gateway, request, visit).paid
    assert paid is not None
    assert (paid.amount, paid.currency) == (1_200, "JPY")


@pytest.mark.parametrize(
    "others",
    [
        {"currency": "HUF", "amount": 10_050},
        {"currency": "INR"},
        {"amount": 0},
        {"kind": MethodKind.UPI},
        {"kind": MethodKind.CARD, "purpose": Purpose.PAY_AND_SAVE},
    ],
)
def test_what_paypal_has_no_page_for_is_told_without_a_call(
    gateway: PayPalGateway, paypal: Inspected, others: dict[str, Any]
) -> None:
    with pytest.raises(NotReached, match="no page for this"):
        opened(gateway, wish(**others))
    assert paypal.got == []


def test_declined_then_paid_takes_money_once(gateway: PayPalGateway, paypal: Inspected) -> None:
    request = wish()
    visit = opened(gateway, request)
    choose(visit, "declined")
    state = finish(gateway, request, visit)
    assert (state.status, state.paid) == (VisitStatus.OPEN, None)
    assert state.decline_code == "instrument_declined"
    assert finish(gateway, request, visit) == VisitState(VisitStatus.OPEN)  # nothing is approved
    paypal.advance(AT + timedelta(minutes=2))
    choose(visit)
    assert finish(gateway, request, visit).status is VisitStatus.DONE
    ids = [id for id, _ in sent(paypal, f"{ORDERS}/{visit.reference}/capture")]
    assert len(ids) == len(set(ids)) == 2  # each approval has its own
    assert captured(paypal, request) == 1


def test_a_bank_may_take_days(gateway: PayPalGateway, paypal: Inspected, asked: Asked) -> None:
    request = wish()
    visit = opened(gateway, request)
    choose(visit, "pending")
    state = finish(gateway, request, visit)
    assert state.paid is not None
    assert (state.status, state.paid.outcome) == (VisitStatus.DONE, Outcome.PENDING)
    attempt = asked("wallet_ok", attempt_id=request.visit_id)
    paypal.advance(AT + timedelta(days=3))
    later = gateway.look_up(attempt, reference=state.paid.reference, at=AT)
    assert later is not None
    assert later.outcome is Outcome.SUCCEEDED
    assert finish(gateway, request, visit).paid == later


@pytest.mark.parametrize("purpose", [Purpose.SAVE, Purpose.PAY_AND_SAVE])
def test_what_was_saved_is_charged_while_nobody_is_there(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, purpose: Purpose
) -> None:
    request = wish(purpose)
    visit = opened(gateway, request)
    choose(visit)
    saved = finish(gateway, request, visit).saved
    assert saved is not None
    assert (saved.kind, saved.usable, saved.brand) == (MethodKind.WALLET, True, "paypal")
    assert gateway.read_method(saved.token, holder=saved.holder) == saved
    charge = asked(saved.token, kind=saved.kind, holder=saved.holder)
    assert gateway.charge(charge, at=AT).outcome is Outcome.SUCCEEDED
    paypal.advance(AT + 10 * HOUR)  # every request id is forgotten
    state = gateway.visit_state(request, reference=visit.reference, at=AT + 10 * HOUR)
    assert state is not None
    assert (state.status, state.saved) == (VisitStatus.DONE, saved)


def test_of_a_payer_with_several_wallets_the_new_one_is_told(gateway: PayPalGateway) -> None:
    first = wish(Purpose.SAVE, payer=Payer("Asha", None, holder="asha_1"))
    second = replace(first, visit_id=uuid4())
    tokens = []
    for request in (first, second):
        visit = opened(gateway, request)
        choose(visit)
        saved = finish(gateway, request, visit).saved
        assert finish(gateway, request, visit).saved == saved
        assert saved is not None
        tokens.append(saved.token)
    assert len(set(tokens)) == 2


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("purpose", [Purpose.PAY, Purpose.SAVE])
def test_a_lost_answer_of_opening_makes_no_second_page(
    gateway: PayPalGateway, paypal: Inspected, fault: str, purpose: Purpose
) -> None:
    request = wish(purpose)
    path = ORDERS if purpose is Purpose.PAY else SETUPS
    paypal.faults.set([Fault(FaultKind(fault), path=path, times=1)])
    with pytest.raises(AnswerLost):
        opened(gateway, request)
    assert gateway.visit_state(request, reference=None, at=AT) is None
    visit = opened(gateway, request)
    assert opened(gateway, request) == visit
    choose(visit)
    assert finish(gateway, request, visit).status is VisitStatus.DONE
    assert len(paypal.charges.orders) == (1 if purpose is Purpose.PAY else 0)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("purpose", [Purpose.PAY, Purpose.SAVE])
def test_a_lost_answer_of_finishing_takes_no_second_money(
    gateway: PayPalGateway, paypal: Inspected, fault: str, purpose: Purpose
) -> None:
    request = wish(purpose)
    visit = opened(gateway, request)
    choose(visit)
    path = ".*/capture" if purpose is Purpose.PAY else "/v3/vault/payment-tokens"
    paypal.faults.set([Fault(FaultKind(fault), path=path, times=1)])
    with pytest.raises(AnswerLost):
        finish(gateway, request, visit)
    state = finish(gateway, request, visit)
    assert state.status is VisitStatus.DONE
    assert (state.saved is not None) == (purpose is Purpose.SAVE)
    assert captured(paypal, request) == (1 if purpose is Purpose.PAY else 0)


def test_finished_by_two_threads_it_is_captured_once(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    request = wish()
    visit = opened(gateway, request)
    choose(visit)
    with ThreadPoolExecutor(2) as threads:
        states = list(threads.map(lambda _: finish(gateway, request, visit), range(4)))
    assert len({state.paid.reference for state in states if state.paid}) == 1
    assert captured(paypal, request) == 1


@pytest.mark.parametrize("purpose", [Purpose.PAY, Purpose.SAVE])
def test_what_is_over_is_never_taken(
    gateway: PayPalGateway, paypal: Inspected, purpose: Purpose
) -> None:
    """Not what was approved in the last minute either: the payer may come anew."""
    request = wish(purpose)
    visit = opened(gateway, request)
    choose(visit)
    for at in (request.expires_at, AT + timedelta(days=2)):
        state = gateway.finish_visit(request, reference=visit.reference, at=at)
        assert state == VisitState(VisitStatus.EXPIRED)
    assert gateway.close_visit(request, reference=visit.reference, at=AT).status == "expired"
    assert captured(paypal, request) == 0


def test_nobody_approves_an_order_that_was_dropped(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    request = wish(expires_at=AT + timedelta(days=1))
    visit = opened(gateway, request)
    paypal.advance(AT + 3 * HOUR)
    assert choose(visit).status_code == 410
    assert finish(gateway, request, visit) == VisitState(VisitStatus.EXPIRED)
    saving = wish(Purpose.SAVE, expires_at=AT + timedelta(days=9))
    setup = opened(gateway, saving)
    paypal.advance(AT + timedelta(days=3, hours=3))
    assert choose(setup).status_code == 410
    assert finish(gateway, saving, setup) == VisitState(VisitStatus.EXPIRED)


def test_closing_tells_what_was_taken_before(gateway: PayPalGateway, paypal: Inspected) -> None:
    request = wish()
    visit = opened(gateway, request)
    choose(visit)
    state = finish(gateway, request, visit)
    assert gateway.close_visit(request, reference=visit.reference, at=AT) == state
    assert state.paid is not None


def test_closing_refuses_whoever_is_about_to_capture(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    """An approved order becomes one to be authorized, which nobody does."""
    request = wish()
    visit = opened(gateway, request)
    choose(visit)
    for _ in range(2):
        state = gateway.close_visit(request, reference=visit.reference, at=AT)
        assert state == VisitState(VisitStatus.EXPIRED)
    assert finish(gateway, request, visit) == VisitState(VisitStatus.EXPIRED)
    late = paypal.charges.orders[visit.reference]
    with pytest.raises(Refused, match="ACTION_DOES_NOT_MATCH_INTENT"):
        paypal.charges.capture(late, {}, now=AT)
    assert captured(paypal, request) == 0


def test_an_order_of_another_visit_tells_nothing(gateway: PayPalGateway) -> None:
    visit = opened(gateway, wish())
    choose(visit)
    state = gateway.visit_state(wish(), reference=visit.reference, at=AT)
    assert state == VisitState(VisitStatus.EXPIRED)
    for odd in ("../capture", "", "x" * 99):
        assert gateway.visit_state(wish(), reference=odd, at=AT) == state
        assert gateway.visit_state(wish(Purpose.SAVE), reference=odd, at=AT) == state


def test_events_name_the_visit(gateway: PayPalGateway, paypal: Inspected) -> None:
    request = wish(Purpose.PAY_AND_SAVE)
    visit = opened(gateway, request)
    choose(visit)
    finish(gateway, request, visit)
    told = {hook.type: read(hook.body, owner="x.paypal.com") for hook in paypal.hooks.waiting()}
    money = told.pop("PAYMENT.CAPTURE.COMPLETED")  # known by the visit's id
    assert (money.subject, money.ours, money.amount) == (Subject.CHARGE, request.visit_id, 1_000)
    saved = told.pop("VAULT.PAYMENT-TOKEN.CREATED")
    assert (saved.subject, saved.charge) == (Subject.METHOD, visit.reference)
    assert gateway.read_method(saved.reference or "") is not None
    assert told.keys() == {"CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED"}
    for event in told.values():
        assert (event.subject, event.ours) == (Subject.VISIT, request.visit_id)
        assert (event.reference, event.amount) == (visit.reference, 1_000)
