"""Charges by PayPal: lost and spoilt answers, ids that are forgotten, wallets, and whose it is."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.paypal.gateway import CAPABILITIES, PayPalGateway
from khata.core.dunning import DeclineClass
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, NotReached, is_safe_again
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.paypal.accounts import numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.paypal.conftest import AT, Asked, keys_of, taken
from tests.contracts.paypal.wire import Inspected

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CAPTURE, ORDER = "/v2/checkout/orders/[A-Z0-9]+/capture", "/v2/checkout/orders"

LOST = [
    FaultKind.LOST_AFTER,
    FaultKind.ERROR_500,
    FaultKind.HTML_502,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY,
    FaultKind.UNKNOWN_WORD,
]
NEVER_DONE = [FaultKind.LOST_BEFORE, FaultKind.REFUSED_500]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_capture_is_found_and_taken_once(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    paypal.faults.set([Fault(kind, path=CAPTURE, times=1)])
    request = asked()
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    assert taken(paypal, request) == 1
    found = gateway.look_up(request, reference=None, at=AT)
    assert found is not None
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, 1_000)
    assert gateway.charge(request, at=AT) == found
    assert taken(paypal, request) == 1


@pytest.mark.parametrize("kind", NEVER_DONE)
def test_a_capture_that_never_came_can_be_sent_again(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    paypal.faults.set([Fault(kind, path=CAPTURE, times=1)])
    request = asked()
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    assert gateway.look_up(request, reference=None, at=AT) is None
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


def asked_at_once(kind: FaultKind) -> int:
    """Return how often an order is asked for before it counts as lost: a known word is no answer
    that broke off."""
    return 1 if kind is FaultKind.UNKNOWN_WORD else 2


@pytest.mark.parametrize("kind", [*LOST[:-1], *NEVER_DONE])
def test_an_order_whose_answer_broke_off_is_asked_for_again(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    paypal.faults.set([Fault(kind, path=ORDER, times=1)])
    request = asked()
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert len(paypal.charges.orders) == 1
    paypal.faults.set([Fault(kind, path=ORDER, times=1)])
    assert gateway.look_up(request, reference=None, at=AT) is not None
    assert taken(paypal, request) == 1


@pytest.mark.parametrize("kind", LOST + NEVER_DONE)
def test_a_lost_order_takes_nothing(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    paypal.faults.set([Fault(kind, path=ORDER, times=asked_at_once(kind))])
    request = asked()
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    assert taken(paypal, request) == 0
    assert gateway.look_up(request, reference=None, at=AT) is None
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


@pytest.mark.parametrize("path", [ORDER, CAPTURE, "/v1/oauth2/token"])
def test_one_that_is_told_to_wait_was_not_heard(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, path: str
) -> None:
    paypal.faults.set([Fault(FaultKind.RATE_LIMITED, path=path, times=1)])
    request = asked()
    with pytest.raises(NotReached):
        gateway.charge(request, at=AT)
    assert taken(paypal, request) == 0
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("kind", LOST)
def test_a_look_up_whose_answer_is_lost_says_nothing(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    request = asked()
    answer = gateway.charge(request, at=AT)
    paypal.faults.set([Fault(kind, path=ORDER, times=asked_at_once(kind))])
    with pytest.raises(AnswerLost):
        gateway.look_up(request, reference=None, at=AT)
    paypal.faults.set([Fault(kind, method="GET", path="/v2/payments/captures/.*", times=1)])
    with pytest.raises(AnswerLost):
        gateway.look_up(request, reference=answer.reference, at=AT)


def test_after_six_hours_the_invoice_id_keeps_it_from_being_taken_twice(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    """Captured at 06:30, listed since 09:30; at 12:31 the ids are forgotten."""
    request = asked("card_timeout")
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    paypal.advance(AT + 6 * HOUR + timedelta(minutes=1))
    again = gateway.charge(request, at=AT)
    assert (again.outcome, again.amount) == (Outcome.SUCCEEDED, 1_000)
    assert len(paypal.charges.orders) == 2  # the second was made, and its capture refused
    assert taken(paypal, request) == 1
    assert gateway.look_up(request, reference=None, at=AT) == again


def test_an_order_is_captured_early_enough_to_be_listed_when_it_is_forgotten(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    """Captured at 2:30 h, listed at 5:30 h, and forgotten at 6 h: never out of sight."""
    request = asked("card_timeout")
    assert gateway.look_up(request, reference=None, at=AT) is None  # the order is made
    paypal.advance(AT + 2.5 * HOUR)
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    for minutes in range(150, 600, 30):
        paypal.advance(AT + timedelta(minutes=minutes))
        found = gateway.look_up(request, reference=None, at=AT)
        assert found is not None
        assert found.outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


def test_an_order_that_has_waited_for_too_long_is_left_until_it_is_forgotten(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked()
    gateway.look_up(request, reference=None, at=AT)
    for seconds in (2.5 * 3_600 + 1, 6 * 3_600 - 1):
        paypal.advance(AT + timedelta(seconds=seconds))
        with pytest.raises(NotReached):
            gateway.charge(request, at=AT)
        assert gateway.look_up(request, reference=None, at=AT) is None
    assert not [one for one in paypal.got if one.path.endswith("/capture")]
    paypal.advance(AT + 6 * HOUR)
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


def test_the_invoice_id_would_guard_even_what_a_look_up_missed(
    gateway: PayPalGateway,
    paypal: Inspected,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Captured as late as 2:59 h, the list one hour slower than PayPal says: out of sight."""
    monkeypatch.setattr("khata.adapters.gateways.paypal.gateway._CAPTURED_WITHIN", DAY)
    monkeypatch.setattr("khata.simulators.paypal.reporting.SHOWN_AFTER", 4 * HOUR)
    request = asked("card_timeout")
    gateway.look_up(request, reference=None, at=AT)
    paypal.advance(AT + 3 * HOUR - timedelta(minutes=1))
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    paypal.advance(AT + 6 * HOUR + timedelta(minutes=1))
    assert gateway.look_up(request, reference=None, at=AT) is None
    with pytest.raises(AnswerLost, match="taken this before"):
        gateway.charge(request, at=AT)
    assert taken(paypal, request) == 1
    paypal.advance(AT + 7 * HOUR)
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


def test_what_never_came_is_sent_again_after_nine_hours(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked("card_timeout_before")
    with pytest.raises(AnswerLost):
        gateway.charge(request, at=AT)
    assert [is_safe_again(CAPABILITIES, hours * HOUR) for hours in (5, 6, 8, 9, 48)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    paypal.advance(AT + 9 * HOUR)
    assert gateway.look_up(request, reference=None, at=AT) is None
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert taken(paypal, request) == 1


@pytest.mark.parametrize("in_between", [timedelta(0), 7 * HOUR])
def test_a_test_clock_changes_nothing_of_a_look_up(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, in_between: timedelta
) -> None:
    """A tenant's clock may stand in 2031: PayPal is asked by its own time."""
    request = asked()
    answer = gateway.charge(request, at=AT.replace(year=2031))
    paypal.advance(AT + in_between)
    assert gateway.look_up(request, reference=None, at=AT.replace(year=2035)) == answer


@pytest.mark.parametrize(
    ("token", "decline_class", "code"),
    [
        ("wallet_declined", DeclineClass.SOFT, "instrument_declined"),
        ("wallet_insufficient_funds", DeclineClass.SOFT, "instrument_declined"),
        ("wallet_lost_card", DeclineClass.HARD, "payer_account_locked_or_closed"),
        ("wallet_expired_card", DeclineClass.HARD, "expired_card"),
        ("wallet_mandate_gone", DeclineClass.MANDATE, "agreement_already_cancelled"),
        ("wallet_authentication", DeclineClass.CUSTOMER_ACTION, "authentication_required"),
        ("wallet_nobody_saved", DeclineClass.MANDATE, "token_id_not_found"),
        ("card_never_again", DeclineClass.HARD, "advice_03"),
    ],
)
def test_declines_have_a_class(
    gateway: PayPalGateway,
    paypal: Inspected,
    asked: Asked,
    token: str,
    decline_class: DeclineClass,
    code: str,
) -> None:
    request = asked(token)
    answer = gateway.charge(request, at=AT)
    assert (answer.outcome, answer.decline_class) == (Outcome.FAILED, decline_class)
    assert (answer.decline_code, answer.late_until) == (code, None)
    assert answer.reference  # the order's, where nothing was captured
    assert gateway.charge(request, at=AT) == answer
    assert taken(paypal, request) == 0


def test_a_wallet_pays_as_a_card_does(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked("wallet_ok", amount=118_000)
    answer = gateway.charge(request, at=AT)
    # 3.49 % of 1,180.00 is 41.182, and 0.49 on top
    assert (answer.outcome, answer.fee) == (Outcome.SUCCEEDED, 4_167)
    assert taken(paypal, request) == 1


def test_a_card_cannot_be_charged_as_a_wallet(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    answer = gateway.charge(asked("card_ok", kind=MethodKind.WALLET), at=AT)
    assert answer.decline_code == "mismatched_vault_id_to_payment_source"
    upi = gateway.charge(asked(kind=MethodKind.UPI), at=AT)
    assert (upi.outcome, upi.decline_code) == (Outcome.FAILED, "payment_method_not_supported")


def test_our_id_and_the_invoice_go_everywhere(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked(invoice_number="INV/25-26/00042", description="x" * 300)
    gateway.charge(request, at=AT)
    posts = [one for one in paypal.got if one.method == "POST" and "orders" in one.path]
    (order,) = paypal.charges.orders.values()
    assert [one.headers["paypal-request-id"] for one in posts] == [
        str(request.attempt_id),
        f"{request.attempt_id}-{order.id}",
    ]
    assert order.unit["custom_id"] == str(request.attempt_id)
    assert order.unit["invoice_id"] == f"INV/25-26/00042-{request.attempt_id.hex}"
    assert order.unit["reference_id"] == "INV/25-26/00042"
    assert order.unit["description"] == "x" * 127


def test_the_longest_and_the_emptiest_words_are_still_allowed(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    for number, description in (("9" * 500, ""), ("", "चाय ☕")):
        request = asked(invoice_number=number, description=description)
        assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED


def test_an_id_of_something_else_is_not_believed(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    mine, other = asked(), asked()
    gateway.charge(mine, at=AT)
    reference = gateway.charge(other, at=AT).reference
    answer = gateway.look_up(mine, reference=reference, at=AT)
    assert answer is not None
    assert answer.reference != reference
    for nonsense in ("", "nothing", "../../v1/oauth2/token", "A" * 37):
        assert gateway.look_up(mine, reference=nonsense, at=AT) == answer


def test_an_order_s_id_is_a_reference_too(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked()
    answer = gateway.charge(request, at=AT)
    (order,) = paypal.charges.orders
    assert gateway.look_up(request, reference=order, at=AT) == answer


def test_another_amount_under_the_same_id_is_refused_also_by_ourselves(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if PayPal were to answer with the first order instead of refusing the second."""
    monkeypatch.setattr("khata.simulators.paypal.memory._fingerprint", lambda request: "same")
    request = asked()
    gateway.charge(request, at=AT)
    for other in (replace(request, amount=1_001), replace(request, currency="EUR")):
        with pytest.raises(IdUsedOtherwise, match="other parameters"):
            gateway.charge(other, at=AT)
    assert taken(paypal, request) == 1


def test_two_accounts_do_not_know_each_other(
    gateway: PayPalGateway, served: SimulatorServer, paypal: Inspected, asked: Asked
) -> None:
    other = PayPalVendor().open(keys_of(numbered(2)), base_url=served.url)
    request = asked()
    reference = gateway.charge(request, at=AT).reference
    assert other.look_up(request, reference=reference, at=AT) is None
    assert other.charge(request, at=AT).reference != reference
    assert [one["account"] for one in paypal.books()["payments"]] == ["merchant-1", "merchant-2"]
    other.close()


def test_many_attempts_at_once_are_each_taken_once(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    requests = [asked() for _ in range(8)] * 2
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda one: gateway.charge(one, at=AT), requests))
    assert {answer.outcome for answer in answers} == {Outcome.SUCCEEDED}
    assert len({answer.reference for answer in answers}) == 8
    assert len(paypal.books()["payments"]) == 8
