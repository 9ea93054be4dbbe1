"""Rows of a document, kept or about to be, as the tax document that they make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from khata.core.exports.rupee_values import in_rupees
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument, TaxLine, TaxParty
from khata.core.money import exponent, half_up
from khata.core.tax.place_of_supply import SupplyKind, Treatment, place_of
from khata.core.tax.states import state_by_iso

_HEADS = {"IGST": "igst", "CGST": "cgst", "SGST": "sgst", "UTGST": "sgst", "CESS": "cess"}
_UNSET = Decimal(0)


@dataclass(slots=True)
class Taxed:
    """The tax of one line, by head; `rate` is the whole rate of GST, in percent.

    `levied` is tax of another state on the same line. Minor units of the document's currency.
    """

    rate: Decimal = _UNSET
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    levied: int = 0

    def add(self, name: str, rate: str, taxable: int, amount: int, treatment: str) -> None:
        """Add a row of tax; what a buyer owes the state itself is worked out here."""
        if treatment == Treatment.REVERSE_CHARGE:
            amount = half_up(*(taxable * Decimal(rate) / 100).as_integer_ratio())
        head = _HEADS.get(name)
        if head is None:
            self.levied += amount
            return
        self.heads[head] += amount
        if head != "cess":
            self.rate += Decimal(rate)


def document_of(
    row: Mapping[str, Any], kind: DocumentKind, lines: Sequence[TaxLine], **more: Any
) -> TaxDocument:
    """Return a document of its row and lines, valued in rupees where a rate is kept.

    Raises: ValueError, where its parts do not add up.
    """
    place = place_of(row["place_country"], row["place_state"], row["place_code"])
    document = TaxDocument(
        id=row["id"],
        kind=kind,
        number=row["number"],
        issued_on=row["issued_on"],
        registration_id=row["registration_id"],
        seller=party_of(row["seller"]),
        buyer=party_of(row["buyer"], customer_id=row["customer_id"]),
        supply=SupplyKind(row["supply_kind"]),
        treatment=Treatment(row["supply_treatment"]),
        place_code=place.code,
        place_name=place.name,
        reverse_charge=row["supply_treatment"] == Treatment.REVERSE_CHARGE,
        lines=tuple(lines),
        total=row["total"],
        round_off=row["round_off"],
        lut=row["lut_number"],
        currency=row["currency"],
        currency_total=None if row["currency"] == "INR" else row["total"],
        **more,
    )
    return in_rupees(document, row["exchange_rate"])


def invoice_line_of(row: Mapping[str, Any], taxed: Taxed, currency: str) -> TaxLine:
    """Return a line; of an inclusive price the unit is what the line comes to without its tax."""
    quantity = row["quantity"]
    plain = row["tax_behavior"] == "exclusive" and (
        quantity * row["unit_amount"] == row["amount"] + row["discount"]
    )
    if plain:
        return line_of(row, taxed, currency, quantity=quantity, unit_amount=row["unit_amount"])
    return line_of(row, taxed, currency, unit_amount=row["amount"] + row["discount"])


def line_of(
    row: Mapping[str, Any],
    taxed: Taxed,
    currency: str,
    *,
    unit_amount: int,
    quantity: int = 1,
) -> TaxLine:
    """Return a line; its unit price is `unit_amount` without tax, in whole units of currency."""
    return TaxLine(
        position=row["position"],
        description=row["description"],
        tax_code=row["tax_code"],
        taxable=row["amount"],
        rate=taxed.rate,
        nature=Nature(row["tax_nature"]),
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_amount) / 10 ** exponent(currency),
        discount=row.get("discount", 0),
        period_start=row["period_start"],
        period_end=row["period_end"] - timedelta(days=1),
        igst=taxed.heads["igst"],
        cgst=taxed.heads["cgst"],
        sgst=taxed.heads["sgst"],
        cess=taxed.heads["cess"],
    )


def party_of(facts: Mapping[str, Any], *, customer_id: UUID | None = None) -> TaxParty:
    """Return a party by the facts that a document has kept of it."""
    address = facts.get("address") or {}
    gstin = facts.get("gstin")
    if gstin is None and facts.get("tax_id_type") == "in_gst":
        gstin = facts.get("tax_id")
    state = facts.get("state")
    in_india = facts["country"] == "IN" and state
    legal = facts.get("legal_name") or facts["name"]
    return TaxParty(
        legal_name=legal,
        country=facts["country"],
        trade_name=facts["name"] if facts["name"] != legal else None,
        tax_id=gstin or facts.get("tax_id"),
        gstin=gstin,
        state_code=state_by_iso(state).code if in_india and state else None,
        line1=address.get("line1"),
        line2=address.get("line2"),
        city=address.get("city"),
        postal_code=address.get("postal_code"),
        email=facts.get("email"),
        phone=facts.get("phone"),
        customer_id=customer_id,
        deemed_export=bool(facts.get("deemed_export")),
    )
