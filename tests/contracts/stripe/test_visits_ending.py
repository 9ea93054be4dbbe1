"""How visits to Stripe's page end: closed, expired, lost on the way, told by events."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost
from khata.ports.gateway_vendor import Subject
from khata.simulators.hooks import Endpoint
from tests.contracts.stripe.conftest import AT, MACHINE, Bench
from tests.contracts.stripe.visiting import HOUR, choose, opened, wish

ENDPOINT = Endpoint("acct_simulatedIndia", "http://127.0.0.1", "whsec_hidden")


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


def test_events_name_the_visit(bench: Bench) -> None:
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
        headers = bench.simulator.signed(hook, ENDPOINT)
        event = StripeVendor().read_event(
            {name.lower(): said for name, said in headers.items()},
            hook.body,
            secrets=["whsec_hidden"],
            received_at=MACHINE,
        )
        told.setdefault(hook.type, []).append(event)
    for type in ("payment_intent.succeeded", "payment_intent.payment_failed", "charge.succeeded"):
        for event in told[type]:  # the visit's money is known by the visit's id
            assert (event.subject, event.ours) == (Subject.CHARGE, request.visit_id)
            assert (event.reference or "").startswith("pi_")
    [saved] = told["setup_intent.succeeded"]
    assert (saved.subject, saved.ours) == (Subject.VISIT, other.visit_id)
    completed = told["checkout.session.completed"]
    assert [event.ours for event in completed] == [request.visit_id, other.visit_id]
    assert [event.amount for event in completed] == [118_000, None]
    assert completed[0].reference == made.reference
    [expired] = told["checkout.session.expired"]
    assert (expired.subject, expired.ours) == (Subject.VISIT, closed.visit_id)
