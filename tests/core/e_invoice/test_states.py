"""The states of an e-invoice, when it is sent again, and what each error of the portals asks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from khata.core.e_invoice.dated import Reaction, reaction_to
from khata.core.e_invoice.indian_time import instant, spelled
from khata.core.e_invoice.registration import (
    Registered,
    differences,
    printed_beside,
    qr_text,
    registration_request,
)
from khata.core.e_invoice.states import (
    MOVES,
    EInvoiceMoveNotAllowed,
    EInvoiceState,
    TooLateToCancel,
    check_cancellable,
    moved,
    next_try_at,
    state_after,
)
from tests.core.e_invoice.papers import between_states

S = EInvoiceState
AT = datetime(2026, 4, 1, 18, 30, tzinfo=UTC)  # midnight in India


@pytest.mark.parametrize(
    ("was", "to"),
    [
        (S.PENDING, S.SUBMITTED),
        (S.SUBMITTED, S.GENERATED),
        (S.SUBMITTED, S.RETRYING),
        (S.RETRYING, S.SUBMITTED),
        (S.RETRYING, S.GENERATED),  # found by its number
        (S.SUBMITTED, S.FAILED),
        (S.FAILED, S.PENDING),  # corrected
        (S.MANUAL, S.GENERATED),  # entered by a person
        (S.GENERATED, S.CANCELLED),
    ],
)
def test_moves(was: EInvoiceState, to: EInvoiceState) -> None:
    assert moved(was, to) is to


@pytest.mark.parametrize(
    ("was", "to"),
    [
        (S.CANCELLED, S.PENDING),  # a cancelled number is never used again
        (S.CANCELLED, S.GENERATED),
        (S.GENERATED, S.PENDING),
        (S.GENERATED, S.FAILED),
        (S.PENDING, S.GENERATED),
        (S.NOT_APPLICABLE, S.GENERATED),
    ],
)
def test_no_moves(was: EInvoiceState, to: EInvoiceState) -> None:
    with pytest.raises(EInvoiceMoveNotAllowed, match=f"{was} cannot become {to}"):
        moved(was, to)


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(MOVES) == set(S)
    assert {to for moves in MOVES.values() for to in moves} == set(S)


@pytest.mark.parametrize(
    ("codes", "reaction", "state"),
    [
        ("1004 1006 1011 1012", Reaction.FIX_CONFIGURATION, S.MANUAL),
        ("1005", Reaction.AUTHENTICATE_AGAIN, S.RETRYING),
        ("1007 1008 1010 1013", Reaction.STOP, S.MANUAL),
        ("2140 2142 2143 2176", Reaction.CORRECT, S.FAILED),
        ("2172 2182 2189 2193", Reaction.OUR_FAULT, S.MANUAL),
        ("2146 2147 GSPGSTDOWN", Reaction.TRY_AGAIN, S.RETRYING),
        ("2148 2154", Reaction.NOT_THERE, S.MANUAL),
        ("2150", Reaction.COMPARE, S.MANUAL),
        ("2283", Reaction.ASK_ELSEWHERE, S.MANUAL),
        ("3028 3029", Reaction.SYNC_GSTIN, S.FAILED),
        ("4002", Reaction.TOO_LATE_TO_CANCEL, S.MANUAL),
        ("9999", Reaction.CANCELLED_ALREADY, S.MANUAL),
        ("duplicate_differs signature_invalid 7777", Reaction.MANUAL, S.MANUAL),
    ],
)
def test_what_an_error_asks(codes: str, reaction: Reaction, state: EInvoiceState) -> None:
    """NIC's list of errors."""
    for code in codes.split():
        assert reaction_to(code) is reaction
    assert state_after(reaction) is state
    assert state in MOVES[S.SUBMITTED]


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 60), (5, 120), (6, 240), (99, 240)]
)
def test_it_is_sent_again_later_each_time(tries: int, minutes: int) -> None:
    assert next_try_at(tries, AT) == AT + timedelta(minutes=minutes)


def test_it_can_be_cancelled_for_a_day() -> None:
    """24 hours of generation: NIC, cancel IRN."""
    check_cancellable("INV/1", generated_at=AT, at=AT + timedelta(hours=24))
    with pytest.raises(TooLateToCancel, match="CGST Act"):
        check_cancellable("INV/1", generated_at=AT, at=AT + timedelta(hours=24, seconds=1))


def test_the_portals_clock_is_indias() -> None:
    assert spelled(AT) == "2026-04-02 00:00:00"
    assert instant("2026-04-02 00:00:00") == AT


REQUEST = registration_request(between_states(), reported_on=date(2026, 4, 1))
SAME = Registered(
    REQUEST.irn,
    "112010000000001",
    AT,
    "signed.invoice.text",
    "signed.qr.text",
    REQUEST.key,
    REQUEST.buyer_gstin,
    REQUEST.total,
)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"buyer_gstin": "24AABCS9876Q1ZE"}, "buyer's GSTIN"),
        ({"total": 118_001}, "total"),
        ({"key": replace(SAME.key, number="INV/26-27/00002")}, "number"),
        ({"key": replace(SAME.key, document_type="CRN")}, "type"),
        ({"key": replace(SAME.key, issued_on=date(2026, 4, 2))}, "date"),
        ({"key": replace(SAME.key, seller_gstin="27AABCR1718E1ZP")}, "seller's GSTIN"),
    ],
)
def test_a_duplicate_is_ours_only_where_everything_agrees(change: Any, what: str) -> None:
    assert differences(REQUEST, SAME) == []
    [told] = differences(REQUEST, replace(SAME, **change))
    assert what in told


def test_what_is_printed() -> None:
    """CGST Rule 46(r); the QR code carries the signed text as it is."""
    assert qr_text(SAME) == "signed.qr.text"
    assert printed_beside(SAME) == {
        "IRN": REQUEST.irn,
        "Ack No.": "112010000000001",
        "Ack Date": "2026-04-02 00:00:00",
    }
