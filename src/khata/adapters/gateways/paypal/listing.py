"""PayPal's list of transactions: the only way to find a payment by our own id after six hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.paypal.amounts import NoAmount, read_amount
from khata.adapters.gateways.paypal.client import PayPalClient
from khata.adapters.gateways.paypal.translate import NotReadable, ours_or_visits, read_instant
from khata.core.payment import Outcome
from khata.core.settlement import SeenSettlement
from khata.ports.gateway import AnswerLost, SeenPayment

# Source: Transaction Search v1: 31 days at most for one question, 500 a page, 10,000 in all; what
# happened shows after three hours at the latest.
WIDEST: Final = timedelta(days=31)
SHOWN_WITHIN: Final = timedelta(hours=3)
_PAGE: Final = 500
_MOST: Final = 10_000
_NARROWEST: Final = timedelta(minutes=1)

_STATUSES: Final = {
    "S": Outcome.SUCCEEDED,
    "V": Outcome.SUCCEEDED,  # it was taken, and given back later
    "P": Outcome.PENDING,
    "D": Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list. `amount` and `fee` in minor units, negative where money went out.

    `kind` is PayPal's event code: T00.. is a payment, T11.. one given back; `of` is then what.
    T04.. went to the bank.
    """

    id: str
    kind: str
    status: str
    amount: int
    currency: str
    fee: int
    initiated_at: datetime
    custom: UUID | None
    of: str | None

    @property
    def outcome(self) -> Outcome | None:
        return _STATUSES.get(self.status)

    @property
    def is_payment(self) -> bool:
        return self.kind.startswith("T00") and self.amount > 0 and self.outcome is not None

    @property
    def is_refund(self) -> bool:
        return self.kind.startswith("T11") and self.amount < 0 and self.outcome is not None

    @property
    def is_withdrawal(self) -> bool:
        out = self.kind.startswith("T04") and self.amount < 0
        return out and self.outcome is Outcome.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Rows:
    """What was listed of a time. Until `whole_until` nothing can be added any more."""

    rows: Sequence[Listed]
    whole_until: datetime


def payments_of(client: PayPalClient, start: datetime, end: datetime) -> Iterator[SeenPayment]:
    """List the payments of a time; `refunded` is what the same time's list shows given back."""
    rows: dict[tuple[str, str], Listed] = {}
    begin = start
    while begin < end:
        until = min(end, begin + WIDEST)
        for row in rows_of(client, begin, until, {}).rows:
            if start <= row.initiated_at < end:
                rows[row.id, row.kind] = row  # one may be listed twice
        begin = until
    refunded: dict[str, int] = {}
    for row in rows.values():
        if row.is_refund and row.outcome is Outcome.SUCCEEDED and row.of is not None:
            refunded[row.of] = refunded.get(row.of, 0) - row.amount
    for row in rows.values():
        if row.is_payment and row.outcome is not None:
            yield SeenPayment(
                row.id,
                row.custom,
                row.amount,
                row.currency,
                row.outcome,
                -row.fee,
                refunded.get(row.id, 0),
                row.initiated_at,
            )


def withdrawals_of(
    client: PayPalClient, start: datetime, end: datetime
) -> Iterator[SeenSettlement]:
    """List what was moved from the balance to the bank (T04..), by hand or swept, the oldest first.

    PayPal does not say of which payments it was; their fees are known with each payment.
    """
    rows: dict[str, Listed] = {}
    begin = start
    while begin < end:
        until = min(end, begin + WIDEST)
        for row in rows_of(client, begin, until, {}).rows:
            if row.is_withdrawal and start <= row.initiated_at < end:
                rows[row.id] = row
        begin = until
    for row in sorted(rows.values(), key=lambda row: row.initiated_at):
        yield SeenSettlement(
            row.id, -row.amount, row.currency, row.initiated_at, None, (), is_itemised=False
        )


def rows_of(
    client: PayPalClient, start: datetime, end: datetime, filters: Mapping[str, str]
) -> Rows:
    """Return all rows of a time that one question may cover; halved where they are too many."""
    found: list[Listed] = []
    whole_until = end
    page = pages = 1
    while page <= pages:
        said = _page(client, start, end, filters, page)
        if said is None or _count(said, "total_items") > _MOST:
            if end - start <= _NARROWEST:
                raise AnswerLost("PayPal lists more payments in a minute than it can tell")
            middle = start + (end - start) / 2
            first = rows_of(client, start, middle, filters)
            second = rows_of(client, middle, end, filters)
            whole = first.whole_until if first.whole_until < middle else second.whole_until
            return Rows([*first.rows, *second.rows], whole)
        found += [row for row in map(_listed, _details(said)) if row is not None]
        whole_until = min(whole_until, _refreshed_at(said) or end)
        pages = _count(said, "total_pages")
        page += 1
    return Rows(found, whole_until)


def _page(
    client: PayPalClient, start: datetime, end: datetime, filters: Mapping[str, str], page: int
) -> dict[str, Any] | None:
    """Ask for one page; None: there are too many for one list."""
    reply = client.get(
        "/v1/reporting/transactions",
        start_date=_spelled(start),
        end_date=_spelled(end),
        fields="transaction_info",
        balance_affecting_records_only="N",  # what is pending or declined moved no balance
        page_size=str(_PAGE),
        page=str(page),
        **filters,
    )
    if reply.issue == "RESULTSET_TOO_LARGE":
        return None
    if not reply.is_good:
        raise AnswerLost(f"PayPal does not list its payments: {reply.issue}")
    return dict(reply.said)


def _details(said: dict[str, Any]) -> Sequence[Any]:
    details = said.get("transaction_details")
    if not isinstance(details, list):
        raise AnswerLost("PayPal's list has no rows")
    return details


def _refreshed_at(said: dict[str, Any]) -> datetime | None:
    """Return how far the list goes, where PayPal says so."""
    try:
        return read_instant(said.get("last_refreshed_datetime"))
    except NotReadable:
        return None


def _count(said: dict[str, Any], name: str) -> int:
    count = said.get(name)
    if not isinstance(count, int) or count < 0:
        raise AnswerLost(f"PayPal's list does not say its {name}")
    return count


def _listed(detail: Any) -> Listed | None:
    """Read a row; None for one in a currency that we never ask for, or of another shape."""
    row = detail.get("transaction_info") if isinstance(detail, dict) else None
    if not isinstance(row, dict):
        return None
    money, fee = row.get("transaction_amount"), row.get("fee_amount")
    try:
        currency = money["currency_code"] if isinstance(money, dict) else None
        amount = read_amount(money.get("value") if isinstance(money, dict) else None, currency)
        its_fee = read_amount(fee.get("value"), currency) if isinstance(fee, dict) else 0
        initiated_at = read_instant(row.get("transaction_initiation_date"))
    except (KeyError, NoAmount, NotReadable):
        return None
    return Listed(
        str(row.get("transaction_id")),
        str(row.get("transaction_event_code")),
        str(row.get("transaction_status")),
        amount,
        str(currency),
        its_fee,
        initiated_at,
        ours_or_visits(row.get("custom_field")),
        row.get("paypal_reference_id"),
    )


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
