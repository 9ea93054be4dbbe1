"""Stories of e-invoices: a month of a B2B shop, its portal's bad days, and what is cancelled.

Law: CGST Rule 48(4) and (5); what the portal answers is NIC's documents, as the simulator has them.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from khata.core.e_invoice.dated import ExemptClass
from khata.core.e_invoice.states import EInvoiceMoveNotAllowed, TooLateToCancel
from khata.core.ids import new_id
from khata.core.refusal import NotFound
from khata.core.voiding import NotVoidable
from khata.simulators.faults import Fault, FaultKind
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.e_invoices import register_due_e_invoices as sending
from khata.usecases.e_invoices.cancel_e_invoice import PortalAway
from khata.usecases.e_invoices.enter_irn import NotItsIrn
from tests.scenarios.customer import Customer
from tests.scenarios.filing import found, the_return
from tests.scenarios.portal import GENERATE, Bound, bound_to
from tests.scenarios.world import World

FIRST = "INV/25-26/00001"


@pytest.fixture
def bound(world: World) -> Iterator[Bound]:
    with bound_to(world) as bound:
        yield bound


def test_a_month_of_a_shop_that_sells_to_firms_and_to_consumers(bound: Bound) -> None:
    world = bound.world
    asha, someone = bound.firm(), bound.shop.customer("Someone")
    asha.subscribes_to("Pro")
    someone.subscribes_to("Pro")
    world.wait_until("2025-06-02")  # the portal lives in the story's time, which jumps
    world.wait_until("2025-07-02")
    # Of four invoices two are of a firm; consumers' need no IRN (Notf. 13/2020-CT).
    assert [state for _, state, _ in bound.states()] == ["generated", "generated"]
    assert len(bound.shop.invoices) == 4
    bound.credits(asha.latest_invoice)
    world.wait_until("2025-07-03")
    assert [kind for kind, _, _ in bound.at_portal()] == ["INV", "INV", "CRN"]
    assert bound.states()[-1] == ("CN/25-26/00001", "generated", None)
    told = [
        (kind,)
        for (kind,) in bound.shop.rows(
            "select type from events where type like 'e_invoice%%' order by id"
        )
    ]
    assert told == [("e_invoice.generated",)] * 3
    [(irn, ack, qr)] = bound.shop.rows(
        "select irn, ack_number, signed_qr from e_invoices where kind = 'credit_note'"
    )
    assert irn in [one["irn"] for one in bound.portal.books()["documents"]]
    assert ack
    assert qr.count(".") == 2  # a JWS


def test_the_law_asks_nothing_of_who_turns_over_less(world: World, bound: Bound) -> None:
    bound.turns_over(50_000_000)  # five crore is not above five crore
    bound.firm().subscribes_to("Pro")
    world.wait_until("2025-06-02")
    assert bound.states() == [(FIRST, "not_applicable", None)]
    assert bound.at_portal() == []
    bound.turns_over(50_000_001)
    bound.sends_again(bound.shop.invoices[0])
    world.wait_until("2025-06-03")
    assert bound.states() == [(FIRST, "generated", None)]


def test_a_portal_that_is_down_for_three_days_holds_up_nothing_but_the_mail(bound: Bound) -> None:
    world = bound.world
    bound.portal.is_down = True
    asha = bound.firm()
    asha.subscribes_to("Pro")
    world.wait_until("2025-06-01")
    assert bound.states() == [(FIRST, "retrying", "portal_away")]
    assert asha.latest_invoice.status == "paid"  # it was collected
    mails = dict(bound.mails())
    assert mails["invoice_issued"] == "queued"  # without its IRN it is no invoice: Rule 48(5)
    world.wait_until("2025-06-02")  # a day is enough: the buyer hears of it
    assert dict(bound.mails())["invoice_issued"] == "kept"
    world.wait_until("2025-06-04")
    assert bound.states() == [(FIRST, "retrying", "portal_away")]
    [(tries,)] = bound.shop.rows("select tries from e_invoices")
    # after 1, 5, 15, 60 and 120 minutes, and then every 4 hours: 5 + 17 in 72 hours, or so
    assert 18 <= tries <= 26
    bound.portal.is_down = False
    world.wait_until("2025-06-05")
    assert bound.states() == [(FIRST, "generated", None)]


def test_a_return_waits_for_the_irn_of_who_has_to_have_one(bound: Bound) -> None:
    """Rule 48(5): no invoice without its IRN. A consumer's needs none."""
    world, shop = bound.world, bound.shop
    bound.portal.is_down = True
    asha = bound.firm()
    asha.subscribes_to("Pro")
    shop.customer("Someone").subscribes_to("Pro")
    world.wait_until("2025-06-01")
    missing = found(the_return(shop, "2025-06"), "e_invoice_missing")
    assert missing.documents == (asha.latest_invoice.id,)
    assert FIRST in missing.sentence
    bound.connects(valid_from=date(2025, 6, 2))  # what is older was registered elsewhere
    assert not _misses_irn(bound)
    bound.connects(exempt_as=ExemptClass.MULTIPLEX)
    assert not _misses_irn(bound)
    bound.connects()
    bound.turns_over(50_000_000)  # five crore is not above five crore
    assert not _misses_irn(bound)
    bound.turns_over(50_000_001)
    assert _misses_irn(bound)
    bound.portal.is_down = False
    world.wait_until("2025-06-02")
    assert not _misses_irn(bound)
    note = bound.credits(asha.latest_invoice)
    assert found(the_return(shop, "2025-06"), "e_invoice_missing").documents == (note,)
    world.wait_until("2025-06-03")
    assert not _misses_irn(bound)
    told = the_return(shop, "2025-06").gstr1.documents
    at_portal = {one["number"]: one["irn"] for one in bound.portal.books()["documents"]}
    assert {one.number: one.irn for one in told if one.irn} == at_portal
    assert len(at_portal) == 2


def _misses_irn(bound: Bound) -> bool:
    told = the_return(bound.shop, "2025-06")
    return "e_invoice_missing" in [one.code for one in told.findings]


def test_the_mail_leaves_with_the_irn(bound: Bound) -> None:
    bound.portal.is_down = True
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until(bound.world.now)
    assert dict(bound.mails())["invoice_issued"] == "queued"
    bound.portal.is_down = False
    bound.world.wait_until(bound.world.now + timedelta(minutes=10))
    assert bound.states() == [(FIRST, "generated", None)]
    assert dict(bound.mails())["invoice_issued"] == "kept"


def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_registered_twice(
    bound: Bound,
) -> None:
    find = Fault(FaultKind.HTML_502, "GET", r".*/irnbydocdetails", times=1)
    bound.fails(Fault(FaultKind.LOST_AFTER, path=GENERATE, times=1), find)
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until(bound.world.now)
    assert bound.states() == [(FIRST, "retrying", "outcome_unknown")]
    bound.world.wait_until(bound.world.now + timedelta(minutes=2))
    assert bound.states() == [(FIRST, "generated", None)]
    assert bound.portal.generated == 1  # it was asked by its number, and not sent again


class Killed(BaseException):
    """Our process is gone."""


def test_a_worker_that_dies_after_the_call_leaves_it_to_be_asked_about(
    bound: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(sending, "keep_outcome", dies)
    bound.firm().subscribes_to("Pro")
    with pytest.raises(Killed):
        bound.world.wait_until(bound.world.now)
    assert [state for _, state, _ in bound.states()] == ["submitted"]
    monkeypatch.undo()
    bound.world.wait_until(bound.world.now + timedelta(minutes=11))  # the lease is over
    assert bound.states() == [(FIRST, "generated", None)]
    assert bound.portal.generated == 1


def test_a_worker_that_dies_before_the_call_leaves_it_to_be_sent(
    bound: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(sending, "ask_portal", dies)
    bound.firm().subscribes_to("Pro")
    with pytest.raises(Killed):
        bound.world.wait_until(bound.world.now)
    monkeypatch.undo()
    assert bound.at_portal() == []
    bound.world.wait_until(bound.world.now + timedelta(minutes=11))
    assert bound.states() == [(FIRST, "generated", None)]


def test_a_number_that_another_document_has_is_for_a_person(world: World, bound: Bound) -> None:
    bound.firm().subscribes_to("Pro")
    world.wait_until("2025-06-01")
    with bound.shop.db.transaction(bound.shop.tenant) as uow:  # as another program's would be
        uow.connection.execute("update invoices set total = total + 100, round_off = 100")
        uow.connection.execute(
            "update e_invoices set state = 'pending', irn = null, next_try_at = %s", [world.now]
        )
    world.wait_until("2025-06-01")
    with bound.shop.db.transaction(bound.shop.tenant) as uow:
        uow.connection.execute("update invoices set total = total - 100, round_off = 0")
    [(_, state, code)] = bound.states()
    assert (state, code) == ("manual", "duplicate_differs")


def test_what_the_portal_refuses_is_told_and_sent_again_once_it_is_mended(bound: Bound) -> None:
    world = bound.world
    bound.portal.taxpayers.set({"29AABCR1718E1ZL": "CNL"})
    bound.firm().subscribes_to("Pro")
    world.wait_until("2025-06-01")
    [(_, state, _)] = bound.states()
    assert state == "failed"
    [(reason,)] = bound.shop.rows("select error from e_invoices")
    assert "29AABCR1718E1ZL" in reason or "GSTIN" in reason.upper()
    bound.portal.taxpayers.set({"29AABCR1718E1ZL": "ACT"})
    bound.sends_again(bound.shop.invoices[0])
    world.wait_until("2025-06-02")
    assert bound.states() == [(FIRST, "generated", None)]
    with pytest.raises(EInvoiceMoveNotAllowed):
        bound.sends_again(bound.shop.invoices[0])


def test_what_inv_01_does_not_allow_is_not_sent(world: World, bound: Bound) -> None:
    """A buyer without address, place and PIN is refused by the schema (keys Addr1, Loc, Pin).

    It was billed when nothing bound the shop to e-invoices; later it is not: see
    test_e_invoices_foreseen.py.
    """
    bound.turns_over(10_000_000)
    bound.shop.customer("Asha Traders", gstin="29AABCR1718E1ZL").subscribes_to("Pro")
    bound.turns_over(60_000_000)
    world.wait_until("2025-06-01")
    assert [state for _, state, _ in bound.states()] == ["failed"]
    assert bound.portal.generated == 0
    assert bound.shop.invoices[0].status == "paid"


def test_cancelled_in_time_the_invoice_is_void_and_its_number_used(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-02")
    invoice = asha.latest_invoice
    with pytest.raises(NotVoidable):  # the portal must hear of it first
        invoice.is_voided()
    bound.cancels(invoice)
    assert bound.states() == [(FIRST, "cancelled", None)]
    assert bound.at_portal() == [("INV", FIRST, True)]
    assert asha.latest_invoice.status == "void"
    assert bound.shop.rows("select type from events where type = 'e_invoice.cancelled'")


def test_cancelled_too_late_it_is_refused_and_a_credit_note_is_the_way(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-01")
    bound.world.wait_until(bound.world.now + timedelta(hours=24, minutes=1))
    with pytest.raises(TooLateToCancel):
        bound.cancels(asha.latest_invoice)
    assert asha.latest_invoice.status == "open"
    bound.credits(asha.latest_invoice)
    bound.world.wait_until("2025-06-03")
    assert [kind for kind, _, _ in bound.at_portal()] == ["INV", "CRN"]


def test_a_cancel_whose_answer_was_lost_is_done_by_itself(bound: Bound) -> None:
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-01")
    bound.portal.is_down = True
    with pytest.raises(PortalAway):
        bound.cancels(asha.latest_invoice)
    assert asha.latest_invoice.status == "open"
    bound.portal.is_down = False
    bound.world.wait_until(bound.world.now + timedelta(minutes=11))
    assert bound.states() == [(FIRST, "cancelled", None)]
    assert asha.latest_invoice.status == "void"


def test_what_became_void_before_it_was_sent_is_not_sent(bound: Bound) -> None:
    asha = unpaid(bound)
    asha.latest_invoice.is_voided()
    bound.world.wait_until("2025-06-02")
    assert bound.states() == [(FIRST, "not_applicable", None)]
    assert bound.at_portal() == []


def test_what_became_void_while_the_portal_was_away_is_not_sent(bound: Bound) -> None:
    bound.portal.is_down = True
    asha = unpaid(bound)
    bound.world.wait_until("2025-06-01")
    asha.latest_invoice.is_voided()
    bound.portal.is_down = False
    bound.world.wait_until("2025-06-02")
    assert bound.states()[0][1] == "not_applicable"
    assert bound.at_portal() == []


def test_thirty_days_are_the_last(bound: Bound) -> None:
    """From ten crore: of 1 June the last day is 30 June (advisory of 5 November 2024)."""
    bound.turns_over(100_000_000)
    bound.portal.is_down = True
    bound.firm().subscribes_to("Pro")
    bound.world.wait_until("2025-06-30")
    assert bound.states()[0] == (FIRST, "retrying", "portal_away")
    bound.world.wait_until("2025-07-01")
    assert bound.states()[0] == (FIRST, "manual", "e_invoice_too_late")
    told = bound.shop.rows("select facts ->> 'code' from events where type = 'e_invoice.failed'")
    assert told == [("e_invoice_too_late",)]


def test_a_note_that_a_person_registered_at_the_portal(bound: Bound) -> None:
    """The return waits for its IRN, which is SHA-256 of GSTIN, year, type and number."""
    world, shop = bound.world, bound.shop
    bound.turns_over(100_000_000)
    asha = bound.firm()
    asha.subscribes_to("Pro")
    world.wait_until("2025-06-02")
    bound.portal.is_down = True
    note = bound.credits(asha.latest_invoice)
    world.wait_until("2025-07-02")  # of 2 June the last day was 1 July
    assert bound.states()[1] == ("CN/25-26/00001", "manual", "e_invoice_too_late")
    assert found(the_return(shop, "2025-06"), "e_invoice_missing").documents == (note,)
    [(gstin,)] = shop.rows("select tax_id from registrations where is_default")
    its = hashlib.sha256(f"{gstin}2025-26CRNCN/25-26/00001".encode()).hexdigest()
    of_an_invoice = hashlib.sha256(f"{gstin}2025-26INVCN/25-26/00001".encode()).hexdigest()
    for wrong in (of_an_invoice, its[:-1]):
        with pytest.raises(NotItsIrn, match="The IRN of CN/25-26/00001 is"):
            bound.enters(note, wrong)
    bound.enters(note, its.upper())
    assert bound.states()[1] == ("CN/25-26/00001", "generated", None)
    assert not _misses_irn(bound)
    with pytest.raises(EInvoiceMoveNotAllowed):
        bound.enters(note, its)
    with pytest.raises(NotFound):
        bound.enters(new_id(world.now), its)


def test_a_login_that_is_refused_stops_until_it_is_mended(bound: Bound) -> None:
    bound.connects(password="Wrong@123")
    bound.firm().subscribes_to("Pro")
    bound.firm("Meera Works").subscribes_to("Pro")
    bound.world.wait_until("2025-06-03")
    assert [state for _, state, _ in bound.states()] == ["retrying", "retrying"]
    [(trouble,)] = bound.shop.rows("select trouble from irp_connections")
    assert trouble
    bound.connects()
    bound.world.wait_until("2025-06-04")
    assert [state for _, state, _ in bound.states()] == ["generated", "generated"]


def given_out(bound: Bound, invoice: UUID) -> bytes:
    command = GiveOutDocument(bound.shop.tenant, invoice, bound.world.now)
    content = give_out_document(command, tools=bound.world.engine.tools).content
    assert content is not None
    return content


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def unpaid(bound: Bound) -> Customer:
    """A firm that pays by hand, with an open invoice."""
    firm = bound.firm()
    firm.subscribes_to("Pro", pays_by="hand", days_to_pay=30)
    return firm


def test_what_is_given_out_after_registration_bears_the_signed_code(bound: Bound) -> None:
    """Rule 46(r). A copy that was given out before stays as it was given."""
    bound.portal.is_down = True
    asha = bound.firm()
    asha.subscribes_to("Pro")
    bound.world.wait_until(bound.world.now)
    before = given_out(bound, asha.latest_invoice.id)
    assert "Not yet registered" in words(before)
    bound.portal.is_down = False
    bound.world.wait_until(bound.world.now + timedelta(minutes=10))
    after = given_out(bound, asha.latest_invoice.id)
    [(irn, ack, qr)] = bound.shop.rows("select irn, ack_number, signed_qr from e_invoices")
    told = words(after)
    assert irn in re.sub(r"\s", "", told)
    assert ack in told
    mark = asha.latest_invoice.document.e_invoice
    assert mark is not None
    assert mark.signed_qr == qr  # to the letter
    kept = bound.shop.rows("select version from documents order by rendered_at, version")
    assert [version for (version,) in kept] == [
        "paid-118000-irn-awaited",
        f"paid-118000-irn-{irn[:16]}",
    ]
