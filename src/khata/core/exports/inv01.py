"""INV-01: a finished tax document as the invoice registration portals read it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from khata.core.exports.inv01_rules import breaks_of_rules
from khata.core.exports.inv01_schema import Break, breaks_of_schema
from khata.core.exports.inv01_text import (
    address_lines,
    cleaned,
    email,
    location,
    optional,
    phone,
)
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument, TaxLine, TaxParty
from khata.core.exports.wire_json import written
from khata.core.money import exponent, half_up
from khata.core.refusal import Refusal
from khata.core.tax.place_of_supply import SupplyKind, Treatment


class NotAnEInvoice(Refusal):
    """The portals register no document of this kind, or one without anything taxable."""


class EInvoiceOutOfBounds(Refusal):
    """A value is outside what INV-01 allows; the sentence names the key and the bound."""

    def __init__(self, number: str, breaks: list[Break]) -> None:
        said = "; ".join(f"{one.detail} ({one.rule}, code {one.code})" for one in breaks[:5])
        super().__init__(f"{number} is no valid e-invoice: {said}", param=breaks[0].path)
        self.breaks = tuple(breaks)


DOCUMENT_TYPES: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.INVOICE: "INV",
    DocumentKind.CREDIT_NOTE: "CRN",
    DocumentKind.DEBIT_NOTE: "DBN",
}

_WITH_TAX = {SupplyKind.SEZ: "SEZWP", SupplyKind.EXPORT: "EXPWP"}
_UNDER_LUT = {SupplyKind.SEZ: "SEZWOP", SupplyKind.EXPORT: "EXPWOP"}
_ABROAD = "96"


def inv01(document: TaxDocument) -> dict[str, Any]:
    """Return a document in the form INV-01, version 1.1: checked, amounts in rupees and exact.

    Amounts are positive, also in a credit note. Lines that bear no GST are not listed; their value
    stands in the document's other charges, so that the total is the customer's.
    Raises: NotAnEInvoice; EInvoiceOutOfBounds, with every key that is at fault.
    Source: form GST INV-01 (Notf. 60/2020-CT), NIC's schema 1.1.
    """
    if document.kind not in DOCUMENT_TYPES:
        raise NotAnEInvoice(
            f"{document.number} is a {document.kind}, which has no IRN (rule 48(4))"
        )
    lines = [line for line in document.lines if line.nature is Nature.TAXABLE]
    if not lines:
        raise NotAnEInvoice(f"Nothing in {document.number} is taxable, so it has no IRN")
    spelled = {
        "Version": "1.1",
        "TranDtls": {
            "TaxSch": "GST",
            "SupTyp": supply_type(document),
            "RegRev": "Y" if document.reverse_charge else "N",
            "IgstOnIntra": _igst_at_home(document),
        },
        "DocDtls": {
            "Typ": DOCUMENT_TYPES[document.kind],
            "No": document.number,
            "Dt": day(document.issued_on),
        },
        "SellerDtls": _seller(document.seller),
        "BuyerDtls": _buyer(document),
        "ItemList": [
            _item(line, place, document.reverse_charge) for place, line in enumerate(lines, 1)
        ],
        "ValDtls": _values(document, lines),
        "RefDtls": _references(document),
        "ExpDtls": _export(document),
    }
    told = _without_nothing(spelled)
    breaks = breaks_of_schema(told) or breaks_of_rules(told)
    if breaks:
        raise EInvoiceOutOfBounds(document.number, breaks)
    return told


def inv01_text(document: TaxDocument) -> str:
    """Return the same as JSON. Raises: as `inv01` does."""
    return written(inv01(document))


def supply_type(document: TaxDocument) -> str:
    """Return the portals' word for what kind of supply it is.

    Source: IGST Act s.16; CGST Act s.147.
    """
    if document.treatment is Treatment.ZERO_RATED_LUT:
        return _UNDER_LUT[document.supply]
    if document.is_deemed_export:
        return "DEXP"
    return _WITH_TAX.get(document.supply, "B2B")


def _igst_at_home(document: TaxDocument) -> str | None:
    """Say Y where a sale inside one state bears IGST all the same: that of an SEZ developer."""
    inter = document.supply is SupplyKind.INTER
    return "Y" if inter and document.place_code == document.seller.state_code else None


def day(on: date) -> str:
    """Spell a day as INV-01 does: 01/04/2026."""
    return f"{on:%d/%m/%Y}"


def rupees(paise: int) -> Decimal:
    """Return hundredths, paise of rupees, as a decimal with two places, exactly."""
    return Decimal(paise).scaleb(-2)


def seller_breaks(party: TaxParty) -> list[Break]:
    """Return what a portal finds wrong with a seller as it is told; an empty list: nothing."""
    told = _without_nothing({"SellerDtls": _seller(party)})
    found = breaks_of_schema(told, ("SellerDtls",))
    if not found and told["SellerDtls"]["Stcd"].zfill(2) != told["SellerDtls"]["Gstin"][:2]:
        return [Break("SellerDtls.Stcd", "state_of_gstin", "The GSTIN is of another state")]
    return found


def _seller(party: TaxParty) -> dict[str, Any]:
    return {"Gstin": party.gstin, **_named(party), **_placed(party, longest_city=50)}


def _buyer(document: TaxDocument) -> dict[str, Any]:
    party = document.buyer
    abroad = document.supply is SupplyKind.EXPORT
    placed = _placed(party, longest_city=100)
    if abroad:
        placed |= {"Pin": 999_999, "Stcd": _ABROAD}
    return {
        "Gstin": "URP" if abroad else party.gstin,
        **_named(party),
        "Pos": _ABROAD if abroad else document.place_code,
        **placed,
    }


def _named(party: TaxParty) -> dict[str, Any]:
    return {
        "LglNm": cleaned(party.legal_name, longest=100),
        "TrdNm": optional(party.trade_name, shortest=3, longest=100),
    }


def _placed(party: TaxParty, *, longest_city: int) -> dict[str, Any]:
    first, second = address_lines(party)
    code = (party.postal_code or "").replace(" ", "")
    return {
        "Addr1": first or None,
        "Addr2": second,
        "Loc": location(party, longest=longest_city) or None,
        "Pin": int(code) if code.isascii() and code.isdigit() else None,
        "Stcd": party.state_code or (party.gstin or "")[:2] or None,
        "Ph": phone(party.phone),
        "Em": email(party.email),
    }


def _item(line: TaxLine, place: int, reverse_charge: bool) -> dict[str, Any]:
    gross = line.taxable + line.discount
    counted = _counted(line, gross)
    return {
        "SlNo": str(place),
        "PrdDesc": optional(line.description, shortest=3, longest=300),
        "IsServc": "Y" if line.is_service else "N",
        "HsnCd": line.tax_code,
        **counted,
        "TotAmt": rupees(gross),
        "Discount": rupees(line.discount) if line.discount else None,
        "AssAmt": rupees(line.taxable),
        "GstRt": line.rate,
        "IgstAmt": rupees(line.igst),
        "CgstAmt": rupees(line.cgst),
        "SgstAmt": rupees(line.sgst),
        "CesAmt": rupees(line.cess) if line.cess else None,
        "TotItemVal": rupees(line.taxable + (0 if reverse_charge else line.tax)),
    }


def _counted(line: TaxLine, gross: int) -> dict[str, Any]:
    """Return quantity and unit price, where their product is the amount; else one at the amount.

    Tiers, minimums and parts of a period have no price of one unit that says it all.
    """
    quantity, price = line.quantity.normalize(), line.unit_price.normalize()
    fits = _places(quantity) <= 3 and _places(price) <= 3 and quantity > 0
    unit = line.unit if line.unit.isalpha() and 3 <= len(line.unit) <= 8 else None
    if fits and quantity * price == rupees(gross):
        return {"Qty": _plain(quantity), "Unit": unit, "UnitPrice": _plain(price)}
    return {"Qty": Decimal(1), "Unit": unit, "UnitPrice": rupees(gross)}


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _plain(number: Decimal) -> Decimal:
    return Decimal(format(number, "f"))


def _values(document: TaxDocument, lines: Iterable[TaxLine]) -> dict[str, Any]:
    lines = list(lines)
    untaxed = sum(line.taxable for line in document.lines if line.nature is not Nature.TAXABLE)
    cess = sum(line.cess for line in lines)
    return {
        "AssVal": rupees(sum(line.taxable for line in lines)),
        "CgstVal": rupees(sum(line.cgst for line in lines)),
        "SgstVal": rupees(sum(line.sgst for line in lines)),
        "IgstVal": rupees(sum(line.igst for line in lines)),
        "CesVal": rupees(cess) if cess else None,
        "OthChrg": rupees(untaxed) if untaxed else None,
        "RndOffAmt": rupees(document.round_off) if document.round_off else None,
        "TotInvVal": rupees(document.total),
        "TotInvValFc": _foreign(document),
    }


def _foreign(document: TaxDocument) -> Decimal | None:
    """Return the total in the currency of the sale; of one with three places, to two."""
    if document.currency == "INR" or document.currency_total is None:
        return None
    hundredths = half_up(document.currency_total * 100, 10 ** exponent(document.currency))
    return rupees(hundredths)


def _references(document: TaxDocument) -> dict[str, Any] | None:
    starts = [line.period_start for line in document.lines if line.period_start and line.period_end]
    ends = [line.period_end for line in document.lines if line.period_start and line.period_end]
    told: dict[str, Any] = {"InvRm": optional(document.reason, shortest=3, longest=100)}
    if starts and ends:
        told["DocPerdDtls"] = {"InvStDt": day(min(starts)), "InvEndDt": day(max(ends))}
    if document.kind.is_note and document.original is not None:
        original = document.original
        told["PrecDocDtls"] = [{"InvNo": original.number, "InvDt": day(original.issued_on)}]
    return told


def _export(document: TaxDocument) -> dict[str, Any] | None:
    if document.supply is not SupplyKind.EXPORT:
        return None
    currency = document.currency if document.currency != "INR" else None
    return {"ForCur": currency, "CntCode": document.buyer.country}


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not there: an optional key is never sent empty."""
    kept: dict[str, Any] = {}
    for key, inner in value.items():
        told = _without_nothing(inner) if isinstance(inner, dict) else inner
        if isinstance(told, list):
            told = [_without_nothing(one) for one in told]
        if told is not None and told != {} and told != "":
            kept[key] = told
    return kept
