"""/v1/payment_links"""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.links import PaymentLinkCreate, PaymentLinkObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.visits import PaymentLinkView, payment_links
from khata.db.stores.payment_links import PaymentLinks
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.visits.cancel_payment_link import CancelPaymentLink, cancel_payment_link
from khata.usecases.visits.make_payment_link import MakePaymentLink, make_payment_link

router = APIRouter(prefix="/v1/payment_links", tags=["Payment links"], route_class=StrictRoute)


class PaymentLinkQuery(ListQuery):
    """Which payment links."""

    invoice: Id | None = Field(None, description="Only those of this invoice")


@router.post("", status_code=201, response_model=PaymentLinkObject)
def create(body: PaymentLinkCreate, post: Posted) -> Response:
    """Make a link to the page where an invoice is paid, by every way that your accounts offer."""
    caller = post.caller
    invoice = parse_id("inv", body.invoice, param="invoice")

    def act(db: Database, id: UUID) -> None:
        command = MakePaymentLink(caller.tenant, id, caller.at, invoice, body.return_url)
        make_payment_link(command, db=db)

    return post.make(act, _tell(caller))


@router.get("", response_model=ListOf[PaymentLinkObject])
def list_all(caller: Called, query: Annotated[PaymentLinkQuery, Query()]) -> Response:
    """List the payment links, newest first."""
    return listed(caller, payment_links(caller.at), query, _shown(caller))


@router.get("/{id}", response_model=PaymentLinkObject)
def read(id: str, caller: Called) -> Response:
    """Read a payment link."""
    return caller.answer(_tell(caller), parse_id("plink", id))


@router.post("/{id}/cancel", response_model=PaymentLinkObject)
def cancel(id: str, post: Posted) -> Response:
    """Let nobody pay by the link any more. The invoice is owed as before."""
    caller = post.caller

    def act(db: Database, link: UUID) -> None:
        command = CancelPaymentLink(caller.tenant, link, caller.at)
        cancel_payment_link(command, db=db, gateways=caller.engine.gateways)

    return post.move(parse_id("plink", id), act, _tell(caller))


def _shown(caller: Caller) -> "partial[PaymentLinkObject]":
    base_url = caller.engine.settings.base_url
    return partial(PaymentLinkObject.of, tenant=caller.tenant, base_url=base_url)


def _tell(caller: Caller) -> Tell:
    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> PaymentLinkObject:
        link = PaymentLinks(uow.connection).get(id)
        invoice = uow.invoices.get(link.invoice_id)
        view = PaymentLinkView(
            link, invoice.status, invoice.currency, invoice.amount_due, caller.at
        )
        return _shown(caller)(view, livemode)

    return tell
