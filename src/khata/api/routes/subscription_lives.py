"""/v1/subscriptions/{id}: trials extended and ended, pause, resume, another anchor"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.posting import Posted
from khata.api.routes.subscriptions import tell
from khata.api.schemas.subscription_lives import (
    AnchorAsked,
    PauseAsked,
    TrialExtension,
    day_or_none,
)
from khata.api.schemas.subscriptions import SubscriptionObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.policies import PauseCredit
from khata.core.proration import ProrationPolicy
from khata.db.transaction import Database
from khata.usecases.subscriptions.end_trial import EndTrial, end_trial
from khata.usecases.subscriptions.extend_trial import ExtendTrial, extend_trial
from khata.usecases.subscriptions.move_anchor import MoveAnchor, move_anchor
from khata.usecases.subscriptions.pause_subscription import (
    PauseSubscription,
    PauseWhen,
    pause_subscription,
)
from khata.usecases.subscriptions.resume_subscription import (
    ResumeSubscription,
    resume_subscription,
)

router = APIRouter(prefix="/v1/subscriptions", tags=["Subscriptions"], route_class=StrictRoute)


@router.post("/{id}/extend_trial", response_model=SubscriptionObject)
def extend_the_trial(id: str, body: TrialExtension, post: Posted) -> Response:
    """Let a trial end later; periods that were counted from its end follow it."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = ExtendTrial(caller.tenant, subscription, caller.at, body.trial_end)
        extend_trial(command, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/{id}/end_trial", response_model=SubscriptionObject)
def end_the_trial(id: str, post: Posted) -> Response:
    """End a trial today: the first period is billed and collected before the answer."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = EndTrial(caller.tenant, subscription, caller.at)
        end_trial(command, tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/{id}/pause", response_model=SubscriptionObject)
def pause(id: str, body: PauseAsked, post: Posted) -> Response:
    """Pause a subscription: no service and no invoices; unused days are credited."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = PauseSubscription(
            caller.tenant,
            subscription,
            caller.at,
            day_or_none(body.when) or PauseWhen(str(body.when)),
            body.until,
            PauseCredit(body.credit) if body.credit else None,
            ProrationPolicy(body.proration),
        )
        pause_subscription(command, tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/{id}/resume", response_model=SubscriptionObject)
def resume(id: str, post: Posted) -> Response:
    """End a pause today, and charge what is left of the period; or take back one to come."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = ResumeSubscription(caller.tenant, subscription, caller.at)
        resume_subscription(command, tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)


@router.post("/{id}/move_anchor", response_model=SubscriptionObject)
def move_the_anchor(id: str, body: AnchorAsked, post: Posted) -> Response:
    """Count periods from another day; days billed beyond the next edge are credited."""
    caller = post.caller

    def act(db: Database, subscription: UUID) -> None:
        command = MoveAnchor(
            caller.tenant,
            subscription,
            caller.at,
            body.anchor,
            ProrationPolicy(body.proration),
        )
        move_anchor(command, tools=caller.engine.tools, db=db)

    return post.move(parse_id("sub", id), act, tell)
