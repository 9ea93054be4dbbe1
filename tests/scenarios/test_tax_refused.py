"""Bad input at the doors of tax: a refusal that names its rule, and no number is taken."""

from collections.abc import Callable
from typing import Any

import pytest

from khata.core.credit_note import CreditExceedsLine, Settle
from khata.core.ids import new_id
from khata.core.note_treatment import CreditNoteTooLate
from khata.core.numbering import BadSeries
from khata.core.refusal import Refusal
from khata.core.tax.gstin import InvalidGstin
from khata.core.tax.hsn_digits import TaxCodeTooShort
from khata.core.tax.parties import ExportRoute
from khata.core.tax.place_of_supply import (
    GstinStateMismatch,
    LutExpired,
    SezWithoutGstin,
    StateRequired,
)
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover
from tests.scenarios.papers import by_hand
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd

MUMBAI = "27AAPFU0939F1ZV"  # of Maharashtra; its check character is right
CRORE = 1_00_00_000_00  # in paise


@pytest.fixture
def shop(world: World) -> Shop:
    """A shop in Karnataka that exports under a letter only, which ends on 31 March 2026."""
    shop = world.shop(state="Karnataka", round_off="none")
    shop.sells("Pro", at=[inr("1000.00"), usd("20.00")])
    shop.sells("Short", at=inr("1000.00"), tax_code="9984")
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    shop.registers(export_route=ExportRoute.LUT_REQUIRED)
    world.today_is("2025-06-01")
    return shop


def mistyped(shop: Shop) -> None:
    shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI[:-1] + "A")


def of_another_state(shop: Shop) -> None:
    shop.customer("Ravi", state="Karnataka", gstin=MUMBAI)


def with_an_address_abroad(shop: Shop) -> None:
    shop.customer("Ravi", state=None, country="US", gstin=MUMBAI)


def a_zone_without_number(shop: Shop) -> None:
    shop.customer("Unit", sez=True)


def nowhere(shop: Shop) -> None:
    shop.customer("Asha", state=None).subscribes_to("Pro")


def without_letter(shop: Shop) -> None:
    shop.world.wait_until("2026-04-01")
    shop.customer("Jane", state=None, country="US", currency="USD").subscribes_to("Pro")


def without_letter_to_a_zone(shop: Shop) -> None:
    shop.world.wait_until("2026-04-01")
    unit = shop.customer("Unit", state="Maharashtra", gstin=MUMBAI, sez=True)
    unit.subscribes_to("Pro")


def with_four_digits(shop: Shop) -> None:
    turned_over(shop, 5 * CRORE + 1)
    shop.customer("Asha").subscribes_to("Short")


def numbered(pattern: str) -> Callable[[Shop], None]:
    return lambda shop: shop.registers(series={"invoice": pattern})


def turned_over(shop: Shop, paise: int, year: str = "24-25") -> None:
    now = shop.world.now
    tell_turnover(TellTurnover(shop.tenant, new_id(now), now, year, paise), db=shop.db)


@pytest.mark.parametrize(
    ("act", "refusal", "says"),
    [
        (mistyped, InvalidGstin, "CGST rule 10"),
        (of_another_state, GstinStateMismatch, "Maharashtra, the address is in Karnataka"),
        (with_an_address_abroad, GstinStateMismatch, "outside India"),
        (a_zone_without_number, SezWithoutGstin, "GSTIN"),
        (nowhere, StateRequired, r"Circular 242/36/2024-GST, rule 46\(f\)"),
        (without_letter, LutExpired, r"2026-03-31 \(IGST Act s\.16\(3\)\(a\), CGST rule 96A\)"),
        (without_letter_to_a_zone, LutExpired, r"an SEZ only under .* CGST rule 96A"),
        (with_four_digits, TaxCodeTooShort, "asks for 6 .Notification 78/2020-CT"),
        (numbered("INVOICES/{fy}/{n:05}"), BadSeries, "20 characters; the law allows 16"),
        (numbered("{n:05}/{fy}"), BadSeries, "neither 0, - nor / in front"),
        (numbered("0INV/{fy}/{n}"), BadSeries, "neither 0, - nor / in front"),
        (numbered("inv/{fy}/{n}"), BadSeries, "not a lawful number"),
        (numbered("INV/{n:05}"), BadSeries, "unique in its financial year"),
    ],
)
def test_a_refusal_names_its_rule_and_takes_no_number(
    shop: Shop, act: Callable[[Shop], None], refusal: type[Refusal], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        act(shop)
    assert shop.invoices == []
    shop.world.wait_until("2026-04-02")
    shop.sells("Long", at=inr("1000.00"), tax_code="998314")
    shop.customer("Meena").subscribes_to("Long")
    assert shop.numbers == ["INV/26-27/00001"]


def test_a_turnover_of_five_crore_asks_for_four_digits_still(shop: Shop) -> None:
    """Notification 78/2020-CT: above five crore, not at it."""
    turned_over(shop, 5 * CRORE)
    shop.customer("Asha").subscribes_to("Short")
    assert shop.numbers == ["INV/25-26/00001"]


def renewed_abroad(shop: Shop) -> None:
    jane = shop.customer("Jane", state=None, country="US", currency="USD")
    jane.subscribes_to("Pro", starts="2026-03-15")


def renewed_short(shop: Shop) -> None:
    shop.customer("Asha").subscribes_to("Short", starts="2026-03-15")
    turned_over(shop, 5 * CRORE + 1, "25-26")


@pytest.mark.parametrize(
    ("begin", "mend", "code", "says"),
    [
        (
            renewed_abroad,
            lambda shop: shop.has_lut("AD26", begins="2026-04-01", ends="2027-03-31"),
            "lut_expired",
            "rule 96A",
        ),
        (
            renewed_short,
            lambda shop: turned_over(shop, 0, "25-26"),
            "tax_code_too_short",
            "78/2020",
        ),
    ],
)
def test_a_renewal_that_is_refused_waits_says_why_and_is_numbered_once_it_is_mended(
    world: World, shop: Shop, begin: Any, mend: Any, code: str, says: str
) -> None:
    begin(shop)
    world.wait_until("2026-03-16")
    assert shop.numbers == ["INV/25-26/00001"]
    world.wait_until("2026-04-16")
    [(told, reason)] = shop.parked
    assert told == code
    assert says in reason
    assert shop.numbers == ["INV/25-26/00001"]
    mend(shop)
    shop.releases()
    world.wait_until("2026-04-17")
    assert shop.numbers == ["INV/25-26/00001", "INV/26-27/00001"]
    assert shop.parked == []


@pytest.mark.parametrize(
    ("day", "net", "refusal", "says"),
    [
        ("2025-06-02", 100_001, CreditExceedsLine, "100000|1,000.00|left"),
        ("2026-12-01", 10_000, CreditNoteTooLate, r"2026-11-30"),  # s.34(2)
    ],
)
def test_a_note_beyond_its_invoice_or_its_day_takes_no_number(
    world: World, shop: Shop, day: str, net: int, refusal: type[Refusal], says: str
) -> None:
    invoice = by_hand(shop)  # 1,000.00 and its tax
    world.wait_until(day)
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    id = new_id(world.now)
    note = CreditInvoice(
        shop.tenant, id, world.now, invoice.id, "Discount", [(line, net)], Settle.NONE
    )
    with pytest.raises(refusal, match=says):
        credit_invoice(note, db=shop.db)
    assert shop.rows("select number from credit_notes") == []
    assert shop.rows("select 1 from number_counters where document_type = 'credit_note'") == []


def test_a_series_that_is_full_waits_for_another_one(world: World, shop: Shop) -> None:
    """CGST rule 46(b): the 100,000th number of this series would have 17 characters."""
    shop.registers(series={"invoice": "INVO/{fy}/{n}"})
    shop.customer("Asha").subscribes_to("Pro")
    full = (
        "update number_counters set last_number = 99999 where series = 'INVO/{fy}/{n}' returning 1"
    )
    assert shop.rows(full) == [(1,)]
    world.wait_until("2025-07-01")
    [(code, reason)] = shop.parked
    assert code == "series_full"
    assert "INVO/25-26/100000 has 17 characters; the law allows 16" in reason
    assert shop.numbers == ["INVO/25-26/1"]
    shop.registers(series={"invoice": "NEXT/{fy}/{n}"})
    shop.releases()
    world.wait_until("2025-07-02")
    assert sorted(shop.numbers) == ["INVO/25-26/1", "NEXT/25-26/1"]
