"""Razorpay's payouts: a list of them, and for each day the rows that they are made of.

Source: razorpay.com/docs/api/settlements (fetch all settlements; settlement recon).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from math import ceil, floor
from typing import Final

from khata.adapters.gateways.razorpay.client import MOST_PAGES, Object, RazorpayClient, items_of
from khata.adapters.gateways.razorpay.translate import number, text
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.ports.gateway import AnswerLost

_INDIA: Final = timezone(timedelta(hours=5, minutes=30))  # Razorpay's days; India has one time
_PAGE: Final = 1_000  # the most that one answer of the recon holds
_DAY: Final = timedelta(days=1)

_KINDS: Final = {"payment": LineKind.PAYMENT, "refund": LineKind.REFUND}


def settlements_of_account(
    client: RazorpayClient, start: datetime, end: datetime, but: Collection[str]
) -> Iterator[SeenSettlement]:
    """List the payouts that were processed, the oldest first, each with its rows.

    The recon is asked by the day of a payout; where its rows do not make up the sum, by the days
    beside it too: a payout made at midnight has its rows on either side.
    """
    days: dict[date, Sequence[Object]] = {}

    def rows_of(day: date) -> Sequence[Object]:
        if day not in days:
            days[day] = list(_recon(client, day))
        return days[day]

    asked = {"from": floor(start.timestamp()), "to": ceil(end.timestamp())}
    listed = sorted(client.listed("/v1/settlements", **asked), key=lambda one: _instant(one))
    for told in listed:
        made = _instant(told)
        reference = text(told, "id")
        if told.get("status") != "processed" or reference is None or reference in but:
            continue
        if start <= made < end:
            day = made.astimezone(_INDIA).date()
            seen = _seen(told, reference, made, rows_of(day))
            if sum(line.net for line in seen.lines) != seen.amount:
                around = [row for near in (day - _DAY, day, day + _DAY) for row in rows_of(near)]
                seen = _seen(told, reference, made, around)
            yield seen


def _recon(client: RazorpayClient, day: date) -> Iterator[Object]:
    for page in range(MOST_PAGES):
        reply = client.get(
            "/v1/settlements/recon/combined",
            year=day.year,
            month=f"{day.month:02}",
            day=f"{day.day:02}",
            count=_PAGE,
            skip=page * _PAGE,
        )
        items = items_of(reply)
        yield from items
        if len(items) < _PAGE:
            return
    raise AnswerLost("Razorpay's recon does not end")


def _seen(told: Object, reference: str, made: datetime, rows: Sequence[Object]) -> SeenSettlement:
    amount = number(told, "amount")
    if amount is None:
        raise AnswerLost("Razorpay paid out and does not say how much")
    mine = {
        (text(row, "entity_id"), text(row, "type")): row
        for row in rows
        if text(row, "settlement_id") == reference
    }
    lines = tuple(_line(row) for row in mine.values())
    currencies = {text(row, "currency") or "INR" for row in mine.values()}
    if len(currencies) > 1:
        raise AnswerLost("Razorpay paid out in two currencies at once")
    return SeenSettlement(
        reference, amount, next(iter(currencies), "INR"), made, text(told, "utr"), lines
    )


def _line(row: Object) -> SettlementLine:
    """Read a row of the recon. Its `fee` has the tax in it, and `credit` is after both."""
    entity, kind_word = text(row, "entity_id"), text(row, "type")
    debit, credit = number(row, "debit"), number(row, "credit")
    if entity is None or kind_word is None or debit is None or credit is None:
        raise AnswerLost("A row of Razorpay's recon cannot be read")
    fee, tax = number(row, "fee") or 0, number(row, "tax") or 0
    dispute = text(row, "dispute_id")
    kind = _KINDS.get(kind_word, LineKind.ADJUSTMENT)
    if kind is LineKind.ADJUSTMENT and dispute is not None:
        kind = LineKind.DISPUTE
    settled = number(row, "created_at")
    return SettlementLine(
        reference=entity,
        kind=kind,
        of=dispute if kind is LineKind.DISPUTE else entity,
        gross=credit - debit + fee,
        fee=fee - tax,
        tax=tax,
        happened_at=datetime.fromtimestamp(settled, UTC) if settled else None,
        words=text(row, "description") or "",
    )


def _instant(told: Object) -> datetime:
    seconds = number(told, "created_at")
    if seconds is None or not 0 <= seconds < 2**35:
        raise AnswerLost("Razorpay does not say when it paid out")
    return datetime.fromtimestamp(seconds, UTC)
