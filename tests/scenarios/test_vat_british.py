"""Stories of the United Kingdom's VAT: HMRC is asked. 20 % of 100.00 is 20.00."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from khata.adapters.tax_ids import RegisterDesk
from khata.adapters.tax_ids.hmrc.client import Hmrc
from khata.adapters.tax_ids.pretend import PretendRegister
from khata.core.tax.parties import VatRegistration, VatScheme
from tests.paper_hmrc import BRITISH_ID, PaperHmrc
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.money import gbp
from tests.scenarios.shop import Shop
from tests.scenarios.world import World

LONDON = VatRegistration("GB", "GB245719348", VatScheme.LOCAL, date(2020, 1, 1))


@dataclass
class LiveDesk:
    """The desk as live tenants meet it, which stories are not."""

    hmrc: Hmrc

    def of(self, type: str, *, livemode: bool) -> Any:
        return RegisterDesk(hmrc=self.hmrc).of(type, livemode=True)


@pytest.fixture
def paper(world: World) -> PaperHmrc:
    paper = PaperHmrc()
    world.engine = replace(world.engine, registers=LiveDesk(paper.client()))
    return paper


@pytest.fixture
def shop(world: World, paper: PaperHmrc) -> Shop:
    """A shop in Karnataka that is registered in the UK, with a plan at 100 pounds."""
    shop = world.shop(state="Karnataka", vat_check_days=40)
    shop.sells("Pro", at=[gbp("100.00")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(vat_registrations=(LONDON,))
    world.today_is("2025-06-01")
    return shop


def firm(shop: Shop, **known: Any) -> Customer:
    known = {"vat_id": BRITISH_ID} | known
    return shop.customer("Acme Ltd", state=None, country="GB", currency="GBP", **known)


def treated(invoices: list[Invoice]) -> list[tuple[str, int]]:
    rows = [
        one.shop.rows("select issued_on, levy, tax from invoices where id = %(id)s", id=one.id)[0]
        for one in invoices
    ]
    return [(levy["treatment"], tax) for _, levy, tax in sorted(rows, key=lambda row: row[0])]


def answers(shop: Shop) -> list[tuple[Any, ...]]:
    rows = shop.rows(
        "select outcome, register, consultation_number, name from tax_id_checks order by checked_at"
    )
    return list(rows)


def test_a_business_that_hmrc_confirms_owes_the_tax_itself(world: World, shop: Shop) -> None:
    """VATA 1994 s.7A, s.8; the seller's own number of the UK is what asks."""
    acme = firm(shop)
    world.wait_until("2025-06-02")
    acme.subscribes_to("Pro")
    assert treated(acme.invoices) == [("reverse_charge", 0)]
    named = "Credite Sberger Donal Inc."
    assert answers(shop) == [("valid", "hmrc", "ABC-123-DEF", named)]
    first, numbers = acme.latest_invoice.document.levy_words
    assert first == "Reverse charge (VATA 1994 s.7A, s.8)"
    assert numbers == f"Seller's VAT id {LONDON.number} · Customer's VAT id {BRITISH_ID}"


def test_who_has_no_confirmed_number_bears_the_tax(
    world: World, shop: Shop, paper: PaperHmrc
) -> None:
    paper.registered.clear()
    denied, consumer = firm(shop), firm(shop, vat_id=None)
    world.wait_until("2025-06-02")
    denied.subscribes_to("Pro")
    consumer.subscribes_to("Pro")
    assert treated(denied.invoices) == treated(consumer.invoices) == [("taxable", 20_00)]
    assert answers(shop) == [("invalid", "hmrc", None, None)]


def test_an_outage_never_counts_as_a_denial_and_the_answer_holds_for_its_days(
    world: World, shop: Shop, paper: PaperHmrc
) -> None:
    acme = firm(shop)
    world.wait_until("2025-06-02")
    acme.subscribes_to("Pro")
    paper.away = 503
    # confirmed on 1 June, for 40 days: good on 2 July, and no more on 2 August
    world.wait_until("2025-08-02")
    assert treated(acme.invoices) == [
        ("reverse_charge", 0),
        ("reverse_charge", 0),
        ("taxable", 20_00),
    ]
    assert {outcome for outcome, *_ in answers(shop)} == {"valid", "unavailable"}
    paper.away = None
    world.wait_until("2025-09-02")
    assert treated(acme.invoices)[-1] == ("reverse_charge", 0)


def test_a_register_that_is_away_makes_nobody_a_business(
    world: World, shop: Shop, paper: PaperHmrc
) -> None:
    paper.away = 500
    acme = firm(shop)
    world.wait_until("2025-06-02")
    acme.subscribes_to("Pro")
    assert treated(acme.invoices) == [("taxable", 20_00)]
    assert {outcome for outcome, *_ in answers(shop)} == {"unavailable"}


def test_each_type_of_number_has_its_register(paper: PaperHmrc) -> None:
    desk = RegisterDesk(hmrc=paper.client())
    assert isinstance(desk.of("gb_vat", livemode=True), Hmrc)
    assert desk.of("eu_vat", livemode=True) is None
    assert isinstance(desk.of("gb_vat", livemode=False), PretendRegister)  # nobody is asked
    assert RegisterDesk().of("gb_vat", livemode=True) is None
    desk.close()
