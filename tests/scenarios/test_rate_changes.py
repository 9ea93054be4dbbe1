"""Gyms (99972) bear 5 % from 22 September 2025, 18 % until then: what is billed around that day.

Source: Notification 15/2025-CTR; CGST Act s.14, of supply, invoice and payment the side on which
two fall. Amounts by hand: 18 % of 1,000.00 is 180.00, 5 % is 50.00.
"""

from datetime import date
from typing import Any

import pytest

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.periods import Period
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

GYM = "999721"
ON_18 = [("CGST", "9", 9000), ("SGST", "9", 9000)]
ON_5 = [("CGST", "2.5", 2500), ("SGST", "2.5", 2500)]
EARLY = Period(date(2025, 9, 1), date(2025, 9, 21))  # supplied by the 20th: before the change


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka", days_until_due=14)
    shop.sells("Gym", at=inr("1,000.00"), tax_code=GYM)
    shop.sells("Software", at=inr("1,000.00"))
    world.today_is("2025-08-21")
    return shop


def taxed(shop: Shop) -> list[tuple[Any, ...]]:
    """Return name, percent and amount of each tax of the latest invoice."""
    return list(
        shop.rows(
            "select t.name, t.rate, t.amount from line_taxes t where t.invoice_id ="
            " (select max(i.id::text)::uuid from invoices i where i.document_kind = 'invoice')"
            " order by t.line_position, t.position"
        )
    )


def why(shop: Shop) -> tuple[Any, ...] | None:
    """Return the clause of the latest invoice's line, its day, and whether it had been paid."""
    [(told,)] = shop.rows(
        "select rate_decision from invoice_lines where invoice_id = (select max(i.id::text)::uuid"
        " from invoices i where i.document_kind = 'invoice')"
    )
    return told and (told["law"], told["on"], told["is_paid"])


def prepaid(asha: Customer, paise: str = "1,180.00") -> None:
    """Money that comes on 10 September for the gym, with a voucher of its tax."""
    asha.shop.world.wait_until("2025-09-10")
    Wallet.opened(asha, tax_code=GYM).gets(inr(paise))


def billed_late(asha: Customer) -> None:
    """Billed on 25 September, of days before the change."""
    asha.shop.world.wait_until("2025-09-25")
    asha.owes_once("Training", inr("1,000.00"), now=True, tax_code=GYM, period=EARLY)


def in_arrears(shop: Shop) -> None:
    billed_late(shop.customer("Asha"))


def sent_before(shop: Shop) -> None:
    shop.world.wait_until("2025-09-20")
    asha = shop.customer("Asha", card=None)
    asha.owes_once("Training", inr("1,000.00"), now=True, tax_code=GYM)  # due on 4 October


def in_arrears_prepaid(shop: Shop) -> None:
    asha = shop.customer("Asha")
    prepaid(asha)
    billed_late(asha)


def renewed_on_the_21st_to_be_paid(shop: Shop) -> None:
    shop.customer("Asha").subscribes_to("Gym", pays_by="invoice", days_to_pay=14)
    shop.world.wait_until("2025-09-21")


def renewed_on_the_21st_by_card(shop: Shop) -> None:
    shop.customer("Asha").subscribes_to("Gym")
    shop.world.wait_until("2025-09-21")


def after_it_prepaid(shop: Shop) -> None:
    asha = shop.customer("Asha")
    prepaid(asha)
    shop.world.wait_until("2025-09-25")
    asha.owes_once("Training", inr("1,000.00"), now=True, tax_code=GYM)


@pytest.mark.parametrize(
    ("sale", "taxes", "clause", "on"),
    [
        (in_arrears, ON_5, "a)(i", ("2025-09-25", False)),
        (sent_before, ON_18, "a)(ii", ("2025-09-20", False)),
        (in_arrears_prepaid, ON_18, "a)(iii", ("2025-09-10", True)),
        (renewed_on_the_21st_to_be_paid, ON_5, "b)(i", ("2025-10-05", False)),
        (renewed_on_the_21st_by_card, ON_18, "b)(ii", ("2025-09-21", False)),
        (after_it_prepaid, ON_5, "b)(iii", ("2025-09-25", True)),
    ],
)
def test_each_case_of_the_section(
    shop: Shop, sale: Any, taxes: list[Any], clause: str, on: tuple[str, bool]
) -> None:
    sale(shop)
    assert taxed(shop) == taxes
    assert why(shop) == (f"CGST Act s.14({clause})", *on)
    assert shop.books_balance()


def test_what_is_all_on_one_side_is_taxed_by_its_own_day(shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.owes_once("Training", inr("1,000.00"), now=True, tax_code=GYM)
    assert (taxed(shop), why(shop)) == (ON_18, None)
    shop.world.wait_until("2025-09-22")
    asha.owes_once("Training", inr("1,000.00"), now=True, tax_code=GYM)
    assert (taxed(shop), why(shop)) == (ON_5, None)


def test_what_has_one_rate_says_nothing_of_a_change(shop: Shop) -> None:
    shop.customer("Asha").subscribes_to("Software")
    shop.world.wait_until("2025-09-21")
    assert (taxed(shop), why(shop)) == (ON_18, None)


def test_an_advance_that_does_not_pay_the_whole_does_not_decide(shop: Shop) -> None:
    asha = shop.customer("Asha")
    prepaid(asha, "1,049.99")  # a paisa short of 1,050.00
    billed_late(asha)
    assert taxed(shop) == ON_5
    assert why(shop) == ("CGST Act s.14(a)(i)", "2025-09-25", False)


def test_an_advance_between_both_totals_does_not_decide(shop: Shop) -> None:
    """1,100.00 would pay 1,050.00 at 5 %, and not the 1,180.00 that the old rate makes of it."""
    asha = shop.customer("Asha")
    prepaid(asha, "1,100.00")
    billed_late(asha)
    assert taxed(shop) == ON_5


def test_a_note_after_the_change_gives_back_the_rate_of_its_invoice(shop: Shop) -> None:
    """s.34(1): the tax charged in such tax invoice."""
    renewed_on_the_21st_by_card(shop)
    shop.world.wait_until("2025-10-06")
    id = shop.invoices[-1].id
    now = shop.world.now
    note = CreditInvoice(shop.tenant, new_id(now), now, id, "Closed", settle=Settle.CREDIT_BALANCE)
    credit_invoice(note, db=shop.db)
    assert list(
        shop.rows("select name, rate, amount from credit_note_taxes order by position")
    ) == (ON_18)
