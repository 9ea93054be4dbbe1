"""One exam for every gateway with pages of its own: what khata relies on when a payer goes there.

A candidate joins with `visits` and three ways in which the payer acts at its page: they pay (or
agree to save), are declined, or go back. What the vendor does not offer is skipped.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import LONGEST_SILENCE
from khata.ports.gateway import AnswerLost, ChargeRequest, IdUsedOtherwise, RefundRequest
from khata.ports.gateway_visits import (
    GatewayVisits,
    OpenedVisit,
    Payer,
    VisitRequest,
    VisitState,
    visits_of,
)
from tests.contracts.candidates.candidate import DAY, HOUR, Candidate

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
SOON = AT + timedelta(minutes=5)
STAYS_OPEN = timedelta(hours=1)

Wanted = Callable[..., VisitRequest]


@pytest.fixture
def wanted(candidate: Candidate) -> Wanted:
    """Make visits of a merchant, payer and invoices that nobody else uses."""
    if not candidate.visits:
        pytest.skip("this vendor has no pages of its own")
    candidate.set_clock(AT)
    merchant, series = str(uuid4()), uuid4().hex[:6]

    def make(
        purpose: Purpose = Purpose.PAY, kind: MethodKind | None = None, **others: Any
    ) -> VisitRequest:
        offered = [one for one in kinds_for(candidate, purpose) if kind in (None, one)]
        if not offered:
            pytest.skip(f"this vendor's pages do not {purpose} {kind or ''}")
        saves, kind = purpose is not Purpose.PAY, offered[0]
        number = f"{series}/00001"
        terms = MandateTerms(
            1_500_000, candidate.currency, Frequency.AS_PRESENTED, AT.date(), date(2030, 1, 31)
        )
        request = VisitRequest(
            visit_id=uuid4(),
            merchant=merchant,
            purpose=purpose,
            kind=kind,
            amount=0 if purpose is Purpose.SAVE else 118_000,
            currency=candidate.currency,
            description=f"Invoice {number}",
            payer=Payer("Asha Traders", f"{series}@traders.example", "+919900000000"),
            return_url="http://127.0.0.1:9/back",
            cancel_url="http://127.0.0.1:9/turned-back",
            expires_at=AT + STAYS_OPEN,
            invoice_number=None if purpose is Purpose.SAVE else number,
            mandate=terms if saves else None,
        )
        return replace(request, **others)

    return make


def kinds_for(candidate: Candidate, purpose: Purpose) -> list[MethodKind]:
    offers = candidate.gateway.capabilities.visits
    return sorted(kind for kind, purposes in offers.items() if purpose in purposes)


def pages(candidate: Candidate) -> GatewayVisits:
    visits = visits_of(candidate.gateway)
    assert visits is not None
    return visits


def opened(candidate: Candidate, request: VisitRequest) -> OpenedVisit:
    candidate.set_clock(AT)
    return pages(candidate).open_visit(request, at=AT)


def finished(
    candidate: Candidate, request: VisitRequest, visit: OpenedVisit, at: datetime = SOON
) -> VisitState:
    candidate.set_clock(at)
    return pages(candidate).finish_visit(request, reference=visit.reference, at=at)


def state(
    candidate: Candidate, request: VisitRequest, visit: OpenedVisit | None, at: datetime = SOON
) -> VisitState | None:
    candidate.set_clock(at)
    reference = visit.reference if visit else None
    return pages(candidate).visit_state(request, reference=reference, at=at)


def closed(
    candidate: Candidate, request: VisitRequest, visit: OpenedVisit, at: datetime = SOON
) -> VisitState:
    candidate.set_clock(at)
    return pages(candidate).close_visit(request, reference=visit.reference, at=at)


def as_charge(request: VisitRequest) -> ChargeRequest:
    """The same money as a charge: it has the visit's id."""
    return ChargeRequest(
        request.visit_id,
        request.merchant,
        request.payer.email or "",
        "",
        request.amount,
        request.currency,
        request.description,
        request.invoice_number or "",
        kind=request.kind,
    )


def captured(candidate: Candidate, request: VisitRequest, at: datetime = SOON + DAY) -> int:
    return candidate.captured(as_charge(request), at)


def test_a_visit_is_waited_for_longer_than_money_may_come_late(candidate: Candidate) -> None:
    assert (candidate.gateway.capabilities.late_success or timedelta()) < LONGEST_SILENCE


def test_it_says_what_its_pages_can_do(candidate: Candidate) -> None:
    offers = candidate.gateway.capabilities.visits
    assert bool(offers) == candidate.visits
    assert all(purposes for purposes in offers.values())


def test_a_visit_has_somewhere_to_go_and_waits_there(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    assert visit.reference
    assert visit.url or visit.upi_link
    told = state(candidate, request, visit)
    assert told == VisitState(VisitStatus.OPEN)
    assert captured(candidate, request) == 0


@pytest.mark.parametrize("kind", list(MethodKind))
def test_each_kind_it_offers_can_be_paid_by(
    candidate: Candidate, wanted: Wanted, kind: MethodKind
) -> None:
    request = wanted(kind=kind)
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    told = finished(candidate, request, visit)
    assert told.status is VisitStatus.DONE
    assert told.paid is not None
    assert told.paid.outcome is Outcome.SUCCEEDED
    assert (told.paid.amount, told.paid.currency) == (118_000, candidate.currency)
    assert told.paid.fee == candidate.visit_fee
    assert told.paid.reference
    assert told.saved is None
    assert captured(candidate, request) == 1


def test_finished_again_it_says_the_same(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    first = finished(candidate, request, visit)
    assert finished(candidate, request, visit, SOON + HOUR) == first
    assert state(candidate, request, visit, SOON + 2 * HOUR) == first
    assert captured(candidate, request) == 1


def test_finished_by_many_threads_it_takes_once(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    candidate.set_clock(SOON)

    def finish(_: int) -> str | None:
        try:
            told = pages(candidate).finish_visit(request, reference=visit.reference, at=SOON)
        except AnswerLost:  # the first one is still on its way there
            return None
        return told.paid.reference if told.paid else None

    with ThreadPoolExecutor(4) as threads:
        references = set(threads.map(finish, range(8)))
    assert len(references - {None}) == 1
    assert captured(candidate, request) == 1


def test_opened_again_it_is_the_same_visit(candidate: Candidate, wanted: Wanted) -> None:
    """As after a lost answer: nobody can pay at two pages."""
    request = wanted()
    visit = opened(candidate, request)
    again = opened(candidate, request)
    assert again.reference == visit.reference
    candidate.payer_pays(again)
    assert finished(candidate, request, visit).status is VisitStatus.DONE
    candidate.payer_pays(visit)
    assert captured(candidate, request) == 1


def test_one_id_for_two_different_visits_is_refused(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    opened(candidate, request)
    with pytest.raises(IdUsedOtherwise, match="other parameters"):
        opened(candidate, replace(request, amount=118_001))


def test_what_was_never_opened_is_not_known(candidate: Candidate, wanted: Wanted) -> None:
    if "visit_look_up" in candidate.knows_no:
        pytest.skip("this vendor finds no visit by our id alone")
    assert state(candidate, wanted(), None) is None


def test_a_visit_is_found_by_our_id_alone(candidate: Candidate, wanted: Wanted) -> None:
    if "visit_look_up" in candidate.knows_no:
        pytest.skip("this vendor finds no visit by our id alone")
    request = wanted()
    visit = opened(candidate, request)
    assert state(candidate, request, None) == VisitState(VisitStatus.OPEN)
    candidate.payer_pays(visit)
    finished(candidate, request, visit)
    told = state(candidate, request, None)
    assert told is not None
    assert told.status is VisitStatus.DONE


def test_who_is_declined_may_try_again(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_declines(visit)
    told = finished(candidate, request, visit)
    assert told.status in (VisitStatus.OPEN, VisitStatus.FAILED)
    assert told.paid is None
    assert told.decline_code
    assert captured(candidate, request, SOON) == 0
    if told.status is VisitStatus.OPEN:
        candidate.payer_pays(visit)
        assert finished(candidate, request, visit).status is VisitStatus.DONE
        assert captured(candidate, request) == 1


def test_who_goes_back_has_paid_nothing(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_leaves(visit)
    told = finished(candidate, request, visit)
    assert told.status in (VisitStatus.OPEN, VisitStatus.FAILED, VisitStatus.EXPIRED)
    assert (told.paid, told.saved) == (None, None)
    assert captured(candidate, request) == 0


def test_where_it_was_closed_nobody_pays(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    told = closed(candidate, request, visit)
    assert (told.status, told.paid) == (VisitStatus.EXPIRED, None)
    candidate.payer_pays(visit)
    assert captured(candidate, request) == 0
    again = closed(candidate, request, visit, SOON + HOUR)
    assert again.status is VisitStatus.EXPIRED
    later = state(candidate, request, visit, SOON + 2 * HOUR)
    assert later is not None
    assert later.status is VisitStatus.EXPIRED


def test_closing_tells_what_was_paid_before(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    paid = finished(candidate, request, visit)
    assert closed(candidate, request, visit) == paid
    assert captured(candidate, request) == 1


def test_after_its_time_nobody_pays(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    late = AT + STAYS_OPEN + timedelta(minutes=1)
    candidate.set_clock(late)
    candidate.payer_pays(visit)
    told = closed(candidate, request, visit, late)
    assert (told.status, told.paid) == (VisitStatus.EXPIRED, None)
    assert captured(candidate, request) == 0


@pytest.mark.parametrize("kind", list(MethodKind))
def test_what_was_saved_can_be_charged_without_the_payer(
    candidate: Candidate, wanted: Wanted, kind: MethodKind
) -> None:
    request = wanted(Purpose.SAVE, kind)
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    told = finished(candidate, request, visit, AT + candidate.confirms_within + HOUR / 2)
    assert told.status is VisitStatus.DONE
    assert told.saved is not None
    assert told.saved.usable
    assert told.saved.kind in candidate.gateway.capabilities.kinds
    can_be_charged(candidate, request, told)


def test_paying_may_save_at_once(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted(Purpose.PAY_AND_SAVE)
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    told = finished(candidate, request, visit)
    assert told.status is VisitStatus.DONE
    assert told.paid is not None
    assert told.paid.outcome is Outcome.SUCCEEDED
    assert captured(candidate, request, SOON) == 1
    assert told.saved is not None
    can_be_charged(candidate, request, told)


def can_be_charged(candidate: Candidate, request: VisitRequest, told: VisitState) -> None:
    saved = told.saved
    assert saved is not None
    begins = AT + candidate.confirms_within + DAY
    charge = ChargeRequest(
        uuid4(),
        request.merchant,
        request.payer.email or "",
        saved.token,
        59_000,
        request.currency,
        "Invoice 2",
        f"{request.merchant[:8]}/2",
        kind=saved.kind,
        holder=saved.holder,
        facts=saved.facts,
    )
    answer: Answer | None = candidate.ended(charge, begins)
    if answer is not None and answer.outcome is Outcome.PENDING:  # a bank that answers later
        answer = candidate.look_up(charge, begins + candidate.pending_for)
    assert answer is not None
    assert answer.outcome is Outcome.SUCCEEDED


def test_its_money_is_looked_up_as_a_charge(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    paid = finished(candidate, request, visit).paid
    assert paid is not None
    charge = replace(as_charge(request), amount=118_000)
    found = candidate.gateway.look_up(charge, reference=paid.reference, at=SOON)
    assert found is not None
    assert (found.outcome, found.reference) == (Outcome.SUCCEEDED, paid.reference)


def test_its_money_goes_back_as_any_other(candidate: Candidate, wanted: Wanted) -> None:
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    paid = finished(candidate, request, visit).paid
    assert paid is not None
    refund = RefundRequest(
        uuid4(),
        request.visit_id,
        request.merchant,
        18_000,
        request.currency,
        charge=paid.reference,
        taken=118_000,
    )
    assert candidate.refund(refund, SOON).outcome is Outcome.SUCCEEDED
    assert candidate.refunded(as_charge(request)) == 18_000


def test_its_money_is_in_the_list_of_the_day(candidate: Candidate, wanted: Wanted) -> None:
    """By the visit's id, so that reconciliation knows it."""
    request = wanted()
    visit = opened(candidate, request)
    candidate.payer_pays(visit)
    paid = finished(candidate, request, visit).paid
    assert paid is not None
    candidate.set_clock(SOON + candidate.listed_within)
    listed = candidate.gateway.payments_between(AT - HOUR, AT + DAY)
    seen = {one.attempt_id: one for one in listed}[request.visit_id]
    assert (seen.outcome, seen.amount) == (Outcome.SUCCEEDED, 118_000)
    assert (seen.reference, seen.fee) == (paid.reference, paid.fee)
