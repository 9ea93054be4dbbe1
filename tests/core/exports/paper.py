"""Finished documents to test with, in rupees: every tax is written down, none is worked out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid5

from khata.core.exports.tax_document import (
    AdvanceAdjusted,
    DocumentKind,
    Nature,
    NumbersUsed,
    Original,
    TaxDocument,
    TaxLine,
    TaxParty,
)
from khata.core.tax.place_of_supply import SupplyKind, Treatment

HOME = "27"
SELLER = TaxParty("Kavach Software", "IN", gstin="27AAPFU0939F1ZV", state_code=HOME)
REGISTRATION = uuid5(NAMESPACE_OID, "registration")

PUNE = "27AAPFU0939F1ZV"
MUMBAI = "27AAACI1195H1ZM"
BENGALURU = "29AAGCB7383J1Z4"
EMBASSY = "0717USA00013UN6"


def paise(rupees: str | int) -> int:
    amount = Decimal(rupees) * 100
    assert amount == int(amount), f"{rupees} is not whole paise"
    return int(amount)


def line(
    taxable: str | int,
    rate: str | int = 18,
    *,
    igst: str | int = 0,
    each: str | int = 0,
    cess: str | int = 0,
    code: str = "998314",
    nature: Nature = Nature.TAXABLE,
    description: str = "Subscription",
    quantity: str | int = 1,
    unit: str = "OTH",
) -> TaxLine:
    """Make a line; `each` is CGST, and SGST too."""
    return TaxLine(
        1,
        description,
        code,
        paise(taxable),
        Decimal(rate),
        nature=nature,
        igst=paise(igst),
        cgst=paise(each),
        sgst=paise(each),
        cess=paise(cess),
        quantity=Decimal(quantity),
        unit=unit,
    )


def nil_line(taxable: str | int, nature: Nature = Nature.EXEMPT) -> TaxLine:
    return line(taxable, 0, nature=nature, code="999293")


def local(taxable: str | int, each: str | int) -> TaxLine:
    """Make a line at 18 % inside one state."""
    return line(taxable, 18, each=each)


def across(taxable: str | int, igst: str | int) -> TaxLine:
    """Make a line at 18 % between two states."""
    return line(taxable, 18, igst=igst)


def document(
    number: str,
    on: str,
    *lines: TaxLine,
    kind: DocumentKind = DocumentKind.INVOICE,
    to: str | None = None,
    place: str | None = HOME,
    supply: SupplyKind | None = None,
    treatment: Treatment | None = None,
    total: str | int | None = None,
    reverse_charge: bool = False,
    against: TaxDocument | Original | None = None,
    advances: Sequence[AdvanceAdjusted] = (),
    cancelled_on: str | None = None,
    currency: str = "INR",
    exchange_rate: str | None = None,
    irn: str | None = None,
    state: str | None = "same as the place",
) -> TaxDocument:
    """Make a document to `to` (a GSTIN, or a consumer); its heads follow from the place."""
    kind_of_supply = supply or _supply(place)
    numbered = tuple(_at(position, one) for position, one in enumerate(lines, 1))
    parts = sum(one.taxable + (0 if reverse_charge else one.tax) for one in numbered)
    whole = parts if total is None else paise(total)
    abroad = kind_of_supply is SupplyKind.EXPORT
    return TaxDocument(
        id=id_of(number),
        kind=kind,
        number=number,
        issued_on=date.fromisoformat(on),
        registration_id=REGISTRATION,
        seller=SELLER,
        buyer=TaxParty(
            "Buyer",
            "US" if abroad else "IN",
            gstin=to,
            tax_id=to,
            state_code=None if abroad else (place if state == "same as the place" else state),
        ),
        supply=kind_of_supply,
        treatment=treatment or _treatment(kind_of_supply),
        place_code=place,
        place_name="",
        lines=numbered,
        total=whole,
        round_off=whole - parts,
        reverse_charge=reverse_charge,
        cancelled_on=None if cancelled_on is None else date.fromisoformat(cancelled_on),
        original=_original(against),
        advances=tuple(advances),
        currency=currency,
        exchange_rate=None if exchange_rate is None else Decimal(exchange_rate),
        irn=irn,
    )


def credit(number: str, on: str, *lines: TaxLine, **rest: object) -> TaxDocument:
    return document(number, on, *lines, kind=DocumentKind.CREDIT_NOTE, **rest)  # type: ignore[arg-type]


def debit(number: str, on: str, *lines: TaxLine, **rest: object) -> TaxDocument:
    return document(number, on, *lines, kind=DocumentKind.DEBIT_NOTE, **rest)  # type: ignore[arg-type]


def advance(number: str, on: str, *lines: TaxLine, **rest: object) -> TaxDocument:
    return document(number, on, *lines, kind=DocumentKind.RECEIPT_VOUCHER, **rest)  # type: ignore[arg-type]


def taken_up(
    voucher: str,
    on: str,
    net: str | int,
    *,
    rate: str | int = 18,
    igst: str | int = 0,
    each: str | int = 0,
    cess: str | int = 0,
) -> AdvanceAdjusted:
    return AdvanceAdjusted(
        id_of(voucher),
        voucher,
        date.fromisoformat(on),
        Decimal(rate),
        paise(net),
        paise(igst),
        paise(each),
        paise(each),
        paise(cess),
    )


def run(
    first: str, last: str, count: int, *, cancelled: int = 0, kind: str = "invoice"
) -> NumbersUsed:
    return NumbersUsed(DocumentKind(kind), first, first, last, count, cancelled)


def id_of(number: str) -> UUID:
    """Return the id of a number's document; one that is renumbered INV-1-R keeps that of INV-1."""
    return uuid5(NAMESPACE_OID, number.removesuffix("-R"))


def _original(against: TaxDocument | Original | None) -> Original | None:
    if isinstance(against, TaxDocument):
        one = against
        return Original(one.id, one.kind, one.number, one.issued_on, one.total)
    return against


def _at(position: int, one: TaxLine) -> TaxLine:
    return replace(one, position=position)


def _supply(place: str | None) -> SupplyKind:
    if place == "96":
        return SupplyKind.EXPORT
    return SupplyKind.INTRA if place == HOME else SupplyKind.INTER


def _treatment(supply: SupplyKind) -> Treatment:
    zero_rated = (SupplyKind.EXPORT, SupplyKind.SEZ)
    return Treatment.ZERO_RATED_LUT if supply in zero_rated else Treatment.TAXABLE
