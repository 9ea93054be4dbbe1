"""/v1/plans/{id}/migrate_subscriptions, and its preview"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.caller import Caller
from khata.api.posting import Posted
from khata.api.schemas.migrations import MigrationAsked, MigrationObject, MigrationPreview
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.plan_change import Invoicing
from khata.core.proration import ProrationPolicy
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.migrate_prices import MigratedPage, migrate_prices
from khata.usecases.selling.plan_migration import MigratePrices
from khata.usecases.selling.preview_migration import ForeseenPage, preview_migration
from khata.usecases.subscriptions.resolve_wish import Terms

router = APIRouter(prefix="/v1/plans", tags=["Plans"], route_class=StrictRoute)


@router.post("/{id}/migrate_subscriptions", response_model=MigrationObject)
def migrate(id: str, body: MigrationAsked, post: Posted) -> Response:
    """Bring running subscriptions to another version of the plan's price, a page at a time.

    Who has it, or will have it by a change that waits, is passed over: ask until `has_more` is
    false. A price of a customer's own stays.
    """
    caller = post.caller
    pages: list[MigratedPage] = []

    def act(db: Database, plan: UUID) -> None:
        command = _command(caller, plan, body)
        pages.append(migrate_prices(command, tools=caller.engine.tools, db=db))

    def told(uow: UnitOfWork, plan: UUID, livemode: bool) -> MigrationObject:
        if not pages:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, plan)
        return MigrationObject.of_page(public_id("plan", plan), pages[0], livemode)

    return post.move(parse_id("plan", id), act, told)


@router.post("/{id}/preview_migration", response_model=MigrationPreview)
def preview(id: str, body: MigrationAsked, post: Posted) -> Response:
    """Show what a migration would come to for each subscription; nothing is stored."""
    caller = post.caller
    pages: list[ForeseenPage] = []

    def act(db: Database, plan: UUID) -> None:
        pages.append(preview_migration(_command(caller, plan, body), db=db))

    def told(uow: UnitOfWork, plan: UUID, livemode: bool) -> MigrationPreview:
        if not pages:
            act(caller.engine.db, plan)
        return MigrationPreview.of_page(public_id("plan", plan), pages[0], livemode)

    return post.move(parse_id("plan", id), act, told)


def _command(caller: Caller, plan: UUID, body: MigrationAsked) -> MigratePrices:
    after = body.starting_after
    return MigratePrices(
        caller.tenant,
        plan,
        caller.at,
        body.currency,
        body.version,
        body.when,
        Terms(ProrationPolicy(body.proration), Invoicing(body.invoice)),
        parse_id("sub", after, param="starting_after") if after else None,
        body.limit,
    )
