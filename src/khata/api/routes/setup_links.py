"""/v1/setup_links"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.links import MandateAsked, SetupLinkCreate, SetupLinkObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.links import SetupLink
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.db.reads.visits import SETUP_LINKS
from khata.db.stores.setup_links import SetupLinks
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.visits.cancel_setup_link import CancelSetupLink, cancel_setup_link
from khata.usecases.visits.make_setup_link import MakeSetupLink, make_setup_link

router = APIRouter(prefix="/v1/setup_links", tags=["Setup links"], route_class=StrictRoute)


class SetupLinkQuery(ListQuery):
    """Which setup links."""

    customer: Id | None = Field(None, description="Only those of this customer")


@router.post("", status_code=201, response_model=SetupLinkObject)
def create(body: SetupLinkCreate, post: Posted) -> Response:
    """Make a link to the page where a customer saves a way to pay, for what will be owed."""
    caller = post.caller
    customer = parse_id("cus", body.customer, param="customer")
    terms = _terms(caller, customer, body.mandate) if body.mandate else None

    def act(db: Database, id: UUID) -> None:
        command = MakeSetupLink(
            caller.tenant,
            id,
            caller.at,
            customer,
            MethodKind(body.kind) if body.kind else None,
            body.return_url,
            terms,
        )
        make_setup_link(command, db=db, gateways=caller.engine.gateways)

    return post.make(act, _tell(caller))


@router.get("", response_model=ListOf[SetupLinkObject])
def list_all(caller: Called, query: Annotated[SetupLinkQuery, Query()]) -> Response:
    """List the setup links, newest first."""
    return listed(caller, SETUP_LINKS, query, lambda link, livemode: _shown(caller, link, livemode))


@router.get("/{id}", response_model=SetupLinkObject)
def read(id: str, caller: Called) -> Response:
    """Read a setup link."""
    return caller.answer(_tell(caller), parse_id("slink", id))


@router.post("/{id}/cancel", response_model=SetupLinkObject)
def cancel(id: str, post: Posted) -> Response:
    """Let nothing be saved by the link any more. What was saved stays saved."""
    caller = post.caller

    def act(db: Database, link: UUID) -> None:
        command = CancelSetupLink(caller.tenant, link, caller.at)
        cancel_setup_link(command, db=db, gateways=caller.engine.gateways)

    return post.move(parse_id("slink", id), act, _tell(caller))


def _terms(caller: Caller, customer: UUID, asked: MandateAsked) -> MandateTerms:
    """Return the terms in the customer's currency, from today on. Raises: NotFound (customer)."""
    with caller.reading() as uow:
        found = uow.customers.get(customer)
        if found is None:
            raise NotFound("customer", public_id("cus", customer), param="customer")
        today = day_of(caller.at, uow.tenants.get().timezone)
    return MandateTerms(
        asked.max_amount, found.currency, Frequency(asked.frequency), today, asked.end
    )


def _shown(caller: Caller, link: SetupLink, livemode: bool) -> SetupLinkObject:
    return SetupLinkObject.of(
        link,
        livemode,
        status=link.status_at(caller.at),
        tenant=caller.tenant,
        base_url=caller.engine.settings.base_url,
    )


def _tell(caller: Caller) -> Tell:
    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> SetupLinkObject:
        return _shown(caller, SetupLinks(uow.connection).get(id), livemode)

    return tell
