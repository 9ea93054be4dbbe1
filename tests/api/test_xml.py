"""XML by EN 16931 at the API's door: a German seller, its formats, and refusals that name rules."""

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from lxml import etree

from khata.core.exports.en16931.profiles import Format
from tests.api.seller import Seller
from tests.api.test_vat import german, sold  # noqa: F401  the fixture
from tests.golden.en16931.official import found_wrong

OFFICE = {
    "name": "Bundesamt",
    "email": "rechnung@amt.example",
    "address": {
        "line1": "Wilhelmstraße 5", "city": "Berlin", "postal_code": "10117", "country": "DE"
    },
    "tax_ids": [{"type": "eu_vat", "value": "DE129273398"}],
    "metadata": {"buyer_reference": "04011000-1234512345-06"},
}  # fmt: skip
BANK = {"account_name": "Wolke", "account_number": "DE89370400440532013000", "bank": "Bank"}


@pytest.fixture
def invoice(german: Seller) -> dict[str, Any]:  # noqa: F811
    """4,000.00 euros to a German office: 19 % are 760.00."""
    asked = {
        "branding": {"bank": BANK, "phone": "+49 30 1234567"},
        "policies": {"e_invoice_format": "factur_x"},
    }
    assert german.patch("/v1/account", asked).is_success
    return sold(german, OFFICE)


@pytest.mark.parametrize("format", Format)
def test_an_invoice_is_right_in_every_format(
    german: Seller,  # noqa: F811
    invoice: dict[str, Any],
    format: Format,
) -> None:
    answer = german.get(f"/v1/invoices/{invoice['id']}/xml", format=format.value)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    name = invoice["number"].replace("/", "-")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.xml"'
    assert found_wrong(answer.content, format) == []
    tree = etree.fromstring(answer.content)
    total = "GrandTotalAmount" if format is Format.CII else "TaxInclusiveAmount"
    assert tree.findtext(f".//{{*}}{total}") == "4760.00"


def test_its_pdf_and_that_of_its_credit_note_carry_it(
    german: Seller,  # noqa: F811
    invoice: dict[str, Any],
) -> None:
    body = {"invoice": invoice["id"], "reason": "A mistake"}
    note = german.create("/v1/credit_notes", body)
    paths = (f"/v1/invoices/{invoice['id']}", f"/v1/credit_notes/{note['id']}")
    for path, code in zip(paths, ("380", "381"), strict=True):
        with pikepdf.open(BytesIO(german.get(f"{path}/pdf").content)) as opened:
            inside = opened.attachments["factur-x.xml"].get_file().read_bytes()
        assert found_wrong(inside, Format.CII) == []
        tree = etree.fromstring(inside)
        assert tree.findtext(".//{*}ExchangedDocument/{*}TypeCode") == code
        for format in (Format.UBL, Format.PEPPOL, Format.XRECHNUNG):
            xml = german.get(f"{path}/xml", format=format.value).content
            assert found_wrong(xml, format) == [], format


@pytest.mark.parametrize("format", Format)
def test_gst_has_no_place_in_any_format(seller: Seller, format: Format) -> None:
    answer = seller.get(f"/v1/invoices/{seller.id('invoices')}/xml", format=format.value)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_european_vat")


def test_a_rule_that_is_broken_is_named(german: Seller, invoice: dict[str, Any]) -> None:  # noqa: F811
    german.patch("/v1/account", {"branding": {"phone": None}})
    answer = german.get(f"/v1/invoices/{invoice['id']}/xml", format="xrechnung")
    assert (answer.status_code, answer.json()["code"]) == (422, "european_rule_broken")
    assert "[BR-DE-6]" in answer.json()["detail"]


def test_another_format_is_no_format(seller: Seller) -> None:
    answer = seller.get(f"/v1/invoices/{seller.id('invoices')}/xml", format="edifact")
    assert (answer.status_code, answer.json()["param"]) == (422, "format")


def test_what_is_not_there_is_not_found(seller: Seller) -> None:
    for path in ("/v1/invoices/inv_", "/v1/credit_notes/cn_"):
        answer = seller.get(f"{path}06f3k2x8c1a4t9w0m5n7p2q6rs/xml")
        assert answer.status_code == 404
