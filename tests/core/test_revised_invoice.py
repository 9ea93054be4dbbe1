"""Revised invoices: their days, who may revise, and parts that add up whatever was billed."""

from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.charge import Charge, LineKind
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.periods import Period
from khata.core.places import Address
from khata.core.policies import Policies
from khata.core.registration import Registration
from khata.core.revised_invoice import (
    NotRevisable,
    Revisable,
    billed_again,
    check_revisable,
    revised_invoice,
)
from khata.core.subscription import CollectionMethod
from khata.core.succession import BadRegistrationDates, check_dates, last_day_to_revise
from khata.core.tax.gst import RoundOff
from khata.core.tax.parties import Scheme
from khata.core.tax.place_of_supply import Treatment
from tests.core.agreements import terms

ID: Final = UUID(int=1)
JUNE: Final = Period(date(2025, 6, 10), date(2025, 7, 10))


def charge(amount: int, **more: Any) -> Charge:
    return Charge(LineKind.FEE, "Pro", "998314", amount, JUNE, JUNE, unit_amount=amount, **more)


def original(*amounts: int, **different: Any) -> Revisable:
    told: dict[str, Any] = {
        "id": ID,
        "number": "INV/25-26/00001",
        "kind": DocumentKind.INVOICE,
        "treatment": Treatment.OUT_OF_SCOPE,
        "status": InvoiceStatus.OPEN,
        "customer_id": ID,
        "subscription_id": None,
        "currency": "INR",
        "tax_behavior": "exclusive",
        "collection_method": CollectionMethod.SEND_INVOICE,
        "issued_on": date(2025, 6, 10),
        "due_on": date(2025, 6, 25),
        "charges": tuple(charge(one) for one in amounts or (100_000,)),
    }
    return Revisable(**told | different)


def registration(**different: Any) -> Registration:
    told: dict[str, Any] = {
        "id": ID,
        "legal_name": "Chai Point",
        "country": "IN",
        "state": "KA",
        "tax_id_type": "in_gst",
        "tax_id": "29ABCCT1234E1ZL",
        "address": Address(),
        "luts": (),
        "series": {},
        "is_default": True,
        "party_id": ID,
        "created_at": None,
        "effective_on": date(2025, 6, 5),
        "certificate_on": date(2025, 6, 20),
    }
    return Registration(**told | different)


@pytest.mark.parametrize(
    ("certificate", "last"),
    [
        # General Clauses Act s.3(35): a month is one of the British calendar.
        (date(2025, 6, 20), date(2025, 7, 20)),
        (date(2025, 12, 31), date(2026, 1, 31)),
        (date(2025, 1, 31), date(2025, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2025, 3, 31), date(2025, 4, 30)),
        (date(2025, 2, 28), date(2025, 3, 28)),
    ],
)
def test_the_month_ends_on_the_same_day(certificate: date, last: date) -> None:
    assert last_day_to_revise(certificate) == last


REFUSED: list[tuple[dict[str, Any], dict[str, Any] | None, date, str]] = [
    ({"revised_by": "RI/25-26/00001"}, {}, date(2025, 6, 25), "was revised by RI/25-26/00001"),
    ({"status": InvoiceStatus.VOID}, {}, date(2025, 6, 25), "is void"),
    ({"status": InvoiceStatus.UNCOLLECTIBLE}, {}, date(2025, 6, 25), "is uncollectible"),
    ({"is_top_up": True}, {}, date(2025, 6, 25), "Nothing was sold"),
    ({"kind": DocumentKind.PAYMENT_REQUEST}, {}, date(2025, 6, 25), "Nothing was sold"),
    ({"treatment": Treatment.TAXABLE}, {}, date(2025, 6, 25), "under a GSTIN"),
    ({"has_notes": True}, {}, date(2025, 6, 25), "A credit note was issued"),
    ({"is_being_paid": True}, {}, date(2025, 6, 25), "A payment of INV"),
    ({}, None, date(2025, 6, 25), "No registration under GST succeeds"),
    ({}, {"scheme": Scheme.COMPOSITION}, date(2025, 6, 25), "collects no tax"),
    ({}, {"effective_on": None, "certificate_on": None}, date(2025, 6, 25), "Tell from when"),
    ({"issued_on": date(2025, 6, 4)}, {}, date(2025, 6, 25), "issued between 2025-06-05"),
    ({"issued_on": date(2025, 6, 21)}, {}, date(2025, 6, 25), "the day of its certificate"),
    ({}, {}, date(2025, 7, 21), "until 2025-07-20, one month"),
]


@pytest.mark.parametrize(("sold", "by", "today", "no"), REFUSED)
def test_what_is_refused_says_why(
    sold: dict[str, Any], by: dict[str, Any] | None, today: date, no: str
) -> None:
    """CGST Act s.31(3)(a); CGST Rules, rule 53(2)."""
    successor = None if by is None else registration(**by)
    with pytest.raises(NotRevisable, match=no):
        check_revisable(original(**sold), successor, today=today)


@pytest.mark.parametrize("day", [date(2025, 6, 5), date(2025, 6, 20)])
@pytest.mark.parametrize("scheme", [Scheme.REGULAR, Scheme.SEZ])
def test_first_and_last_day_count(day: date, scheme: Scheme) -> None:
    by = registration(scheme=scheme)
    assert check_revisable(original(issued_on=day), by, today=date(2025, 7, 20)) is by


@pytest.mark.parametrize(
    ("different", "no"),
    [
        ({"effective_on": date(2025, 6, 21)}, "not from 2025-06-21"),
        ({"certificate_on": None}, "Give both"),
        ({"certificate_on": date(2025, 6, 26)}, "it is 2025-06-25"),
        ({"tax_id": None}, "with a GSTIN"),
    ],
)
def test_days_that_no_certificate_has(different: dict[str, Any], no: str) -> None:
    """CGST Rules, rule 10(2), (3)."""
    with pytest.raises(BadRegistrationDates, match=no):
        check_dates(registration(**different), today=date(2025, 6, 25))


def revised(sold: Revisable, tax_behavior: str, round_off: RoundOff = RoundOff.NONE) -> Invoice:
    return revised_invoice(
        sold,
        registration(),
        terms(on=sold.issued_on),
        id=ID,
        series="RI/{fy}/{n:05}",
        tax_behavior=tax_behavior,
        today=date(2025, 6, 25),
        policies=replace(Policies(), round_off=round_off),
        ids=iter(lambda: ID, None),
    )


def test_across_31_march_it_is_numbered_in_the_year_of_its_day() -> None:
    sold = original(issued_on=date(2025, 3, 28), due_on=date(2025, 4, 12))
    one = revised(sold, "exclusive")
    assert (one.financial_year, one.issued_on, one.due_on) == (
        "25-26",
        date(2025, 6, 25),
        date(2025, 7, 10),  # fifteen days, as the original had
    )


def test_a_discount_stays_inside_the_one_sum() -> None:
    reduced = charge(90_000, quantity=3, basis={"rule": "share"})
    again = billed_again(reduced, priced=100_000)
    assert (again.amount, again.quantity, again.unit_amount, again.basis) == (
        90_000,
        1,
        90_000,
        None,
    )
    assert billed_again(reduced, priced=90_000) is reduced


AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=8)


@given(AMOUNTS, st.sampled_from(RoundOff))
def test_on_top_the_value_is_what_was_billed_and_the_heads_are_equal(
    amounts: list[int], round_off: RoundOff
) -> None:
    one = revised(original(*amounts), "exclusive", round_off)
    assert [line.amount for line in one.lines] == amounts
    rows = [row for line in one.lines for row in line.taxes]
    cgst, sgst = (sum(row.amount for row in rows if row.name == name) for name in ("CGST", "SGST"))
    assert (cgst, one.tax) == (sgst, cgst + sgst)
    assert one.total == sum(amounts) + one.tax + one.round_off


@given(AMOUNTS)
def test_within_it_the_customer_owes_what_was_billed(amounts: list[int]) -> None:
    """CGST Rules, rule 35."""
    one = revised(original(*amounts), "inclusive")
    assert one.total == sum(amounts)
    assert one.subtotal + one.tax + one.round_off == one.total
    assert (one.kind, one.original_id) == (DocumentKind.REVISED_INVOICE, ID)
