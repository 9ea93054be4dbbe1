"""One exam for every invoice registry: what khata relies on, whoever gives the numbers."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from khata.core.e_invoice.dated import Reaction
from khata.core.e_invoice.registration import CancelReason, RegistrationRequest, qr_text
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from khata.ports.invoice_registry import Cancelled, Refused, Registered, Taxpayer, TaxpayerStatus
from tests.contracts.irp.candidates import AT, CANDIDATES, Candidate, asked
from tests.core.e_invoice.papers import (
    SAME_STATE,
    between_states,
    credit_note,
    export,
    inside_a_state,
    line,
    paper,
)

MISTAKE = CancelReason.MISTAKE


@pytest.fixture(params=sorted(CANDIDATES))
def candidate(request: pytest.FixtureRequest) -> Iterator[Candidate]:
    yield from CANDIDATES[request.param]()


def registered(candidate: Candidate, document: TaxDocument) -> Registered:
    told = candidate.registry.generate(asked(document))
    assert isinstance(told, Registered), told
    return told


def refused(told: object) -> Refused:
    assert isinstance(told, Refused), told
    return told


def test_a_document_gets_the_number_that_was_worked_out(candidate: Candidate) -> None:
    """SHA-256 of 29AABCR1718E1ZL2026-27INVINV/26-27/00001, by `sha256sum`."""
    told = registered(candidate, between_states())
    assert told.irn == "d3c4dfbedd263ee74bc099be2c56a207dc7561f156ce7683711011e468ae737a"
    assert told.ack_number.isdigit()
    assert told.ack_at == AT
    assert (told.total, told.buyer_gstin) == (118_000, "27AAACM3025E1ZZ")
    assert told.key == asked(between_states()).key
    assert not told.cancelled


@pytest.mark.parametrize(
    "document",
    [
        inside_a_state(),
        between_states(reverse_charge=True),
        between_states(round_off=-40),
        export(),
        export(treatment=Treatment.ZERO_RATED_WITH_IGST),
        paper(line(100), supply=SupplyKind.SEZ, treatment=Treatment.ZERO_RATED_LUT),
        credit_note(),
        credit_note(kind=DocumentKind.DEBIT_NOTE),
        paper(
            line(90_000, igst=16_200, quantity=Decimal(3), unit_price=Decimal(333), discount=9_900)
        ),
        paper(*[line(1_000, igst=180, position=n) for n in range(1, 30)]),
    ],
)
def test_documents_of_every_kind_are_registered(
    candidate: Candidate, document: TaxDocument
) -> None:
    request = asked(document)
    told = candidate.registry.generate(request)
    assert isinstance(told, Registered), told
    assert (told.irn, told.key, told.total) == (request.irn, request.key, request.total)


def test_the_same_again_gets_the_same_number(candidate: Candidate) -> None:
    first = registered(candidate, between_states())
    candidate.set_clock(AT + timedelta(hours=5))
    assert registered(candidate, between_states()) == first


def test_the_same_from_many_threads_gets_one_number(candidate: Candidate) -> None:
    request = asked(between_states())

    def send(_: int) -> Any:
        return candidate.registry.generate(request)

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(send, range(8)))
    assert told == [told[0]] * 8
    assert isinstance(told[0], Registered)


def test_capitals_make_no_other_number(candidate: Candidate) -> None:
    first = registered(candidate, between_states())
    typed = between_states(number="inv/26-27/00001")
    assert registered(candidate, typed) == first


@pytest.mark.parametrize(
    "other",
    [
        paper(line(200_000, igst=36_000)),
        inside_a_state(),
        between_states(round_off=1),
    ],
)
def test_another_document_of_the_same_number_is_a_conflict(
    candidate: Candidate, other: TaxDocument
) -> None:
    registered(candidate, between_states())
    told = refused(candidate.registry.generate(asked(other)))
    assert told.codes == ("duplicate_differs",)
    assert told.reaction is Reaction.MANUAL
    assert "118000" in told.errors[0].message or "27AAACM3025E1ZZ" in told.errors[0].message


def test_the_same_number_on_another_day_of_the_year_is_a_conflict(candidate: Candidate) -> None:
    registered(candidate, between_states(issued_on=date(2026, 4, 1)))
    told = refused(candidate.registry.generate(asked(between_states(issued_on=date(2026, 4, 2)))))
    assert told.codes == ("duplicate_differs",)
    assert "2026-04-02 here and 2026-04-01 at the portal" in told.errors[0].message


def test_a_note_may_bear_the_number_of_an_invoice(candidate: Candidate) -> None:
    first = registered(candidate, between_states())
    note = registered(candidate, credit_note(number="INV/26-27/00001"))
    debit = registered(
        candidate, credit_note(number="INV/26-27/00001", kind=DocumentKind.DEBIT_NOTE)
    )
    assert len({first.irn, note.irn, debit.irn}) == 3


def test_a_number_comes_back_in_another_financial_year(candidate: Candidate) -> None:
    """CGST Rule 46(b): unique for a financial year."""
    march = registered(candidate, between_states(issued_on=date(2026, 3, 31)))
    april = registered(candidate, between_states(issued_on=date(2026, 4, 1)))
    assert march.irn != april.irn


def test_it_is_found_by_its_irn(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    assert candidate.registry.get_by_irn(told.irn) == told


def test_it_is_found_by_its_own_number(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    assert candidate.registry.get_by_document(told.key) == told


def test_what_is_not_there_is_not_found(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    find = candidate.registry.get_by_document
    assert candidate.registry.get_by_irn("0" * 64) is None
    assert find(replace(told.key, number="INV/26-27/00002")) is None
    assert find(replace(told.key, document_type="CRN")) is None
    assert find(replace(told.key, issued_on=date(2026, 4, 2))) is None


def test_it_is_cancelled_within_a_day(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    at = AT + timedelta(hours=24)
    candidate.set_clock(at)
    cancelled = candidate.registry.cancel(told.irn, reason=MISTAKE, remark="Wrong plan")
    assert cancelled == Cancelled(told.irn, at)
    assert candidate.registry.get_by_irn(told.irn) == replace(told, cancelled=True)


@pytest.mark.parametrize("reason", list(CancelReason))
def test_for_each_reason(candidate: Candidate, reason: CancelReason) -> None:
    told = registered(candidate, between_states())
    cancelled = candidate.registry.cancel(told.irn, reason=reason, remark="")
    assert cancelled == Cancelled(told.irn, AT)


def test_it_is_cancelled_once_however_often_it_is_asked(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    candidate.registry.cancel(told.irn, reason=MISTAKE, remark="Wrong plan")
    candidate.set_clock(AT + timedelta(hours=30))
    again = candidate.registry.cancel(told.irn, reason=MISTAKE, remark="Wrong plan")
    assert again == Cancelled(told.irn, None)


def test_after_a_day_it_is_not(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    candidate.set_clock(AT + timedelta(hours=24, seconds=1))
    no = refused(candidate.registry.cancel(told.irn, reason=MISTAKE, remark="Too late"))
    assert no.reaction is Reaction.TOO_LATE_TO_CANCEL
    assert candidate.registry.get_by_irn(told.irn) == told


def test_nobody_cancels_what_is_not_there(candidate: Candidate) -> None:
    no = refused(candidate.registry.cancel("0" * 64, reason=MISTAKE, remark="None"))
    assert no.reaction is Reaction.NOT_THERE


def test_a_cancelled_number_cannot_be_used_again(candidate: Candidate) -> None:
    told = registered(candidate, between_states())
    candidate.registry.cancel(told.irn, reason=MISTAKE, remark="Wrong plan")
    no = refused(candidate.registry.generate(asked(between_states())))
    assert no.codes == ("2278",)
    assert no.reaction is Reaction.CORRECT


def test_a_taxpayer_is_known(candidate: Candidate) -> None:
    told = candidate.registry.get_gstin("27AAACM3025E1ZZ")
    assert isinstance(told, Taxpayer)
    assert (told.gstin, told.state_code) == ("27AAACM3025E1ZZ", "27")
    assert told.status is TaxpayerStatus.ACTIVE
    assert told.legal_name
    assert candidate.registry.sync_gstin("27AAACM3025E1ZZ") == told


def test_one_that_is_mistyped_is_not(candidate: Candidate) -> None:
    no = refused(candidate.registry.get_gstin("27AAACM3025E1Z0"))
    assert no.reaction is Reaction.SYNC_GSTIN


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (between_states(), ("27AAACM3025E1ZZ", "INV", "01/04/2026", 1180.0, 1)),
        (credit_note(), ("27AAACM3025E1ZZ", "CRN", "20/04/2026", 236.0, 1)),
        (export(), ("URP", "INV", "01/04/2026", 4212.5, 1)),
        (
            paper(line(100, igst=18), line(200, igst=36, position=2)),
            ("27AAACM3025E1ZZ", "INV", "01/04/2026", 3.54, 2),
        ),
    ],
)
def test_the_qr_code_says_what_the_document_is(
    candidate: Candidate, document: TaxDocument, expected: tuple[Any, ...]
) -> None:
    """GSTN, contents of the signed QR code."""
    told = registered(candidate, document)
    payload = qr_text(told).split(".")[1]
    signed = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    code = json.loads(signed["data"])
    keys = ("BuyerGstin", "DocTyp", "DocDt", "TotInvVal", "ItemCnt")
    assert tuple(code[key] for key in keys) == expected
    assert (code["SellerGstin"], code["Irn"]) == ("29AABCR1718E1ZL", told.irn)
    assert code["DocNo"] == document.number
    assert code["MainHsnCode"] == "998314"
    assert code["IrnDt"] == "2026-04-20 12:00:00"


def test_two_buyers_have_two_documents(candidate: Candidate) -> None:
    requests: list[RegistrationRequest] = [
        asked(between_states(number="INV/26-27/1")),
        asked(inside_a_state(number="INV/26-27/2", buyer=SAME_STATE)),
    ]
    for request in requests:
        candidate.registry.generate(request)
    for request in requests:
        found = candidate.registry.get_by_document(request.key)
        assert isinstance(found, Registered)
        assert (found.irn, found.buyer_gstin) == (request.irn, request.buyer_gstin)
