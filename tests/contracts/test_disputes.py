"""What khata relies on in disputes, whoever's: each adapter sits this exam."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence, EvidenceFile, EvidenceText, Topic
from khata.ports.disputes import GatewayDisputes, NotTakenByGateway, disputes_of
from khata.ports.gateway import ChargeRequest
from tests.contracts.candidates.candidate import DAY, Candidate

AT = datetime(2026, 2, 28, 6, 30, tzinfo=UTC)
TOTAL = 118_000
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n"
EVIDENCE = Evidence(
    (EvidenceText(Topic.EXPLANATION, "The service was used every day until yesterday."),),
    (
        EvidenceFile(Topic.PROOF_OF_SERVICE, "usage.pdf", "application/pdf", PDF),
        EvidenceFile(Topic.RECEIPT, "invoice.pdf", "application/pdf", PDF),
        EvidenceFile(Topic.OTHER, "more.pdf", "application/pdf", PDF),
    ),
)


@pytest.fixture
def disputes(candidate: Candidate) -> GatewayDisputes:
    found = disputes_of(candidate.gateway)
    assert found is not None
    return found


def disputed(candidate: Candidate) -> tuple[ChargeRequest, str, str]:
    """A charge of 1,180.00 that its payer complains about two days later."""
    request = ChargeRequest(
        uuid4(),
        str(uuid4()),
        str(uuid4()),
        candidate.tokens["ok"],
        TOTAL,
        candidate.currency,
        "Invoice",
        uuid4().hex[:12],
        holder=candidate.holder,
        **candidate.request_fields,
    )
    answer = candidate.ended(request, AT)
    assert answer.reference is not None
    candidate.set_clock(AT + 2 * DAY)
    return request, answer.reference, candidate.dispute(request, answer.reference)


def read(disputes: GatewayDisputes, reference: str) -> SeenDispute:
    seen = disputes.read_dispute(reference, at=AT + 3 * DAY)
    assert seen is not None
    return seen


def test_a_dispute_names_its_payment_its_reason_and_its_last_day(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, charge, id = disputed(candidate)
    seen = read(disputes, id)
    assert (seen.reference, seen.charge, seen.status) == (id, charge, "needs_response")
    assert (seen.amount, seen.currency) == (TOTAL, candidate.currency)
    assert seen.opened_at == AT + 2 * DAY
    assert seen.due_by is not None
    assert seen.due_by >= seen.opened_at + 7 * DAY
    assert seen.reason
    taken = TOTAL if candidate.takes_at_once else 0
    assert (seen.taken, seen.fee) == (taken, candidate.dispute_fee)


def test_a_dispute_that_is_lost_has_taken_the_money(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, _, id = disputed(candidate)
    candidate.decide(id, "lost")
    seen = read(disputes, id)
    assert (seen.status, seen.taken, seen.fee) == ("lost", TOTAL, candidate.dispute_fee)


def test_a_dispute_that_is_won_has_given_it_back_but_the_fee(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, _, id = disputed(candidate)
    candidate.decide(id, "won")
    seen = read(disputes, id)
    assert (seen.status, seen.taken, seen.fee) == ("won", 0, candidate.dispute_fee)


def test_accepting_loses_it_and_again_changes_nothing(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, _, id = disputed(candidate)
    first = disputes.accept_dispute(id, at=AT + 3 * DAY)
    assert (first.status, first.taken) == (DisputeStatus.LOST, TOTAL)
    assert disputes.accept_dispute(id, at=AT + 4 * DAY) == first


def test_what_was_won_cannot_be_accepted(candidate: Candidate, disputes: GatewayDisputes) -> None:
    _, _, id = disputed(candidate)
    candidate.decide(id, "won")
    with pytest.raises(NotTakenByGateway):
        disputes.accept_dispute(id, at=AT + 3 * DAY)


def test_evidence_is_handed_in_once_for_good(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, _, id = disputed(candidate)
    seen = disputes.send_evidence(id, EVIDENCE, at=AT + 3 * DAY)
    assert seen.status is DisputeStatus.UNDER_REVIEW
    with pytest.raises(NotTakenByGateway):
        disputes.send_evidence(id, EVIDENCE, at=AT + 3 * DAY)


def test_words_alone_are_taken_or_refused_in_words(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    """Razorpay wants a document; the others take words alone."""
    _, _, id = disputed(candidate)
    alone = Evidence(EVIDENCE.texts, ())
    if candidate.takes_at_once:
        assert disputes.send_evidence(id, alone, at=AT).status is DisputeStatus.UNDER_REVIEW
    else:
        with pytest.raises(NotTakenByGateway, match="at least one document"):
            disputes.send_evidence(id, alone, at=AT)


def test_disputes_are_listed_by_the_day_they_were_opened(
    candidate: Candidate, disputes: GatewayDisputes
) -> None:
    _, _, id = disputed(candidate)
    opened = AT + 2 * DAY
    found = [one.reference for one in disputes.disputes_between(opened, opened + DAY)]
    assert found.count(id) == 1
    for start in (opened + DAY, opened - DAY):
        others = disputes.disputes_between(start, start + DAY)
        assert id not in [one.reference for one in others]


@pytest.mark.parametrize(
    "reference", ["disp_nobodys", "du_nobodys", "PP-D-999", f"fakedp_{0:032x}", "../x", ""]
)
def test_a_dispute_that_nobody_knows_is_none(disputes: GatewayDisputes, reference: str) -> None:
    assert disputes.read_dispute(reference, at=AT) is None


def test_what_a_webhook_tells_leads_to_the_dispute(candidate: Candidate) -> None:
    """The hook bears the dispute's own id: that is what is asked for."""
    _, _, id = disputed(candidate)
    if candidate.simulator is None:
        pytest.skip("this vendor tells nothing by itself: its answers name the dispute")
    waiting = candidate.simulator.hooks.waiting()
    told = [hook for hook in waiting if "dispute" in hook.type.lower()]
    assert told
    assert all(id.encode() in hook.body for hook in told)
