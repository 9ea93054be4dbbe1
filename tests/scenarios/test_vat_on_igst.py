"""An exporter without a letter of undertaking: VAT abroad is on the IGST that the customer pays.

By hand, after docs/decisions/0039: 18 % of 100.00 is 18.00, and 19 % of 118.00 is 22.42.
"""

from datetime import date
from uuid import UUID

import pytest

from khata.core.ids import new_id
from khata.core.tax.oss import OssLine, Quarter, oss_return
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.place_of_supply import WITH_TAX
from khata.db.reads.oss import oss_amounts
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.worked_out_vat import miscounted_vat
from tests.scenarios.world import World, eur, inr

ONE_STOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka with no letter, and a plan at 100 euros."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), eur("100.00")])
    shop.sells("All in", at=[inr("999.99"), eur("140.42")], tax_inside=True)
    shop.registers(vat_registrations=(ONE_STOP,))
    world.today_is("2025-06-01")
    return shop


def klaus(shop: Shop) -> Customer:
    return shop.customer("Klaus", state=None, country="DE", currency="EUR")


def credited(shop: Shop, invoice: Invoice, net: int | None) -> UUID:
    id, now = new_id(shop.world.now), shop.world.now
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    command = CreditInvoice(shop.tenant, id, now, invoice.id, "Down", [(line, net)])
    credit_invoice(command, db=shop.db)
    return id


def test_the_customer_of_an_exporter_without_a_letter_bears_vat_on_the_igst(shop: Shop) -> None:
    """IGST Act s.16(3)(b); Directive 2006/112/EC articles 73, 78(a)."""
    customer = klaus(shop)
    customer.subscribes_to("Pro")
    invoice = customer.latest_invoice
    assert invoice.taxes == [("IGST", "18", 18_00), ("VAT", "19", 22_42)]
    assert invoice.total == eur("140.42")
    assert invoice.endorsement == WITH_TAX
    assert ("invoice_issued", "receivable", "vat_payable", 22_42) in invoice.entries
    assert [row.taxable for row in invoice.document.taxes] == [100_00, 118_00]
    with shop.db.transaction(shop.tenant) as uow:
        [(registration,)] = shop.rows("select id from registrations where is_default")
        quarter = Quarter(2025, 2)
        amounts = oss_amounts(uow.connection, registration, quarter, "non_union_oss")
        assert miscounted_vat(uow) == []
    assert oss_return(quarter, amounts, {}).lines == (OssLine("DE", "19", 118_00, 22_42),)
    assert shop.books_balance()


def test_a_price_with_all_inside_is_what_the_customer_pays(shop: Shop) -> None:
    customer = klaus(shop)
    customer.subscribes_to("All in")
    invoice = customer.latest_invoice
    assert (invoice.subtotal, invoice.total) == (eur("100.00"), eur("140.42"))
    assert invoice.taxes == [("IGST", "18", 18_00), ("VAT", "19", 22_42)]


def test_a_note_takes_both_back_as_they_were_charged(shop: Shop) -> None:
    """Of half of it 18 % of 50.00 is 9.00, and 19 % of 59.00 is 11.21; the rest is left."""
    customer = klaus(shop)
    customer.subscribes_to("Pro")
    for note in (credited(shop, customer.latest_invoice, one) for one in (50_00, None)):
        rows = shop.rows(
            "select name, taxable, amount from credit_note_taxes where credit_note_id = %(id)s"
            " order by position",
            id=note,
        )
        assert rows == [("IGST", 50_00, 9_00), ("VAT", 59_00, 11_21)]
    with shop.db.transaction(shop.tenant) as uow:
        assert miscounted_vat(uow) == []
    assert shop.books_balance()
