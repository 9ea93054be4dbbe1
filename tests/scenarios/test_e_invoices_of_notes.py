"""Stories of the IRNs of notes: a debit note has its own, and each can be cancelled within a day.

Law: CGST Rule 48(4); CGST Act s.34; GSTR-1 table 13 counts what was cancelled.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from khata.core.e_invoice.states import TooLateToCancel
from khata.core.exports.tax_document import DocumentKind
from tests.scenarios.customer import Customer
from tests.scenarios.filing import the_return
from tests.scenarios.invoice import Invoice
from tests.scenarios.money import inr
from tests.scenarios.portal import Bound, bound_to
from tests.scenarios.test_debit_notes import raised
from tests.scenarios.world import World

FIRST = "INV/25-26/00001"


@pytest.fixture
def bound(world: World) -> Iterator[Bound]:
    with bound_to(world) as bound:
        yield bound


def unpaid(bound: Bound) -> Customer:
    """A firm that pays by hand, and owes 1,180.00: 1,000.00, CGST 90.00, SGST 90.00."""
    firm = bound.firm()
    firm.subscribes_to("Pro", pays_by="hand", days_to_pay=30)
    return firm


def counted(bound: Bound, kind: DocumentKind) -> list[tuple[str, int, int]]:
    """First number, count and cancelled ones of a kind, in table 13 of June's return."""
    numbers = the_return(bound.shop, "2025-06").gstr1.numbers
    return [(one.first, one.count, one.cancelled) for one in numbers if one.kind is kind]


def debit_note(bound: Bound, invoice: Invoice) -> Invoice:
    """100.00 more: CGST 9.00, SGST 9.00, together 118.00."""
    return raised(bound.shop, invoice, 10_000)


def test_a_debit_note_is_registered_and_cancelled_as_an_invoice_is(bound: Bound) -> None:
    asha = unpaid(bound)
    note = debit_note(bound, asha.latest_invoice)
    bound.world.wait_until("2025-06-02")
    assert bound.states() == [(FIRST, "generated", None), ("DN/25-26/00001", "generated", None)]
    assert [one for one in bound.at_portal() if one[0] == "DBN"] == [
        ("DBN", "DN/25-26/00001", False)
    ]
    assert bound.shop.balance("receivable") == inr("1,298.00")  # 1,180.00 + 118.00
    bound.cancels(note)
    assert ("DBN", "DN/25-26/00001", True) in bound.at_portal()
    assert bound.shop.balance("receivable") == inr("1,180.00")
    told = the_return(bound.shop, "2025-06")
    assert [one.code for one in told.findings] == []
    assert counted(bound, DocumentKind.DEBIT_NOTE) == [("DN/25-26/00001", 1, 1)]


def test_a_day_later_a_debit_note_stands(bound: Bound) -> None:
    asha = unpaid(bound)
    note = debit_note(bound, asha.latest_invoice)
    bound.world.wait_until("2025-06-01")
    bound.world.wait_until(bound.world.now + timedelta(hours=24, minutes=1))
    with pytest.raises(TooLateToCancel, match="credit the document instead"):
        bound.cancels(note)
    assert bound.shop.balance("receivable") == inr("1,298.00")
