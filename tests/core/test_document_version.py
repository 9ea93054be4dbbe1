"""Versions of a document: every field of an invoice is of one of three sorts."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from khata.core.document import BankDetails, InvoiceDocument, PortalMark, RupeeValue, UpiPayee
from khata.core.document_version import version_of, version_of_note
from tests.golden.samples import DOMESTIC, NOTE

BY_HAND = replace(
    DOMESTIC,
    status="open",
    amount_paid=0,
    amount_due=DOMESTIC.total,
    charged_automatically=False,
    upi=UpiPayee("chai@bank", "Chai Cloud"),
    bank=BankDetails("Chai Cloud", "123", "HDFC0000001", "HDFC"),
    hosted_url="https://billing.example/i/ten/token",
)

# What changes the version, each with another value.
MARK = PortalMark("0a" * 32, "112610000000001", "2026-05-01 10:00:00", "e30.e30.c2ln")
STATE: dict[str, Any] = {
    "status": "void",
    "amount_paid": 1,
    "credited": 1,
    "tds_withheld": 1,
    "amount_due": 0,  # asks for nothing any more
    "charged_automatically": True,
    "upi": UpiPayee("other@bank", "Chai Cloud"),
    "bank": None,
    "hosted_url": "https://moved.example/i/ten/token",
    "e_invoice": PortalMark(),  # its number is awaited
    "rupees": RupeeValue(1_00, 0, 1_00, "84.125", date(2026, 11, 20), "RBI"),
    "factur_x": b"<xml/>",  # chosen by the tenant since
}
# What may change and is only how the page looks: a copy of what was given out stays as it was.
LOOK: dict[str, Any] = {"logo": b"<svg/>", "language": "hi"}
# What is fixed when an invoice is finalized, or follows from its state.
FIXED = {
    *("title", "number", "issued_on", "due_on", "currency", "seller", "buyer", "lines", "taxes"),
    *("subtotal", "tax", "total", "discount", "round_off", "place_of_supply", "reverse_charge"),
    *("endorsement", "lut", "paid_on", "payment_method", "subscription", "notes", "terms"),
    *("signatory", "livemode", "by_credit", "by_wallet", "carried", "levy_words"),
    *("original_number", "original_issued_on", "reason"),
}


def test_every_field_of_a_document_is_of_one_sort() -> None:
    names = [field.name for field in fields(InvoiceDocument)]
    assert sorted([*STATE, *LOOK, *FIXED]) == sorted(names)


@pytest.mark.parametrize("name", STATE)
def test_another_state_is_another_version(name: str) -> None:
    changed = replace(BY_HAND, **{name: STATE[name]})
    assert version_of(changed) != version_of(BY_HAND)


@pytest.mark.parametrize("name", LOOK)
def test_another_look_is_the_same_version(name: str) -> None:
    assert version_of(replace(BY_HAND, **{name: LOOK[name]})) == version_of(BY_HAND)


@pytest.mark.parametrize(
    ("document", "version"),
    [
        (replace(BY_HAND, status="paid", amount_paid=500, amount_due=0), "paid-500"),
        (replace(BY_HAND, status="void", amount_due=0), "void-0"),
        (replace(BY_HAND, status="uncollectible", amount_due=0), "uncollectible-0"),
        (replace(BY_HAND, charged_automatically=True), "open-0-charged"),
        (
            replace(BY_HAND, charged_automatically=True, e_invoice=MARK),
            "open-0-irn-0a0a0a0a0a0a0a0a-charged",
        ),
    ],
)
def test_a_version_is_named_after_what_is_shown(document: InvoiceDocument, version: str) -> None:
    assert version_of(document) == version


def test_what_is_paid_is_the_same_wherever_money_was_to_go_and_whenever_it_came() -> None:
    paid = replace(BY_HAND, status="paid", amount_paid=BY_HAND.total, amount_due=0)
    moved = replace(paid, upi=None, bank=None, hosted_url=None, paid_on=date(2030, 1, 1))
    assert version_of(moved) == version_of(paid)


def test_the_name_of_a_way_to_pay_does_not_change_with_a_release() -> None:
    # printf '["chai@bank", ["Chai Cloud", "123", "HDFC0000001", "HDFC", null],
    # "https://billing.example/i/ten/token"]' (in one line) | sha256sum
    assert version_of(BY_HAND) == "open-0-by-hand-d21044961cb9cc51"


def test_a_note_is_another_file_once_it_has_its_irn() -> None:
    registered = replace(NOTE, e_invoice=MARK)
    assert version_of_note("cn_1", NOTE) == "cn_1"  # as files are named that were kept before
    assert version_of_note("cn_1", registered) == "cn_1-irn-0a0a0a0a0a0a0a0a"
