"""Stories of VAT: an Indian shop sells abroad. Amounts by hand, rules with their articles."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.tax_ids import RegisterDesk
from khata.adapters.tax_ids.pretend import PretendRegister
from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.tax.location import EvidenceType
from khata.core.tax.oss import EuroRateMissing, OssLine, Quarter, oss_return
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.place_of_supply import UNDER_LUT
from khata.core.tax.vat import VatRegistrationMissing
from khata.core.tax.vat_ids import InvalidVatId
from khata.db.reads.note_documents import note_document
from khata.db.reads.oss import oss_amounts
from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.selling.record_evidence import RecordEvidence, record_evidence
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr, usd

SHOP = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
GERMAN_ID, LUXEMBOURG_ID, IRISH_ID = "DE136695976", "LU15027442", "IE6433435F"


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka under an LUT, with a plan at 89.99 euros, and the non-Union shop."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), usd("99.99"), eur("89.99")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(vat_registrations=(SHOP,))
    return shop


def levy(invoice: Invoice) -> dict[str, Any]:
    [(kept,)] = invoice.shop.rows("select levy from invoices where id = %(id)s", id=invoice.id)
    found: dict[str, Any] = kept
    return found


def abroad(shop: Shop, name: str = "Klaus", country: str = "DE", **known: Any) -> Customer:
    return shop.customer(name, state=None, country=country, currency="EUR", **known)


def credited(shop: Shop, invoice: Invoice) -> UUID:
    id = new_id(shop.world.now)
    command = CreditInvoice(
        shop.tenant, id, shop.world.now, invoice.id, "A mistake", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(command, db=shop.db)
    return id


def test_an_export_to_a_consumer_is_zero_rated_at_home_and_taxed_abroad(
    world: World, shop: Shop
) -> None:
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    klaus.subscribes_to("Pro")
    invoice = klaus.latest_invoice
    # IGST Act s.16(3)(a); Directive art. 58: 19 % of 89.99 is 17.0981
    assert invoice.taxes == [("IGST", "18", 0), ("VAT", "19", 1710)]
    assert invoice.total == eur("107.09")
    assert (invoice.kind, invoice.treatment) == ("export", "zero_rated_lut")
    assert ("invoice_issued", "receivable", "vat_payable", 1710) in invoice.entries
    kept = levy(invoice)
    assert (kept["country"], kept["treatment"]) == ("DE", "taxable")
    assert (kept["scheme"], kept["seller_id"]) == ("non_union_oss", "EU372000041")
    document = invoice.document
    assert document.endorsement == UNDER_LUT
    assert document.levy_words == ("Seller's VAT id EU372000041",)  # art. 226(3)


def test_a_business_whose_number_its_register_confirms_owes_the_tax_itself(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-06-01")
    firm = abroad(shop, "Firma", vat_id=GERMAN_ID)
    world.wait_until("2025-06-02")  # the register is asked
    firm.subscribes_to("Pro")
    invoice = firm.latest_invoice
    assert invoice.taxes == [("IGST", "18", 0)]
    assert invoice.total == eur("89.99")
    assert levy(invoice)["treatment"] == "reverse_charge"
    first, numbers = invoice.document.levy_words
    # art. 226(11a), 226(4)
    assert first.startswith("Reverse charge · Steuerschuldnerschaft des Leistungsempfängers")
    assert f"Customer's VAT id {GERMAN_ID}" in numbers


@pytest.mark.parametrize(
    ("country", "vat_id", "outcome", "tax"),
    [("LU", LUXEMBOURG_ID, "invalid", 1530), ("IE", IRISH_ID, "unavailable", 2070)],
)
def test_a_number_that_is_not_confirmed_makes_nobody_a_business(
    world: World, shop: Shop, country: str, vat_id: str, outcome: str, tax: int
) -> None:
    """17 % of 89.99 is 15.2983; 23 % of it 20.6977. Regulation 282/2011 art. 18(2)."""
    world.today_is("2025-06-01")
    firm = abroad(shop, "Firma", country, vat_id=vat_id)
    world.wait_until("2025-06-02")
    firm.subscribes_to("Pro")
    assert firm.latest_invoice.taxes[-1][2] == tax
    answers = shop.rows("select distinct outcome, value from tax_id_checks")
    assert answers == [(outcome, vat_id)]


class Registers:
    """A register whose answer a story changes."""

    name = "pretend"
    answer: bool | None = True

    def of(self, type: str, *, livemode: bool) -> "Registers":
        return self

    def check(self, vat_id: str, *, requester: str | None) -> RegisterAnswer:
        if self.answer is None:
            raise RegisterAway("MS_UNAVAILABLE")
        return RegisterAnswer(self.answer, "WAPIAAAA", "Firma GmbH", "Berlin")


def test_a_number_that_ends_bears_tax_from_the_next_invoice_and_rewrites_nothing(
    world: World,
) -> None:
    register = Registers()
    world.engine = replace(world.engine, registers=register)
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), eur("89.99")])
    shop.registers(vat_registrations=(SHOP,))
    world.today_is("2025-06-01")
    firm = abroad(shop, "Firma", vat_id=GERMAN_ID)
    world.wait_until("2025-06-02")
    firm.subscribes_to("Pro")
    register.answer = None  # asked again monthly; silence says nothing
    world.wait_until("2025-07-02")
    register.answer = False
    world.wait_until("2025-08-02")
    treated = [levy(one)["treatment"] for one in firm.invoices]
    assert sorted(treated) == ["reverse_charge", "reverse_charge", "taxable"]
    kept = shop.rows(
        "select outcome, consultation_number, name from tax_id_checks"
        " where outcome <> 'unavailable' order by checked_at limit 2"
    )
    assert kept == [("valid", "WAPIAAAA", "Firma GmbH"), ("invalid", "WAPIAAAA", "Firma GmbH")]


def test_silence_lets_a_confirmation_hold_for_its_days_only(world: World) -> None:
    register = Registers()
    world.engine = replace(world.engine, registers=register)
    shop = world.shop(state="Karnataka", vat_check_days=40)
    shop.sells("Pro", at=[inr("999.99"), eur("89.99")])
    shop.registers(vat_registrations=(SHOP,))
    world.today_is("2025-06-01")
    firm = abroad(shop, "Firma", vat_id=GERMAN_ID)
    world.wait_until("2025-06-02")
    firm.subscribes_to("Pro")
    register.answer = None
    world.wait_until("2025-08-02")
    # confirmed on 1 June: good on 2 July, and no more on 2 August
    treated = sorted((one.issued_on, levy(one)["treatment"]) for one in firm.invoices)
    assert [how for _, how in treated] == ["reverse_charge", "reverse_charge", "taxable"]


def test_without_a_registration_none_is_charged_and_the_invoice_says_why(world: World) -> None:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=[inr("999.99"), eur("89.99")])
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    klaus.subscribes_to("Pro")
    invoice = klaus.latest_invoice
    assert [name for name, _, _ in invoice.taxes] == ["IGST"]
    kept = levy(invoice)
    assert (kept["treatment"], kept["warning"]) == ("not_registered", "vat_registration_missing")
    assert "art. 58" in kept["law"]
    assert invoice.document.levy_words == ()


def test_a_shop_may_refuse_to_sell_where_it_is_not_registered(world: World) -> None:
    shop = world.shop(state="Karnataka", tax_not_registered="refuse")
    shop.sells("Pro", at=[inr("999.99"), eur("89.99")])
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    with pytest.raises(VatRegistrationMissing):
        klaus.subscribes_to("Pro")
    assert klaus.invoices == []


def test_two_items_of_evidence_move_a_consumer(world: World, shop: Shop) -> None:
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    for type in (EvidenceType.IP, EvidenceType.CARD):
        record_evidence(
            RecordEvidence(
                shop.tenant, new_id(world.now), world.now, klaus.id, type, "HU", None, "checkout"
            ),
            db=shop.db,
        )
    klaus.subscribes_to("Pro")
    # 27 % of 89.99 is 24.2973. Regulation 282/2011 art. 24f
    assert klaus.latest_invoice.taxes[-1] == ("VAT", "27", 2430)
    kept = levy(klaus.latest_invoice)
    assert (kept["country"], kept["conflict"]) == ("HU", True)
    assert [one["type"] for one in kept["evidence"]] == ["ip", "card"]


def test_the_canary_islands_are_outside(world: World, shop: Shop) -> None:
    ana = abroad(shop, "Ana", "ES", postal_code="35001")
    world.today_is("2025-06-01")
    ana.subscribes_to("Pro")
    assert [name for name, _, _ in ana.latest_invoice.taxes] == ["IGST"]
    assert levy(ana.latest_invoice)["treatment"] == "out_of_scope"


def test_seats_of_several_plans_are_taxed_once_together(world: World, shop: Shop) -> None:
    shop.sells("Mail", at=[inr("10.00"), eur("10.05")])
    shop.sells("Files", at=[inr("10.00"), eur("10.05")])
    shop.sells("Talk", at=[inr("10.00"), eur("10.05")])
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    klaus.subscribes_to("Mail", "Files", "Talk")
    # EN 16931 BR-CO-17: 19 % of 30.15 is 5.7285; line by line it would be 3 × 1.91 = 5.73,
    # and it is
    assert klaus.latest_invoice.tax == eur("5.73")
    shop.sells("Tiny", at=[inr("10.00"), eur("0.50")])
    shop.sells("Wee", at=[inr("10.00"), eur("0.50")])
    greta = abroad(shop, "Greta")
    greta.subscribes_to("Tiny", "Wee")
    # 19 % of 1.00 is 0.19; line by line 0.095 goes up twice, to 0.20
    assert greta.latest_invoice.tax == eur("0.19")
    note = credited(shop, greta.latest_invoice)
    assert shop.rows("select tax from credit_notes where id = %(id)s", id=note) == [(19,)]


def test_an_inclusive_price_stays_what_the_customer_pays(world: World, shop: Shop) -> None:
    shop.sells("All in", at=[inr("10.00"), eur("9.99")], tax_inside=True)
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    klaus.subscribes_to("All in")
    # 9.99 / 1.19 = 8.39496 → 8.39; 19 % of it 1.5941 → 1.59; 0.01 remains
    invoice = klaus.latest_invoice
    assert (invoice.subtotal, invoice.tax) == (eur("8.39"), eur("1.59"))
    assert (invoice.round_off, invoice.total) == (eur("0.01"), eur("9.99"))


def test_a_quarter_is_what_was_sold_less_what_was_credited_and_corrects_the_one_before(
    world: World, shop: Shop
) -> None:
    [(registration,)] = shop.rows("select id from registrations where is_default")
    klaus, marie = abroad(shop), abroad(shop, "Marie", "FR")
    acme = shop.customer("Acme", state=None, country="DE", currency="USD")
    world.today_is("2025-06-01")
    for one in (klaus, marie, acme):
        one.subscribes_to("Pro", ends_on="2025-07-01")
    first = klaus.latest_invoice
    world.wait_until("2025-06-20")
    with shop.db.transaction(shop.tenant) as uow:
        second = Quarter(2025, 2)
        amounts = oss_amounts(uow.connection, registration, second, "non_union_oss")
    with pytest.raises(EuroRateMissing):
        oss_return(second, amounts, {})
    figures = oss_return(second, amounts, {(second, "USD"): Fraction("1.172")})
    # USD 99.99 at 1.1720 is 85.3157 → 85.32, its VAT 19.00 is 16.2116 → 16.21
    assert figures.lines == (
        OssLine("DE", "19", 8999 + 8532, 1710 + 1621),
        OssLine("FR", "20", 8999, 1800),
    )
    world.wait_until("2025-07-10")
    credited(shop, first)
    with shop.db.transaction(shop.tenant) as uow:
        third = Quarter(2025, 3)
        amounts = oss_amounts(uow.connection, registration, third, "non_union_oss")
    later = oss_return(third, amounts, {})
    assert later.lines == ()
    # Regulation 282/2011 art. 61: a later return corrects the earlier one
    [correction] = later.corrections
    assert (str(correction.quarter), correction.country, correction.tax) == ("2025-Q2", "DE", -1710)
    assert later.tax == -1710


def test_a_credit_note_shows_the_numbers_of_its_invoice(world: World, shop: Shop) -> None:
    klaus = abroad(shop)
    world.today_is("2025-06-01")
    klaus.subscribes_to("Pro")
    note = credited(shop, klaus.latest_invoice)
    with shop.db.transaction(shop.tenant) as uow:
        _, shown = note_document(uow.connection, note)
    assert shown.levy_words == ("Seller's VAT id EU372000041",)
    assert (shown.tax, shown.total) == (1710, 10709)


def test_a_mistyped_number_is_refused_at_the_door(world: World, shop: Shop) -> None:
    with pytest.raises(InvalidVatId, match="check digits"):
        abroad(shop, vat_id="DE136695977")
    with pytest.raises(InvalidVatId, match="two letters"):
        abroad(shop, vat_id="136695976")


def test_in_test_mode_a_pretend_register_answers_and_live_numbers_are_asked_of_nobody() -> None:
    desk = RegisterDesk()
    assert isinstance(desk.of("eu_vat", livemode=False), PretendRegister)
    assert desk.of("eu_vat", livemode=True) is None
    assert desk.of("us_ein", livemode=False) is None
