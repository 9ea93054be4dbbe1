"""What PayPal's list of transactions has shown, kept: a look-up asks only for what is new.

The list cannot be asked for an id of ours, only for a time and an amount, and whoever pays the same
price has the same amount. Read anew for each attempt whose answer was lost, a month of payments
would be paged through as often as there are such attempts.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

from khata.adapters.gateways.paypal.amounts import WHOLE
from khata.adapters.gateways.paypal.client import PayPalClient
from khata.adapters.gateways.paypal.listing import WIDEST, Listed, rows_of
from khata.core.payment import Outcome

# Of all accounts together, by the process; about 25 MB.
MOST_KEPT: Final = 100_000

_BEST_FIRST: Final = (Outcome.SUCCEEDED, Outcome.PENDING, Outcome.FAILED)

_BACK: Final = timedelta(hours=1)  # more than the clocks of PayPal's machines differ

Filters = Mapping[str, str]
_Key = tuple[bytes, str, str]  # account, currency, amount


def filters_of(amount: int, currency: str) -> Filters:
    """Return what is asked of the list; of a currency without decimals all amounts."""
    filters = {"transaction_currency": currency}
    if currency not in WHOLE:
        filters["transaction_amount"] = f"{amount} TO {amount}"
    return filters


def found_in(rows: Sequence[Listed], attempt_id: UUID) -> Sequence[str]:
    """Return PayPal's ids of the payments that carry our id, what took money first."""
    mine = [row for row in rows if row.custom == attempt_id and row.is_payment]
    return [row.id for outcome in _BEST_FIRST for row in mine if row.outcome is outcome]


@dataclass(slots=True)
class _Span:
    """The payments of one amount, whole between two instants; by our ids, PayPal's."""

    lock: Lock = field(default_factory=Lock)
    since: datetime | None = None
    until: datetime | None = None
    ids: dict[bytes, tuple[str, ...]] = field(default_factory=dict)

    def reach(
        self, client: PayPalClient, filters: Filters, *, since: datetime, until: datetime
    ) -> None:
        """Ask for what is not known yet of a time; what was told stays, should the rest not come.

        Raises: as the list does.
        """
        if self.since is None or self.until is None:
            self.since = self.until = since
        is_whole = True
        for start, end in _steps(self.until, until):
            listed = rows_of(client, start, end, filters)
            self._keep(listed.rows)
            if is_whole:  # from where it is not, it is asked for again the next time
                self.until = min(end, max(start, listed.whole_until))
                is_whole = self.until == end
        for start, end in reversed([*_steps(since, self.since)]):
            self._keep(rows_of(client, start, end, filters).rows)
            self.since = start

    def _keep(self, rows: Sequence[Listed]) -> None:
        for row in rows:
            if row.custom is None or not row.is_payment:
                continue
            known = self.ids.get(row.custom.bytes, ())
            if row.id not in known:
                self.ids[row.custom.bytes] = (*known, row.id)


class Shelf:
    """Keeps what was shown, of all accounts; the longest unused goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._lock = Lock()
        self._spans: OrderedDict[_Key, _Span] = OrderedDict()
        self._latest: dict[bytes, datetime] = {}  # PayPal's time, by account

    def of(self, account: bytes) -> "Shown":
        return Shown(self, account)

    def now_is(self, account: bytes, now: datetime) -> None:
        with self._lock:
            latest = self._latest.get(account, now)
            if now < latest - _BACK:
                for key in [key for key in self._spans if key[0] == account]:
                    del self._spans[key]
                latest = now
            self._latest[account] = max(latest, now)

    def span(self, key: _Key) -> _Span:
        with self._lock:
            span = self._spans.setdefault(key, _Span())
            self._spans.move_to_end(key)
            return span

    def make_room(self) -> None:
        """Let go of what is too much; one that is too much by itself is not kept at all."""
        with self._lock:
            kept = sum(1 + len(span.ids) for span in self._spans.values())
            while kept > self._most:
                _, gone = self._spans.popitem(last=False)
                kept -= 1 + len(gone.ids)


class Shown:
    """One account's. Threads may share it: while one asks for an amount, the others wait for it."""

    def __init__(self, shelf: Shelf, account: bytes) -> None:
        self._shelf = shelf
        self._account = account

    def now_is(self, now: datetime) -> None:
        """Note PayPal's time. A pretend PayPal's may be set back: what was shown holds no more."""
        self._shelf.now_is(self._account, now)

    def payments_of(
        self,
        client: PayPalClient,
        attempt_id: UUID,
        *,
        amount: int,
        currency: str,
        until: datetime,
        back: timedelta,
    ) -> Sequence[str]:
        """Return PayPal's ids of the payments that carry our id, in no order.

        `until` is PayPal's time, so long ago that the list is whole. Raises: as the list does.
        """
        filters = filters_of(amount, currency)
        span = self._shelf.span((self._account, currency, filters.get("transaction_amount", "")))
        with span.lock:
            span.reach(client, filters, since=until - back, until=until)
            found = span.ids.get(attempt_id.bytes, ())
        self._shelf.make_room()
        return found


def _steps(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a time into what one question may cover; an empty one into nothing.

    The list's times are whole seconds and both its ends belong to it, so nothing falls between.
    """
    while start < end:
        yield start, min(end, start + WIDEST)
        start += WIDEST
