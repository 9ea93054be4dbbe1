"""Stories of tax: who buys where, and every amount by hand. GST on 998314 is 18 %."""

import pytest

from khata.core.document import DocumentTax, WholePeriod
from khata.core.tax.luts import BadLut
from khata.core.tax.place_of_supply import UNDER_LUT, WITH_TAX, SezWithoutGstin, StateRequired
from khata.core.tax.rate_table import UnknownTaxCode
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr, usd


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka with a plan at 999.99 rupees, 99.99 dollars or 89.99 euros."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), usd("99.99"), eur("89.99")])
    return shop


def parts(invoice: Invoice) -> tuple[int, list[tuple[str, str, int]], int]:
    """What the lines, the tax rows and the whole come to; the parts always add up."""
    assert sum(amount for _, amount in invoice.lines) == invoice.subtotal.amount
    assert sum(amount for _, _, amount in invoice.taxes) == invoice.tax.amount
    assert invoice.subtotal + invoice.tax + invoice.round_off == invoice.total
    return invoice.subtotal.amount, invoice.taxes, invoice.total.amount


def test_a_business_in_the_same_state(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha Traders", gstin="29AABCR1718E1ZL")
    world.today_is("2025-06-01")
    asha.subscribes_to("Pro")
    invoice = asha.latest_invoice
    # 9 % of 999.99 is 89.9991
    assert parts(invoice) == (99999, [("CGST", "9", 9000), ("SGST", "9", 9000)], 117999)
    assert (invoice.kind, invoice.treatment, invoice.place) == ("intra", "taxable", "29")
    assert [(kind, debit, credit, amount) for kind, debit, credit, amount in invoice.entries] == [
        ("invoice_issued", "receivable", "deferred_revenue", 99999),
        ("invoice_issued", "receivable", "cgst_payable", 9000),
        ("invoice_issued", "receivable", "sgst_payable", 9000),
    ]
    assert shop.balance("cgst_payable") == inr("-90.00")


def test_a_business_in_another_state(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi Mills", state="Maharashtra", gstin="27AAPFU0939F1ZV")
    world.today_is("2025-06-01")
    ravi.subscribes_to("Pro")
    # 18 % of 999.99 is 179.9982
    assert parts(ravi.latest_invoice) == (99999, [("IGST", "18", 18000)], 117999)
    assert (ravi.latest_invoice.kind, ravi.latest_invoice.place) == ("inter", "27")


def test_a_consumer_in_another_state(world: World, shop: Shop) -> None:
    meena = shop.customer("Meena", state="Tamil Nadu")
    world.today_is("2025-06-01")
    meena.subscribes_to("Pro")
    assert parts(meena.latest_invoice) == (99999, [("IGST", "18", 18000)], 117999)
    assert (meena.latest_invoice.kind, meena.latest_invoice.place) == ("inter", "33")


def test_a_union_territory_has_utgst_at_home_and_igst_from_elsewhere(
    world: World, shop: Shop
) -> None:
    home = world.shop("Rock Garden", state="Chandigarh")
    home.sells("Pro", at=inr("999.99"))
    near = home.customer("Simran", state="Chandigarh")
    far = shop.customer("Tenzin", state="Ladakh")
    world.today_is("2025-06-01")
    near.subscribes_to("Pro")
    far.subscribes_to("Pro")
    assert parts(near.latest_invoice) == (
        99999,
        [("CGST", "9", 9000), ("UTGST", "9", 9000)],
        117999,
    )
    assert home.balance("utgst_payable") == inr("-90.00")
    assert parts(far.latest_invoice) == (99999, [("IGST", "18", 18000)], 117999)


def test_an_sez_unit_with_and_without_a_letter_of_undertaking(world: World, shop: Shop) -> None:
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    unit = shop.customer("Zone Works", gstin="29AABCR1718E1ZL", sez=True)
    world.today_is("2026-03-15")
    unit.subscribes_to("Pro")
    under_lut = unit.latest_invoice
    assert parts(under_lut) == (99999, [("IGST", "18", 0)], 99999)
    assert (under_lut.kind, under_lut.treatment) == ("sez", "zero_rated_lut")
    assert under_lut.endorsement == UNDER_LUT
    assert under_lut.document.lut == "AD290425001234X"

    world.wait_until("2026-04-15")  # the letter ended with the financial year
    with_tax = unit.latest_invoice
    assert parts(with_tax) == (99999, [("IGST", "18", 18000)], 117999)
    assert (with_tax.kind, with_tax.treatment) == ("sez", "zero_rated_with_igst")
    assert with_tax.endorsement == WITH_TAX


def test_a_letter_that_is_renewed_early_leaves_the_old_one_in_force(
    world: World, shop: Shop
) -> None:
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    acme = shop.customer("Acme", state=None, country="US", currency="USD")
    world.today_is("2026-03-20")
    shop.has_lut("AD290326005678Y", begins="2026-04-01", ends="2027-03-31")
    acme.subscribes_to("Pro")
    assert parts(acme.latest_invoice) == (9999, [("IGST", "18", 0)], 9999)
    world.wait_until("2026-04-20")
    assert parts(acme.latest_invoice) == (9999, [("IGST", "18", 0)], 9999)
    assert [invoice.document.lut for invoice in acme.invoices] == [
        "AD290425001234X",
        "AD290326005678Y",
    ]
    shop.has_lut("AD290326009999Z", begins="2026-04-01", ends="2027-03-31")  # a digit was wrong
    assert acme.latest_invoice.document.lut == "AD290326005678Y"  # what was issued stays


def test_a_number_of_another_type_is_no_registration(world: World) -> None:
    shop = world.shop("Corner Shop", registered=False)
    shop.sells("Pro", at=inr("999.99"))
    shop.rows(
        "update registrations set tax_id_type = 'other', tax_id = 'UDYAM-KR-03-0001234'"
        " where is_default returning 1"
    )
    shop.registers(legal_name="Corner Shop")  # and documents show it from now on
    asha = shop.customer("Asha")
    world.today_is("2025-06-01")
    asha.subscribes_to("Pro")
    assert parts(asha.latest_invoice) == (99999, [], 99999)
    assert asha.latest_invoice.document.title == "Invoice"
    with pytest.raises(BadLut):
        shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")


def test_a_code_without_a_rate_is_refused_under_a_letter_too(world: World, shop: Shop) -> None:
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    shop.sells("Odd", at=usd("9.99"))
    shop.rows("update products set tax_code = '999999' where name = 'Odd' returning 1")
    acme = shop.customer("Acme", state=None, country="US", currency="USD")
    world.today_is("2025-06-01")
    with pytest.raises(UnknownTaxCode):
        acme.subscribes_to("Odd")


def test_an_export_in_dollars_under_lut(world: World, shop: Shop) -> None:
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    acme = shop.customer("Acme", state=None, country="US", currency="USD", zone="America/New_York")
    world.today_is("2025-06-01")
    acme.subscribes_to("Pro")
    invoice = acme.latest_invoice
    assert invoice.total == usd("99.99")
    assert parts(invoice) == (9999, [("IGST", "18", 0)], 9999)
    assert (invoice.kind, invoice.place) == ("export", "96")
    assert invoice.document.place_of_supply == "96-Other Countries"
    assert invoice.document.taxes == (DocumentTax("IGST", "18", 9999, 0),)
    assert invoice.endorsement == UNDER_LUT
    assert shop.balance("deferred_revenue", "USD") == usd("-99.99")
    assert shop.balance("gateway_fees", "USD") == usd("2.00")  # 2 % is 1.9998
    assert shop.balance("deferred_revenue") == inr("0.00")
    assert shop.books_balance()


def test_an_export_without_lut_bears_igst(world: World, shop: Shop) -> None:
    klaus = shop.customer("Klaus", state=None, country="DE", currency="EUR")
    world.today_is("2025-06-01")
    klaus.subscribes_to("Pro")
    invoice = klaus.latest_invoice
    # 18 % of 89.99 is 16.1982
    assert parts(invoice) == (8999, [("IGST", "18", 1620)], 10619)
    assert (invoice.kind, invoice.treatment) == ("export", "zero_rated_with_igst")
    assert invoice.endorsement == WITH_TAX


def test_an_unregistered_seller_charges_no_tax(world: World) -> None:
    shop = world.shop("Corner Shop", registered=False)
    shop.sells("Pro", at=inr("999.99"))
    asha = shop.customer("Asha", state=None)
    world.today_is("2025-06-01")
    asha.subscribes_to("Pro")
    assert parts(asha.latest_invoice) == (99999, [], 99999)
    assert asha.latest_invoice.kind == "out_of_scope"
    assert asha.latest_invoice.document.title == "Invoice"


def test_a_price_with_the_tax_inside(world: World, shop: Shop) -> None:
    shop.sells("All in", at=inr("999.99"), tax_inside=True)
    near, far = shop.customer("Asha"), shop.customer("Meena", state="Tamil Nadu")
    world.today_is("2025-06-01")
    near.subscribes_to("All in")
    far.subscribes_to("All in")
    # 999.99 / 1.18 = 847.449; what is left of the price is the tax: 152.54
    assert parts(far.latest_invoice) == (84745, [("IGST", "18", 15254)], 99999)
    # 9 % of 847.45 is 76.2705, twice 76.27; 847.45 + 152.54 = 999.99
    assert parts(near.latest_invoice) == (84745, [("CGST", "9", 7627), ("SGST", "9", 7627)], 99999)


def test_a_paisa_that_two_halves_cannot_share_is_rounded_off(world: World, shop: Shop) -> None:
    shop.sells("Tiny", at=inr("99.99"), tax_inside=True)
    asha = shop.customer("Asha")
    world.today_is("2025-06-01")
    asha.subscribes_to("Tiny")
    invoice = asha.latest_invoice
    # 99.99 / 1.18 = 84.7373; 9 % of 84.74 is 7.6266, twice 7.63; that is 100.00: a paisa off
    assert parts(invoice) == (8474, [("CGST", "9", 763), ("SGST", "9", 763)], 9999)
    assert invoice.round_off == inr("-0.01")
    assert ("invoice_issued", "round_off", "receivable", 1) in invoice.entries
    assert shop.balance("receivable") == inr("0.00")


def test_a_total_in_whole_rupees_by_policy(world: World) -> None:
    shop = world.shop(round_off="rupee")
    shop.sells("Pro", at=[inr("999.58"), usd("99.99")])
    asha = shop.customer("Asha")
    acme = shop.customer("Acme", state=None, country="US", currency="USD")
    world.today_is("2025-06-01")
    asha.subscribes_to("Pro")
    acme.subscribes_to("Pro")
    # 9 % of 999.58 is 89.9622 → 89.96, twice: 1,179.50, and fifty paise go up
    invoice = asha.latest_invoice
    assert parts(invoice) == (99958, [("CGST", "9", 8996), ("SGST", "9", 8996)], 118000)
    assert invoice.round_off == inr("0.50")
    assert shop.balance("round_off") == inr("-0.50")
    assert acme.latest_invoice.total == usd("117.99")  # 99.99 + 18.00; dollars are not rounded
    assert shop.books_balance()


def test_seats_are_multiplied_before_they_are_taxed(world: World, shop: Shop) -> None:
    shop.sells("Base", at=inr("500.00"))
    shop.sells("Seat", at=inr("33.33"), by_the_seat=True)
    asha = shop.customer("Asha")
    world.today_is("2025-06-01")
    asha.subscribes_to("Base", "Seat", seats=[1, 7])
    invoice = asha.latest_invoice
    assert invoice.lines == [("Base", 50000), ("Seat", 23331)]  # 7 × 33.33
    # 9 % of 500.00 is 45.00; 9 % of 233.31 is 20.9979
    assert invoice.taxes == [
        ("CGST", "9", 4500),
        ("SGST", "9", 4500),
        ("CGST", "9", 2100),
        ("SGST", "9", 2100),
    ]
    assert invoice.total == inr("865.31")  # 733.31 + 132.00
    assert [(tax.name, tax.taxable, tax.amount) for tax in invoice.document.taxes] == [
        ("CGST", 73331, 6600),
        ("SGST", 73331, 6600),
    ]


def test_a_line_prints_a_quantity_and_a_price_that_make_its_amount(
    world: World, shop: Shop
) -> None:
    shop.sells("Seat", at=inr("500.00"), by_the_seat=True)
    asha = shop.customer("Asha")
    world.today_is("2025-06-21")
    asha.subscribes_to("Pro", "Seat", seats=[5, 3], anchor="2025-07-01")
    # 10 of 30 days: a third of 999.99 and of 3 × 500.00
    flat, seats = asha.latest_invoice.document.lines
    assert (flat.quantity, flat.unit_amount, flat.amount) == (1, 33333, 33333)
    assert flat.part_of == WholePeriod(10, 30, 1, 99999)
    assert (seats.quantity, seats.unit_amount, seats.amount) == (1, 50000, 50000)
    assert seats.part_of == WholePeriod(10, 30, 3, 50000)
    world.wait_until("2025-07-01")
    flat, seats = asha.latest_invoice.document.lines
    assert (flat.quantity, flat.unit_amount, flat.amount) == (1, 99999, 99999)
    assert (seats.quantity, seats.unit_amount, seats.amount) == (3, 50000, 150000)
    assert flat.part_of is seats.part_of is None


def test_a_consumer_without_a_state_is_refused_and_nothing_is_kept(
    world: World, shop: Shop
) -> None:
    nowhere = shop.customer("Nowhere", state=None)
    world.today_is("2025-06-01")
    with pytest.raises(StateRequired) as refused:
        nowhere.subscribes_to("Pro")
    assert refused.value.param == "address.state"
    with pytest.raises(StateRequired):
        nowhere.subscribes_to("Pro", starts="2025-07-01")
    assert shop.invoices == []
    assert shop.rows("select * from subscriptions") == []


def test_an_sez_mark_without_a_gstin_is_refused(shop: Shop) -> None:
    with pytest.raises(SezWithoutGstin):
        shop.customer("Zone Works", sez=True)
