"""What a person can do to a subscription, each with what it would come to before it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from khata.core.foreseen import Foreseen
from khata.core.ids import new_id, parse_id
from khata.core.periods import day_of
from khata.core.policies import PauseCredit
from khata.core.proration import ProrationPolicy
from khata.core.refusal import NotFound, Refusal
from khata.core.subscription import Status, Subscription, awaits_payment
from khata.dashboard.reading import Fields
from khata.dashboard.viewer import Viewer
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.pause_subscription import (
    PauseSubscription,
    PauseWhen,
    pause_subscription,
)
from khata.usecases.subscriptions.plan_items import ChangeItems
from khata.usecases.subscriptions.preview_cancel import preview_cancel
from khata.usecases.subscriptions.preview_change import preview_change
from khata.usecases.subscriptions.preview_pause import preview_pause
from khata.usecases.subscriptions.preview_resume import preview_resume
from khata.usecases.subscriptions.resolve_wish import AskedItem
from khata.usecases.subscriptions.resume_subscription import (
    ResumeSubscription,
    resume_subscription,
)
from khata.usecases.subscriptions.uncancel_subscription import (
    NotCanceled,
    UncancelSubscription,
    uncancel_subscription,
)
from khata.wiring import Engine

ACTOR: Final = "dashboard"
_RUNNING: Final = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE)


class NothingChosen(Refusal):
    """A change was asked for, and no plan with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, of which subscription, and what they chose on the form."""

    viewer: Viewer
    id: UUID
    fields: Fields


@dataclass(frozen=True, slots=True)
class Act:
    """`asks`: there is something to choose before it can be looked at."""

    verb: str
    title: str
    button: str
    asks: bool
    foresee: Callable[[Engine, Asked], Foreseen]
    do: Callable[[Engine, Asked], object]


def act_named(verb: str) -> Act:
    """Raises: NotFound."""
    if verb not in ACTS:
        raise NotFound("page", verb[:40])
    return ACTS[verb]


def possible(subscription: Subscription) -> list[Act]:
    """Return what can be done to a subscription as it stands."""
    if subscription.status is Status.CANCELED:
        return []
    waits = awaits_payment(subscription)
    pauses = subscription.status is Status.PAUSED or subscription.pause_on is not None
    allowed = {
        "change": not waits,
        "pause": subscription.status in _RUNNING and not pauses,
        "resume": pauses,
        "cancel": not subscription.ends_early,
        "uncancel": subscription.ends_early,
    }
    return [ACTS[verb] for verb, is_so in allowed.items() if is_so]


def _change(asked: Asked) -> ChangeItems:
    fields, viewer = asked.fields, asked.viewer
    rows = zip(fields.texts("item"), fields.texts("plan"), strict=False)
    items = [
        AskedItem(
            parse_id("si", item),
            parse_id("plan", plan),
            fields.count(f"quantity-{item}", least=0, most=10**9),
        )
        for item, plan in rows
        if plan
    ]
    if not items:
        raise NothingChosen("Choose what it shall be")
    return ChangeItems(
        viewer.tenant,
        asked.id,
        new_id(viewer.now),
        viewer.now,
        items,
        fields.text("when") or None,
        actor=ACTOR,
    )


def _foresee_change(engine: Engine, asked: Asked) -> Foreseen:
    planned = preview_change(_change(asked), db=engine.db)
    decided = planned.decided
    return Foreseen(
        planned.effective_on,
        decided.notes,
        decided.invoice,
        sum(charge.amount for charge in decided.waiting),
        decided_later=not planned.is_now,
    )


def _do_change(engine: Engine, asked: Asked) -> object:
    return change_items(_change(asked), tools=engine.tools, db=engine.db)


def _cancel(asked: Asked) -> CancelSubscription:
    viewer, fields = asked.viewer, asked.fields
    at_once = fields.text("when") == When.NOW
    return CancelSubscription(
        viewer.tenant,
        asked.id,
        viewer.now,
        When.NOW if at_once else When.PERIOD_END,
        fields.text("reason") or None,
        ACTOR,
        _policy(fields) if at_once else None,
    )


def _pause(asked: Asked) -> PauseSubscription:
    viewer, fields = asked.viewer, asked.fields
    at_once = fields.text("when") != PauseWhen.PERIOD_END
    return PauseSubscription(
        viewer.tenant,
        asked.id,
        viewer.now,
        PauseWhen.NOW if at_once else PauseWhen.PERIOD_END,
        fields.day("until"),
        PauseCredit.NONE if fields.text("credit") == "none" else PauseCredit.PRORATED,
        actor=ACTOR,
    )


def _policy(fields: Fields) -> ProrationPolicy | None:
    return None if fields.text("credit") == "none" else ProrationPolicy.BY_DAY


def _resume(asked: Asked) -> ResumeSubscription:
    return ResumeSubscription(asked.viewer.tenant, asked.id, asked.viewer.now, ACTOR)


def _uncancel(asked: Asked) -> UncancelSubscription:
    return UncancelSubscription(asked.viewer.tenant, asked.id, asked.viewer.now)


def _foresee_uncancel(engine: Engine, asked: Asked) -> Foreseen:
    with engine.db.transaction(asked.viewer.tenant) as uow:
        subscription = uow.subscriptions.get(asked.id)
    if subscription.status is Status.CANCELED or not subscription.ends_early:
        raise NotCanceled("This subscription has no cancellation that could be taken back")
    today: date = day_of(asked.viewer.now, subscription.timezone)
    return Foreseen(today)


ACTS: Final[Mapping[str, Act]] = {
    act.verb: act
    for act in (
        Act("change", "Change the plan", "Change", True, _foresee_change, _do_change),
        Act(
            "pause",
            "Pause",
            "Pause",
            True,
            lambda engine, asked: preview_pause(_pause(asked), db=engine.db),
            lambda engine, asked: pause_subscription(
                _pause(asked), tools=engine.tools, db=engine.db
            ),
        ),
        Act(
            "resume",
            "Resume",
            "Resume",
            False,
            lambda engine, asked: preview_resume(_resume(asked), db=engine.db),
            lambda engine, asked: resume_subscription(
                _resume(asked), tools=engine.tools, db=engine.db
            ),
        ),
        Act(
            "cancel",
            "Cancel the subscription",
            "Cancel",
            True,
            lambda engine, asked: preview_cancel(_cancel(asked), db=engine.db),
            lambda engine, asked: cancel_subscription(
                _cancel(asked), tools=engine.tools, db=engine.db
            ),
        ),
        Act(
            "uncancel",
            "Keep it",
            "Keep it",
            False,
            _foresee_uncancel,
            lambda engine, asked: uncancel_subscription(_uncancel(asked), db=engine.db),
        ),
    )
}
