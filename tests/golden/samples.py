"""Documents to set in type; every amount was worked out by hand, what tax decides by the engine."""

from dataclasses import replace
from datetime import date
from typing import Any

from khata.core.document import (
    BankDetails,
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    Title,
    UpiPayee,
)
from khata.core.note_document import CreditNoteDocument
from khata.core.tax.gst import heads, tax_exclusive
from khata.core.tax.parties import Buyer, Lut
from khata.core.tax.parties import Seller as TaxSeller
from khata.core.tax.place_of_supply import decide_supply

SELLER = Party(
    name="Chai Cloud Pvt Ltd",
    lines=("4th Floor, 27 Church Street", "Bengaluru 560001"),
    state_name="Karnataka",
    state_code="29",
    tax_id_label="GSTIN",
    tax_id="29ABCCT1234E1ZL",
    email="billing@chai.example",
)
ASHA = Party(
    name="Asha Traders",
    lines=("12 MG Road", "Mysuru 570001"),
    state_name="Karnataka",
    state_code="29",
    tax_id_label="GSTIN",
    tax_id="29AABCR1718E1ZL",
    email="asha@traders.example",
)
BANK = BankDetails("Chai Cloud Pvt Ltd", "123456789012", "HDFC0000123", "HDFC Bank", "HDFCINBB")


def _halves(taxable: int, amount: int) -> tuple[DocumentTax, DocumentTax]:
    return DocumentTax("CGST", "9", taxable, amount), DocumentTax("SGST", "9", taxable, amount)


# 1,000.00 and 25 × 500.00 less 1,250.00; 9 % of 12,250.00 is 1,102.50; together 14,455.00.
DOMESTIC = InvoiceDocument(
    title=Title.TAX_INVOICE,
    number="INV/26-27/00001",
    issued_on=date(2026, 4, 30),
    due_on=date(2026, 5, 7),
    status="open",
    currency="INR",
    seller=SELLER,
    buyer=ASHA,
    lines=(
        DocumentLine(
            position=1,
            description="Premium plan",
            quantity=1,
            unit_amount=1_000_00,
            amount=1_000_00,
            tax_code="998314",
            period_start=date(2026, 4, 30),
            period_end_inclusive=date(2026, 5, 29),
            taxes=_halves(1_000_00, 90_00),
        ),
        DocumentLine(
            position=2,
            description="Additional seats",
            quantity=25,
            unit_amount=500_00,
            discount=1_250_00,
            amount=11_250_00,
            tax_code="998315",
            taxes=_halves(11_250_00, 1_012_50),
        ),
    ),
    taxes=_halves(12_250_00, 1_102_50),
    subtotal=13_500_00,
    discount=1_250_00,
    tax=2_205_00,
    total=14_455_00,
    amount_paid=0,
    amount_due=14_455_00,
    place_of_supply="29-Karnataka",
    subscription="Premium, monthly",
    upi=UpiPayee("chaicloud@okbank", "Chai Cloud Pvt Ltd"),
    bank=BANK,
    hosted_url="https://billing.chai.example/i/9f3k2v7q8w1z5x4c6b0n",
    notes="Thank you for your business.",
)

PAID = replace(
    DOMESTIC,
    status="paid",
    amount_paid=14_455_00,
    amount_due=0,
    paid_on=date(2026, 5, 1),
    payment_method="Visa ending 4242",
)

VOID = replace(DOMESTIC, status="void", amount_due=0)

_NO_TAX = (DocumentTax("IGST", "18", 2_500_00, 0),)
_LUT = Lut("AD290326001234X", date(2026, 4, 1), date(2027, 3, 31))
_UNDER_LUT = TaxSeller("IN", "KA", SELLER.tax_id, (_LUT,))


def _zero_rated(buyer: Buyer) -> dict[str, Any]:
    """What the engine decides of 10 × 250.00 under a letter of undertaking."""
    day = DOMESTIC.issued_on
    supply = decide_supply(_UNDER_LUT, buyer, on=day)
    taxed = tax_exclusive(2_500_00, heads(supply, "998314", on=day))
    taxes = tuple(DocumentTax(row.name, row.rate, row.taxable, row.amount) for row in taxed.taxes)
    assert taxes == _NO_TAX
    return {
        "place_of_supply": supply.place.spelled,
        "endorsement": supply.endorsement,
        "lut": supply.lut,
        "taxes": taxes,
    }


EXPORT = replace(
    DOMESTIC,
    title=Title.EXPORT_INVOICE,
    number="EXP/26-27/00007",
    currency="USD",
    buyer=Party(
        name="Globex Corporation, Inc.",
        lines=("742 Evergreen Terrace", "Springfield, OR 97403"),
        country="US",
    ),
    lines=(
        DocumentLine(
            position=1,
            description="Enterprise plan",
            quantity=10,
            unit_amount=250_00,
            amount=2_500_00,
            tax_code="998314",
            taxes=_NO_TAX,
        ),
    ),
    subtotal=2_500_00,
    discount=0,
    tax=0,
    total=2_500_00,
    amount_due=2_500_00,
    **_zero_rated(Buyer("US", "OR")),
)

SEZ = replace(
    EXPORT,
    title=Title.TAX_INVOICE,
    number="INV/26-27/00008",
    currency="INR",
    buyer=Party(
        name="Infopark Systems LLP",
        lines=("SEZ Unit 7, Infopark", "Kochi 682042"),
        state_name="Kerala",
        state_code="32",
        tax_id_label="GSTIN",
        tax_id="32AAKFI4321L1ZG",
    ),
    signatory="Meera Rao, Director",
    **_zero_rated(Buyer("IN", "KL", "32AAKFI4321L1ZG", sez=True)),
)

DEVANAGARI = replace(
    DOMESTIC,
    seller=replace(SELLER, name="चाय क्लाउड प्राइवेट लिमिटेड"),
    buyer=replace(ASHA, name="श्री कृष्णा ट्रेडर्स", lines=("१२, महात्मा गांधी मार्ग", "मैसूर ५७०००१")),
)

# 60 lines of 100.00: IGST 18.00 each, 1,080.00 in all.
MANY_LINES = replace(
    DOMESTIC,
    lines=tuple(
        DocumentLine(
            position=position,
            description=f"Metered calls, region {position}",
            quantity=10,
            unit_amount=10_00,
            amount=100_00,
            tax_code="998315",
            taxes=(DocumentTax("IGST", "18", 100_00, 18_00),),
        )
        for position in range(1, 61)
    ),
    taxes=(DocumentTax("IGST", "18", 6_000_00, 1_080_00),),
    subtotal=6_000_00,
    discount=0,
    tax=1_080_00,
    total=7_080_00,
    amount_due=7_080_00,
    place_of_supply="27-Maharashtra",
)

# 20 of 30 days of 1,000.00 are 666.67; 9 % of that is 60.00, twice; 786.67 in all.
NOTE = CreditNoteDocument(
    number="CN/26-27/00001",
    issued_on=date(2026, 5, 10),
    invoice_number=DOMESTIC.number,
    invoice_issued_on=DOMESTIC.issued_on,
    currency="INR",
    seller=SELLER,
    buyer=ASHA,
    lines=(
        DocumentLine(
            position=1,
            description="Premium plan",
            quantity=1,
            amount=666_67,
            tax_code="998314",
            period_start=date(2026, 5, 10),
            period_end_inclusive=date(2026, 5, 29),
            taxes=_halves(666_67, 60_00),
        ),
    ),
    taxes=_halves(666_67, 60_00),
    subtotal=666_67,
    tax=120_00,
    total=786_67,
    reason="Change of plan",
    to_invoice=0,
    to_balance=786_67,
    to_refund=0,
    outside=0,
    place_of_supply="29-Karnataka",
)

# All of the export, which bore no tax.
NOTE_ABROAD = replace(
    NOTE,
    number="CN/26-27/00002",
    invoice_number=EXPORT.number,
    currency="USD",
    buyer=EXPORT.buyer,
    lines=(
        DocumentLine(
            1, "Enterprise plan", 1, 2_500_00, tax_code="998314", taxes=EXPORT.lines[0].taxes
        ),
    ),
    taxes=EXPORT.taxes,
    subtotal=2_500_00,
    tax=0,
    total=2_500_00,
    reason="The service was not delivered",
    to_invoice=2_500_00,
    to_balance=0,
    place_of_supply=EXPORT.place_of_supply,
)

NOTE_SEZ = replace(
    NOTE_ABROAD,
    number="CN/26-27/00003",
    invoice_number=SEZ.number,
    currency="INR",
    buyer=SEZ.buyer,
    to_invoice=1_000_00,
    to_refund=1_500_00,
    place_of_supply=SEZ.place_of_supply,
    signatory=SEZ.signatory,
)

# 60 lines of 100.00: IGST 18.00 each, 1,080.00 in all.
NOTE_MANY_LINES = replace(
    NOTE,
    lines=tuple(replace(line, quantity=1, unit_amount=None) for line in MANY_LINES.lines),
    taxes=MANY_LINES.taxes,
    subtotal=6_000_00,
    tax=1_080_00,
    total=7_080_00,
    to_balance=7_080_00,
    place_of_supply=MANY_LINES.place_of_supply,
)
