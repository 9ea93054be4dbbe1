"""/v1/mandates"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.mandates import (
    MandateAct,
    MandateCreate,
    MandateObject,
    MandateOptOut,
    MandateStatusName,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import new_id, parse_id, public_id
from khata.core.mandate import ToldBy
from khata.core.mandate_rules import Category
from khata.core.mandate_terms import Frequency
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus
from khata.db.reads.lists import find
from khata.db.reads.mandates import MANDATES, MandateView
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.create_mandate import CreateMandate, create_mandate
from khata.usecases.mandates.opt_out_of_debit import OptOutOfDebit, opt_out_of_debit
from khata.usecases.mandates.pause_mandate import PauseMandate, pause_mandate
from khata.usecases.mandates.resume_mandate import ResumeMandate, resume_mandate
from khata.usecases.mandates.revoke_mandate import RevokeMandate, revoke_mandate

router = APIRouter(prefix="/v1/mandates", tags=["Mandates"], route_class=StrictRoute)


class MandateQuery(ListQuery):
    """Which mandates."""

    customer: Id | None = Field(None, description="Only those of this customer")
    status: MandateStatusName | None = Field(None, description="Only those that stand so")


@router.post("", status_code=201, response_model=MandateObject)
def create(body: MandateCreate, post: Posted) -> Response:
    """Write down terms that a customer is to agree to, and get the page where they do. The next
    payment method of the customer by this rail that carries a mandate is the yes to them, too."""
    caller = post.caller
    customer = parse_id("cus", body.customer, param="customer")

    def act(db: Database, id: UUID) -> None:
        command = CreateMandate(
            caller.tenant,
            id,
            caller.at,
            customer,
            MethodKind(body.kind),
            body.max_amount,
            Frequency(body.frequency),
            body.start,
            body.end,
            body.fixed,
            Category(body.category),
            body.consent.consent() if body.consent else None,
            body.return_url,
        )
        create_mandate(command, db=db, gateways=caller.engine.gateways)

    return post.make(act, _tell(caller))


@router.get("", response_model=ListOf[MandateObject])
def list_all(caller: Called, query: Annotated[MandateQuery, Query()]) -> Response:
    """List the mandates, newest first, ended ones included."""
    return listed(caller, MANDATES, query, lambda view, livemode: _shown(caller, view, livemode))


@router.get("/{id}", response_model=MandateObject)
def read(id: str, caller: Called) -> Response:
    """Read a mandate."""
    return caller.answer(_tell(caller), parse_id("mdt", id))


@router.post("/{id}/revoke", response_model=MandateObject)
def revoke(id: str, post: Posted, body: MandateAct | None = None) -> Response:
    """Withdraw a mandate for good: what was kept of the way to pay is deleted, and a debit that
    was planned is called off."""
    caller = post.caller

    def act(db: Database, mandate: UUID) -> None:
        told_by, why = _who(body, "revoked")
        revoke_mandate(RevokeMandate(caller.tenant, mandate, caller.at, told_by, why), db=db)

    return post.move(parse_id("mdt", id), act, _tell(caller))


@router.post("/{id}/pause", response_model=MandateObject)
def pause(id: str, post: Posted, body: MandateAct | None = None) -> Response:
    """Pause a mandate: nothing is debited by it until it is resumed."""
    caller = post.caller

    def act(db: Database, mandate: UUID) -> None:
        told_by, why = _who(body, "paused")
        pause_mandate(PauseMandate(caller.tenant, mandate, caller.at, told_by, why), db=db)

    return post.move(parse_id("mdt", id), act, _tell(caller))


@router.post("/{id}/resume", response_model=MandateObject)
def resume(id: str, post: Posted, body: MandateAct | None = None) -> Response:
    """End the pause of a mandate: what waits for it is tried again."""
    caller = post.caller

    def act(db: Database, mandate: UUID) -> None:
        told_by, why = _who(body, "resumed")
        resume_mandate(ResumeMandate(caller.tenant, mandate, caller.at, told_by, why), db=db)

    return post.move(parse_id("mdt", id), act, _tell(caller))


@router.post("/{id}/opt_out", response_model=MandateObject)
def opt_out(id: str, post: Posted, body: MandateOptOut | None = None) -> Response:
    """Call off one debit: its invoice stays owed and is not retried; the next cycle goes on."""
    caller, asked = post.caller, body or MandateOptOut(cycle=None, told_by="customer")

    def act(db: Database, mandate: UUID) -> None:
        command = OptOutOfDebit(
            caller.tenant,
            mandate,
            new_id(caller.at),
            caller.at,
            ToldBy(asked.told_by),
            asked.cycle,
        )
        opt_out_of_debit(command, db=db)

    return post.move(parse_id("mdt", id), act, _tell(caller))


def _who(body: MandateAct | None, what: str) -> tuple[ToldBy, str]:
    """Return who tells it, and the words for the history."""
    asked = body or MandateAct(told_by="seller", reason=None)
    return ToldBy(asked.told_by), asked.reason or f"{what} by the {asked.told_by}"


def _shown(caller: Caller, view: MandateView, livemode: bool) -> MandateObject:
    """Return the mandate, with the address of the page where it can be agreed to now."""
    link, status = view.link, view.mandate.status
    waits = status in (MandateStatus.CREATED, MandateStatus.PENDING_AUTHORISATION)
    url = None
    if link is not None and waits and caller.at < link.expires_at:
        base = caller.engine.settings.base_url
        url = f"{base}/w/{public_id('ten', caller.tenant)}/{link.token}"
    return MandateObject.of(view, livemode, link=url)


def _tell(caller: Caller) -> Tell:
    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> MandateObject:
        return _shown(caller, find(uow.connection, MANDATES, id), livemode)

    return tell
