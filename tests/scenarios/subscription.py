"""A subscription of a story: its state, its history, and what people do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.core.ids import new_id
from khata.core.periods import Period
from khata.core.proration import ProrationPolicy
from khata.core.subscription import Subscription
from khata.core.waiting import ScheduledChange
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.end_trial import EndTrial, end_trial
from khata.usecases.subscriptions.extend_trial import ExtendTrial, extend_trial
from khata.usecases.subscriptions.move_anchor import MoveAnchor, move_anchor
from khata.usecases.subscriptions.pause_subscription import (
    PauseSubscription,
    PauseWhen,
    pause_subscription,
)
from khata.usecases.subscriptions.plan_items import ChangeItems, Planned
from khata.usecases.subscriptions.preview_change import preview_change
from khata.usecases.subscriptions.resolve_wish import AskedItem, Terms
from khata.usecases.subscriptions.resume_subscription import (
    ResumeSubscription,
    resume_subscription,
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

    def is_canceled(
        self,
        *,
        now: bool = False,
        why: str | None = None,
        policy: ProrationPolicy | None = None,
    ) -> None:
        """Ask for its end: now, or when what is paid for ends."""
        when = When.NOW if now else When.PERIOD_END
        command = CancelSubscription(
            self.shop.tenant, self.id, self.shop.world.now, when, why, policy=policy
        )
        cancel_subscription(command, tools=self.shop.world.engine.tools, db=self.shop.db)

    def changes_to(
        self,
        *plans: str,
        seats: Sequence[int] = (),
        when: str | date | None = None,
        **terms: Any,
    ) -> ScheduledChange:
        """Ask for these plans instead; `when` is now, period_end, or a day."""
        command = self._change(plans, seats, when, terms)
        return change_items(command, tools=self.shop.world.engine.tools, db=self.shop.db)

    def would_change_to(
        self,
        *plans: str,
        seats: Sequence[int] = (),
        when: str | date | None = None,
        **terms: Any,
    ) -> Planned:
        """Look at what the same change would come to."""
        return preview_change(self._change(plans, seats, when, terms), db=self.shop.db)

    def _change(
        self,
        plans: Sequence[str],
        seats: Sequence[int],
        when: str | date | None,
        terms: dict[str, Any],
    ) -> ChangeItems:
        now = self.shop.world.now
        counts = seats or [1] * len(plans)
        items = [
            AskedItem(None, self.shop.plans[plan].id, count)
            for plan, count in zip(plans, counts, strict=True)
        ]
        return ChangeItems(self.shop.tenant, self.id, new_id(now), now, items, when, Terms(**terms))

    @property
    def credit_notes(self) -> list[tuple[str, int, int]]:
        """Number, net and total of each credit note, in their order."""
        return [
            (number, net, total)
            for number, net, total in self.shop.rows(
                "select number, subtotal, total from credit_notes"
                " where subscription_id = %(id)s order by id",
                id=self.id,
            )
        ]

    @property
    def changes(self) -> list[ScheduledChange]:
        """What was to change of it, made or not, in the order in which it was asked for."""
        rows = self.shop.rows(
            "select id from scheduled_changes where subscription_id = %(id)s order by id",
            id=self.id,
        )
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return [uow.schedule.get(id) for (id,) in rows]

    def takes_back(self, change: ScheduledChange) -> None:
        """Take back a change that waits for its day."""
        command = CancelChange(self.shop.tenant, change.id, self.shop.world.now)
        cancel_change(command, db=self.shop.db)

    def is_paused(self, when: str = "now", *, until: str | None = None, **more: Any) -> None:
        """Ask for a pause: now, at the period's end, or from a day; for good or until a day."""
        named = when in ("now", "period_end")
        command = PauseSubscription(
            self.shop.tenant,
            self.id,
            self.shop.world.now,
            PauseWhen(when) if named else date.fromisoformat(when),
            date.fromisoformat(until) if until else None,
            **more,
        )
        pause_subscription(command, tools=self.shop.world.engine.tools, db=self.shop.db)

    def is_resumed(self) -> None:
        """End the pause, or take back one to come."""
        command = ResumeSubscription(self.shop.tenant, self.id, self.shop.world.now)
        resume_subscription(command, tools=self.shop.world.engine.tools, db=self.shop.db)

    def trial_ends(self, later: str | None = None) -> None:
        """End the trial today, or let it end on a later day."""
        shop, now = self.shop, self.shop.world.now
        if later is None:
            end_trial(
                EndTrial(shop.tenant, self.id, now), tools=shop.world.engine.tools, db=shop.db
            )
        else:
            extension = ExtendTrial(shop.tenant, self.id, now, date.fromisoformat(later))
            extend_trial(extension, db=shop.db)

    def is_anchored_on(self, day: str, **more: Any) -> None:
        """Count its periods from another day."""
        shop, now = self.shop, self.shop.world.now
        command = MoveAnchor(shop.tenant, self.id, now, date.fromisoformat(day), **more)
        move_anchor(command, tools=shop.world.engine.tools, db=shop.db)

    def is_kept(self) -> None:
        """Take the cancellation back."""
        command = UncancelSubscription(self.shop.tenant, self.id, self.shop.world.now)
        uncancel_subscription(command, db=self.shop.db)


def spelled(period: Period) -> tuple[str, str]:
    return str(period.start), str(period.end)
