"""Webhooks: signatures made by Stripe's own SDK (16.1.0) on raw bytes, and what is read of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.ports.gateway_vendor import GatewayEvent, NotSigned, Subject
from khata.simulators.hooks import Endpoint
from tests.contracts.stripe.conftest import MACHINE, Bench, asked, refund_of

FIRST, SECOND = "whsec_firstSecretOfTheShop", "whsec_secondSecretOfTheShop"
T = 1_790_000_000
SIGNED_AT = datetime.fromtimestamp(T, UTC)

# WebhookSignature.generate_signature_header(body, secret, T) with either secret.
VECTORS = {
    "an escaped slash": (
        rb'{"id":"evt_1","object":"event","type":"payment_intent.succeeded",'
        rb'"url":"https:\/\/example.com\/a"}',
        "ed702982a9e3159ad27df5c7d7c8e1060f490ab0cf98fa5a367ed0750685d468",
        "dd08925793d6c535ff15f7d4589ed25076c6ba180cba620ea44eb06ad1c14817",
    ),
    "an escaped letter": (
        rb'{"id":"evt_2","object":"event","type":"charge.failed","note":"caf\u00e9"}',
        "62c762438c9f863030ecb1ac6e218e2f801f49e5db2a207db6930a85695a7398",
        "1f0f424d5bca2d15a4c54b70cce1f5f02131441b32057c7566917aa710c1934e",
    ),
    "letters of more bytes": (
        '{"id":"evt_3","object":"event","type":"charge.failed","note":"café ₹"}'.encode(),
        "1b9a9ab331f8e75fb5f2c5a7a432a5e8029f98c628d6f95bba6f81913a5f6a77",
        "cf641d001589b5f550a83d08749fd8c8768517456ae6372d1fb22f158b4f7061",
    ),
    "an indentation": (
        b'{\n  "id": "evt_4",\n  "object": "event",\n  "type": "refund.updated"\n}',
        "af144df029b94740d5d871bf2969a6e110639eef0051d4c8e98106fd7e65ad35",
        "d734e7debffa580c6a12d6012041ca1e26d1ead02a2435124f39c73d9ebce7e9",
    ),
    "a newline at the end": (
        b'{"id":"evt_5","object":"event","type":"mandate.updated"}\n',
        "b95162260308648c1b63c88d499bc99124f17f7766bda10795e3babeca44574f",
        "57e6f430cbd92bb1aa8dbff589d9e1ba4d73c5d9f68d7c35e0cc0684bbdc26de",
    ),
    "spaces and a tab": (
        b'  {"id" : "evt_6",\t"type":"x.y"}  \r\n',
        "5e8490f246439851219821909bd2dddba80e11ac97500181721e5db20dcf2590",
        "7a1dd0fae26bddadd1aeba36cb99d8d10dd2759d82453689b92ede532db8fa01",
    ),
}
BODY, BY_FIRST, BY_SECOND = VECTORS["an escaped slash"]


def read(
    header: str | None,
    body: bytes = BODY,
    *,
    secrets: tuple[str, ...] = (FIRST,),
    after: float = 0,
) -> GatewayEvent:
    return StripeVendor().read_event(
        {} if header is None else {"stripe-signature": header},
        body,
        secrets=secrets,
        received_at=SIGNED_AT + timedelta(seconds=after),
    )


@pytest.mark.parametrize("what", VECTORS)
def test_raw_bytes_are_verified(what: str) -> None:
    body, by_first, by_second = VECTORS[what]
    assert read(f"t={T},v1={by_first}", body).id.startswith("evt_")
    assert read(f"t={T},v1={by_second}", body, secrets=(SECOND,)).id.startswith("evt_")


@pytest.mark.parametrize("what", [name for name in VECTORS if name != "spaces and a tab"])
def test_the_same_event_in_other_bytes_is_refused(what: str) -> None:
    body, by_first, _ = VECTORS[what]
    for other in (json.dumps(json.loads(body)).encode(), body.strip() + b" ", b"", body[:-1]):
        with pytest.raises(NotSigned):
            read(f"t={T},v1={by_first}", other)


@pytest.mark.parametrize(
    ("secrets", "header"),
    [
        ((FIRST,), f"t={T},v1={BY_FIRST}"),
        ((SECOND, FIRST), f"t={T},v1={BY_FIRST}"),
        ((FIRST,), f"t={T},v1={BY_SECOND},v1={BY_FIRST}"),
        ((FIRST,), f"t={T},v1={BY_FIRST},v1={BY_SECOND},v0={'0' * 64}"),
        ((FIRST,), f"v1={BY_FIRST},t={T}"),
        ((FIRST, ""), f"t={T}, v1={BY_FIRST}"),
    ],
)
def test_either_secret_is_good_while_one_is_changed(secrets: tuple[str, ...], header: str) -> None:
    assert read(header, secrets=secrets).id == "evt_1"


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        (None, (FIRST,)),
        ("", (FIRST,)),
        (f"t={T}", (FIRST,)),
        (f"v1={BY_FIRST}", (FIRST,)),
        (f"t={T},v0={BY_FIRST}", (FIRST,)),  # another scheme
        (f"t={T},v1={BY_FIRST}", (SECOND,)),  # another tenant's
        (f"t={T},v1={BY_SECOND}", (FIRST,)),
        (f"t={T},v1={BY_FIRST}", ()),
        (f"t={T},v1={BY_FIRST}", ("", " ")),
        (f"t={T + 1},v1={BY_FIRST}", (FIRST,)),
        (f"t={T},t={T},v1={BY_FIRST}", (FIRST,)),
        (f"t={T},v1={BY_FIRST[:-1]}", (FIRST,)),
        (f"t={T},v1={BY_FIRST.upper()}", (FIRST,)),
        (f"t={T}.0,v1={BY_FIRST}", (FIRST,)),
        (f"t=-{T},v1={BY_FIRST}", (FIRST,)),
        (f"t={'9' * 40},v1={BY_FIRST}", (FIRST,)),
        ("t=१७९,v1=é", (FIRST,)),
        (f"t={T},v1=", (FIRST,)),
        ("nonsense", (FIRST,)),
    ],
)
def test_what_is_not_proven_is_refused(header: str | None, secrets: tuple[str, ...]) -> None:
    with pytest.raises(NotSigned):
        read(header, secrets=secrets)


@pytest.mark.parametrize(("after", "fresh"), [(0, 1), (300, 1), (-300, 1), (301, 0), (-301, 0)])
def test_a_signature_is_good_for_five_minutes(after: float, fresh: int) -> None:
    if fresh:
        assert read(f"t={T},v1={BY_FIRST}", after=after).id == "evt_1"
    else:
        with pytest.raises(NotSigned, match="repetition"):
            read(f"t={T},v1={BY_FIRST}", after=after)


ATTEMPT, REFUND = UUID(int=7), UUID(int=8)
KEPT = {"attempt_id": str(ATTEMPT), "refund_id": str(REFUND)}
SUBJECTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "payment_intent.succeeded",
        {"object": "payment_intent", "id": "pi_1", "amount": 900, "amount_received": 800}
        | {"currency": "jpy", "metadata": KEPT},
        {"subject": Subject.CHARGE, "reference": "pi_1", "amount": 800, "currency": "JPY"}
        | {"ours": ATTEMPT},
    ),
    (
        "payment_intent.payment_failed",
        {"object": "payment_intent", "id": "pi_1", "amount": 900, "currency": "inr"},
        {"subject": Subject.CHARGE, "reference": "pi_1", "amount": None, "currency": None},
    ),
    (
        "charge.succeeded",
        {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "amount": 900}
        | {"currency": "inr", "metadata": KEPT},
        {"subject": Subject.CHARGE, "reference": "pi_1", "amount": 900, "ours": ATTEMPT},
    ),
    (
        "charge.refunded",
        {"object": "charge", "id": "ch_1", "payment_intent": {"id": "pi_1"}, "amount": 900},
        {"subject": Subject.CHARGE, "reference": "pi_1", "amount": None},
    ),
    (
        "charge.succeeded",
        {"object": "charge", "id": "ch_1", "payment_intent": None},
        {"subject": Subject.CHARGE, "reference": "ch_1", "amount": None},
    ),
    (
        "refund.failed",
        {"object": "refund", "id": "re_1", "payment_intent": "pi_1", "charge": "ch_1"}
        | {"amount": 5_000, "currency": "isk", "metadata": KEPT},
        {"subject": Subject.REFUND, "reference": "re_1", "charge": "pi_1", "ours": REFUND}
        | {"amount": 50, "currency": "ISK"},  # Stripe counts krónur in hundredths
    ),
    (
        "charge.dispute.funds_withdrawn",
        {"object": "dispute", "id": "du_1", "payment_intent": None, "charge": "ch_1"}
        | {"amount": 900, "currency": "usd"},
        {"subject": Subject.DISPUTE, "reference": "du_1", "charge": "ch_1", "amount": 900},
    ),
    (
        "payment_method.detached",
        {"object": "payment_method", "id": "pm_1", "customer": None},
        {"subject": Subject.METHOD, "reference": "pm_1", "amount": None},
    ),
    (
        "mandate.updated",
        {"object": "mandate", "id": "mandate_1", "payment_method": "pm_1"},
        {"subject": Subject.METHOD, "reference": "pm_1"},
    ),
    (
        "setup_intent.succeeded",
        {"object": "setup_intent", "id": "seti_1", "payment_method": "pm_1"},
        {"subject": Subject.METHOD, "reference": "pm_1"},
    ),
    (
        "account.updated",
        {"object": "account", "id": "acct_1"},
        {"subject": Subject.OTHER, "reference": "acct_1"},
    ),
    (
        "payment_intent.succeeded",
        {"object": "payment_intent", "id": "pi_1", "amount_received": 1, "currency": "xts"}
        | {"metadata": {"attempt_id": "not one of ours"}},
        {"subject": Subject.CHARGE, "ours": None, "amount": None},
    ),
    *(
        (
            f"payout.{what}",
            {"object": "payout", "id": "po_1", "amount": 900, "currency": "inr"},
            {"subject": subject, "reference": "po_1", "amount": None, "ours": None},
        )
        for what, subject in (
            ("paid", Subject.PAYOUT),
            ("reconciliation_completed", Subject.PAYOUT),
            ("failed", Subject.FAILED_PAYOUT),
            ("created", Subject.OTHER),
        )
    ),
    ("thing.happened", {}, {"subject": Subject.OTHER, "reference": None}),
]


def signed(bench: Bench, event: object) -> GatewayEvent:
    from khata.simulators.hooks import Hook

    body = json.dumps(event).encode()
    headers = bench.simulator.signed(Hook("", "", "", body), Endpoint("", "", FIRST))
    given = {name.lower(): value for name, value in headers.items()}
    return StripeVendor().read_event(given, body, secrets=[FIRST], received_at=MACHINE)


@pytest.mark.parametrize(("type", "object", "expected"), SUBJECTS)
def test_an_event_says_what_it_is_about(
    bench: Bench, type: str, object: dict[str, Any], expected: dict[str, Any]
) -> None:
    event = {"id": "evt_9", "type": type, "livemode": False, "created": T, "account": "acct_9"}
    read = signed(bench, {**event, "data": {"object": object}})
    assert (read.id, read.type, read.livemode, read.account) == ("evt_9", type, False, "acct_9")
    assert read.created_at == SIGNED_AT
    assert {name: getattr(read, name) for name in expected} == expected


@pytest.mark.parametrize("event", [[], "text", None, {}, {"id": "evt_1"}, {"id": 1, "type": "x"}])
def test_what_is_signed_but_no_event_is_refused(bench: Bench, event: object) -> None:
    with pytest.raises(NotSigned, match="no event"):
        signed(bench, event)


@pytest.mark.parametrize("held", [None, [], {"object": None}, {"object": []}])
def test_an_event_about_nothing_is_still_an_event(bench: Bench, held: object) -> None:
    read = signed(bench, {"id": "evt_1", "type": "x", "data": held, "created": "soon"})
    assert (read.subject, read.reference, read.created_at) == (Subject.OTHER, None, None)


def test_the_pretend_stripe_signs_as_the_real_one(bench: Bench) -> None:
    request = asked("pm_card_createDispute")
    answer = bench.gateway.charge(request, at=MACHINE)
    seen = []
    for hook in bench.simulator.hooks.waiting():
        endpoint = Endpoint(hook.account, "", f"{SECOND},{FIRST}")
        headers = {n.lower(): v for n, v in bench.simulator.signed(hook, endpoint).items()}
        read = StripeVendor().read_event(headers, hook.body, secrets=[FIRST], received_at=MACHINE)
        seen.append((read.type, read.subject, read.charge or read.reference, read.ours))
    paid, ours = answer.reference, request.attempt_id
    assert seen == [
        ("payment_intent.created", Subject.CHARGE, paid, ours),
        ("charge.succeeded", Subject.CHARGE, paid, ours),
        ("payment_intent.succeeded", Subject.CHARGE, paid, ours),
        ("charge.dispute.created", Subject.DISPUTE, paid, None),
        ("charge.dispute.funds_withdrawn", Subject.DISPUTE, paid, None),
    ]


def test_a_refund_that_fails_after_all_is_told(bench: Bench) -> None:
    request = asked("pm_card_refundFail")
    paid = bench.gateway.charge(request, at=MACHINE)
    refund = refund_of(request, paid.reference, 18_000)
    answer = bench.gateway.refund(refund, at=MACHINE)
    bench.simulator.advance(bench.simulator.clock.now() + timedelta(days=1))
    (hook,) = [one for one in bench.simulator.hooks.waiting() if one.type == "refund.failed"]
    headers = bench.simulator.signed(hook, Endpoint("", "", FIRST))
    given = {name.lower(): value for name, value in headers.items()}
    read = StripeVendor().read_event(given, hook.body, secrets=[FIRST], received_at=MACHINE)
    assert (read.ours, read.reference, read.amount) == (refund.refund_id, answer.reference, 18_000)
    again = bench.gateway.look_up_refund(refund, reference=answer.reference, at=MACHINE)
    assert again is not None
    assert (again.outcome, again.decline_code) == ("failed", "expired_or_canceled_card")
