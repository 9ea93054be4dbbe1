"""Visits to Stripe's own page: what is asked for, what a payer does there, what it comes to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost, NotReached, RefundRequest
from khata.ports.gateway_vendor import Subject
from khata.ports.gateway_visits import OpenedVisit, Payer, VisitRequest
from tests.contracts.stripe.conftest import AT, MACHINE, MERCHANT, Bench, asked
from tests.contracts.stripe.wire import faults_of

HOUR = timedelta(hours=1)
PAGE = httpx.Client(verify=False)  # the payer's browser; loopback


def wish(purpose: Purpose = Purpose.PAY, **others: Any) -> VisitRequest:
    """Return a visit to pay 1,180.00 INR by card within an hour."""
    request = VisitRequest(
        uuid4(),
        MERCHANT,
        purpose,
        MethodKind.CARD,
        0 if purpose is Purpose.SAVE else 118_000,
        "INR",
        "Invoice INV/1",
        Payer("Asha Rao", "asha@example.com", "+919900000000"),
        "https://shop.example/back",
        "https://shop.example/cancel",
        AT + HOUR,
        invoice_number="INV/1",
    )
    return replace(request, **others)


def choose(opened: OpenedVisit, method: str) -> httpx.Response:
    assert opened.url is not None
    return PAGE.post(opened.url, data={"method": method})


def opened(bench: Bench, request: VisitRequest) -> OpenedVisit:
    return bench.gateway.open_visit(request, at=AT)


def sent(bench: Bench, path: str) -> dict[str, str]:
    """Return the last form that was posted to a path."""
    found = [one for one in bench.simulator.received if one.path == path and one.method == "POST"]
    return dict(parse_qsl(found[-1].body.decode()))


def test_a_page_to_pay_carries_our_ids_everywhere(bench: Bench) -> None:
    request = wish(Purpose.PAY_AND_SAVE)
    made = opened(bench, request)
    kept = {"tenant_id": MERCHANT, "visit_id": str(request.visit_id), "invoice_number": "INV/1"}
    assert sent(bench, "/v1/checkout/sessions") == {
        "mode": "payment",
        "customer": made.holder,
        "client_reference_id": str(request.visit_id),
        **{f"metadata[{name}]": value for name, value in kept.items()},
        "success_url": "https://shop.example/back",
        "cancel_url": "https://shop.example/cancel",
        "allowed_payment_method_types[0]": "card",
        "expires_at": "1772263800",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "inr",
        "line_items[0][price_data][unit_amount]": "118000",
        "line_items[0][price_data][product_data][name]": "Invoice INV/1",
        "payment_intent_data[description]": "Invoice INV/1",
        **{f"payment_intent_data[metadata][{name}]": value for name, value in kept.items()},
        "payment_intent_data[setup_future_usage]": "off_session",
        "adaptive_pricing[enabled]": "false",
        "submit_type": "pay",
    }
    last = bench.simulator.received[-1]
    assert last.headers["idempotency-key"] == str(request.visit_id)
    assert sent(bench, "/v1/customers")["email"] == "asha@example.com"


def test_a_page_to_save_upi_tells_what_may_be_debited(bench: Bench) -> None:
    """At most 1,500.00 INR, until the end of 31 March 2027."""
    terms = MandateTerms(
        150_000, "INR", Frequency.MONTHLY, date(2026, 2, 28), end=date(2027, 3, 31)
    )
    opened(bench, wish(Purpose.SAVE, kind=MethodKind.UPI, mandate=terms))
    form = sent(bench, "/v1/checkout/sessions")
    options = "payment_method_options[upi][mandate_options]"
    told = {name.removeprefix(options): v for name, v in form.items() if name.startswith(options)}
    assert told == {
        "[amount]": "150000",
        "[amount_type]": "maximum",
        "[description]": "Invoice INV/1",
        "[end_date]": "1806537599",
    }
    assert (form["mode"], form["currency"]) == ("setup", "inr")
    assert form["setup_intent_data[metadata][visit_id]"] == form["client_reference_id"]


def test_every_request_of_a_visit_is_of_the_specified_form(bench: Bench) -> None:
    terms = MandateTerms(150_000, "INR", Frequency.MONTHLY, date(2026, 2, 28), is_fixed=True)
    for purpose in Purpose:
        for kind in (MethodKind.CARD, MethodKind.UPI):
            request = wish(purpose, kind=kind, mandate=terms)
            made = opened(bench, request)
            choose(made, "pm_card_visa" if kind is MethodKind.CARD else "pm_sim_upi")
            bench.gateway.visit_state(request, reference=None, at=AT)
            bench.gateway.finish_visit(request, reference=made.reference, at=AT)
            bench.gateway.close_visit(request, reference=made.reference, at=AT)
    calls = [one for one in bench.simulator.received if one.path.startswith("/v1/")]
    assert len(calls) > 30
    assert [fault for one in calls for fault in faults_of(one)] == []


def test_a_paid_visit_tells_amount_fee_and_reference(bench: Bench) -> None:
    """2 % of 1,180.00 is 23.60, and 18 % GST of that 4.25: 27.85."""
    request = wish()
    made = opened(bench, request)
    page = choose(made, "pm_card_visa")
    assert (page.status_code, page.headers["location"]) == (303, request.return_url)
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert (state.status, state.saved) == (VisitStatus.DONE, None)
    assert state.paid is not None
    assert (state.paid.outcome, state.paid.amount, state.paid.fee) == ("succeeded", 118_000, 2_785)
    assert state.paid.reference is not None
    assert state.paid.reference.startswith("pi_")
    [seen] = list(bench.gateway.payments_between(AT, AT + HOUR))
    assert (seen.reference, seen.attempt_id) == (state.paid.reference, request.visit_id)


def test_yen_have_no_decimals(bench: Bench) -> None:
    request = wish(currency="JPY", amount=1_200)
    made = opened(bench, request)
    assert sent(bench, "/v1/checkout/sessions")["line_items[0][price_data][unit_amount]"] == "1200"
    assert made.url is not None
    assert "1,200 JPY" in PAGE.get(made.url).text
    choose(made, "pm_card_visa")
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert state.paid is not None
    assert (state.paid.amount, state.paid.currency) == (1_200, "JPY")


def test_a_payment_of_a_visit_is_looked_up_and_given_back_as_any(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    choose(made, "pm_card_visa")
    paid = bench.gateway.finish_visit(request, reference=made.reference, at=AT).paid
    assert paid is not None
    attempt = asked("pm_card_visa", attempt_id=request.visit_id, holder=made.holder)
    for reference in (paid.reference, None):
        assert bench.gateway.look_up(attempt, reference=reference, at=AT) == paid
    stranger = replace(attempt, merchant=str(uuid4()))
    assert bench.gateway.look_up(stranger, reference=paid.reference, at=AT) is None
    refund = RefundRequest(
        uuid4(), attempt.attempt_id, MERCHANT, 18_000, "INR", charge=paid.reference, taken=118_000
    )
    assert bench.gateway.refund(refund, at=AT).outcome is Outcome.SUCCEEDED
    assert bench.captures()[0]["refunded"] == 18_000


@pytest.mark.parametrize("purpose", [Purpose.SAVE, Purpose.PAY_AND_SAVE])
def test_what_was_saved_is_charged_while_nobody_is_there(bench: Bench, purpose: Purpose) -> None:
    request = wish(purpose)
    made = opened(bench, request)
    choose(made, "pm_card_visa")
    saved = bench.gateway.finish_visit(request, reference=made.reference, at=AT).saved
    assert saved is not None
    assert (saved.usable, saved.holder, saved.last4) == (True, made.holder, "4242")
    answer = bench.gateway.charge(asked(saved.token, holder=saved.holder), at=AT)
    assert answer.outcome is Outcome.SUCCEEDED


def test_an_indian_card_without_a_mandate_is_told_to_be_of_no_use(bench: Bench) -> None:
    """A page takes no mandate's terms for a card: it pays now, and cannot be charged later."""
    request = wish(Purpose.PAY_AND_SAVE)
    made = opened(bench, request)
    choose(made, "pm_card_in")
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert state.paid is not None
    assert state.paid.outcome is Outcome.SUCCEEDED
    assert state.saved is not None
    assert not state.saved.usable
    assert "e-mandate" in (state.saved.why_not or "")


def test_saved_upi_has_its_mandate(bench: Bench) -> None:
    terms = MandateTerms(150_000, "INR", Frequency.MONTHLY, date(2026, 2, 28))
    request = wish(Purpose.SAVE, kind=MethodKind.UPI, mandate=terms)
    made = opened(bench, request)
    choose(made, "pm_sim_upi")
    saved = bench.gateway.finish_visit(request, reference=made.reference, at=AT).saved
    assert saved is not None
    assert (saved.kind, saved.usable) == (MethodKind.UPI, True)
    charge = asked(saved.token, holder=saved.holder, kind=saved.kind, facts=saved.facts)
    assert bench.gateway.charge(charge, at=AT).outcome is Outcome.PENDING
    bench.simulator.advance(AT + 24 * HOUR)
    answer = bench.gateway.look_up(charge, reference=None, at=AT)
    assert answer is not None
    assert answer.outcome is Outcome.SUCCEEDED


def test_declined_then_paid_takes_money_once(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    page = choose(made, "pm_card_chargeDeclinedInsufficientFunds")
    assert page.status_code == 402
    assert "insufficient funds" in page.text
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert (state.status, state.decline_code) == (VisitStatus.OPEN, "insufficient_funds")
    assert state.paid is None
    choose(made, "pm_card_visa")
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert state.status is VisitStatus.DONE
    assert len(bench.captures()) == 1
    assert choose(made, "pm_card_visa").status_code == 400  # it can be paid no second time
    assert len(bench.captures()) == 1


def test_what_cannot_be_saved_says_why(bench: Bench) -> None:
    request = wish(Purpose.SAVE)
    made = opened(bench, request)
    choose(made, "pm_card_chargeDeclined")
    state = bench.gateway.visit_state(request, reference=made.reference, at=AT)
    assert state is not None
    assert (state.status, state.saved) == (VisitStatus.OPEN, None)
    assert state.decline_code == "generic_decline"


def test_turning_back_leaves_it_open(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    assert choose(made, "leave").headers["location"] == request.cancel_url
    state = bench.gateway.visit_state(request, reference=made.reference, at=AT)
    assert state is not None
    assert state.status is VisitStatus.OPEN


@pytest.mark.parametrize("ended", ["by time", "by us"])
def test_nobody_pays_where_it_has_ended(bench: Bench, ended: str) -> None:
    request = wish()
    made = opened(bench, request)
    choose(made, "pm_card_chargeDeclined")
    if ended == "by time":
        bench.simulator.advance(AT + HOUR)
        state = bench.gateway.finish_visit(request, reference=made.reference, at=AT + HOUR)
    else:
        state = bench.gateway.close_visit(request, reference=made.reference, at=AT)
    assert state.status is VisitStatus.EXPIRED
    assert choose(made, "pm_card_visa").status_code == 410
    assert bench.captures() == []
    again = bench.gateway.close_visit(request, reference=made.reference, at=AT + HOUR)
    assert again.status is VisitStatus.EXPIRED


def test_closing_tells_what_was_paid_meanwhile(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    choose(made, "pm_card_visa")
    state = bench.gateway.close_visit(request, reference=made.reference, at=AT)
    assert state.status is VisitStatus.DONE
    assert state.paid is not None
    assert state.paid.amount == 118_000


@pytest.mark.parametrize(
    ("method", "event", "outcome"),
    [
        ("pm_sim_upi_slow", "async_payment_succeeded", Outcome.SUCCEEDED),
        ("pm_sim_upi_slow_fails", "async_payment_failed", Outcome.FAILED),
    ],
)
def test_a_bank_may_take_its_time(bench: Bench, method: str, event: str, outcome: Outcome) -> None:
    request = wish(kind=MethodKind.UPI)
    made = opened(bench, request)
    choose(made, method)
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT)
    assert state.paid is not None
    assert state.paid.outcome is Outcome.PENDING
    bench.simulator.advance(AT + HOUR)
    state = bench.gateway.finish_visit(request, reference=made.reference, at=AT + HOUR)
    if outcome is Outcome.SUCCEEDED:
        assert state.paid is not None
        assert (state.status, state.paid.outcome) == (VisitStatus.DONE, outcome)
    else:
        assert (state.status, state.paid) == (VisitStatus.FAILED, None)
        assert state.decline_code == "insufficient_funds"
    told = [hook.type for hook in bench.simulator.hooks.waiting()]
    assert f"checkout.session.{event}" in told


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_500", "truncated"])
def test_a_lost_answer_opens_no_second_page(bench: Bench, fault: str) -> None:
    request = wish()
    bench.fault(fault, path="/v1/checkout/sessions")
    with pytest.raises(AnswerLost):
        opened(bench, request)
    found = bench.gateway.visit_state(request, reference=None, at=AT)
    assert (found is None) == (fault == "lost_before")
    made = opened(bench, request)
    assert opened(bench, request) == made
    choose(made, "pm_card_visa")
    found = bench.gateway.visit_state(request, reference=None, at=AT)
    assert found is not None
    assert found.status is VisitStatus.DONE
    sessions = bench.simulator.accounts.all["acct_simulatedIndia"].all("checkout.session")
    customers = bench.simulator.accounts.all["acct_simulatedIndia"].all("customer")
    assert (len(sessions), len(customers)) == (1, 1)


@pytest.mark.parametrize("fault", ["lost_after", "html_502", "unknown_word"])
def test_a_lost_answer_of_closing_is_asked_again(bench: Bench, fault: str) -> None:
    request = wish()
    made = opened(bench, request)
    bench.fault(fault, path=".*/expire")
    if fault == "unknown_word":  # the page is read afterwards anyway
        state = bench.gateway.close_visit(request, reference=made.reference, at=AT)
        assert state.status is VisitStatus.EXPIRED
        return
    with pytest.raises(AnswerLost):
        bench.gateway.close_visit(request, reference=made.reference, at=AT)
    state = bench.gateway.close_visit(request, reference=made.reference, at=AT)
    assert state.status is VisitStatus.EXPIRED


def test_an_end_that_stripe_cannot_set_is_left_to_closing(bench: Bench) -> None:
    """A test clock may be anywhere: the page lasts a day then, and is closed when ours is over."""
    for ends_at in (AT + timedelta(minutes=5), AT + timedelta(days=40)):
        request = wish(expires_at=ends_at)
        made = opened(bench, request)
        session = bench.simulator.accounts.all["acct_simulatedIndia"].objects[made.reference]
        assert session["expires_at"] == (AT + timedelta(hours=24)).timestamp()
        assert opened(bench, request).reference == made.reference
        closed = bench.gateway.close_visit(request, reference=made.reference, at=AT)
        assert closed.status is VisitStatus.EXPIRED


def test_what_was_made_without_its_end_is_found_when_asked_for_again(bench: Bench) -> None:
    request = wish(expires_at=AT + timedelta(hours=26))
    made = opened(bench, request)
    bench.simulator.advance(AT + timedelta(hours=3))  # now its end is within a day
    assert opened(bench, request).reference == made.reference


@pytest.mark.parametrize(
    "others",
    [
        {"currency": "XXX"},
        {"amount": 49},
        {"currency": "ISK", "amount": 10**12},
        {"kind": MethodKind.EMANDATE},
        {"kind": MethodKind.UPI, "currency": "USD"},
    ],
)
def test_what_stripe_has_no_page_for_is_told_without_a_call(
    bench: Bench, others: dict[str, Any]
) -> None:
    with pytest.raises(NotReached, match="no page for this"):
        opened(bench, wish(**others))
    assert not bench.simulator.received


def test_another_account_knows_nothing_of_it(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    for stranger in (bench.account("sk_test_simulatedAmerica"), bench.gateway):
        other = request if stranger is not bench.gateway else replace(request, merchant="m")
        assert stranger.visit_state(other, reference=made.reference, at=AT) is None
    assert bench.gateway.visit_state(request, reference="cs_test_none", at=AT) is None
    assert bench.gateway.visit_state(request, reference="../account", at=AT) is None


def test_two_who_ask_at_once_see_the_same_money(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    choose(made, "pm_card_visa")
    with ThreadPoolExecutor(4) as threads:
        states = list(
            threads.map(
                lambda _: bench.gateway.finish_visit(request, reference=made.reference, at=AT),
                range(4),
            )
        )
    assert len({state.paid.reference for state in states if state.paid}) == 1
    assert len(bench.captures()) == 1


def test_events_name_the_visit_and_no_attempt(bench: Bench) -> None:
    request = wish(Purpose.PAY_AND_SAVE)
    made = opened(bench, request)
    choose(made, "pm_card_chargeDeclined")
    choose(made, "pm_card_visa")
    other = wish(Purpose.SAVE)
    choose(opened(bench, other), "pm_card_visa")
    closed = wish()
    page = opened(bench, closed)
    bench.gateway.close_visit(closed, reference=page.reference, at=AT)
    told: dict[str, list[Any]] = {}
    for hook in bench.simulator.hooks.waiting():
        headers = bench.simulator.signed(hook, _endpoint())
        event = StripeVendor().read_event(
            {name.lower(): said for name, said in headers.items()},
            hook.body,
            secrets=["whsec_hidden"],
            received_at=MACHINE,
        )
        told.setdefault(hook.type, []).append(event)
    for type in ("payment_intent.succeeded", "payment_intent.payment_failed", "charge.succeeded"):
        for event in told[type]:
            assert (event.subject, event.ours) == (Subject.VISIT, request.visit_id)
            assert event.reference is None
    [saved] = told["setup_intent.succeeded"]
    assert (saved.subject, saved.ours) == (Subject.VISIT, other.visit_id)
    completed = told["checkout.session.completed"]
    assert [event.ours for event in completed] == [request.visit_id, other.visit_id]
    assert [event.amount for event in completed] == [118_000, None]
    assert completed[0].reference == made.reference
    [expired] = told["checkout.session.expired"]
    assert (expired.subject, expired.ours) == (Subject.VISIT, closed.visit_id)


def _endpoint() -> Any:
    from khata.simulators.hooks import Endpoint

    return Endpoint("acct_simulatedIndia", "http://127.0.0.1", "whsec_hidden")
