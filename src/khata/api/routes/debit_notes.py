"""/v1/debit_notes"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.posting import Posted
from khata.api.routes.invoices import teller
from khata.api.schemas.invoices import DebitNoteCreate, InvoiceObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.transaction import Database
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice

router = APIRouter(prefix="/v1/debit_notes", tags=["Debit notes"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=InvoiceObject)
def create(body: DebitNoteCreate, post: Posted) -> Response:
    """Raise what an issued invoice asked for, at its rates and its place of supply.

    A debit note is owed and collected as an invoice is, and is read, listed
    (`document_kind=debit_note`), paid and credited as one.
    """
    caller = post.caller
    invoice = parse_id("inv", body.invoice, param="invoice")
    lines = [
        (parse_id("il", line.line, param=f"lines.{n}.line"), line.amount)
        for n, line in enumerate(body.lines)
    ]

    def act(db: Database, id: UUID) -> None:
        command = RaiseInvoice(caller.tenant, id, caller.at, invoice, body.reason, lines)
        raise_invoice(command, db=db)

    return post.make(act, teller(caller))
