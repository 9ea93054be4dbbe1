"""Visits to Stripe's own page: what is asked for, what a payer does there, what it comes to."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import structlog
from stripe import params
from stripe.params import checkout

from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import NotReached, RefundRequest
from khata.ports.gateway_visits import Payer
from tests.contracts.stripe.conftest import AT, MERCHANT, Bench, asked
from tests.contracts.stripe.visiting import HOUR, PAGE, choose, opened, sent, wish
from tests.contracts.stripe.wire import faults_of


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


@pytest.mark.parametrize("purpose", [Purpose.SAVE, Purpose.PAY_AND_SAVE])
def test_a_page_takes_no_mandate_of_a_card_and_is_asked_for_none(
    bench: Bench, purpose: Purpose
) -> None:
    """Stripe has the options of card mandates on intents alone. The day its SDK knows them for a
    page, too, this fails: then the terms that the payer has agreed to belong there.
    """
    terms = MandateTerms(150_000, "INR", Frequency.MONTHLY, date(2026, 2, 28))
    opened(bench, wish(purpose, kind=MethodKind.CARD, mandate=terms))
    form = sent(bench, "/v1/checkout/sessions")
    assert not [name for name in form if "mandate_options" in name]
    on_a_page = checkout.SessionCreateParamsPaymentMethodOptionsCard.__annotations__
    of_an_intent = params.SetupIntentCreateParamsPaymentMethodOptionsCard.__annotations__
    assert ("mandate_options" in of_an_intent, "mandate_options" in on_a_page) == (True, False)


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


def test_who_was_deleted_at_stripe_is_made_anew(bench: Bench) -> None:
    request = wish(payer=Payer("Asha Rao", None, holder="cus_deletedLongAgo"))
    made = opened(bench, request)
    assert made.holder not in (None, "cus_deletedLongAgo")
    assert opened(bench, request) == made
    known = wish(payer=Payer("Asha Rao", None, holder=made.holder))
    assert opened(bench, known).holder == made.holder


def test_a_key_that_may_make_no_pages_is_told_in_the_log(bench: Bench) -> None:
    account = bench.simulator.accounts.all["acct_simulatedRestricted"]
    account.restricted = frozenset({"/v1/checkout"})
    restricted = bench.account("rk_test_simulatedRestricted")
    with structlog.testing.capture_logs() as lines, pytest.raises(NotReached):
        restricted.open_visit(wish(), at=AT)
    [line] = lines
    assert (line["event"], line["code"]) == ("stripe_makes_no_page", "more_permissions_required")


def test_turning_back_leaves_it_open(bench: Bench) -> None:
    request = wish()
    made = opened(bench, request)
    assert choose(made, "leave").headers["location"] == request.cancel_url
    state = bench.gateway.visit_state(request, reference=made.reference, at=AT)
    assert state is not None
    assert state.status is VisitStatus.OPEN


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
