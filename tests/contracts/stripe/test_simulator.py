"""The pretend Stripe keeps to the documents: keys, pages, notices, mandates, late refunds."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from khata.core.payment import Outcome
from tests.contracts.stripe.conftest import AT, Bench, asked, refund_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WIRE = httpx.Client(verify=False)  # loopback: reading certificates takes longer than the call


def call(
    bench: Bench,
    method: str,
    path: str,
    form: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    secret: str = "sk_test_simulatedIndia",
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    url = f"{bench.url}/v1/{path}"
    if method == "GET":
        return WIRE.get(url, params=form, headers=headers)
    return WIRE.post(url, data=form or {}, headers=headers)


CHARGE = {
    "amount": "5000",
    "currency": "inr",
    "customer": "cus_ReadyMade",
    "payment_method": "pm_card_visa",
    "confirm": "true",
    "off_session": "true",
}
UNFIT = "payment_intent_incompatible_payment_method"


def test_a_key_is_good_for_a_day(bench: Bench) -> None:
    first = call(bench, "POST", "payment_intents", CHARGE, key="k1")
    again = call(bench, "POST", "payment_intents", CHARGE, key="k1")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = call(bench, "POST", "payment_intents", {**CHARGE, "amount": "6000"}, key="k1")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    elsewhere = call(
        bench, "POST", "payment_intents", CHARGE, key="k1", secret="sk_test_simulatedAmerica"
    )
    assert elsewhere.json()["id"] != first.json()["id"]  # keys are an account's own
    bench.simulator.advance(AT + DAY + timedelta(seconds=1))
    late = call(bench, "POST", "payment_intents", CHARGE, key="k1")
    assert late.json()["id"] != first.json()["id"]


def test_a_decline_is_kept_under_its_key_and_a_mistake_is_not(bench: Bench) -> None:
    declined = {**CHARGE, "payment_method": "pm_card_chargeDeclinedLostCard"}
    first = call(bench, "POST", "payment_intents", declined, key="k1")
    assert first.status_code == 402
    error = first.json()["error"]
    assert (error["code"], error["decline_code"]) == ("card_declined", "lost_card")
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert call(bench, "POST", "payment_intents", declined, key="k1").json() == first.json()
    mistaken = {**CHARGE, "payment_method_types[0]": "card"}
    refused = call(bench, "POST", "payment_intents", mistaken, key="k2")
    assert refused.json()["error"]["code"] == "payment_method_types_no_longer_supported"
    assert call(bench, "POST", "payment_intents", CHARGE, key="k2").status_code == 200


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": None}, "parameter_missing", "amount"),
        ({"amount": "1.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": "49"}, "amount_too_small", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"currency": "INR"}, None, "currency"),
        ({"confirm": None}, None, "off_session"),
        ({"confirm": "yes"}, None, "confirm"),
        ({"payment_method": None}, "payment_intent_unexpected_state", None),
        ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({"payment_method": "pm_card_visa_of_ravi"}, None, "payment_method"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"allowed_payment_method_types[0]": "upi"}, UNFIT, "payment_method"),
    ],
)
def test_mistakes_are_refused(
    bench: Bench, changes: dict[str, str | None], code: str | None, param: str | None
) -> None:
    call(bench, "GET", "payment_methods/pm_card_visa")
    form = {name: value for name, value in {**CHARGE, **changes}.items() if value is not None}
    refused = call(bench, "POST", "payment_intents", form)
    error = refused.json()["error"]
    assert (refused.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error.get("code"), error.get("param")) == (code, param)
    assert bench.captures() == []


@pytest.mark.parametrize(("secret", "status"), [("sk_test_none", 401), ("", 401)])
def test_a_key_opens_one_account(bench: Bench, secret: str, status: int) -> None:
    assert call(bench, "GET", "payment_intents", secret=secret or "x").status_code == status
    assert WIRE.get(f"{bench.url}/v1/account").status_code == 401


def test_a_saved_card_is_charged(bench: Bench) -> None:
    """The whole way over Stripe's own API: a customer, a card, a set-up, a charge."""
    customer = call(bench, "POST", "customers", {"name": "Asha"}).json()["id"]
    setup = call(
        bench,
        "POST",
        "setup_intents",
        {"customer": customer, "payment_method": "pm_card_in", "confirm": "true"}
        | {"usage": "off_session", "allowed_payment_method_types[0]": "card"},
    ).json()
    assert setup["status"] == "succeeded"
    assert call(bench, "GET", f"mandates/{setup['mandate']}").json()["status"] == "active"
    token = setup["payment_method"]
    method = bench.gateway.read_method(token)
    assert method is not None
    assert (method.holder, method.country, method.usable) == (customer, "IN", True)
    answer = bench.gateway.charge(asked(token, holder=customer), at=AT)
    assert answer.outcome is Outcome.PENDING
    call(bench, "POST", f"payment_methods/{token}/detach")
    gone = bench.gateway.read_method(token)
    assert gone is not None
    assert not gone.usable
    bench.simulator.advance(AT + 26 * HOUR)
    found = bench.gateway.look_up(
        asked(token, holder=customer), reference=answer.reference, at=AT
    )  # another attempt's reference: not told for this one
    assert found is None
    end = bench.simulator.books()["payments"][0]
    assert (end["status"], end["captured"]) == ("requires_payment_method", False)


def test_a_card_without_a_customer_can_be_used_once_only(bench: Bench) -> None:
    made = call(bench, "POST", "payment_methods", {"type": "card", "card[token]": "tok_visa"})
    method = bench.gateway.read_method(made.json()["id"])
    assert method is not None
    assert (method.usable, method.holder) == (False, None)
    customer = call(bench, "POST", "customers").json()["id"]
    call(bench, "POST", f"payment_methods/{method.token}/attach", {"customer": customer})
    attached = bench.gateway.read_method(method.token, holder=customer)
    assert attached is not None
    assert attached.usable
    kept = bench.gateway.read_method(method.token, holder="cus_another")
    assert kept is not None
    assert not kept.usable


def _ends(bench: Bench, *charges: Any) -> list[tuple[str, str | None]]:
    bench.simulator.advance(AT + 3 * DAY)
    found = [bench.gateway.look_up(one, reference=None, at=AT) for one in charges]
    return [(one.outcome, one.decline_code) for one in found if one is not None]


def test_an_indian_card_is_debited_26_hours_after_the_notice(bench: Bench) -> None:
    request = asked("pm_card_in")
    reference = bench.gateway.charge(request, at=AT).reference
    seen = call(bench, "GET", f"payment_intents/{reference}").json()
    told = seen["processing"]["card"]["customer_notification"]
    ends_at = int((AT + 26 * HOUR).timestamp())
    assert told == {"approval_requested": False, "completes_at": ends_at}
    assert _ends(bench, request) == [("succeeded", None)]


def test_above_15000_rupees_the_payer_has_to_approve(bench: Bench) -> None:
    silent = asked("pm_card_in_of_asha", amount=15_000_00, holder="cus_asha")
    asks = asked("pm_card_in_of_ravi", amount=15_000_01, holder="cus_ravi")
    for request in (silent, asks):
        assert bench.gateway.charge(request, at=AT).outcome is Outcome.PENDING
    assert _ends(bench, silent, asks) == [
        ("succeeded", None),
        ("failed", "authentication_not_handled"),
    ]


def test_a_second_notice_ends_the_first(bench: Bench) -> None:
    """At most one debit of a customer waits at a time; other customers' are left alone."""
    first, second = asked("pm_card_in"), asked("pm_card_in")
    other = asked("pm_card_in_of_ravi", holder="cus_ravi")
    for request in (other, first, second):
        bench.gateway.charge(request, at=AT)
    assert _ends(bench, first, second, other) == [
        ("failed", "processing_error"),
        ("succeeded", None),
        ("succeeded", None),
    ]


def test_a_mandate_withdrawn_at_the_bank_shows_at_the_next_charge(bench: Bench) -> None:
    before = bench.gateway.read_method("pm_sim_mandate_gone")
    answer = bench.gateway.charge(asked("pm_sim_mandate_gone"), at=AT)
    after = bench.gateway.read_method("pm_sim_mandate_gone")
    assert before is not None
    assert after is not None
    assert (before.usable, answer.decline_class, after.usable) == (True, "mandate", False)
    assert "mandate.updated" in [one.type for one in bench.simulator.hooks.waiting()]


def test_a_payment_that_wants_the_customer_is_a_decline_for_us(bench: Bench) -> None:
    answer = bench.gateway.charge(asked("pm_sim_requires_action"), at=AT)
    assert (answer.outcome, answer.decline_class) == ("failed", "customer_action")
    confirmed = call(
        bench,
        "POST",
        f"payment_intents/{answer.reference}/confirm",
        {"payment_method": "pm_sim_requires_action"},
    )
    assert confirmed.json()["status"] == "succeeded"


def test_the_network_s_advice_is_heeded(bench: Bench) -> None:
    answer = bench.gateway.charge(asked("pm_sim_never_again"), at=AT)
    assert (answer.decline_code, answer.decline_class) == ("generic_decline", "hard")


def test_a_bank_debit_takes_days(bench: Bench) -> None:
    method = bench.gateway.read_method("pm_sim_bank_debit")
    assert method is not None
    request = asked("pm_sim_bank_debit", kind=method.kind, facts=method.facts)
    assert bench.gateway.charge(request, at=AT).outcome is Outcome.PENDING
    bench.simulator.advance(AT + 4 * DAY)
    found = bench.gateway.look_up(request, reference=None, at=AT)
    assert found is not None
    assert found.outcome is Outcome.SUCCEEDED


def test_a_refund_may_take_a_day(bench: Bench) -> None:
    request = asked("pm_card_pendingRefund")
    refund = refund_of(request, bench.gateway.charge(request, at=AT).reference)
    assert bench.gateway.refund(refund, at=AT).outcome is Outcome.PENDING
    bench.simulator.advance(AT + DAY)
    found = bench.gateway.look_up_refund(refund, reference=None, at=AT)
    assert found is not None
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, 118_000)


def test_more_than_was_taken_is_not_given_back(bench: Bench) -> None:
    request = asked()
    paid = bench.gateway.charge(request, at=AT).reference
    calls = len(bench.simulator.received)
    too_much = bench.gateway.refund(refund_of(request, paid, 118_001), at=AT)
    assert (too_much.outcome, too_much.decline_code) == ("failed", "amount_too_large")
    assert len(bench.simulator.received) == calls  # it is refused before a call
    assert bench.gateway.refund(refund_of(request, paid), at=AT).outcome is Outcome.SUCCEEDED
    again = bench.gateway.refund(refund_of(request, paid, 100), at=AT)
    assert (again.outcome, again.decline_code) == ("failed", "charge_already_refunded")


def test_a_page_is_at_most_a_hundred(bench: Bench) -> None:
    for number in range(3):
        call(bench, "POST", "payment_intents", CHARGE, key=f"k{number}")
    newest = call(bench, "GET", "payment_intents", {"limit": "2"}).json()
    assert (len(newest["data"]), newest["has_more"]) == (2, True)
    after = {"limit": "2", "starting_after": newest["data"][-1]["id"]}
    rest = call(bench, "GET", "payment_intents", after).json()
    assert (len(rest["data"]), rest["has_more"]) == (1, False)
    before = {"limit": "1", "ending_before": rest["data"][0]["id"]}
    back = call(bench, "GET", "payment_intents", before).json()
    assert back["data"][0]["id"] == newest["data"][1]["id"]
    for bad in ({"limit": "101"}, {"starting_after": "pi_none"}, {"surprise": "1"}):
        assert call(bench, "GET", "payment_intents", bad).status_code == 400
    assert call(bench, "GET", "nowhere").status_code == 404


def test_events_can_be_read_again(bench: Bench) -> None:
    call(bench, "POST", "payment_intents", CHARGE)
    listed = call(bench, "GET", "events", {"type": "payment_intent.succeeded"}).json()["data"]
    assert len(listed) == 1
    one = call(bench, "GET", f"events/{listed[0]['id']}").json()
    assert one["data"]["object"]["status"] == "succeeded"
    assert not [name for name in one["data"]["object"] if name.startswith("_")]
