"""Issue the refund voucher of a part of an advance, inside a transaction that holds its wallet."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.advance import Part, voucher_told
from khata.core.document_kind import DocumentKind
from khata.core.ids import new_id, public_id
from khata.core.ledger.accounts import Account
from khata.core.ledger.booking_advances import advance_refunded
from khata.core.numbering import financial_year
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.registration import DEFAULT_SERIES
from khata.db.transaction import UnitOfWork


def give_back_advance(
    uow: UnitOfWork,
    part: Part,
    *,
    id: UUID,
    source_id: UUID,
    reason: str,
    given: Account | None,
    at: datetime,
) -> None:
    """Issue the voucher, book that its tax is owed no more, and tell it. Raises: SeriesFull.

    Parties, place and rates are those of the advance, whatever holds today.
    Source: CGST Act s.31(3)(e); CGST Rules, rule 51.
    """
    receipt = uow.advances.voucher(part.voucher_id)
    seller = uow.sellers.get(receipt.registration_id)
    if seller is None:
        raise NotFound("registration", public_id("reg", receipt.registration_id))
    today = day_of(at, uow.tenants.get().timezone)
    voucher = replace(
        receipt,
        id=id,
        kind=DocumentKind.REFUND_VOUCHER,
        receipt_id=receipt.id,
        source_id=source_id,
        series={**DEFAULT_SERIES, **seller.series}["refund_voucher"],
        financial_year=financial_year(today, seller.country),
        description="Advance given back",
        net=part.net,
        taxes=tuple(replace(row, taxable=part.net) for row in part.taxes),
        total=part.amount,
        issued_on=today,
        supply=replace(receipt.supply, reason=reason),
    )
    uow.advances.use([(part, voucher.id)], cause="refund", on=today, at=at)
    entry = advance_refunded(
        id=new_id(at),
        voucher_id=voucher.id,
        on=today,
        currency=voucher.currency,
        amount=voucher.total,
        taxes=voucher.taxes,
        given=given,
    )
    uow.books.post([] if entry is None else [entry], at)
    uow.events.add([voucher_told(voucher)], at)
    uow.advances.issue([voucher], at)
