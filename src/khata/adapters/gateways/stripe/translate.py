"""Stripe's objects in our language; pure. What cannot be read is an answer that is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.declines import UNLISTED, Declines
from khata.adapters.gateways.stripe.amounts import from_stripe
from khata.core.dunning import OPTED_OUT, DeclineClass
from khata.core.money import half_up
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.told_mandate import MandateStatus, ToldMandate
from khata.ports.gateway import AnswerLost, SeenPayment

Object = Mapping[str, Any]

_KINDS = {
    "card": MethodKind.CARD,
    "upi": MethodKind.UPI,
    **dict.fromkeys("amazon_pay cashapp link paypal revolut_pay".split(), MethodKind.WALLET),
}
KINDS = frozenset({*_KINDS.values(), MethodKind.OTHER})

# Our names in its metadata.
ATTEMPT, REFUND, TENANT, VISIT = "attempt_id", "refund_id", "tenant_id", "visit_id"


@dataclass(frozen=True, slots=True)
class Reading:
    """How declines are read: by which table, on which day."""

    declines: Declines
    on: date

    def of(self, code: str | None) -> DeclineClass | None:
        meaning = self.declines.meaning_of(code, on=self.on) if code else None
        return meaning.decline_class if meaning else None


def read_intent(intent: Object, reading: Reading) -> Answer:
    """Return what a PaymentIntent comes to. Raises: AnswerLost (no known state, no id).

    One that never got as far as a charge says nothing of an end: that too is a lost answer.
    """
    reference, status = _text(intent, "id"), _text(intent, "status")
    if status == "succeeded":
        amount, currency = _money(intent, "amount_received")
        fee = _fee(intent.get("latest_charge"))
        return Answer(Outcome.SUCCEEDED, reference, fee=fee, amount=amount, currency=currency)
    if status == "processing":
        return Answer(Outcome.PENDING, reference)
    if status == "canceled":
        return replace(declined({"code": "canceled"}, reading), reference=reference)
    if status == "requires_action":
        asked = {"code": "authentication_required"}
        return replace(declined(asked, reading), reference=reference)
    error = intent.get("last_payment_error")
    if status == "requires_payment_method" and isinstance(error, Mapping):
        return replace(declined(error, reading), reference=reference)
    raise AnswerLost("the payment is in no state that tells its end")


def read_refusal(error: Object, reading: Reading, *, status: int) -> Answer:
    """Return what the `error` of a 4xx comes to: a decline, or a mistake of ours or the tenant's.

    Where it bears a payment that went on all the same, that payment is the answer.
    """
    intent = error.get("payment_intent")
    if isinstance(intent, Mapping):
        if intent.get("status") in ("succeeded", "processing"):
            return read_intent(intent, reading)
        return replace(declined(error, reading), reference=_text(intent, "id"))
    if status in (401, 403):
        code = "api_key_refused" if status == 401 else "permission_denied"
        return declined({"code": code, "type": "invalid_request_error"}, reading)
    return declined(error, reading)


def declined(error: Object, reading: Reading) -> Answer:
    """Return a failure with its code and what that means for the next try.

    The network's advice can only make a meaning stricter. A code nobody knows is `soft`, or
    `config` where not a bank but Stripe refused.
    """
    is_ours = error.get("type") == "invalid_request_error"
    code = str(error.get("decline_code") or error.get("code") or error.get("type") or "declined")
    if reading.declines.opts_out(code, on=reading.on):
        action = DeclineClass.CUSTOMER_ACTION
        return Answer(Outcome.FAILED, decline_class=action, decline_code=OPTED_OUT)
    unlisted = DeclineClass.CONFIG if is_ours else UNLISTED
    means = reading.of(code) or unlisted
    advice = error.get("advice_code")
    told = reading.of(f"advice.{advice}") if isinstance(advice, str) else None
    if told is not None and means is not DeclineClass.MANDATE:
        means = told if told is DeclineClass.HARD or means is DeclineClass.SOFT else means
    return Answer(Outcome.FAILED, decline_class=means, decline_code=code)


def read_refund(refund: Object, reading: Reading) -> Answer:
    """Return what a Refund comes to. Raises: AnswerLost (no known state, no id)."""
    reference, status = _text(refund, "id"), _text(refund, "status")
    if status == "succeeded":
        amount, currency = _money(refund, "amount")
        return Answer(Outcome.SUCCEEDED, reference, amount=amount, currency=currency)
    if status in ("pending", "requires_action"):
        return Answer(Outcome.PENDING, reference)
    if status in ("failed", "canceled"):
        code = refund.get("failure_reason") or f"refund_{status}"
        return replace(declined({"code": code}, reading), reference=reference)
    raise AnswerLost("the refund is in no state that is known")


def read_seen(intent: Object, reading: Reading) -> SeenPayment:
    """Return a PaymentIntent as reconciliation sees it; an unknown state is `unknown`."""
    try:
        outcome = read_intent(intent, reading).outcome
    except AnswerLost:
        outcome = Outcome.UNKNOWN
    took = outcome is Outcome.SUCCEEDED
    amount, currency = _money(intent, "amount_received" if took else "amount")
    created = intent.get("created")
    if amount is None or currency is None or not isinstance(created, int):
        raise AnswerLost("a listed payment has no amount or no time")
    charge = intent.get("latest_charge")
    back = charge.get("amount_refunded") if took and isinstance(charge, Mapping) else 0
    return SeenPayment(
        _text(intent, "id"),
        ours_in(intent, ATTEMPT) or ours_in(intent, VISIT),
        amount,
        currency,
        outcome,
        _fee(charge) if took else 0,
        from_stripe(back or 0, currency),
        datetime.fromtimestamp(created, UTC),
    )


def read_method(method: Object, *, holder: str | None, mandate: Object | None) -> SavedMethod:
    """Return what a PaymentMethod is, and whether it can be charged without its customer.

    Raises: AnswerLost (it is no payment method).
    """
    kind_word, customer = _text(method, "type"), _id(method.get("customer"))
    more = method.get(kind_word)
    card: Object = more if isinstance(more, Mapping) else {}
    why_not = _why_not(customer, holder, mandate)
    return SavedMethod(
        _text(method, "id"),
        _KINDS.get(kind_word, MethodKind.OTHER),
        holder=customer,
        brand=card.get("brand") or card.get("bank_name") or card.get("bank_code"),
        last4=card.get("last4"),
        expiry_month=card.get("exp_month"),
        expiry_year=card.get("exp_year"),
        country=card.get("country"),
        facts={"type": kind_word},
        usable=why_not is None,
        why_not=why_not,
        has_ended=customer is None or _is_inactive(mandate),
        mandate=_told(mandate),
    )


# Source: docs.stripe.com/api/mandates/object
_MANDATES: Final = {
    "active": MandateStatus.ACTIVE,
    "inactive": MandateStatus.REVOKED,
    "pending": MandateStatus.PENDING_AUTHORISATION,
}


def _told(mandate: Object | None) -> ToldMandate | None:
    """Return the state of an Indian mandate; its terms are those that it was set up with."""
    status = _MANDATES.get(str(mandate.get("status"))) if mandate else None
    return ToldMandate(status) if status else None


def _is_inactive(mandate: Object | None) -> bool:
    return mandate is not None and mandate.get("status") == "inactive"


def _why_not(customer: str | None, holder: str | None, mandate: Object | None) -> str | None:
    if customer is None:
        return "It is not attached to a customer at Stripe, so it can be used only once."
    if holder is not None and holder != customer:
        return "It belongs to another customer at Stripe."
    if _is_inactive(mandate):
        return "The standing permission to charge it (e-mandate) is not active."
    return None


def ours_in(object: Object, name: str) -> UUID | None:
    """Return our id that an object carries in its metadata, if it carries one."""
    kept = object.get("metadata")
    value = kept.get(name) if isinstance(kept, Mapping) else None
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def bears(object: Object, *, tenant: str, **ours: UUID) -> bool:
    """Say whether an object carries this tenant's id and this id of ours."""
    kept = object.get("metadata")
    if not isinstance(kept, Mapping) or kept.get(TENANT) != tenant:
        return False
    return all(ours_in(object, name) == id for name, id in ours.items())


def surest(found: Sequence[Object]) -> Object:
    """Return the one of several payments of an attempt that says most: money, then money to be."""
    order = {"succeeded": 0, "processing": 1}
    return min(found, key=lambda intent: order.get(str(intent.get("status")), 2))


def _fee(charge: object) -> int:
    """Return Stripe's fee in the charge's currency; it is kept in the one that is settled in.

    Rounds: half up, at the rate at which this charge was changed. 0 where it is not told yet.
    """
    settled = charge.get("balance_transaction") if isinstance(charge, Mapping) else None
    if not isinstance(charge, Mapping) or not isinstance(settled, Mapping):
        return 0
    fee, amount, currency = settled.get("fee"), charge.get("amount"), charge.get("currency")
    if not isinstance(fee, int) or not isinstance(amount, int) or not isinstance(currency, str):
        return 0
    if settled.get("currency") != currency:
        changed = settled.get("amount")
        if not isinstance(changed, int) or changed <= 0:
            return 0
        fee = half_up(fee * amount, changed)
    try:
        return from_stripe(fee, currency.upper())
    except ValueError:  # a fee of the settlement's decimals: no whole unit of ours
        return 0


def _money(object: Object, name: str) -> tuple[int | None, str | None]:
    amount, currency = object.get(name), object.get("currency")
    if not isinstance(amount, int) or not isinstance(currency, str):
        return None, None
    try:
        return from_stripe(amount, currency.upper()), currency.upper()
    except Exception as fault:
        raise AnswerLost(f"an amount cannot be read: {type(fault).__name__}") from None


def _id(value: object) -> str | None:
    """Return an id that may stand alone or in the object it names."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def _text(object: Object, name: str) -> str:
    value = object.get(name)
    if not isinstance(value, str) or not value:
        raise AnswerLost(f"an answer of Stripe's has no {name}")
    return value
