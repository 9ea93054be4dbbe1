"""/v1/mails"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.mails import MailKind, MailObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.happenings import MAILS
from khata.db.reads.lists import find
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1/mails", tags=["Mails"], route_class=StrictRoute)


class MailQuery(ListQuery):
    """Which mails."""

    customer: Id | None = Field(None, description="Only those to this customer")
    invoice: Id | None = Field(None, description="Only those about this invoice")
    kind: MailKind | None = Field(None, description="Only those of this kind")


@router.get("", response_model=ListOf[MailObject])
def list_all(caller: Called, query: Annotated[MailQuery, Query()]) -> Response:
    """List the mails with their words, newest first."""
    return listed(caller, MAILS, query, MailObject.of)


@router.get("/{id}", response_model=MailObject)
def read(id: str, caller: Called) -> Response:
    """Read a mail as it was sent, or kept."""
    return caller.answer(tell, parse_id("mail", id))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> MailObject:
    return MailObject.of(find(uow.connection, MAILS, id), livemode)
