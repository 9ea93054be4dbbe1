"""A top-up: an invoice of nothing sold, whose payment fills a wallet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.catalog import TaxBehavior
from khata.core.charge import Charge, LineKind
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice, Line
from khata.core.numbering import financial_year
from khata.core.periods import Period
from khata.core.subscription import CollectionMethod
from khata.core.tax.parties import Buyer
from khata.core.tax.place_of_supply import Place, Supply, SupplyKind, Treatment
from khata.core.terms import SellerTerms
from khata.core.wallet import GrantKind, Wallet

ADVANCE_LAW: Final = "CGST Act s.13(2), s.31(3)(d); CGST Rules, rule 50"
LAW: Final = "CGST Act s.2(118); Circular 243/37/2024-GST"


class TopUpCause(StrEnum):
    ASKED = "asked"  # by a person or by the API
    RECHARGE = "recharge"  # by the wallet, which was low


class TopUpStatus(StrEnum):
    WAITING = "waiting"  # for its payment
    FILLED = "filled"
    WITHDRAWN = "withdrawn"  # its invoice was void, or could not be collected


@dataclass(frozen=True, slots=True)
class TopUp:
    """What is to come into a wallet. Granted credit has no invoice."""

    id: UUID
    wallet_id: UUID
    invoice_id: UUID | None
    kind: GrantKind
    amount: int
    priority: int
    expires_at: datetime | None
    name: str | None
    cause: TopUpCause
    created_at: datetime
    status: TopUpStatus = TopUpStatus.WAITING


def top_up_invoice(
    wallet: Wallet,
    top_up: TopUp,
    *,
    seller: SellerTerms,
    buyer: Buyer,
    buyer_party_id: UUID,
    method: CollectionMethod,
    days_until_due: int,
    today: date,
    ids: Iterator[UUID],
) -> Invoice:
    """Return the invoice that asks for a top-up; it sells nothing, so there is no tax on it.

    What the money is spent on may be anything at any rate, and is taxed when it is: a voucher
    for many purposes. Of a wallet for one supply it is a request with numbers of its own: the
    tax is due when the money comes, and the receipt voucher says it.
    Source: Circular 243/37/2024-GST; CGST Rules, rule 50; docs/coupons_and_wallets.md.
    """
    advance = wallet.tax_code is not None
    day = Period(today, today + timedelta(days=1))
    charge = Charge(
        LineKind.ONE_TIME,
        f"Top-up of the wallet {wallet.name}",
        "",
        top_up.amount,
        day,
        day,
        unit_amount=top_up.amount,
    )
    line = Line(next(ids), 0, charge, 0, top_up.amount, ())
    return Invoice(
        id=next(ids),
        registration_id=seller.registration_id,
        series=seller.request_series if advance else seller.series,
        financial_year=financial_year(today, seller.seller.country),
        customer_id=wallet.customer_id,
        subscription_id=None,
        collection_method=method,
        currency=wallet.currency,
        tax_behavior=TaxBehavior.EXCLUSIVE,
        lines=(line,),
        subtotal=top_up.amount,
        discount=0,
        tax=0,
        round_off=0,
        total=top_up.amount,
        issued_on=today,
        due_on=today + timedelta(days=days_until_due),
        period=None,
        supply=_no_supply(buyer, advance=advance),
        seller_party_id=seller.party_id,
        buyer_party_id=buyer_party_id,
        kind=DocumentKind.PAYMENT_REQUEST if advance else DocumentKind.INVOICE,
    )


def _no_supply(buyer: Buyer, *, advance: bool) -> Supply:
    return Supply(
        kind=SupplyKind.OUT_OF_SCOPE,
        treatment=Treatment.OUT_OF_SCOPE,
        place=Place(buyer.country, buyer.state, None, buyer.country),
        endorsement=None,
        law=ADVANCE_LAW if advance else LAW,
        reason="An advance is asked for: it is taxed when it comes"
        if advance
        else "Prepaid money is no supply yet: what it is spent on is taxed then",
    )
