"""Booking: which fact moves which account, and that a reversal leaves nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.ledger.accounts import TAX_PAYABLE, Account
from khata.core.ledger.booking import (
    credit_granted,
    funds_returned,
    funds_spent,
    invoice_issued,
    payment_received,
    recognition_reversed,
    refund_made,
    revenue_recognized,
    top_up_asked,
    wallet_expired,
    wallet_filled,
    written_off,
)
from khata.core.ledger.booking_direct import received_directly
from khata.core.ledger.posting import Entry, mirrored, posting
from khata.core.tax.gst import TaxRow
from tests.core.agreements import id_of

ID, FACT, DAY = id_of(1), id_of(2), date(2025, 6, 1)
CGST, SGST = TaxRow("CGST", "9", 99_999, 9_000), TaxRow("SGST", "9", 99_999, 9_000)


def told(entry: Entry | None) -> list[tuple[str, str, int]]:
    assert entry is not None
    return [(one.debit.value, one.credit.value, one.amount) for one in entry.postings]


def issued(net: int, taxes: list[TaxRow], round_off: int) -> Entry | None:
    return invoice_issued(
        id=ID, invoice_id=FACT, on=DAY, currency="INR", net=net, taxes=taxes, round_off=round_off
    )


def test_an_invoice_is_owed_by_the_customer_to_us_and_to_the_state() -> None:
    assert told(issued(99_999, [CGST, SGST], 1)) == [
        ("receivable", "deferred_revenue", 99_999),
        ("receivable", "cgst_payable", 9_000),
        ("receivable", "sgst_payable", 9_000),
        ("receivable", "round_off", 1),
    ]


def test_a_total_rounded_down_turns_the_posting_round() -> None:
    assert told(issued(8_474, [], -49))[-1] == ("round_off", "receivable", 49)


def test_nothing_is_booked_of_nothing() -> None:
    assert issued(0, [TaxRow("IGST", "0", 0, 0)], 0) is None


@pytest.mark.parametrize(("owed", "settles"), [(True, "receivable"), (False, "customer_credit")])
def test_money_taken_settles_or_is_owed_back(owed: bool, settles: str) -> None:
    entry = payment_received(
        id=ID, attempt_id=FACT, on=DAY, currency="INR", amount=118_000, fee=2_360, owed=owed
    )
    assert told(entry) == [
        ("gateway_clearing", settles, 118_000),
        ("gateway_fees", "gateway_clearing", 2_360),
    ]


def test_a_gateway_without_a_fee() -> None:
    entry = payment_received(
        id=ID, attempt_id=FACT, on=DAY, currency="INR", amount=500, fee=0, owed=True
    )
    assert told(entry) == [("gateway_clearing", "receivable", 500)]


def test_the_small_entries() -> None:
    paid = received_directly(
        id=ID, attempt_id=FACT, on=DAY, currency="INR", applied=5, surplus=0, withheld=0
    )
    refund = refund_made(id=ID, refund_id=FACT, on=DAY, currency="INR", amount=5)
    undone = recognition_reversed(id=ID, invoice_id=FACT, on=DAY, currency="INR", amount=5)
    assert told(paid) == [("bank", "receivable", 5)]
    assert told(refund) == [("customer_credit", "gateway_clearing", 5)]
    assert told(undone) == [("revenue", "deferred_revenue", 5)]
    assert recognition_reversed(id=ID, invoice_id=FACT, on=DAY, currency="INR", amount=0) is None


@pytest.mark.parametrize(
    ("amount", "unearned", "booked"),
    [
        (118_000, 0, [("bad_debt", "receivable", 118_000)]),  # all of it was delivered
        (
            118_000,
            75_000,
            [("deferred_revenue", "receivable", 75_000), ("bad_debt", "receivable", 43_000)],
        ),
        (100_000, 100_000, [("deferred_revenue", "receivable", 100_000)]),  # an export, not begun
        # 1,000.50 without tax, rounded down to 1,000.00: nobody lost more than was owed
        (
            100_000,
            100_050,
            [("deferred_revenue", "receivable", 100_050), ("receivable", "bad_debt", 50)],
        ),
    ],
)
def test_a_write_off_loses_what_was_delivered_and_the_tax(
    amount: int, unearned: int, booked: list[tuple[str, str, int]]
) -> None:
    entry = written_off(
        id=ID, invoice_id=FACT, on=DAY, currency="INR", amount=amount, unearned=unearned
    )
    assert told(entry) == booked
    owed_again = mirrored(entry, id=id_of(9), kind="write_off_recovered", on=DAY)
    assert told(owed_again) == [(credit, debit, sum) for debit, credit, sum in booked]


def test_a_month_earns_by_currency() -> None:
    entry = revenue_recognized(
        id=ID, source_id=FACT, on=DAY, amounts=[("INR", 500), ("JPY", 0), ("USD", -3)]
    )
    assert told(entry) == [("deferred_revenue", "revenue", 500), ("revenue", "deferred_revenue", 3)]
    assert entry is not None
    assert [one.currency for one in entry.postings] == ["INR", "USD"]
    assert revenue_recognized(id=ID, source_id=FACT, on=DAY, amounts=[("INR", 0)]) is None


amounts = st.integers(0, 10**13)


@given(net=amounts, taxes=st.lists(st.tuples(st.sampled_from(sorted(TAX_PAYABLE)), amounts)))
def test_a_mirrored_invoice_leaves_nothing_on_any_account(
    net: int, taxes: list[tuple[str, int]]
) -> None:
    rows = [TaxRow(name, "9", net, amount) for name, amount in taxes]
    entry = issued(net, rows, -50)
    assert entry is not None
    assert all(one.amount > 0 and one.debit != one.credit for one in entry.postings)
    void = mirrored(entry, id=id_of(9), kind="invoice_voided", on=DAY)
    assert (void.source_id, void.kind) == (FACT, "invoice_voided")
    for account in Account:
        moved = sum(one.amount for one in (*entry.postings, *void.postings) if one.debit is account)
        back = sum(one.amount for one in (*entry.postings, *void.postings) if one.credit is account)
        assert moved == back


@given(st.integers(-(10**13), 10**13))
def test_a_posting_is_always_positive(amount: int) -> None:
    made = posting(Account.REVENUE, Account.ROUND_OFF, amount, "INR")
    assert len(made) == (amount != 0)
    assert sum(one.amount for one in made) == abs(amount)


def test_funds_that_are_spent_pay_what_was_owed() -> None:
    entry = funds_spent(
        id=ID, invoice_id=FACT, on=DAY, currency="INR", credit=59_000, prepaid=1_000, granted=0
    )
    assert told(entry) == [
        ("customer_credit", "receivable", 59_000),
        ("wallet_paid", "receivable", 1_000),
    ]


@pytest.mark.parametrize(
    ("owed_by", "expected"),
    [
        (
            Account.RECEIVABLE,  # of a void invoice
            [
                ("receivable", "wallet_paid", 2),
                ("receivable", "wallet_granted", 3),
                ("receivable", "customer_credit", 1),
            ],
        ),
        (
            Account.CUSTOMER_CREDIT,  # of a credit note: what was credit stays so
            [("customer_credit", "wallet_paid", 2), ("customer_credit", "wallet_granted", 3)],
        ),
    ],
)
def test_funds_go_back_to_where_they_came_from(
    owed_by: Account, expected: list[tuple[str, str, int]]
) -> None:
    entry = funds_returned(
        id=ID,
        source_id=FACT,
        on=DAY,
        currency="INR",
        owed_by=owed_by,
        credit=1,
        prepaid=2,
        granted=3,
    )
    assert told(entry) == expected


@pytest.mark.parametrize(
    ("is_paid", "expected"),
    [(True, ("wallet_paid", "breakage", 7)), (False, ("wallet_granted", "promotions", 7))],
)
def test_what_expires_is_earned_if_it_was_paid_and_else_saved(
    is_paid: bool, expected: tuple[str, str, int]
) -> None:
    entry = wallet_expired(id=ID, grant_id=FACT, on=DAY, currency="INR", amount=7, is_paid=is_paid)
    assert told(entry) == [expected]


def test_a_top_up_is_owed_then_held_for_the_customer() -> None:
    asked = top_up_asked(id=ID, invoice_id=FACT, on=DAY, currency="INR", amount=5)
    filled = wallet_filled(id=ID, grant_id=FACT, on=DAY, currency="INR", amount=5)
    granted = credit_granted(id=ID, grant_id=FACT, on=DAY, currency="INR", amount=5)
    assert told(asked) == [("receivable", "wallet_pending", 5)]
    assert told(filled) == [("wallet_pending", "wallet_paid", 5)]
    assert told(granted) == [("promotions", "wallet_granted", 5)]
