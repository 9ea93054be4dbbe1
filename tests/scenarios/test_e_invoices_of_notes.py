"""Stories of the IRNs of notes: a debit note has its own, and each can be cancelled within a day.

Law: CGST Rule 48(4); CGST Act s.34; GSTR-1 table 13 counts what was cancelled.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from khata.core.credit_note import Settle
from khata.core.e_invoice.states import TooLateToCancel
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.voucher import Voucher
from khata.core.exports.tax_document import DocumentKind
from khata.core.ids import new_id
from khata.core.note_voiding import NoteNotVoidable
from khata.db.reads import totals
from khata.db.reads.booked_entries import booked_between
from khata.db.reads.explanations import explained_invoice
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.e_invoices.cancel_e_invoice import (
    PortalAway,
)
from tests.scenarios.customer import Customer
from tests.scenarios.filing import the_return
from tests.scenarios.invoice import Invoice, lines_of
from tests.scenarios.money import inr
from tests.scenarios.portal import Bound, bound_to
from tests.scenarios.test_debit_notes import raised
from tests.scenarios.world import World

FIRST = "INV/25-26/00001"
NOTE = "CN/25-26/00001"


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


def credit_note(
    bound: Bound, invoice: Invoice, settle: Settle = Settle.CREDIT_BALANCE, amount: int = 25_000
) -> UUID:
    """250.00 less: CGST 22.50, SGST 22.50, together 295.00."""
    id, now, shop = new_id(bound.world.now), bound.world.now, bound.shop
    lines = [(lines_of(shop, invoice)[0], amount)]
    credit_invoice(
        CreditInvoice(shop.tenant, id, now, invoice.id, "Wrong price", lines, settle), db=shop.db
    )
    bound.world.wait_until(now + timedelta(minutes=5))
    return id


def credit_of(bound: Bound, customer: Customer) -> int:
    with bound.shop.db.transaction(bound.shop.tenant) as uow:
        return uow.credit.balance(customer.id, "INR")


def tally(bound: Bound) -> list[Voucher]:
    """The vouchers of June's books."""
    with bound.shop.db.transaction(bound.shop.tenant) as uow:
        booked = booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 6, 30))
    return vouchers_of(booked.entries, deferred=True)


def test_a_credit_note_whose_irn_is_cancelled_is_void_and_all_is_owed_again(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice)
    assert bound.shop.balance("receivable") == inr("885.00")  # 1,180.00 - 295.00
    assert bound.states()[1] == (NOTE, "generated", None)
    bound.cancels_note(note)
    assert bound.states()[1] == (NOTE, "cancelled", None)
    assert ("CRN", NOTE, True) in bound.at_portal()
    assert bound.shop.balance("receivable") == inr("1,180.00")
    assert bound.shop.balance("cgst_payable") == inr("-90.00")  # 90.00 - 22.50 + 22.50
    told = the_return(bound.shop, "2025-06")  # its findings hold the books against the file
    assert [one.code for one in told.findings] == []
    assert [one.number for one in told.gstr1.documents if one.cancelled] == [NOTE]
    assert {one.head: (one.ledger, one.declared) for one in told.tied if one.ledger} == {
        "CGST": (9_000, 9_000),  # the invoice's alone
        "SGST": (9_000, 9_000),
    }
    assert counted(bound, DocumentKind.CREDIT_NOTE) == [(NOTE, 1, 1)]
    assert [(one.number, one.cancelled) for one in tally(bound) if one.number == NOTE] == [
        (NOTE, True)
    ]
    # The invoice is whole: all of it can be credited, and the next note has the next number.
    bound.credits(asha.latest_invoice)
    assert asha.latest_invoice.status == "paid"
    assert bound.shop.balance("receivable") == inr("0.00")
    assert counted(bound, DocumentKind.CREDIT_NOTE) == [(NOTE, 2, 1)]
    with pytest.raises(Exception, match="is cancelled; only a generated one"):
        bound.cancels_note(note)


def test_the_credit_that_it_gave_is_taken_back(bound: Bound) -> None:
    asha = bound.firm()
    asha.subscribes_to("Pro")  # 1,180.00, paid by card
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice)
    assert credit_of(bound, asha) == 29_500
    bound.cancels_note(note)
    assert credit_of(bound, asha) == 0
    assert bound.shop.balance("customer_credit") == inr("0.00")
    assert asha.latest_invoice.status == "paid"
    assert [one.code for one in the_return(bound.shop, "2025-06").findings] == []
    with bound.shop.db.transaction(bound.shop.tenant) as uow:
        assert totals.disagreements(uow.connection) == []


def test_credit_that_was_spent_cannot_be_taken_back(bound: Bound) -> None:
    asha = bound.firm()
    asha.subscribes_to("Pro")
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice)
    asha.subscribes_to("Pro")  # these 1,180.00 take the 295.00 first
    assert credit_of(bound, asha) == 0
    with pytest.raises(NoteNotVoidable, match="the credit that it gave was spent"):
        bound.cancels_note(note)
    assert ("CRN", NOTE, False) in bound.at_portal()


def test_a_month_that_was_closed_since_has_earned_less_by_it(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-30")
    note = credit_note(bound, asha.latest_invoice)
    bound.world.wait_until("2025-07-01")
    with pytest.raises(NoteNotVoidable, match="a month was closed that has earned less by it"):
        bound.cancels_note(note)
    assert ("CRN", NOTE, False) in bound.at_portal()


def test_money_that_went_back_cannot_be_taken_back(bound: Bound) -> None:
    asha = bound.firm()
    asha.subscribes_to("Pro")
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice, Settle.REFUND)
    with pytest.raises(NoteNotVoidable, match="sent back the way it came"):
        bound.cancels_note(note)
    assert ("CRN", NOTE, False) in bound.at_portal()


def test_an_invoice_that_was_settled_with_it_stays_settled(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice, amount=100_000)
    assert asha.latest_invoice.status == "paid"
    with pytest.raises(NoteNotVoidable, match=r"settled with it.*debit note"):
        bound.cancels_note(note)


def test_a_day_later_a_debit_note_is_the_way(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice)
    bound.world.wait_until(bound.world.now + timedelta(hours=24, minutes=1))
    with pytest.raises(TooLateToCancel, match="raise its invoice by a debit note instead"):
        bound.cancels_note(note)
    assert bound.shop.balance("receivable") == inr("885.00")
    debit_note(bound, asha.latest_invoice)
    assert bound.shop.balance("receivable") == inr("1,003.00")  # 885.00 + 118.00


def test_a_portal_that_is_away_is_asked_again(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-02")
    note = credit_note(bound, asha.latest_invoice)
    bound.portal.is_down = True
    with pytest.raises(PortalAway):
        bound.cancels_note(note)
    assert bound.shop.balance("receivable") == inr("885.00")
    bound.portal.is_down = False
    bound.world.wait_until(bound.world.now + timedelta(minutes=11))
    assert bound.states()[1] == (NOTE, "cancelled", None)
    assert bound.shop.balance("receivable") == inr("1,180.00")


def test_the_explanation_and_an_event_say_that_a_note_is_void(bound: Bound) -> None:
    asha = unpaid(bound)
    invoice = asha.latest_invoice
    note = credit_note(bound, invoice)

    def is_void() -> list[bool]:
        with bound.shop.db.transaction(bound.shop.tenant) as uow:
            return [one.is_void for one in explained_invoice(uow.connection, invoice.id).notes]

    assert is_void() == [False]
    bound.cancels_note(note)
    assert is_void() == [True]
    # 250.00 and 22.50 of each tax are owed again
    [facts] = bound.shop.rows("select facts from events where type = 'credit_note.voided'")
    assert (facts[0]["credit_note_id"], facts[0]["total"]) == (str(note), 29_500)
