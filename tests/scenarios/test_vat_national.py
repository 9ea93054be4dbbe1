"""Stories of article 230: VAT is told in the currency of its state, whatever is billed in.

By hand: 19 % of 10,000.00 rupees is 1,900.00; at 98.4512 rupees that is 19.29890 euros, 19.30.
19 % of 100.00 dollars is 19.00; a euro is 98.4512 / 84.125 = 1.17029658 dollars: 16.23520, 16.24.
"""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from pypdf import PdfReader

from khata.core.exports.en16931.profiles import Format
from khata.core.ids import new_id
from khata.core.tax.national_vat import VatExchangeRateMissing
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.note_documents import note_document
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_xml import GiveOutXml, give_out_xml
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from tests.golden.en16931.official import found_wrong
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr, usd

BERLIN = VatRegistration("DE", "DE136695976", VatScheme.LOCAL, date(2020, 1, 1))
ONE_STOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
ECB = "European Central Bank"


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka that is registered in Germany, with a plan in three currencies."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("10,000.00"), usd("100.00"), eur("90.00")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(vat_registrations=(BERLIN,))
    world.today_is("2025-06-01")
    return shop


def publishes(shop: Shop, currency: str, rupees: str, day: str, source: str = ECB) -> None:
    now = shop.world.now
    rate = ExchangeRate(currency, date.fromisoformat(day), Decimal(rupees), source)
    add_exchange_rate(AddExchangeRate(shop.tenant, new_id(now), now, rate), db=shop.db)


def klaus(shop: Shop, currency: str = "INR") -> Customer:
    return shop.customer("Klaus", state=None, country="DE", currency=currency)


def national(invoice: Invoice) -> dict[str, Any] | None:
    [(levy,)] = invoice.shop.rows("select levy from invoices where id = %(id)s", id=invoice.id)
    told: dict[str, Any] | None = levy.get("national")
    return told


def credited(shop: Shop, invoice: Invoice, net: int | None) -> UUID:
    id, now = new_id(shop.world.now), shop.world.now
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    credit_invoice(
        CreditInvoice(shop.tenant, id, now, invoice.id, "Down", [(line, net)]), db=shop.db
    )
    return id


def test_an_invoice_in_rupees_tells_its_german_vat_in_euros(shop: Shop) -> None:
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    customer = klaus(shop)
    customer.subscribes_to("Pro")
    invoice = customer.latest_invoice
    assert invoice.taxes == [("IGST", "18", 0), ("VAT", "19", 1_900_00)]
    kept = {"currency": "EUR", "tax": 19_30, "of": "INR", "rate": "98.4512", "on": "2025-05-30"}
    assert national(invoice) == kept | {"source": ECB}
    said = f"VAT in EUR: €19.30 (1 EUR = 98.4512 INR, 2025-05-30, {ECB})"
    assert invoice.document.levy_words == ("Seller's VAT id DE136695976", said)
    command = GiveOutDocument(shop.tenant, invoice.id, shop.world.now)
    pdf = give_out_document(command, tools=shop.world.engine.tools).content
    assert pdf is not None
    assert said in " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


@pytest.mark.parametrize("format", [Format.CII, Format.UBL])
def test_its_xml_tells_both(shop: Shop, format: Format) -> None:
    """EN 16931: BT-5 and BT-110, BT-6 and BT-111."""
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    publishes(shop, "USD", "84.1250", "2025-05-30")
    customer = klaus(shop, "USD")
    customer.subscribes_to("Pro")
    invoice = customer.latest_invoice
    assert (national(invoice) or {})["tax"] == 16_24
    note = credited(shop, invoice, None)
    for id, is_note in ((invoice.id, False), (note, True)):
        command = GiveOutXml(shop.tenant, id, format, is_note)
        xml = give_out_xml(command, tools=shop.world.engine.tools).content
        assert found_wrong(xml, format) == []
        told = {
            (etree.QName(one).localname, one.text) for one in etree.fromstring(xml).iter("{*}*")
        }
        assert {"USD", "EUR", "19.00", "16.24"} <= {text for _, text in told}
        assert ("TaxCurrencyCode", "EUR") in told


def test_notes_come_to_what_their_invoice_told(shop: Shop) -> None:
    """A quarter's VAT, 475.00, is 4.82472 euros, two quarters' 9.64945, and of all 19.30."""
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    customer = klaus(shop)
    customer.subscribes_to("Pro")
    invoice = customer.latest_invoice
    said = []
    for net in (2_500_00, 2_500_00, None):
        note = credited(shop, invoice, net)
        with shop.db.transaction(shop.tenant) as uow:
            said.append(note_document(uow.connection, note)[1].levy_words[-1].split(" (")[0])
    # 4.82, 9.65 − 4.82, 19.30 − 9.65
    assert said == ["VAT in EUR: €4.82", "VAT in EUR: €4.83", "VAT in EUR: €9.65"]


def test_without_a_rate_nothing_is_issued_and_the_reason_is_named(world: World, shop: Shop) -> None:
    customer = klaus(shop, "USD")
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    with pytest.raises(VatExchangeRateMissing, match="add those of EUR and USD"):
        customer.subscribes_to("Pro")
    publishes(shop, "USD", "84.1250", "2025-05-30", source="Reserve Bank of India")
    with pytest.raises(VatExchangeRateMissing, match="one source"):
        customer.subscribes_to("Pro")
    assert customer.invoices == []
    publishes(shop, "USD", "84.00", "2025-05-29")
    publishes(shop, "EUR", "98.00", "2025-05-29")
    customer.subscribes_to("Pro")
    assert national(customer.latest_invoice) == {
        "currency": "EUR",
        "tax": 16_29,  # 98 / 84 is 1.16666667; 19.00 by that is 16.28571
        "of": "USD",
        "rate": "1.16666667",
        "on": "2025-05-29",
        "source": ECB,
    }


def test_a_renewal_waits_for_its_rate(world: World, shop: Shop) -> None:
    publishes(shop, "EUR", "98.4512", "2025-05-30")
    customer = klaus(shop)
    subscribed = customer.subscribes_to("Pro")
    command = ForeseeCalendar(shop.tenant, world.now, subscription_id=subscribed.id)
    later = foresee_calendar(command, db=shop.db)
    # foreseen before there are rates; with IGST once the letter has ended: 10,000 × 1.18 × 1.19
    assert {entry.amount for entry in later if entry.amount} == {11_900_00, 14_042_00}
    world.wait_until("2025-07-02")
    assert len(customer.invoices) == 1
    [(code, reason)] = shop.parked
    assert code == "vat_exchange_rate_missing"
    assert "Directive 2006/112/EC art. 230" in reason
    publishes(shop, "EUR", "100.00", "2025-07-01")
    shop.releases()
    world.wait_until("2025-07-03")
    assert sorted((national(one) or {})["tax"] for one in customer.invoices) == [19_00, 19_30]


def test_the_states_own_currency_and_the_one_stop_shop_need_none(shop: Shop) -> None:
    """Articles 219a(2)(b), 369h: the shop's return converts by the quarter's last day."""
    customer = klaus(shop, "EUR")
    customer.subscribes_to("Pro")
    shop.registers(vat_registrations=(ONE_STOP,))
    other = klaus(shop, "USD")
    other.subscribes_to("Pro")
    for one in (customer, other):
        assert one.latest_invoice.taxes[-1][:2] == ("VAT", "19")
        assert national(one.latest_invoice) is None
        assert len(one.latest_invoice.document.levy_words) == 1
