"""PayPal's objects in our language. Pure; what cannot be read for sure is NotReadable."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.paypal.amounts import NoAmount, read_amount
from khata.adapters.gateways.paypal.words import refused
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod

# Money that was taken stays taken here: what was given back is a record of its own.
_CAPTURES: Final = {
    "COMPLETED": Outcome.SUCCEEDED,
    "PARTIALLY_REFUNDED": Outcome.SUCCEEDED,
    "REFUNDED": Outcome.SUCCEEDED,
    "PENDING": Outcome.PENDING,
    "DECLINED": Outcome.FAILED,
    "FAILED": Outcome.FAILED,
}
_REFUNDS: Final = {
    "COMPLETED": Outcome.SUCCEEDED,
    "PENDING": Outcome.PENDING,
    "FAILED": Outcome.FAILED,
    "CANCELLED": Outcome.FAILED,
}
_ADVICE_THAT_DECIDES: Final = frozenset({"03", "21"})  # never again; the series was withdrawn

VISIT: Final = "visit-"  # begins the `custom_id` of what a payer does at PayPal's own page

Object = Mapping[str, Any]


class NotReadable(ValueError):
    """An answer without a word that is needed, or with one that nobody knows."""


def read_capture(capture: Object, *, on: date) -> Answer:
    """Return what a captured payment comes to.

    Raises: NotReadable. Source: Payments v2, capture.
    """
    status, id = capture.get("status"), capture.get("id")
    outcome = _CAPTURES.get(status) if isinstance(status, str) else None
    if outcome is None or not isinstance(id, str):
        raise NotReadable("a capture with no status that is known")
    if outcome is Outcome.PENDING:
        return Answer(outcome, id)
    if outcome is Outcome.FAILED:
        return refused(_why(capture), on=on, reference=id)
    amount, currency = _money(capture.get("amount"))
    breakdown = capture.get("seller_receivable_breakdown")
    fee = breakdown.get("paypal_fee") if isinstance(breakdown, dict) else None
    return Answer(outcome, id, fee=_fee(fee, currency=currency), amount=amount, currency=currency)


def captures_of(order: Object) -> Sequence[Object]:
    """Return the captures of an order of ours, which has one purchase unit."""
    return _payments(order, "captures")


def refunds_of(order: Object) -> Sequence[Object]:
    return _payments(order, "refunds")


def read_refund(refund: Object) -> Answer:
    """Return what a refund comes to. Raises: NotReadable. Source: Payments v2, refund."""
    status, id = refund.get("status"), refund.get("id")
    outcome = _REFUNDS.get(status) if isinstance(status, str) else None
    if outcome is None or not isinstance(id, str):
        raise NotReadable("a refund with no status that is known")
    if outcome is Outcome.FAILED:
        details = refund.get("status_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        code = str(reason or f"refund_{status}").lower()
        return Answer(outcome, id, decline_class=DeclineClass.CONFIG, decline_code=code)
    if outcome is Outcome.PENDING:
        return Answer(outcome, id)
    amount, currency = _money(refund.get("amount"))
    return Answer(outcome, id, amount=amount, currency=currency)


def read_token(token: Object) -> SavedMethod:
    """Return what the vault tells of a saved way to pay. Raises: NotReadable.

    Source: Vault v3, payment token. Wallets and cards are charged here; whatever else can be kept
    there (Venmo, Apple Pay, a bank account) is known and not usable.
    """
    id, source = token.get("id"), token.get("payment_source")
    if not isinstance(id, str) or not isinstance(source, dict) or not source:
        raise NotReadable("a payment token without its source")
    customer = token.get("customer")
    holder = customer.get("id") if isinstance(customer, dict) else None
    if isinstance(source.get("card"), dict):
        return _card(id, holder, source["card"])
    if isinstance(source.get("paypal"), dict):
        return SavedMethod(id, MethodKind.WALLET, holder=holder, brand="paypal")
    name = next(iter(source))
    return SavedMethod(
        id,
        MethodKind.OTHER,
        holder=holder,
        brand=name[:40],
        usable=False,
        why_not="Of what PayPal keeps, only wallets and cards can be charged here.",
    )


def read_vaulted(order: Object) -> SavedMethod | None:
    """Return the wallet that was saved with an order; None: not yet, PayPal tells of it later.

    Source: Orders v2, paypal_wallet_vault_response.
    """
    found: object = order
    for name in ("payment_source", "paypal", "attributes", "vault"):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        return None
    customer = found.get("customer")
    holder = customer.get("id") if isinstance(customer, dict) else None
    return SavedMethod(found["id"], MethodKind.WALLET, holder=holder, brand="paypal")


def ours(custom_id: object) -> UUID | None:
    """Return our id where an object carries one: it is spelled as we spell it."""
    if not isinstance(custom_id, str):
        return None
    try:
        read = UUID(custom_id)
    except ValueError:
        return None
    return read if str(read) == custom_id else None


def visits(custom_id: object) -> UUID | None:
    """Return the id of a visit, where an object carries one: it is spelled as no attempt's is."""
    if not isinstance(custom_id, str) or not custom_id.startswith(VISIT):
        return None
    return ours(custom_id.removeprefix(VISIT))


def ours_or_visits(custom_id: object) -> UUID | None:
    """Return the id that a payment is known by here: of its attempt, which a visit shares."""
    return ours(custom_id) or visits(custom_id)


def read_instant(text: object) -> datetime:
    """Return an instant with its zone. Raises: NotReadable."""
    if isinstance(text, str):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is not None:
            return instant
    raise NotReadable("not an instant")


def _card(id: str, holder: str | None, card: Object) -> SavedMethod:
    year, _, month = str(card.get("expiry") or "").partition("-")
    has_expiry = year.isdecimal() and month.isdecimal()
    brand, last4 = card.get("brand"), card.get("last_digits")
    bin_details = card.get("bin_details")
    return SavedMethod(
        id,
        MethodKind.CARD,
        holder=holder,
        brand=brand.lower() if isinstance(brand, str) else None,
        last4=last4[-4:] if isinstance(last4, str) else None,
        expiry_month=int(month) if has_expiry else None,
        expiry_year=int(year) if has_expiry else None,
        country=bin_details.get("bin_country_code") if isinstance(bin_details, dict) else None,
    )


def _payments(order: Object, kind: str) -> Sequence[Object]:
    try:
        (unit,) = order["purchase_units"]
        found = unit.get("payments", {}).get(kind, [])
        return [one for one in found if isinstance(one, dict)]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotReadable("an order without its one purchase unit") from None


def _why(capture: Object) -> str:
    """Return the word that says why: the processor's, unless the network forbids more tries."""
    response = capture.get("processor_response")
    response = response if isinstance(response, dict) else {}
    advice, code = response.get("payment_advice_code"), response.get("response_code")
    if advice in _ADVICE_THAT_DECIDES:
        return f"advice_{advice}"
    details = capture.get("status_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    word = code or reason or capture.get("status")
    return str(word)


def _money(money: object) -> tuple[int, str]:
    if not isinstance(money, dict):
        raise NotReadable("no amount")
    currency = money.get("currency_code")
    try:
        return read_amount(money.get("value"), currency), str(currency)
    except NoAmount as fault:
        raise NotReadable(str(fault)) from None


def _fee(fee: object, *, currency: str) -> int:
    """Return the fee, which PayPal tells in the payment's currency; 0 where it tells none yet.

    One in another currency is no fee of this payment's books: the money is not doubted for it.
    """
    if not isinstance(fee, dict) or fee.get("currency_code") != currency:
        return 0
    return _money(fee)[0]
