"""The e-invoice of what is not numbered yet: what a portal would refuse is not given out at all."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from khata.core.document_kind import DocumentKind
from khata.core.e_invoice.applicability import SellerStanding, applicability
from khata.core.e_invoice.duty import EInvoiceDuty
from khata.core.exports.document_rows import Taxed, document_of, invoice_line_of, party_of
from khata.core.exports.inv01 import EInvoiceOutOfBounds, inv01
from khata.core.exports.inv01_schema import Break
from khata.core.exports.tax_document import TaxDocument, TaxParty
from khata.core.invoice import Invoice
from khata.core.numbering import render
from khata.core.refusal import Refusal
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import SupplyKind, Treatment

_MANY: Final = 1_000  # lines; the schema's bound
_MUCH: Final = 10**13  # paise, of an invoice: a tenth of what the schema allows of a line
_NUMBER: Final = re.compile(r"[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}")
_CODE: Final = re.compile(r"(?!0+$)([0-9]{4}|[0-9]{6}|[0-9]{8})")
_PIN: Final = re.compile(r"[1-9][0-9]{5}")
_RATE: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
_AT_HOME: Final = (SupplyKind.INTRA, SupplyKind.INTER)

# Where it is mended, by how a key of INV-01 begins.
_MENDED: Final[Mapping[str, str]] = {
    "BuyerDtls.Gstin": "the customer's GSTIN",
    "BuyerDtls.LglNm": "the customer's name",
    "BuyerDtls.Addr1": "the first line of the customer's address (address.line1)",
    "BuyerDtls.Loc": "the city of the customer's address (address.city)",
    "BuyerDtls.Pin": "the PIN code of the customer's address (address.postal_code)",
    "BuyerDtls.Stcd": "the state of the customer's address",
    "BuyerDtls": "the customer",
    "SellerDtls.Pin": "the PIN code of the registration's address (address.postal_code)",
    "SellerDtls": "the registration's name and address",
    "DocDtls.No": "the registration's series of numbers",
    "ItemList[": "the product's tax code, or the amounts of the lines",
}


class NoEInvoicePossible(Refusal):
    """A portal would refuse the e-invoice of it, and without one it would be no invoice.

    Source: CGST Rules, rule 48(4), (5); form GST INV-01.
    """

    def __init__(self, breaks: Sequence[Break]) -> None:
        first = breaks[0]
        said = "; ".join(f"{one.detail} ({one.rule})" for one in breaks[:5])
        where = next((told for key, told in _MENDED.items() if first.path.startswith(key)), None)
        super().__init__(
            f"The portal would refuse the e-invoice that it needs (CGST rule 48(4)): {said}; "
            f"mend {where or 'its amounts'}",
            param=first.path,
        )


def check_e_invoice(invoice: Invoice, duty: EInvoiceDuty) -> None:
    """Refuse an invoice whose e-invoice would be outside the bounds of INV-01.

    What needs no e-invoice passes; whose buyer is a consumer in India need not be asked about.
    Raises: NoEInvoicePossible.
    """
    buyer = duty.facts_of(invoice.buyer_party_id)
    seller, seller_fits = duty.seller(invoice.seller_party_id)
    if seller_fits and fits_at_a_glance(invoice, seller, buyer):
        return
    document = foreseen(invoice, seller_facts=duty.facts_of(invoice.seller_party_id), buyer=buyer)
    _check(document, duty.standing)


def check_note(note: TaxDocument, standing: SellerStanding) -> None:
    """The same of a credit or debit note, before it is kept for good.

    Its parties are those of the invoice that it goes back to, so nobody could mend them: what is
    wrong with them does not hinder it. Raises: NoEInvoicePossible.
    """
    _check(note, standing, but=("SellerDtls.", "BuyerDtls."))


def _check(document: TaxDocument, standing: SellerStanding, but: tuple[str, ...] = ()) -> None:
    if not applicability(document, standing).applies:
        return
    try:
        inv01(document)
    except EInvoiceOutOfBounds as out:
        breaks = [one for one in out.breaks if not (but and one.path.startswith(but))]
        if breaks:
            raise NoEInvoicePossible(breaks) from None


def foreseen(
    invoice: Invoice, *, seller_facts: Mapping[str, Any], buyer: Mapping[str, Any]
) -> TaxDocument:
    """Return the tax document that an invoice will be, under the first number of its series."""
    taxes = {line.position: Taxed() for line in invoice.lines}
    for line in invoice.lines:
        for row in line.taxes:
            taxes[line.position].add(
                row.name, row.rate, row.taxable, row.amount, invoice.supply.treatment
            )
    supply = invoice.supply
    return document_of(
        {
            "id": invoice.id,
            "number": _first_number(invoice.series, invoice.financial_year),
            "issued_on": invoice.issued_on,
            "registration_id": invoice.registration_id,
            "seller": seller_facts,
            "buyer": buyer,
            "customer_id": invoice.customer_id,
            "supply_kind": supply.kind,
            "supply_treatment": supply.treatment,
            "place_country": supply.place.country,
            "place_state": supply.place.state,
            "place_code": supply.place.code,
            "total": invoice.total,
            "round_off": invoice.round_off,
            "lut_number": supply.lut,
            "currency": invoice.currency,
            "exchange_rate": invoice.exchange and invoice.exchange.rate,
        },
        invoice.kind,
        [
            invoice_line_of(
                {
                    "position": line.position,
                    "description": line.description,
                    "tax_code": line.charge.tax_code,
                    "quantity": line.charge.quantity,
                    "unit_amount": line.charge.unit_amount,
                    "tax_behavior": invoice.tax_behavior,
                    "discount": line.discount,
                    "amount": line.amount,
                    "period_start": line.period.start,
                    "period_end": line.period.end,
                    "tax_nature": line.nature,
                },
                taxes[line.position],
                invoice.currency,
            )
            for line in invoice.lines
        ],
        levied=sum(one.levied for one in taxes.values()),
        due_on=invoice.due_on,
    )


def fits_at_a_glance(invoice: Invoice, seller: TaxParty, buyer: Mapping[str, Any]) -> bool:
    """Say whether it is so ordinary that it is surely in bounds; False says nothing.

    A billing run looks at thousands: building each form would cost as much as the invoice.
    """
    supply = invoice.supply
    at_home = supply.kind is SupplyKind.INTRA
    return (
        invoice.kind is DocumentKind.INVOICE
        and invoice.currency == "INR"
        and supply.levy is None
        and supply.treatment is Treatment.TAXABLE
        and supply.kind in _AT_HOME
        and at_home == (supply.place.code == seller.state_code)
        and len(invoice.lines) <= _MANY
        and 0 <= invoice.total < _MUCH
        and invoice.subtotal < _MUCH
        and abs(invoice.round_off) <= 99_99
        and _is_series(invoice.series, invoice.financial_year)
        and all(
            line.nature is Nature.TAXABLE
            and line.amount >= 0
            and line.discount >= 0
            and 0 <= line.charge.quantity < _MUCH
            and _is_code(line.charge.tax_code)
            and all(_is_rate(row.rate) and row.amount >= 0 for row in line.taxes)
            for line in invoice.lines
        )
        and _is_ordinary(buyer, seller)
    )


def _is_ordinary(buyer: Mapping[str, Any], seller: TaxParty) -> bool:
    """Say whether a portal surely takes a buyer in India as it is told."""
    party = party_of(buyer)
    return (
        party.gstin is not None
        and party.gstin != seller.gstin
        and party.gstin[:2] == party.state_code
        and party.gstin.isalnum()
        and len(party.gstin) == 15
        and _is_plain(party.legal_name)
        and _is_plain(party.line1)
        and _is_plain(party.city)
        and _PIN.fullmatch(party.postal_code or "") is not None
    )


def _is_plain(text: str | None) -> bool:
    """Say whether a text surely keeps three characters, however it is cleaned and cut."""
    return text is not None and len(text) >= 3 and text.isprintable() and text == text.strip()


@lru_cache(maxsize=512)
def _first_number(series: str, year: str) -> str:
    return render(series, year=year, n=1)


@lru_cache(maxsize=512)
def _is_series(series: str, year: str) -> bool:
    return _NUMBER.fullmatch(_first_number(series, year)) is not None


@lru_cache(maxsize=4096)
def _is_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


@lru_cache(maxsize=512)
def _is_rate(rate: str) -> bool:
    return _RATE.fullmatch(rate) is not None
