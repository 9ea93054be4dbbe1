"""Rules that are checked before a file is given out: each is named where it is broken."""

from dataclasses import replace
from typing import Any

import pytest

from khata.core.document import BankDetails, DocumentTax
from khata.core.exports.en16931.accounts import iban_of
from khata.core.exports.en16931.categories import NoEuropeanVat
from khata.core.exports.en16931.electronic_addresses import as_given, of_vat_id
from khata.core.exports.en16931.file import european_file
from khata.core.exports.en16931.from_document import InvoiceIsVoid, european_invoice
from khata.core.exports.en16931.model import Category, EuropeanInvoice, Means
from khata.core.exports.en16931.profiles import Format
from khata.core.exports.en16931.rules import EuropeanRuleBroken, check
from tests.golden.en16931.cases import (
    AMERICAN,
    CONSUMER,
    FRENCH,
    FROM_INDIA,
    GERMAN,
    HOME,
    INDIAN,
    INDIAN_BANK,
    OFFICE,
    OUTSIDE,
    SEPA,
    TO_FRANCE,
    invoice,
    levy,
    line,
    sides,
)

PRO = invoice(line(1, 90_00, "19"))
RIGHT = european_invoice(PRO, sides())
ABROAD = european_invoice(invoice(line(1, 90_00)), sides(buyer=FRENCH, levy=TO_FRANCE))
OUT = european_invoice(invoice(line(1, 90_00)), sides(buyer=AMERICAN, levy=OUTSIDE))


def other(what: str, of: EuropeanInvoice = RIGHT, **changes: Any) -> EuropeanInvoice:
    """The invoice with one of its groups changed."""
    group: Any = getattr(of, what)
    is_many = isinstance(group, tuple)
    first: Any = replace(group[0] if is_many else group, **changes)
    changed: Any = {what: (first, *group[1:]) if is_many else first}
    return replace(of, **changed)


AT_25 = other("breakdown", other("lines", rate="25"), rate="25")
BROKEN: list[tuple[str, EuropeanInvoice, Format]] = [
    # EN 16931-1:2017, 6.4: what an invoice has
    ("BR-16", replace(RIGHT, lines=()), Format.CII),
    ("BR-25", other("lines", name=" "), Format.CII),
    ("BR-27", other("lines", price=-1), Format.CII),
    ("BR-61", other("payment", account=None), Format.CII),
    ("BR-CO-25", replace(RIGHT, due_on=None), Format.CII),
    ("BR-DEC-23", replace(RIGHT, currency="KWD"), Format.CII),
    # who they are
    ("BR-CO-09", other("seller", vat_id="999999"), Format.CII),
    ("BR-CO-26", other("seller", vat_id=None), Format.CII),
    ("BR-AE-02", other("buyer", ABROAD, vat_id=None), Format.CII),
    ("BR-O-02", other("buyer", OUT, vat_id="DE136695976"), Format.CII),
    # that it adds up
    ("BR-CO-10", other("totals", lines=90_01, without_vat=90_01), Format.CII),
    ("BR-CO-13", other("totals", without_vat=90_01), Format.CII),
    ("BR-CO-14", other("totals", vat=17_11), Format.CII),
    ("BR-CO-15", other("totals", with_vat=107_11), Format.CII),
    ("BR-CO-16", other("totals", payable=107_11), Format.CII),
    ("PEPPOL-EN16931-R120", other("lines", price=90_01), Format.CII),
    # categories
    ("BR-S-08", other("breakdown", taxable=90_01), Format.CII),
    ("BR-CO-17", AT_25, Format.CII),  # 25 % of 90.00 is 22.50, and not 17.10
    ("BR-AE-10", other("breakdown", ABROAD, reason=None, reason_code=None), Format.CII),
    # the network's: Peppol BIS Billing 3.0
    ("PEPPOL-EN16931-R003", replace(RIGHT, buyer_reference=None), Format.PEPPOL),
    ("PEPPOL-EN16931-R010", other("buyer", electronic_address=None), Format.PEPPOL),
    ("PEPPOL-EN16931-R020", other("seller", electronic_address=None), Format.PEPPOL),
    # XRechnung 3.0
    ("BR-DE-1", replace(RIGHT, payment=None), Format.XRECHNUNG),
    ("BR-DE-3", other("seller", city=None), Format.XRECHNUNG),
    ("BR-DE-4", other("seller", postal_code=None), Format.XRECHNUNG),
    ("BR-DE-6", other("seller", phone=None), Format.XRECHNUNG),
    ("BR-DE-7", other("seller", email=None), Format.XRECHNUNG),
    ("BR-DE-8", other("buyer", city=None), Format.XRECHNUNG),
    ("BR-DE-9", other("buyer", postal_code=None), Format.XRECHNUNG),
    ("BR-DE-15", replace(RIGHT, buyer_reference=None), Format.XRECHNUNG),
    ("PEPPOL-EN16931-R010", other("buyer", electronic_address=None), Format.XRECHNUNG),
]


@pytest.mark.parametrize(("rule", "broken", "format"), BROKEN)
def test_the_rule_that_is_broken_is_named(
    rule: str, broken: EuropeanInvoice, format: Format
) -> None:
    with pytest.raises(EuropeanRuleBroken) as refused:
        check(broken, format)
    assert f"[{rule}]" in refused.value.detail


@pytest.mark.parametrize("format", Format)
def test_what_is_right_passes(format: Format) -> None:
    check(RIGHT, format)


def test_no_vat_stands_beside_no_other_category() -> None:
    nameless = replace(
        RIGHT.seller, vat_id=None, tax_registration="1", identifier=OUT.seller.identifier
    )
    mixed = replace(
        OUT,
        seller=nameless,
        breakdown=(*OUT.breakdown, RIGHT.breakdown[0]),
        totals=replace(OUT.totals, vat=17_10, with_vat=107_10, payable=107_10),
    )
    with pytest.raises(EuropeanRuleBroken, match="BR-O-11"):
        check(mixed, Format.CII)


def test_taxes_that_are_not_vat_have_no_place() -> None:
    gst = (DocumentTax("CGST", "9", 90_00, 8_10), DocumentTax("SGST", "9", 90_00, 8_10))
    indian = invoice(replace(line(1, 90_00), taxes=gst))
    with pytest.raises(NoEuropeanVat, match="CGST, SGST"):
        european_file(indian, sides(INDIAN, INDIAN, None), Format.CII)
    sold = {"regime": "sales_tax", "country": "US", "treatment": "taxable"}
    with pytest.raises(NoEuropeanVat, match="US"):
        european_file(invoice(line(1, 90_00)), sides(GERMAN, AMERICAN, sold), Format.CII)


def test_a_zero_rated_export_of_india_is_told_by_its_vat_alone() -> None:
    # IGST Act s.16(3)(a): IGST at 18 % of nothing stands beside the buyer's reverse charge
    igst = (DocumentTax("IGST", "18", 90_00, 0),)
    document = invoice(replace(line(1, 90_00), taxes=igst), bank=INDIAN_BANK)
    told = european_invoice(document, sides(INDIAN, FRENCH, FROM_INDIA))
    assert [one.category for one in told.breakdown] == [Category.REVERSE_CHARGE]
    assert told.seller.tax_registration == INDIAN["tax_id"]  # BR-AE-02 asks for BT-31 or BT-32


def test_a_void_invoice_is_not_told() -> None:
    with pytest.raises(InvoiceIsVoid):
        european_file(replace(PRO, status="void"), sides(), Format.CII)


def test_the_shops_number_is_no_vat_id_of_a_state() -> None:
    told = european_invoice(PRO, sides(INDIAN, CONSUMER, levy(seller_id="EU372000041")))
    assert (told.seller.vat_id, told.seller.tax_registration) == (None, "EU372000041")


@pytest.mark.parametrize(
    ("vat_id", "scheme", "value"),
    [  # EAS code list; Denmark's CVR and Sweden's organisation number are no VAT schemes
        ("AT U12345678".replace(" ", ""), "9914", "ATU12345678"),
        ("BE0428759497", "9925", "BE0428759497"),
        ("DE136695976", "9930", "DE136695976"),
        ("DK13585628", "0184", "DK13585628"),
        ("EL094259216", "9933", "EL094259216"),
        ("FR40303265045", "9957", "FR40303265045"),
        ("GB980780684", "9932", "GB980780684"),
        ("IT00743110157", "0211", "IT00743110157"),
        ("NL004495445B01", "9944", "NL004495445B01"),
        ("SE556188840401", "0007", "5561888404"),
    ],
)
def test_a_vat_id_is_an_address(vat_id: str, scheme: str, value: str) -> None:
    found = of_vat_id(vat_id)
    assert found is not None
    assert (found.scheme, found.value) == (scheme, value)


@pytest.mark.parametrize("text", [None, "XI123456789", "EU372000041"])
def test_other_numbers_are_none(text: str | None) -> None:
    assert of_vat_id(text) is None


@pytest.mark.parametrize("text", [None, "", "0208", "0208:", "208:1", "0208:12 34"])
def test_an_address_that_is_given_has_a_scheme(text: str | None) -> None:
    assert as_given(text) is None


@pytest.mark.parametrize(
    ("bank", "currency", "means"),
    [
        (SEPA, "EUR", Means.SEPA_TRANSFER),
        (SEPA, "USD", Means.CREDIT_TRANSFER),
        (INDIAN_BANK, "EUR", Means.CREDIT_TRANSFER),
        (None, "EUR", Means.ONLINE),
    ],
)
def test_how_it_is_paid(bank: BankDetails | None, currency: str, means: Means) -> None:
    told = european_invoice(replace(PRO, bank=bank, currency=currency), sides(levy=HOME))
    assert told.payment is not None
    assert told.payment.means is means


@pytest.mark.parametrize(
    ("text", "iban"),
    [  # the examples of the IBAN registry, and one with a slip of the hand
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("gb29 nwbk 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("DE89 3704 0044 0532 0130 01", None),
        ("123456789012", None),
    ],
)
def test_an_iban_has_its_check_digits(text: str, iban: str | None) -> None:
    assert iban_of(text) == iban


def test_an_address_of_its_own_goes_before_the_vat_ids() -> None:
    buyer = {**OFFICE, "electronic_address": "0204:04011000-1234512345-06"}
    address = european_invoice(PRO, sides(buyer=buyer)).buyer.electronic_address
    assert address is not None
    assert address.scheme == "0204"
