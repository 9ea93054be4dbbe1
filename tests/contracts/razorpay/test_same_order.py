"""No idempotency at Razorpay: one order for an attempt is what stands in for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from khata.core.dunning import DeclineClass
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, NotReached, Outcome
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, Account, numbered
from khata.simulators.razorpay.charges import create_recurring
from khata.simulators.razorpay.objects import new_order
from tests.contracts.razorpay.pretend import AT, CARDS_SETTLE, RECURRING, Pretend, opened

DAY = timedelta(days=1)


def _account(pretend: Pretend) -> Account:
    return pretend.simulator.desk.accounts.all[pretend.key.key_id]


def _raw(pretend: Pretend, order_id: str, token: str = "token_ok") -> dict[str, Any]:
    """Make a payment for an order behind the adapter's back."""
    asked = {
        "amount": 118_000,
        "currency": "INR",
        "order_id": order_id,
        "customer_id": READY_MADE_CUSTOMER,
        "token": token,
        "notes": {},
    }
    done = create_recurring(pretend.simulator.desk, _account(pretend), asked, secret="x")
    return _account(pretend).payments[done.said["razorpay_payment_id"]]


def test_our_ids_go_along_with_everything(pretend: Pretend) -> None:
    request = pretend.request()
    pretend.charge(request)
    ours = str(request.attempt_id)
    (order,) = _account(pretend).orders.values()
    (payment,) = _account(pretend).payments.values()
    assert order["receipt"] == ours
    for told in (order, payment):
        assert told["notes"] == {
            "attempt_id": ours,
            "tenant": "shop",
            "customer": "asha",
            "invoice": "A/1",
        }


def test_nothing_is_sent_while_a_payment_is_created(pretend: Pretend) -> None:
    request = pretend.request("token_pending")
    reference = pretend.charge(request).reference
    for hours in (1, 25, 49, 71):  # the bank answers after 72
        again = pretend.charge(request, AT + timedelta(hours=hours))
        assert (again.outcome, again.reference) == (Outcome.PENDING, reference)
    assert pretend.sent(RECURRING) == 1


def test_all_payments_of_an_order_are_looked_at(pretend: Pretend) -> None:
    """The first has failed, the second took the money: the last one listed is not the answer."""
    request = pretend.request("token_declined")
    pretend.charge(request)
    (order,) = _account(pretend).orders.values()
    other = _raw(pretend, order["id"])
    pretend.simulator.advance(AT + CARDS_SETTLE)
    found = pretend.look_up(request, AT + CARDS_SETTLE)
    assert found is not None
    assert (found.outcome, found.reference) == (Outcome.SUCCEEDED, other["id"])


def test_a_second_payment_of_a_paid_order_takes_nothing(pretend: Pretend) -> None:
    request = pretend.request()
    first = pretend.charge(request)
    (order,) = _account(pretend).orders.values()
    _raw(pretend, order["id"])
    found = pretend.look_up(request, AT + CARDS_SETTLE)
    assert found is not None
    assert found.reference == first.reference
    assert sorted(one["status"] for one in pretend.payments()) == ["captured", "failed"]
    with pytest.raises(IdUsedOtherwise):
        pretend.charge(replace(request, token="token_lost_card"))


@pytest.mark.parametrize("status", ["attempted", "paid", "quantum_superposed", None])
def test_an_order_is_not_charged_while_a_payment_of_it_may_hide(
    pretend: Pretend, status: str | None
) -> None:
    request = pretend.request()
    order = _order(pretend, request.attempt_id)
    order["status"] = status
    with pytest.raises(AnswerLost, match="order"):
        pretend.charge(request)
    assert pretend.sent(RECURRING) == 0


def test_of_two_orders_the_older_is_used(pretend: Pretend) -> None:
    request = pretend.request()
    older = _order(pretend, request.attempt_id)
    _order(pretend, request.attempt_id)
    pretend.charge(request)
    assert older["attempts"] == 1


def test_a_payment_of_either_order_counts(pretend: Pretend) -> None:
    request = pretend.request()
    _order(pretend, request.attempt_id)
    newer = _order(pretend, request.attempt_id)
    paid = _raw(pretend, newer["id"])
    assert pretend.charge(request).reference == paid["id"]
    assert pretend.sent(RECURRING) == 0


def test_an_order_with_only_a_similar_receipt_is_not_ours(pretend: Pretend) -> None:
    """The list may hold more than was asked for: receipts are compared here, letter by letter."""
    request = pretend.request()
    _order(pretend, f"{request.attempt_id}-b")
    assert pretend.look_up(request, AT) is None


def test_a_late_success_is_seen_after_the_failure(pretend: Pretend) -> None:
    request = pretend.request("token_late_success")
    reference = pretend.charge(request).reference
    failed = pretend.look_up(request, AT + CARDS_SETTLE)
    assert failed is not None
    assert failed.outcome is Outcome.FAILED
    assert failed.decline_class is DeclineClass.GATEWAY_DOWN
    # 36 h 5 min until the bank was asked, and three days in which it may still answer.
    assert failed.late_until == AT + CARDS_SETTLE + 3 * DAY
    late = pretend.look_up(request, AT + CARDS_SETTLE + 2 * DAY)
    assert late is not None
    assert (late.outcome, late.reference) == (Outcome.SUCCEEDED, reference)


@pytest.mark.parametrize(
    ("token", "code", "declined"),
    [
        ("token_cancelled", "mandate_cancelled", DeclineClass.MANDATE),
        ("token_paused", "mandate_paused", DeclineClass.CUSTOMER_ACTION),
        ("token_initiated", "mandate_not_active", DeclineClass.MANDATE),
        ("token_nobodyIssued1", "invalid_token", DeclineClass.MANDATE),
    ],
)
def test_a_mandate_that_stands_no_more_is_refused_at_once(
    pretend: Pretend, token: str, code: str, declined: DeclineClass
) -> None:
    answer = pretend.charge(pretend.request(token))
    assert (answer.outcome, answer.decline_code) == (Outcome.FAILED, code)
    assert (answer.decline_class, answer.late_until) == (declined, None)
    assert pretend.payments() == []


def test_rails_take_their_own_time(pretend: Pretend) -> None:
    for token, settles in (
        ("token_ok", timedelta(hours=36, minutes=5)),
        ("token_upi_ok", timedelta(hours=25)),
        ("token_emandate_ok", timedelta(hours=24)),
    ):
        request = pretend.request(token)
        pretend.charge(request)
        before = pretend.look_up(request, AT + settles - timedelta(seconds=1))
        after = pretend.look_up(request, AT + settles)
        assert before is not None
        assert after is not None
        assert (before.outcome, after.outcome) == (Outcome.PENDING, Outcome.SUCCEEDED)


def test_without_facts_the_customer_is_asked_how_to_be_reached(pretend: Pretend) -> None:
    pretend.charge(pretend.request(facts={}))
    (payment,) = _account(pretend).payments.values()
    assert payment["email"] == "gaurav.kumar@example.com"
    nobody = pretend.charge(pretend.request(holder=None))
    assert (nobody.outcome, nobody.decline_class) == (Outcome.FAILED, DeclineClass.CONFIG)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (118_000, "USD", "currency_not_supported"),
        (118_000, "JPY", "currency_not_supported"),
        (118_000, "HUF", "currency_not_supported"),
        (99, "INR", "amount_too_small"),
        (0, "INR", "amount_too_small"),
        (1_000_000_001, "INR", "amount_too_large"),
        (100, "INR", None),
        (1_000_000_000, "INR", None),
    ],
)
def test_what_cannot_be_charged_is_told_without_a_call(
    pretend: Pretend, amount: int, currency: str, code: str | None
) -> None:
    assert pretend.gateway.obstacle(amount, currency) == code
    assert pretend.simulator.got == []


def test_a_key_that_is_not_let_in_has_reached_nothing(pretend: Pretend) -> None:
    wrong = replace(numbered(1), key_secret="pretend_secret_of_nobody")
    gateway = opened(pretend.server, wrong)
    with pytest.raises(NotReached, match="key"):
        gateway.charge(pretend.request(), at=AT)
    gateway.close()


def test_lists_are_read_to_their_end(pretend: Pretend) -> None:
    """251 payments are three pages of a hundred, and each comes once."""
    pretend.charge(pretend.request())
    account = _account(pretend)
    (first,) = account.payments.values()
    for number in range(250):  # one at each second
        copy = first | {"id": f"pay_copy{number}", "created_at": first["created_at"] + number}
        account.add_payment(copy)
    seen = list(pretend.gateway.payments_between(AT, AT + timedelta(seconds=250)))
    assert len({one.reference for one in seen}) == len(seen) == 251
    some = list(pretend.gateway.payments_between(AT + timedelta(seconds=1), AT + DAY))
    assert len(some) == 249
    assert len(list(pretend.gateway.payments_between(AT, AT + timedelta(seconds=249)))) == 250


def _order(pretend: Pretend, receipt: object) -> dict[str, Any]:
    """Put an order into the account, as one whose answer was lost."""
    account = pretend.simulator.desk.accounts.all.setdefault(
        pretend.key.key_id, Account(pretend.key.account)
    )
    asked = {"amount": 118_000, "currency": "INR", "receipt": str(receipt), "notes": {}}
    order = new_order(pretend.simulator.desk.accounts.new_id("order"), asked, AT)
    account.add_order(order)
    return order
