"""/v1/tax/provider"""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.posting import Posted
from khata.api.schemas.tax_providers import TaxProviderChoose, TaxProviderLeft, TaxProviderObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tax.quotes import TaxProviderName
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.taxes.choose_tax_provider import ChooseTaxProvider, choose_tax_provider
from khata.usecases.taxes.find_tax_provider import find_tax_provider
from khata.usecases.taxes.leave_tax_provider import LeaveTaxProvider, leave_tax_provider

router = APIRouter(prefix="/v1/tax/provider", tags=["Tax"], route_class=StrictRoute)


@router.post("", response_model=TaxProviderObject)
def choose(body: TaxProviderChoose, post: Posted) -> Response:
    """Choose who says sales tax in the United States; it decides in place of confirmations."""
    caller = post.caller

    def act(db: Database, _: UUID) -> None:
        command = ChooseTaxProvider(
            caller.tenant,
            caller.at,
            TaxProviderName(body.provider),
            body.api_key,
            body.product_code,
            body.base_url,
        )
        choose_tax_provider(command, tools=caller.engine.gateway_tools(db))

    return post.move(caller.tenant, act, _tell)


@router.get("", response_model=TaxProviderObject)
def read(caller: Called) -> Response:
    """Read who says sales tax in the United States."""
    return caller.answer(_tell, caller.tenant)


@router.delete("", response_model=TaxProviderLeft)
def leave(caller: Called) -> Response:
    """Ask nobody any more: what the account has confirmed decides, and what waits is billed so."""
    leave_tax_provider(LeaveTaxProvider(caller.tenant, caller.at), db=caller.engine.db)
    with caller.reading() as uow:
        account = uow.tenants.get().account_id
    return as_json(TaxProviderLeft(id=public_id("acct", account), deleted=True))


def _tell(uow: UnitOfWork, id: UUID, livemode: bool) -> TaxProviderObject:
    chosen = find_tax_provider(uow)
    if chosen is None:
        raise NotFound("tax provider", "of this account")
    return TaxProviderObject.of(chosen, uow.tenants.get().account_id, livemode)
