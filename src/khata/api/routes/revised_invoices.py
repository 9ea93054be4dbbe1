"""/v1/revised_invoices"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.posting import Posted
from khata.api.routes.invoices import teller
from khata.api.schemas.invoices import InvoiceObject, RevisedInvoiceCreate
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.transaction import Database
from khata.usecases.revised_invoices.revise_invoice import ReviseInvoice, revise_invoice

router = APIRouter(
    prefix="/v1/revised_invoices", tags=["Revised invoices"], route_class=StrictRoute
)


@router.post("", status_code=201, response_model=InvoiceObject)
def create(body: RevisedInvoiceCreate, post: Posted) -> Response:
    """Issue an invoice again, with its tax, within a month of the certificate of registration.

    It takes the place of the one that was issued without a GSTIN, which is void from then on; what
    was paid of that pays this. It is read, listed (`document_kind=revised_invoice`), paid and
    credited as an invoice.
    """
    caller = post.caller
    invoice = parse_id("inv", body.invoice, param="invoice")

    def act(db: Database, id: UUID) -> None:
        command = ReviseInvoice(caller.tenant, id, caller.at, invoice, body.tax_behavior)
        revise_invoice(command, db=db)

    return post.make(act, teller(caller))
