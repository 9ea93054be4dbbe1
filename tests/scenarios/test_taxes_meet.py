"""Stories where taxes meet what else bills: changes, coupons, payers, numbers and exemptions.

Amounts by hand; an Indian shop under an LUT, with the One Stop Shop for those outside the Union.
However each story went, every amount is worked out again from what is stored.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from khata.core.credit_note import NothingToCredit, Settle
from khata.core.customer import TaxId, TaxIdType
from khata.core.ids import new_id
from khata.core.tax.exemptions import Exemption, ExemptionKind
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from khata.usecases.taxes.add_exemption import AddExemption, add_exemption
from tests.scenarios.customer import Customer
from tests.scenarios.funds import offers
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr

SHOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
GERMAN_ID = "DE136695976"


@pytest.fixture(params=["none", "rupee"])
def shop(world: World, request: pytest.FixtureRequest) -> Shop:
    """One that rounds to the rupee leaves what is billed in euros as it is."""
    shop = world.shop(state="Karnataka", round_off=request.param)
    for name, price in (("Small", "10.05"), ("Mid", "33.33"), ("Pro", "89.99")):
        shop.sells(name, at=[inr("1000.00"), eur(price)])
        shop.sells(f"{name} in", at=[inr("1000.00"), eur(price)], tax_inside=True)
    shop.has_lut("AD29", begins="2025-04-01", ends="2027-03-31")
    shop.registers(vat_registrations=(SHOP,))
    world.today_is("2025-06-01")
    return shop


def abroad(shop: Shop, name: str = "Klaus", country: str = "DE") -> Customer:
    return shop.customer(name, state=None, country=country, currency="EUR")


def credited(
    shop: Shop, invoice: Invoice, lines: Sequence[tuple[UUID, int | None]] | None = None
) -> None:
    now = shop.world.now
    note = CreditInvoice(
        shop.tenant, new_id(now), now, invoice.id, "A mistake", lines, Settle.CREDIT_BALANCE
    )
    credit_invoice(note, db=shop.db)


@pytest.mark.parametrize("inside", ["", " in"])
@pytest.mark.parametrize("coupons", [[], ["CUT"]])
def test_changes_are_foreseen_and_taken_back_to_the_cent(
    world: World, shop: Shop, inside: str, coupons: list[str]
) -> None:
    """EN 16931 BR-CO-17 on each document; after its notes nothing of an invoice is left."""
    offers(shop, "CUT", percent="33", lasts="forever")
    klaus = abroad(shop)
    subscription = klaus.subscribes_to(f"Small{inside}", f"Mid{inside}", coupons=coupons)
    world.wait_until("2025-06-12")
    planned = subscription.would_change_to(f"Pro{inside}", f"Mid{inside}")
    subscription.changes_to(f"Pro{inside}", f"Mid{inside}")
    assert planned.decided.invoice is not None
    assert planned.decided.invoice.total == klaus.latest_invoice.total.amount
    world.wait_until("2025-06-20")
    subscription.changes_to(f"Small{inside}")
    command = PreviewInvoice(shop.tenant, subscription.id, world.now)
    foreseen = preview_invoice(command, db=shop.db)
    world.wait_until("2025-07-01")
    assert foreseen.total == klaus.latest_invoice.total.amount
    for invoice in klaus.invoices:
        try:
            credited(shop, invoice)
        except NothingToCredit:
            continue
    left = shop.rows(
        "select i.total - coalesce((select sum(total) from credit_notes n"
        "   where n.invoice_id = i.id), 0)::bigint,"
        " i.tax - coalesce((select sum(tax) from credit_notes n"
        "   where n.invoice_id = i.id), 0)::bigint from invoices i"
    )
    assert len(left) >= 3
    assert set(left) == {(0, 0)}


def test_many_small_notes_come_to_the_tax_of_the_invoice(world: World, shop: Shop) -> None:
    """19 % of 133.37 is 25.3403: all notes together take back 25.34, not a cent more."""
    klaus = abroad(shop)
    klaus.subscribes_to("Small", "Mid", "Pro")
    invoice = klaus.latest_invoice
    lines = [
        id
        for (id,) in shop.rows(
            "select id from invoice_lines where invoice_id = %(id)s order by position",
            id=invoice.id,
        )
    ]
    for part in (7, 11, 13, 1):
        credited(shop, invoice, [(line, part) for line in lines])
    credited(shop, invoice, [(lines[0], None), (lines[1], 5)])
    credited(shop, invoice)
    [notes] = shop.rows("select sum(tax)::bigint, sum(total)::bigint from credit_notes")
    assert notes == (2534, 13337 + 2534)


def test_who_pays_decides_the_country_and_a_note_keeps_it(world: World, shop: Shop) -> None:
    """33.33 × 21/30 = 23.33 with 19 % of it, 4.43; 89.99 × 21/30 = 62.99 with 20 %, 12.60."""
    klaus, marie = abroad(shop), abroad(shop, "Marie", "FR")
    marie.is_paid_for_by(klaus)
    subscription = marie.subscribes_to("Mid")
    world.wait_until("2025-06-10")
    marie.is_paid_for_by(None)
    subscription.changes_to("Pro")
    billed = shop.rows("select levy->>'country', tax from invoices order by number")
    assert billed == [("DE", 633), ("FR", 1260)]
    assert subscription.credit_notes == [("CN/25-26/00001", 2333, 2776)]


def test_a_number_told_later_leaves_the_note_the_tax_of_its_invoice(
    world: World, shop: Shop
) -> None:
    """The note gives back 19 % of 23.33, as billed; the charge is the buyer's to tax (art. 196)."""
    klaus = abroad(shop)
    subscription = klaus.subscribes_to("Mid")
    ids = [TaxId(TaxIdType.EU_VAT, GERMAN_ID)]
    change_customer(ChangeCustomer(shop.tenant, klaus.id, world.now, {"tax_ids": ids}), db=shop.db)
    world.wait_until("2025-06-10")
    subscription.changes_to("Pro")
    assert shop.rows("select subtotal, tax from credit_notes") == [(2333, 443)]
    billed = shop.rows("select levy->>'treatment', tax from invoices order by number")
    assert billed == [("taxable", 633), ("reverse_charge", 0)]


def test_an_exemption_that_ends_in_a_period_frees_only_what_was_billed_before(
    world: World, shop: Shop
) -> None:
    """CGST Act s.11. A second plan of 1,000.00 for 11 of 30 days is 366.67: 33.00 and 33.00."""
    asha = shop.customer("Asha")
    exemption = Exemption(
        new_id(world.now), "IN", None, ExemptionKind.NOTIFICATION, "12/2017-CTR serial 5",
        date(2025, 6, 1), date(2025, 6, 15),
    )  # fmt: skip
    add_exemption(AddExemption(shop.tenant, asha.id, world.now, exemption), db=shop.db)
    subscription = asha.subscribes_to("Mid")
    world.wait_until("2025-06-20")
    subscription.changes_to("Mid", "Pro")
    world.wait_until("2025-07-01")
    assert [(one.number, one.tax) for one in shop.invoices] == [
        ("BS/25-26/00001", inr("0.00")),
        ("INV/25-26/00001", inr("66.00")),
        ("INV/25-26/00002", inr("360.00")),
    ]
