"""Stripe's payouts, and the balance transactions that each is made of.

Sources: docs.stripe.com/api/payouts, docs.stripe.com/payouts/reconciliation,
docs.stripe.com/reports/reporting-categories.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any, Final, Literal

from khata.adapters.gateways.stripe.amounts import from_stripe
from khata.adapters.gateways.stripe.refused import Refused
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.ports.gateway import AnswerLost

if TYPE_CHECKING:
    from stripe.params import PayoutListParamsArrivalDate

    from khata.adapters.gateways.stripe.client import Client

Object = Mapping[str, Any]

_KINDS: Final = {
    "charge": LineKind.PAYMENT,
    "refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND,
    "dispute": LineKind.DISPUTE,
    "dispute_reversal": LineKind.DISPUTE,
    "fee": LineKind.FEE,
}
_ITSELF: Final = ("payout", "payout_reversal")


def settlements_of_account(
    client: "Client",
    start: datetime,
    end: datetime,
    but: Collection[str],
    *,
    status: Literal["paid", "failed"] = "paid",
) -> Iterator[SeenSettlement]:
    """List the payouts that were paid, by the day they arrive, each with what it is made of.

    Stripe says of automatic payouts only what they are made of; one that a person asked for comes
    out of the balance. One that the bank sends back goes over to those that failed. One of which
    Stripe does not know yet what it is made of is not listed.
    """
    arrives: PayoutListParamsArrivalDate = {
        "gte": ceil(start.timestamp()),
        "lt": ceil(end.timestamp()),
    }
    try:
        for payout in client.payouts({"arrival_date": arrives, "status": status}):
            reference = payout.get("id")
            is_whole = payout.get("reconciliation_status") != "in_progress"
            if is_whole and isinstance(reference, str) and reference not in but:
                yield _seen(client, payout, reference)
    except Refused as no:
        raise AnswerLost(str(no)) from None


def _seen(client: "Client", payout: Object, reference: str) -> SeenSettlement:
    amount, currency, arrives = (
        payout.get(name) for name in ("amount", "currency", "arrival_date")
    )
    if not isinstance(amount, int) or not isinstance(currency, str) or not isinstance(arrives, int):
        raise AnswerLost("A payout of Stripe's cannot be read")
    code, automatic = currency.upper(), payout.get("automatic") is not False
    lines: tuple[SettlementLine, ...] = ()
    if automatic:
        moved = client.balance_transactions({"payout": reference})
        lines = tuple(_line(one, code) for one in moved if one.get("type") not in _ITSELF)
    return SeenSettlement(
        reference,
        _ours(amount, code),
        code,
        datetime.fromtimestamp(arrives, UTC),
        _trace(payout),
        lines,
        is_itemised=automatic,
    )


def _trace(payout: Object) -> str | None:
    """Return what the bank names it by, where the bank has one."""
    trace = payout.get("trace_id")
    value = trace.get("value") if isinstance(trace, Mapping) else None
    return value if isinstance(value, str) and value else None


def _line(moved: Object, currency: str) -> SettlementLine:
    reference, amount, fee = moved.get("id"), moved.get("amount"), moved.get("fee")
    whole = isinstance(amount, int) and isinstance(fee, int) and isinstance(reference, str)
    if not whole or str(moved.get("currency")).upper() != currency:
        raise AnswerLost("A balance transaction of Stripe's cannot be read")
    assert isinstance(amount, int)
    assert isinstance(fee, int)
    assert isinstance(reference, str)
    kind = _KINDS.get(str(moved.get("reporting_category")), LineKind.ADJUSTMENT)
    tax = _tax(moved)
    if kind is LineKind.FEE:  # what Stripe takes for itself is an amount that went out
        is_tax = moved.get("type") == "tax_fee"
        amount, fee, tax = 0, (0 if is_tax else fee - amount), (fee - amount if is_tax else 0)
        fee += tax
    source = moved.get("source")
    charged, charged_currency = _charged(source, amount, currency)
    created = moved.get("created")
    return SettlementLine(
        reference=reference,
        kind=kind,
        of=_of(source, kind),
        gross=_ours(amount, currency),
        fee=_ours(fee - tax, currency),
        tax=_ours(tax, currency),
        charged=charged,
        charged_currency=charged_currency,
        happened_at=datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None,
        words=str(moved.get("description") or ""),
    )


def _tax(moved: Object) -> int:
    """Return the tax inside the fee."""
    parts = moved.get("fee_details") or ()
    return sum(
        part["amount"]
        for part in parts
        if isinstance(part, Mapping)
        and part.get("type") == "tax"
        and isinstance(part.get("amount"), int)
    )


def _of(source: object, kind: LineKind) -> str | None:
    """Return by what our rows know it: a payment by its PaymentIntent, the rest by their ids."""
    if isinstance(source, Mapping):
        if kind is LineKind.PAYMENT:
            intent = source.get("payment_intent")
            inner = intent.get("id") if isinstance(intent, Mapping) else intent
            return str(inner or source.get("id"))
        return str(source.get("id"))
    return source if isinstance(source, str) else None


def _charged(source: object, moved: int, currency: str) -> tuple[int | None, str | None]:
    """Return what was charged or given back, where that was in another currency than this."""
    if not isinstance(source, Mapping) or not moved:
        return None, None
    amount, of = source.get("amount"), source.get("currency")
    if not isinstance(amount, int) or not isinstance(of, str) or of.upper() == currency:
        return None, None
    charged = _ours(amount, of.upper())
    return (charged if moved > 0 else -charged), of.upper()


def _ours(amount: int, currency: str) -> int:
    try:
        return from_stripe(amount, currency)
    except Exception as fault:
        raise AnswerLost(f"An amount cannot be read: {type(fault).__name__}") from None
