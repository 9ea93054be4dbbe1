"""When a credit note can be void: a table of what stands in the way of it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from khata.core.invoice import InvoiceStatus
from khata.core.note_voiding import (
    NoteNotVoidable,
    NoteStanding,
    StoredNote,
    check_note_voidable,
)

SOME = UUID(int=1)
# 295.00: 200.00 lowered the invoice, 95.00 became credit
NOTE = StoredNote(
    SOME, "CN/25-26/00001", SOME, SOME, SOME, "INR", 20_000, 9_500, 0, 0, "manual", None
)
STANDING = NoteStanding(
    "INV/25-26/00001", InvoiceStatus.OPEN, False, credit_given=9_500, credit_left=9_500,
    is_earned=False,
)  # fmt: skip


def test_what_is_all_still_there_can_be_taken_back() -> None:
    check_note_voidable(NOTE, STANDING)
    check_note_voidable(NOTE, replace(STANDING, credit_left=9_501))
    settled = replace(STANDING, status=InvoiceStatus.PAID)
    check_note_voidable(replace(NOTE, to_invoice=0), settled)  # money had paid the invoice
    collecting = replace(settled, is_collecting=True)
    check_note_voidable(replace(NOTE, to_invoice=0), collecting)


@pytest.mark.parametrize(
    ("of_note", "of_standing", "why"),
    [
        ({"voided_at": datetime(2025, 6, 2, tzinfo=UTC)}, {}, "it is void already"),
        ({"cause": "change"}, {}, "follows from a change of its subscription"),
        ({"to_refund": 1}, {}, "sent back the way it came"),
        ({"outside": 1}, {}, "given back directly"),
        ({}, {"status": InvoiceStatus.UNCOLLECTIBLE}, "its invoice is uncollectible"),
        ({}, {"status": InvoiceStatus.PAID}, "settled with it"),
        ({}, {"is_collecting": True}, "being collected"),
        ({}, {"is_earned": True}, "a month was closed"),
        ({}, {"credit_given": 9_499}, "went back to a wallet"),
        ({}, {"credit_left": 9_499}, "was spent"),
    ],
)
def test_what_cannot_be_taken_back_is_named(
    of_note: dict[str, object], of_standing: dict[str, object], why: str
) -> None:
    note = replace(NOTE, **of_note)  # type: ignore[arg-type]
    standing = replace(STANDING, **of_standing)  # type: ignore[arg-type]
    with pytest.raises(NoteNotVoidable, match=why) as refused:
        check_note_voidable(note, standing)
    assert "Raise invoice INV/25-26/00001 by a debit note" in refused.value.detail
