"""A subscription of a story: its state, its history, and what people do to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import UUID

from khata.core.periods import Period
from khata.core.subscription import Subscription
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from khata.usecases.subscriptions.uncancel_subscription import (
    UncancelSubscription,
    uncancel_subscription,
)
from tests.scenarios.invoice import Invoice, invoices_of

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop


@dataclass(frozen=True)
class Subscribed:
    shop: Shop
    id: UUID

    @property
    def now(self) -> Subscription:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return uow.subscriptions.get(self.id)

    @property
    def status(self) -> str:
        return self.now.status

    @property
    def period(self) -> tuple[str, str]:
        """The running period's first day, and the first day after it."""
        period = self.now.period
        assert period is not None
        return spelled(period)

    @property
    def invoices(self) -> list[Invoice]:
        return invoices_of(self.shop, subscription=self.id)

    @property
    def starts(self) -> list[str]:
        """The first day of every period that was invoiced."""
        return [str(invoice.period.start) for invoice in self.invoices]

    @property
    def history(self) -> list[tuple[str, str, str]]:
        """Every state it came to, on which day in UTC, and why."""
        rows = self.shop.rows(
            "select to_status, at, cause from moves where subscription_id = %(id)s order by at, id",
            id=self.id,
        )
        return [(to, str(at.astimezone(UTC).date()), cause) for to, at, cause in rows]

    @property
    def states(self) -> list[str]:
        return [to for to, _, _ in self.history]

    def is_canceled(self, *, now: bool = False, why: str | None = None) -> None:
        """Ask for its end: now, or when what is paid for ends."""
        when = When.NOW if now else When.PERIOD_END
        command = CancelSubscription(self.shop.tenant, self.id, self.shop.world.now, when, why)
        cancel_subscription(command, db=self.shop.db)

    def is_kept(self) -> None:
        """Take the cancellation back."""
        command = UncancelSubscription(self.shop.tenant, self.id, self.shop.world.now)
        uncancel_subscription(command, db=self.shop.db)


def spelled(period: Period) -> tuple[str, str]:
    return str(period.start), str(period.end)
