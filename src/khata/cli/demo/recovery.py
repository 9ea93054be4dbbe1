"""Recovery by gateway: what was charged, refused and recovered, and whether both books agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from khata.core.words import grouped
from khata.db.reads import by_gateway
from khata.db.reads.by_gateway import Asked, Collected, Connection

TITLES: Final = {"razorpay": "Razorpay", "stripe": "Stripe", "paypal": "PayPal"}

# RBI: the payer is told at least 24 hours before the debit; the gateways' own notices take longer.
_NOTICE: Final = (timedelta(hours=24), timedelta(hours=36, minutes=5))

Books = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AtGateway:
    """One gateway. Cash is what was taken less what was given back, in minor units by currency.

    `twice` are invoices of which more is taken, net, than they come to; `unknown` are attempts
    of which nobody knows whether they took money. `notices` were sent before a debit.
    """

    name: str
    counted: Collected
    twice: int
    unknown: int
    given_back: int
    mandates: int
    notices: int
    cash_there: Mapping[str, int]
    cash_here: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recovery:
    """`wrong` says in sentences what must not be; the gateways are in the order of `TITLES`."""

    at: Sequence[AtGateway]
    wrong: Sequence[str]

    @property
    def currencies(self) -> Sequence[str]:
        found = {currency for one in self.at for currency in (*one.cash_there, *one.cash_here)}
        return sorted(found, key=("INR", "USD", "EUR").index)


def recovery(connection: Connection, books: Books) -> Recovery:
    """Lay the gateways' books beside ours."""
    counted = {one.gateway: one for one in by_gateway.collected(connection)}
    ours = {str(one.id): one for one in by_gateway.asked(connection)}
    here: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for cash in by_gateway.cash(connection):
        here[cash.gateway][cash.currency] = cash.amount
    at = [
        _at(name, counted[name], books[name], ours, here[name])
        for name in TITLES
        if name in counted
    ]
    return Recovery(at, [*disagreements(at), *_untimely(books)])


def _at(
    name: str,
    counted: Collected,
    books: Mapping[str, Any],
    ours: Mapping[str, Asked],
    here: Mapping[str, int],
) -> AtGateway:
    taken = [one for one in books["payments"] if one["captured"]]
    there: Counter[str] = Counter()
    of_invoice: Counter[tuple[object, int]] = Counter()
    for one in taken:
        net = one["amount"] - one["refunded"]
        there[one["currency"]] += net
        attempt = ours.get(str(one["ours"]))
        # Money for nothing that we asked for is more than it should be, too.
        whose = (attempt.invoice_id, attempt.total) if attempt else (one["reference"], 0)
        of_invoice[whose] += net
    return AtGateway(
        name,
        counted,
        twice=sum(net > total for (_, total), net in of_invoice.items()),
        unknown=sum(one.is_unknown for one in ours.values() if one.gateway == name),
        given_back=len(books["refunds"]),
        mandates=sum(one["status"] in _STANDING for one in books.get("mandates", ())),
        notices=sum(one.get("notified_at") is not None for one in books["payments"]),
        cash_there=dict(there),
        cash_here=here,
    )


_STANDING: Final = ("confirmed", "active")


def disagreements(at: Sequence[AtGateway]) -> Iterator[str]:
    """Say where a gateway's books and ours differ, and what was taken that should not have been."""
    for one in at:
        title = TITLES[one.name]
        for currency in sorted({*one.cash_there, *one.cash_here}):
            theirs, ours = one.cash_there.get(currency, 0), one.cash_here.get(currency, 0)
            if theirs != ours:
                yield (
                    f"{title} has {grouped(theirs, currency)}, "
                    f"our books have {grouped(ours, currency)}"
                )
        if one.twice:
            yield f"{title} has taken more for {one.twice} invoices than they come to"
        if one.unknown:
            yield f"of {one.unknown} attempts at {title} nobody knows the end"


def _untimely(books: Books) -> Iterator[str]:
    """Say of which debits the payer was told too late, or too long before."""
    for name, of_one in books.items():
        for one in of_one["payments"]:
            told, debited = one.get("notified_at"), one.get("debited_at")
            if told and debited and one["captured"] and not _in_time(told, debited):
                yield f"{TITLES[name]} has told of {one['reference']} {debited - told} before it"


def _in_time(told: datetime, debited: datetime) -> bool:
    first, last = _NOTICE
    return first <= debited - told <= last
