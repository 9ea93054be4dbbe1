"""Answers that get lost: a document has one number all the same, and billing hears the truth."""

from datetime import timedelta

import httpx
import pytest

from khata.adapters.irp.nic import NicRegistry
from khata.core.e_invoice.dated import Reaction
from khata.core.e_invoice.registration import CancelReason
from khata.ports.invoice_registry import (
    Cancelled,
    OutcomeUnknown,
    Refused,
    Registered,
    RegistryUnavailable,
)
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.irp import IrpSimulator
from khata.simulators.irp.register import Duplicate
from tests.contracts.irp.candidates import AT, asked, opened
from tests.core.e_invoice.papers import between_states, line, paper

INVOICE = r"/eicore/v1.03/Invoice"
REQUEST = asked(between_states())
DONE = [
    FaultKind.LOST_AFTER,
    FaultKind.ERROR_500,  # of this portal a page with 504
    FaultKind.HTML_502,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY,
]
NOT_DONE = [FaultKind.LOST_BEFORE, FaultKind.REFUSED_500, FaultKind.RATE_LIMITED]


def fail(portal: IrpSimulator, *faults: Fault) -> None:
    portal.faults.set(list(faults))


@pytest.mark.parametrize("kind", DONE)
def test_what_was_done_is_found_by_the_documents_own_number(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    fail(portal, Fault(kind, path=INVOICE, times=1))
    told = registry.generate(REQUEST)
    assert isinstance(told, Registered)
    assert told.irn == REQUEST.irn
    assert (portal.generated, len(portal.register.entries)) == (1, 1)


@pytest.mark.parametrize("kind", DONE)
def test_where_it_cannot_be_asked_nobody_knows_and_it_is_sent_again(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    find = Fault(FaultKind.HTML_502, "GET", r".*/irnbydocdetails", times=1)
    fail(portal, Fault(kind, path=INVOICE, times=1), find)
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)
    told = registry.generate(REQUEST)  # a duplicate, compared
    assert isinstance(told, Registered)
    assert (portal.generated, len(portal.register.entries)) == (2, 1)


@pytest.mark.parametrize("kind", NOT_DONE)
def test_what_was_not_done_is_not_taken_for_done(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    fail(portal, Fault(kind, path=INVOICE, times=1))
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)
    assert portal.register.entries == {}
    assert isinstance(registry.generate(REQUEST), Registered)


def test_a_lost_answer_about_another_document_is_no_success(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """The number was used before; what is found afterwards is not ours."""
    registry.generate(asked(paper(line(100, igst=18))))
    fail(portal, Fault(FaultKind.LOST_BEFORE, path=INVOICE, times=1))
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.codes == ("duplicate_differs",)


def test_a_lost_answer_about_a_cancelled_number_is_no_success(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    registry.generate(REQUEST)
    registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x")
    fail(portal, Fault(FaultKind.LOST_BEFORE, path=INVOICE, times=1))
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.codes == ("2278",)


def test_a_duplicate_that_is_cancelled_is_no_success(
    portal: IrpSimulator, registry: NicRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a portal say 2150 of a cancelled number, and not 2278."""
    registry.generate(REQUEST)
    registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x")
    [entry] = portal.register.entries.values()

    def duplicate(form: object, now: object) -> None:
        raise Duplicate(entry)

    monkeypatch.setattr(portal.register, "enter", duplicate)
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.codes == ("duplicate_differs",)
    assert "cancelled" in told.errors[0].message


def test_a_provider_that_says_the_portal_is_down(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """GSPGSTDOWN: it is tried again later, and may have been done."""
    registry.get_gstin("27AAACM3025E1ZZ")  # logged in
    portal.is_down = True
    with pytest.raises(OutcomeUnknown, match="down"):
        registry.generate(REQUEST)
    with pytest.raises(RegistryUnavailable):
        registry.get_by_irn(REQUEST.irn)
    with pytest.raises(RegistryUnavailable):
        registry.get_gstin("27AAACM3025E1ZZ")
    portal.is_down = False
    assert isinstance(registry.generate(REQUEST), Registered)


def test_a_portal_that_is_down_before_anyone_is_in(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    portal.is_down = True
    with pytest.raises(RegistryUnavailable):
        registry.generate(REQUEST)
    portal.is_down = False
    assert isinstance(registry.generate(REQUEST), Registered)


def test_a_portal_that_nobody_reaches(portal: IrpSimulator) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    registry = opened(portal, "http://portal.invalid", transport=httpx.MockTransport(refuse))
    for call in (
        lambda: registry.generate(REQUEST),
        lambda: registry.get_by_irn(REQUEST.irn),
        lambda: registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x"),
    ):
        with pytest.raises(RegistryUnavailable):
            call()


@pytest.mark.parametrize("kind", DONE)
def test_a_cancelling_whose_answer_is_lost_is_found(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    registry.generate(REQUEST)
    fail(portal, Fault(kind, path=INVOICE + "/Cancel", times=1))
    told = registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x")
    assert told == Cancelled(REQUEST.irn, None)


@pytest.mark.parametrize("kind", NOT_DONE)
def test_one_that_was_not_done_is_asked_again(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    registry.generate(REQUEST)
    fail(portal, Fault(kind, path=INVOICE + "/Cancel", times=1))
    with pytest.raises(OutcomeUnknown):
        registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x")
    told = registry.cancel(REQUEST.irn, reason=CancelReason.OTHER, remark="x")
    assert told == Cancelled(REQUEST.irn, AT)


@pytest.mark.parametrize("kind", [*DONE, *NOT_DONE])
def test_a_question_that_is_not_answered_is_no_news(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    registry.generate(REQUEST)
    fail(portal, Fault(kind, "GET", times=1))
    with pytest.raises(RegistryUnavailable):
        registry.get_by_irn(REQUEST.irn)
    assert isinstance(registry.get_by_irn(REQUEST.irn), Registered)


def test_after_two_days_the_portal_sends_elsewhere(
    portal: IrpSimulator, registry: NicRegistry
) -> None:
    """Error 2283; a duplicate that cannot be compared any more is for a person."""
    registry.generate(REQUEST)
    portal.advance(AT + timedelta(days=2, seconds=1))
    found = registry.get_by_irn(REQUEST.irn)
    assert isinstance(found, Refused)
    assert (found.codes, found.reaction) == (("2283",), Reaction.ASK_ELSEWHERE)
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert (told.codes, told.reaction) == (("2150", "2283"), Reaction.COMPARE)
