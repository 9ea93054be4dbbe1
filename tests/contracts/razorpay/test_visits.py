"""Razorpay's links: made once for a visit, whatever gets lost, and read with all their payments."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.core.gateway_event import Subject
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost
from khata.ports.gateway_visits import OpenedVisit, Payer, VisitRequest, VisitState
from khata.simulators.faults import FaultKind
from khata.simulators.razorpay.accounts import numbered
from tests.contracts.razorpay.pretend import AT, Pretend, opened

LINKS = "/v1/payment_links"
TERMS = MandateTerms(500_000, "INR", Frequency.MONTHLY, AT.date(), date(2030, 1, 31))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DONE = (FaultKind.LOST_AFTER, FaultKind.ERROR_500, FaultKind.HTML_502, FaultKind.TRUNCATED)


def wanted(**others: Any) -> VisitRequest:
    request = VisitRequest(
        visit_id=uuid4(),
        merchant="shop",
        purpose=Purpose.PAY,
        kind=MethodKind.CARD,
        amount=118_000,
        currency="INR",
        description="Invoice A/1",
        payer=Payer("Asha Traders & Söhne", "asha@example.com", "+919900000000"),
        return_url="https://khata.example/back",
        cancel_url="https://khata.example/back",
        expires_at=AT + HOUR,
        invoice_number="A/1",
    )
    return replace(request, **others)


def saving(kind: MethodKind, **others: Any) -> VisitRequest:
    return wanted(
        purpose=Purpose.SAVE, kind=kind, amount=0, invoice_number=None, mandate=TERMS, **others
    )


def acts(visit: OpenedVisit, act: str, method: str = "card") -> None:
    assert visit.url is not None
    assert httpx.post(visit.url, data={"act": act, "method": method}).status_code in (200, 303)


def told(pretend: Pretend, request: VisitRequest, at: datetime = AT) -> VisitState:
    pretend.simulator.advance(at)
    state = pretend.gateway.visit_state(request, reference=None, at=at)
    assert state is not None
    return state


def sent(pretend: Pretend, path: str) -> list[dict[str, Any]]:
    return [
        json.loads(request.body)
        for request in pretend.simulator.got
        if request.method == "POST" and request.path == path
    ]


@pytest.mark.parametrize("kind", DONE)
def test_an_answer_lost_when_opening_leaves_one_link(pretend: Pretend, kind: FaultKind) -> None:
    request = wanted()
    pretend.breaks(kind, LINKS)
    with pytest.raises(AnswerLost):
        pretend.gateway.open_visit(request, at=AT)
    assert told(pretend, request) == VisitState(VisitStatus.OPEN)
    visit = pretend.gateway.open_visit(request, at=AT)
    assert len(sent(pretend, LINKS)) == 1
    acts(visit, "pay")
    assert told(pretend, request).status is VisitStatus.DONE


def test_the_link_is_for_this_invoice_alone_and_nobody_else_is_told(pretend: Pretend) -> None:
    request = wanted()
    pretend.gateway.open_visit(request, at=AT)
    [body] = sent(pretend, LINKS)
    assert body["reference_id"] == str(request.visit_id)
    assert (body["amount"], body["currency"], body["accept_partial"]) == (118_000, "INR", False)
    assert body["notify"] == {"sms": False, "email": False}
    assert body["customer"]["name"] == "Asha Traders S hne"
    assert body["expire_by"] == int((AT + HOUR).timestamp())
    assert body["notes"]["attempt_id"] == str(request.visit_id)
    assert "upi_link" not in body


def test_only_in_live_mode_is_a_link_for_upi_alone(pretend: Pretend) -> None:
    live = opened(pretend.server, numbered(7, live=True))
    live.open_visit(wanted(kind=MethodKind.UPI), at=AT)
    pretend.gateway.open_visit(wanted(kind=MethodKind.UPI), at=AT)
    assert [body.get("upi_link") for body in sent(pretend, LINKS)] == [True, None]
    live.close()


def test_money_that_comes_after_the_link_was_closed_is_told(pretend: Pretend) -> None:
    request = wanted(kind=MethodKind.UPI)
    visit = pretend.gateway.open_visit(request, at=AT)
    acts(visit, "late", "upi")
    later = AT + 20 * MINUTE
    pretend.simulator.advance(later)
    state = pretend.gateway.close_visit(request, reference=visit.reference, at=later)
    assert state == VisitState(VisitStatus.EXPIRED, decline_code="payment_timed_out")
    state = told(pretend, request, AT + 3 * HOUR)
    assert state.status is VisitStatus.DONE
    assert state.paid is not None
    assert (state.paid.outcome, state.paid.amount) == (Outcome.SUCCEEDED, 118_000)


def test_a_payment_at_the_bank_keeps_a_closed_link_open(pretend: Pretend) -> None:
    request = wanted()
    visit = pretend.gateway.open_visit(request, at=AT)
    acts(visit, "decline")
    [account] = pretend.simulator.desk.accounts.all.values()
    [payment] = account.payments.values()
    payment.update(status="created", error_reason=None)
    state = pretend.gateway.close_visit(request, reference=visit.reference, at=AT + MINUTE)
    assert state.status is VisitStatus.OPEN
    assert told(pretend, request, AT + 16 * MINUTE).status is VisitStatus.EXPIRED
    payment.update(status="authorized")
    assert told(pretend, request, AT + HOUR).status is VisitStatus.OPEN


def test_the_rupee_that_tries_a_mandate_goes_back_once(pretend: Pretend) -> None:
    request = saving(MethodKind.CARD)
    visit = pretend.gateway.open_visit(request, at=AT)
    acts(visit, "pay")
    for _ in range(2):
        state = pretend.gateway.finish_visit(request, reference=visit.reference, at=AT)
        assert state.status is VisitStatus.DONE
        assert state.paid is None
    [payment] = pretend.payments()
    assert (payment["amount"], payment["refunded"]) == (100, 100)


@pytest.mark.parametrize(
    ("kind", "amount", "terms"),
    [
        (MethodKind.CARD, 100, {"frequency": "monthly"}),
        (MethodKind.UPI, 100, {"frequency": "monthly"}),
        (MethodKind.EMANDATE, 0, {"auth_type": "netbanking"}),
    ],
)
def test_a_mandate_is_registered_with_its_terms(
    pretend: Pretend, kind: MethodKind, amount: int, terms: dict[str, str]
) -> None:
    pretend.gateway.open_visit(saving(kind), at=AT)
    [body] = sent(pretend, "/v1/subscription_registration/auth_links")
    assert body["amount"] == amount
    assert body["subscription_registration"] == {
        "method": kind.value,
        "max_amount": 500_000,
        "expire_at": int(datetime(2030, 1, 31, tzinfo=UTC).timestamp()),
        **terms,
    }


def test_a_bank_confirms_a_mandate_a_day_later(pretend: Pretend) -> None:
    request = saving(MethodKind.EMANDATE)
    visit = pretend.gateway.open_visit(request, at=AT)
    acts(visit, "pay")
    state = told(pretend, request, AT + HOUR / 2)
    assert state.saved is not None
    assert not state.saved.usable
    state = told(pretend, request, AT + timedelta(days=1))
    assert state.saved is not None
    assert state.saved.usable


def test_what_it_tells_by_itself_names_the_visit(pretend: Pretend) -> None:
    pay, save = wanted(), saving(MethodKind.UPI)
    for request in (pay, save):
        acts(pretend.gateway.open_visit(request, at=AT), "pay", "upi")
    about = {}
    for hook in pretend.simulator.hooks.waiting():
        event = RazorpayVendor().read_event(
            {"x-razorpay-signature": _signature(hook.body), "x-razorpay-event-id": hook.event_id},
            hook.body,
            secrets=["s"],
            received_at=AT,
        )
        about[event.type] = (event.subject, event.ours)
    assert about["payment_link.paid"] == (Subject.VISIT, pay.visit_id)
    assert about["invoice.paid"] == (Subject.VISIT, save.visit_id)
    assert about["token.confirmed"][0] is Subject.METHOD
    assert all(isinstance(ours, UUID | None) for _, ours in about.values())


def _signature(body: bytes) -> str:
    return hmac.new(b"s", body, hashlib.sha256).hexdigest()
