"""The QR code on what consumers get tells the GST, where the seller has asked for it.

Notf. 14/2020-CT; Circulars 146/02/2021-GST and 156/12/2021-GST. What an invoice of 1,000.00 rupees
bears inside Karnataka is 90.00 twice; to Goa it is 180.00.
"""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from khata.core.document import InvoiceDocument
from khata.core.document_version import version_of
from khata.core.upi import upi_link
from khata.db.reads.documents import invoice_document
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

FIRM = "29AABCR1718E1ZL"


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2026-01-31")
    branded(shop, upi_vpa="chai@hdfcbank")
    return shop


def branded(shop: Shop, **branding: str | bool) -> None:
    shop.rows(
        "update tenants set branding = branding || %(new)s::jsonb returning 1",
        new=json.dumps(branding),
    )


def document(customer: Customer) -> InvoiceDocument:
    """The invoice as its PDF has it; of a live shop, for in test mode no code moves money."""
    shop = customer.shop
    with shop.db.transaction(shop.tenant) as uow:
        found = invoice_document(
            uow.connection, customer.latest_invoice.id, base_url="https://pay.example"
        )
    return replace(found, livemode=True)


def told(customer: Customer) -> dict[str, list[str]]:
    link = upi_link(document(customer))
    assert link is not None
    return parse_qs(urlsplit(link).query)


@pytest.mark.parametrize(
    ("state", "by_heads"),
    [("Karnataka", "GST:180.00|CGST:90.00|SGST:90.00"), ("Goa", "GST:180.00|IGST:180.00")],
)
def test_a_consumers_code_tells_the_gst(shop: Shop, state: str, by_heads: str) -> None:
    asha = shop.customer("Asha", state=state)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=15)
    plain, before = told(asha), version_of(document(asha))
    assert plain["am"] == ["1180.00"]
    assert "gstIn" not in plain
    branded(shop, upi_gst=True)
    [(gstin,)] = shop.rows("select tax_id from registrations where is_default")
    number = asha.latest_invoice.number
    assert told(asha) == plain | {
        "gstIn": [gstin],
        "invoiceNo": [number],
        "invoiceDate": ["2026-01-31T00:00:00+05:30"],
        "gstBrkUp": [by_heads],
    }
    assert version_of(document(asha)) != before  # a copy of its own: the older one stays


def test_a_firms_code_and_one_without_gst_tell_none(shop: Shop, world: World) -> None:
    branded(shop, upi_gst=True)
    firm = shop.customer("Firm", gstin=FIRM)
    firm.subscribes_to("Pro", pays_by="transfer", days_to_pay=15)
    assert "gstIn" not in told(firm)
    small = world.shop(registered=False)
    small.sells("Pro", at=inr("1,000.00"))
    branded(small, upi_vpa="small@bank", upi_gst=True)
    one = small.customer("One")
    one.subscribes_to("Pro", pays_by="transfer", days_to_pay=15)
    assert told(one)["am"] == ["1000.00"]
    assert "gstIn" not in told(one)
