"""/v1/vouchers"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.entity_tags import seals
from khata.api.files import IfNoneMatch, pdf_answer, pdf_answers
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.vouchers import AdvanceRefundCreate, KindName, VoucherObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.lists import find
from khata.db.reads.vouchers import VOUCHERS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.documents.give_out_voucher import GiveOutVoucher, give_out_voucher
from khata.usecases.wallets.refund_advance import RefundAdvance, Way, refund_advance

router = APIRouter(prefix="/v1/vouchers", tags=["Vouchers"], route_class=StrictRoute)


class VoucherQuery(ListQuery):
    """Which vouchers."""

    customer: Id | None = Field(None, description="Only those of this customer")
    wallet: Id | None = Field(None, description="Only those of this wallet")
    kind: KindName | None = Field(None, description="Only those of this kind")


@router.get("", response_model=ListOf[VoucherObject])
def list_all(caller: Called, query: Annotated[VoucherQuery, Query()]) -> Response:
    """List the vouchers of advances, newest first."""
    return listed(caller, VOUCHERS, query, VoucherObject.of)


@router.get("/{id}", response_model=VoucherObject)
def read(id: str, caller: Called) -> Response:
    """Read a voucher, with what has taken it up."""
    return caller.answer(tell, parse_id("vch", id))


@router.get("/{id}/pdf", response_class=Response, responses=pdf_answers("The voucher"))
def pdf(id: str, caller: Called, if_none_match: IfNoneMatch = None) -> Response:
    """Read a voucher as the PDF that customers get. It never changes, and neither does this."""
    command = GiveOutVoucher(caller.tenant, parse_id("vch", id), caller.at, seals(if_none_match))
    return pdf_answer(give_out_voucher(command, tools=caller.engine.tools))


@router.post("/{id}/refund", status_code=201, response_model=VoucherObject)
def refund(id: str, body: AdvanceRefundCreate, post: Posted) -> Response:
    """Give back what is left of an advance. Answers with the refund voucher."""
    caller, receipt = post.caller, parse_id("vch", id)

    def act(db: Database, voucher: UUID) -> None:
        command = RefundAdvance(
            caller.tenant,
            voucher,
            caller.at,
            receipt,
            body.amount,
            body.reason,
            Way(body.settle),
        )
        refund_advance(command, db=db)

    return post.make(act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> VoucherObject:
    return VoucherObject.of(find(uow.connection, VOUCHERS, id), livemode)
