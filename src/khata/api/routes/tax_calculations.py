"""/v1/tax/calculations"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.posting import Posted
from khata.api.schemas.tax_calculations import TaxCalculationCreate, TaxCalculationObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import new_id, parse_id
from khata.core.tax_calculation import Calculation
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.calculate_tax import AskedBuyer, CalculateTax, calculate_tax

router = APIRouter(prefix="/v1/tax", tags=["Tax"], route_class=StrictRoute)


@router.post("/calculations", response_model=TaxCalculationObject)
def calculate(body: TaxCalculationCreate, post: Posted) -> Response:
    """Calculate the tax of a sale as an invoice would have it, with reasons; nothing is stored."""
    caller, customer = post.caller, body.customer
    command = CalculateTax(
        caller.tenant,
        body.on,
        body.currency,
        None
        if body.registration is None
        else parse_id("reg", body.registration, param="registration"),
        AskedBuyer(
            customer.address.country,
            customer.address.state,
            [asked.tax_id for asked in customer.tax_ids],
            customer.sez,
            customer.related_establishment,
            customer.address.postal_code,
        ),
        [line.priced for line in body.lines],
    )
    decided: list[Calculation] = []

    def act(db: Database, _: UUID) -> None:
        decided.append(calculate_tax(command, db=db))

    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> TaxCalculationObject:
        if not decided:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, id)
        return TaxCalculationObject.of(decided[0], livemode)

    return post.move(new_id(caller.at), act, tell)
