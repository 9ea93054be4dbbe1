"""Razorpay's tokens as ways to pay. Pure. Of a bank account only its last digits are read."""

from datetime import UTC, datetime
from typing import Any, Final

from khata.adapters.gateways.razorpay.client import Object
from khata.adapters.gateways.razorpay.mandates import read_mandate
from khata.adapters.gateways.razorpay.translate import number, text
from khata.core.payment_method import MethodKind, SavedMethod
from khata.ports.gateway import AnswerLost

KINDS: Final = {
    "card": MethodKind.CARD,
    "upi": MethodKind.UPI,
    "emandate": MethodKind.EMANDATE,
    "nach": MethodKind.EMANDATE,  # the same mandate, registered on paper
}

NO_HOLDER: Final = "Razorpay's tokens belong to a customer: name it too, as holder (cust_…)"

# What the states of a mandate mean for a charge.
# Source: razorpay.com/docs/api/payments/recurring-payments/cards/tokens
_WHY_NOT: Final = {
    "initiated": "the bank has not confirmed the mandate yet",
    "rejected": "the bank has rejected the mandate",
    "cancelled": "the mandate was cancelled",
    "cancellation_initiated": "the mandate is being cancelled",
    "paused": "the payer has paused the mandate",
    "expired": "the mandate has expired",
    "deactivated": "the mandate was deactivated",
}

# Of these no charge will come again; a mandate that is paused may be taken up again.
_ENDED: Final = frozenset({"rejected", "cancelled", "expired", "deactivated"})


def read_method(token: Object, customer: Object) -> SavedMethod:
    """Return what a token of a customer is, and whether it can be charged without the payer.

    Raises: AnswerLost, where it cannot be read.
    """
    id, holder = text(token, "id"), text(customer, "id")
    if id is None or holder is None:
        raise AnswerLost("Razorpay answered with something that is no token of a customer")
    reach = {name: text(customer, name) or "" for name in ("email", "contact")}
    kind = KINDS.get(text(token, "method") or "", MethodKind.OTHER)
    why_not = _why_not(token, kind, reach)
    card, vpa = _part(token, "card"), _part(token, "vpa")
    bank = _part(token, "bank_details") or _part(token, "bank_account")
    ends = _instant(number(token, "expired_at"))
    return SavedMethod(
        id,
        kind,
        holder=holder,
        brand=_brand(token, card, vpa),
        last4=_last4(card, bank),
        expiry_month=number(card, "expiry_month") or (ends.month if ends and card else None),
        expiry_year=number(card, "expiry_year") or (ends.year if ends and card else None),
        country=None if card.get("international") else "IN",
        facts={name: word for name, word in reach.items() if word},
        usable=why_not is None,
        why_not=why_not,
        has_ended=_part(token, "recurring_details").get("status") in _ENDED,
        mandate=read_mandate(token, kind),
    )


def without_holder(token: str) -> SavedMethod:
    return SavedMethod(token, MethodKind.OTHER, usable=False, why_not=NO_HOLDER)


def _why_not(token: Object, kind: MethodKind, reach: Object) -> str | None:
    if kind is MethodKind.OTHER:
        return "only cards, UPI and bank mandates can be charged without the payer"
    if token.get("recurring") is False:
        return "it was saved for payments with the payer present, not for recurring ones"
    if not reach["email"] or not reach["contact"]:
        return "the customer at Razorpay has no e-mail address or no phone number"
    # A card whose mandate was just confirmed comes without these details.
    details = _part(token, "recurring_details")
    if details.get("status") in (None, "confirmed"):
        return None
    unsaid = "Razorpay does not say that its mandate is confirmed"
    return _WHY_NOT.get(text(details, "status") or "", unsaid)


def _brand(token: Object, card: Object, vpa: Object) -> str | None:
    network = text(card, "network")
    if network is not None:
        return {"American Express": "amex", "Diners Club": "diners"}.get(network, network.lower())
    return text(token, "bank") or text(vpa, "handle") or text(token, "wallet")


def _last4(card: Object, bank: Object) -> str | None:
    digits = text(card, "last4") or str(bank.get("account_number") or "")[-4:]
    return digits if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def _part(told: Object, name: str) -> Object:
    part: Any = told.get(name)
    return part if isinstance(part, dict) else {}


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < 2**35 else None
