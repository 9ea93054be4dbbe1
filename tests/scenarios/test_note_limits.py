"""Stories of credit notes near the end of their time, and past it. CGST Act s.34(2)."""

from uuid import UUID

import pytest

from khata.core.credit_note import CreditExceedsLine, Settle
from khata.core.exports.tax_document import DocumentKind
from khata.core.ids import new_id
from khata.core.note_treatment import CreditNoteTooLate
from khata.core.proration import ProrationPolicy
from khata.core.refusal import NotFound
from khata.db.reads.credit_notes import CREDIT_NOTES, CreditNoteView
from khata.db.reads.lists import find
from khata.db.reads.note_circumstances import annual_returns, itc_reversed
from khata.db.reads.note_documents import note_document
from khata.db.reads.numbers_used import numbers_used
from khata.db.reads.tax_documents import tax_document_of_note
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.credit_notes.tell_itc_reversal import TellItcReversal, tell_itc_reversal
from khata.usecases.selling.change_registration import ChangeRegistration, change_registration
from tests.scenarios.invoice import Invoice
from tests.scenarios.money import inr
from tests.scenarios.papers import by_hand
from tests.scenarios.shop import Shop
from tests.scenarios.world import World

ASHA = "29AABCR1718E1ZL"


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"), every="3 years")
    world.today_is("2025-06-01")
    return shop


@pytest.fixture
def invoice(shop: Shop) -> Invoice:
    """Of June 2025: 1,000.00 with CGST 90.00 and SGST 90.00, owed."""
    return by_hand(shop)


def credited(
    shop: Shop, invoice: Invoice, amount: int | None = None, *, commercial: bool = False
) -> CreditNoteView:
    id, now = new_id(shop.world.now), shop.world.now
    lines = None
    if amount is not None:
        ((line,),) = shop.rows(
            "select id from invoice_lines where invoice_id = %(id)s", id=invoice.id
        )
        lines = [(line, amount)]
    command = CreditInvoice(
        shop.tenant, id, now, invoice.id, "Discount", lines, Settle.NONE, commercial
    )
    credit_invoice(command, db=shop.db)
    return seen(shop, id)


def seen(shop: Shop, id: UUID) -> CreditNoteView:
    with shop.db.transaction(shop.tenant) as uow:
        return find(uow.connection, CREDIT_NOTES, id)


def registration(shop: Shop) -> UUID:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.sellers.default().id


def booked(shop: Shop, note: UUID) -> list[tuple[str, str, int]]:
    return [
        (debit, credit, amount)
        for debit, credit, amount in shop.rows(
            "select p.debit, p.credit, p.amount from entries e join postings p"
            " on p.entry_id = e.id where e.source_id = %(id)s order by p.position",
            id=note,
        )
    ]


def test_a_note_in_october_is_in_time_and_one_in_november_warns(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    world.wait_until("2026-10-31")
    october = credited(shop, invoice, 10_000)
    assert (october.treatment, october.tax, october.is_closing) == ("gst", 1_800, False)
    assert str(october.declare_by) == "2026-11-30"
    world.wait_until("2026-11-01")
    november = credited(shop, invoice, 10_000)
    assert (november.treatment, november.tax, november.is_closing) == ("gst", 1_800, True)


def test_from_december_on_only_a_commercial_note_is_issued(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    world.wait_until("2026-12-01")
    with pytest.raises(CreditNoteTooLate, match=r"until 2026-11-30 .*Finance Act 2022"):
        credited(shop, invoice, 10_000)

    note = credited(shop, invoice, 10_000, commercial=True)
    assert (note.number, note.treatment) == ("FN/26-27/00001", "commercial")
    assert (note.subtotal, note.tax, note.total, note.declare_by) == (10_000, 0, 10_000, None)
    # The value is given back; CGST and SGST of it stay payable.
    assert booked(shop, note.id) == [("deferred_revenue", "receivable", 10_000)]
    assert shop.rows("select amount_due from (select total - amount_paid - amount_credited"
                     " as amount_due from invoices) i") == [(108_000,)]  # fmt: skip

    with shop.db.transaction(shop.tenant) as uow:
        assert tax_document_of_note(uow.connection, note.id) is None  # no return lists it
        days = {"first": note.issued_on, "last": note.issued_on}
        assert numbers_used(uow.connection, registration(shop), **days) == []
        _, document = note_document(uow.connection, note.id)
    assert document.title == "Financial Credit Note"


def test_partial_notes_never_come_to_more_than_the_invoice(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    """S.34(1): a note takes back what was charged in excess: of 1,000.00, 600.00 and 400.00."""
    credited(shop, invoice, 60_000)
    with pytest.raises(CreditExceedsLine):
        credited(shop, invoice, 40_001)
    assert credited(shop, invoice, 40_000).total == 47_200
    with shop.db.transaction(shop.tenant) as uow:
        used = numbers_used(
            uow.connection, registration(shop), first=world.now.date(), last=world.now.date()
        )
    assert [(one.kind, one.last) for one in used] == [
        (DocumentKind.INVOICE, "INV/25-26/00001"),
        (DocumentKind.CREDIT_NOTE, "CN/25-26/00002"),
    ]


def test_an_annual_return_ends_the_time_of_its_year(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    world.wait_until("2026-09-20")
    changes = {"annual_returns": {"25-26": world.now.date()}}
    command = ChangeRegistration(shop.tenant, registration(shop), world.now, changes)  # type: ignore[arg-type]
    change_registration(command, db=shop.db, pdf=world.engine.pdf)
    with shop.db.transaction(shop.tenant) as uow:
        told = annual_returns(uow.connection, registration(shop))
    assert told == {2025: world.now.date()}
    assert credited(shop, invoice, 100).is_closing
    world.wait_until("2026-09-21")
    with pytest.raises(CreditNoteTooLate, match="annual return was furnished on 2026-09-20"):
        credited(shop, invoice, 100)


def test_an_end_of_a_subscription_past_the_day_credits_without_its_tax(
    world: World, shop: Shop
) -> None:
    """What follows from a contract is not stopped: its note is a commercial one."""
    kavya = shop.customer("Kavya", card=None)
    pro = kavya.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    world.wait_until("2027-06-01")
    pro.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    ((treatment, tax, number),) = shop.rows("select treatment, tax, number from credit_notes")
    assert (treatment, tax, number) == ("commercial", 0, "FN/27-28/00001")


def test_what_the_buyer_did_with_its_input_tax_is_kept(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    """S.34(2), proviso (Notf. 16/2025-CT): of a registered buyer the reversal is watched."""
    of_consumer = credited(shop, invoice, 100)
    assert of_consumer.itc_reversal_status is None
    with pytest.raises(NotFound):
        tell_itc_reversal(
            TellItcReversal(shop.tenant, of_consumer.id, world.now, "accepted"), db=shop.db
        )
    traders = shop.customer("Asha Traders", state="Karnataka", gstin=ASHA)
    traders.subscribes_to("Pro")
    note = credited(shop, traders.latest_invoice, 100)
    assert note.itc_reversal_status == "unknown"
    tell_itc_reversal(TellItcReversal(shop.tenant, note.id, world.now, "rejected"), db=shop.db)
    assert seen(shop, note.id).itc_reversal_status == "rejected"
    today = {"first": world.now.date(), "last": world.now.date()}
    with shop.db.transaction(shop.tenant) as uow:
        assert itc_reversed(uow.connection, registration(shop), **today) == frozenset()
    tell_itc_reversal(TellItcReversal(shop.tenant, note.id, world.now, "accepted"), db=shop.db)
    with shop.db.transaction(shop.tenant) as uow:
        assert itc_reversed(uow.connection, registration(shop), **today) == {note.id}


def test_a_note_after_a_commercial_one_leaves_the_tax_of_that(
    world: World, shop: Shop, invoice: Invoice
) -> None:
    """Of 1,000.00 with 18 %: 100.00 without tax, then the rest, 900.00 with 162.00."""
    credited(shop, invoice, 10_000, commercial=True)
    rest = credited(shop, invoice, 90_000)
    assert (rest.subtotal, rest.tax, rest.total) == (90_000, 16_200, 106_200)
    # 1,180.00 less 100.00 and 1,062.00: the tax of what was taken back commercially.
    assert shop.rows("select total - amount_credited from invoices") == [(1_800,)]
