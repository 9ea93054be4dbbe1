"""/v1/credit_notes"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.entity_tags import seals
from khata.api.files import IfNoneMatch, pdf_answer, pdf_answers, xml_answer, xml_answers
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.credit_notes import CreditNoteCreate, CreditNoteObject, ItcReversalTold
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.xml import XmlQuery
from khata.api.strict_route import StrictRoute
from khata.core.credit_note import Settle
from khata.core.exports.en16931.profiles import Format
from khata.core.ids import parse_id
from khata.db.reads.credit_notes import CREDIT_NOTES
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.credit_notes.tell_itc_reversal import TellItcReversal, tell_itc_reversal
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.give_out_xml import GiveOutXml, give_out_xml

router = APIRouter(prefix="/v1/credit_notes", tags=["Credit notes"], route_class=StrictRoute)


class CreditNoteQuery(ListQuery):
    """Which credit notes."""

    customer: Id | None = Field(None, description="Only those of this customer")
    subscription: Id | None = Field(None, description="Only those of this subscription")
    invoice: Id | None = Field(None, description="Only those against this invoice")


@router.post("", status_code=201, response_model=CreditNoteObject)
def create(body: CreditNoteCreate, post: Posted) -> Response:
    """Take back a part of an invoice. What it still owes is lowered first."""
    caller = post.caller
    invoice = parse_id("inv", body.invoice, param="invoice")
    lines = None
    if body.lines is not None:
        lines = [
            (parse_id("il", line.line, param=f"lines.{n}.line"), line.amount)
            for n, line in enumerate(body.lines)
        ]

    def act(db: Database, id: UUID) -> None:
        command = CreditInvoice(
            caller.tenant,
            id,
            caller.at,
            invoice,
            body.reason,
            lines,
            Settle(body.settle),
            body.commercial,
        )
        credit_invoice(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[CreditNoteObject])
def list_all(caller: Called, query: Annotated[CreditNoteQuery, Query()]) -> Response:
    """List the credit notes, newest first."""
    return listed(caller, CREDIT_NOTES, query, CreditNoteObject.told)


@router.get("/{id}", response_model=CreditNoteObject)
def read(id: str, caller: Called) -> Response:
    """Read a credit note."""
    return caller.answer(tell, parse_id("cn", id))


@router.post("/{id}/itc_reversal", response_model=CreditNoteObject)
def tell_reversal(id: str, body: ItcReversalTold, post: Posted) -> Response:
    """Tell whether the customer gave back the input tax, without which none may be taken back."""
    caller = post.caller

    def act(db: Database, note: UUID) -> None:
        tell_itc_reversal(TellItcReversal(caller.tenant, note, caller.at, body.status), db=db)

    return post.move(parse_id("cn", id), act, tell)


@router.get("/{id}/pdf", response_class=Response, responses=pdf_answers("The credit note"))
def pdf(id: str, caller: Called, if_none_match: IfNoneMatch = None) -> Response:
    """Read a credit note as the PDF that customers get. It never changes, and neither does this."""
    command = GiveOutNote(caller.tenant, parse_id("cn", id), caller.at, seals(if_none_match))
    return pdf_answer(give_out_note(command, tools=caller.engine.tools))


@router.get("/{id}/xml", response_class=Response, responses=xml_answers("The credit note"))
def xml(id: str, caller: Called, query: Annotated[XmlQuery, Query()]) -> Response:
    """Read a credit note as XML by EN 16931, as it stands now."""
    command = GiveOutXml(caller.tenant, parse_id("cn", id), Format(query.format), is_note=True)
    return xml_answer(give_out_xml(command, tools=caller.engine.tools))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> CreditNoteObject:
    return CreditNoteObject.told(find(uow.connection, CREDIT_NOTES, id), livemode)
