"""Withheld tax: what can be TDS, in which quarter, and when its certificate is due."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from khata.core.refusal import Refusal
from khata.core.tds import (
    CertificateTooHigh,
    Quarter,
    TdsClosed,
    TdsNotPossible,
    TdsReceivable,
    TdsStatus,
    TdsTooHigh,
    Withheld,
    certified,
    check_withheld,
    quarter_of,
)

DAY = date(2026, 11, 27)


def checked(amount: int, **different: object) -> None:
    """An invoice of 1,00,000 + 18,000 GST, all of it owed."""
    rate = different.pop("rate", None)
    asked = {
        "owed": 11_800_000,
        "taxable": 10_000_000,
        "before": 0,
        "currency": "INR",
        "seller_country": "IN",
        "buyer_country": "IN",
        "on": DAY,
    } | different
    check_withheld(Withheld(amount, "194J", rate), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "different"),
    [
        (1_000_000, {"rate": "10"}),  # 194J: 10 % of 1,00,000
        (200_000, {"rate": "2"}),
        (2_000_000, {"rate": "20"}),  # no PAN was given: 206AA
        (2_000_100, {}),  # … and a rupee, as deductors round up
        (1_000_000, {"before": 1_000_000}),
    ],
)
def test_what_can_be_tds(amount: int, different: dict[str, object]) -> None:
    checked(amount, **different)


@pytest.mark.parametrize(
    ("amount", "different", "no", "param"),
    [
        (2_360_000, {}, TdsTooHigh, "tds.amount"),  # 20 % of all with GST: GST is left out
        (2_000_101, {}, TdsTooHigh, "tds.amount"),
        (1_000_101, {"before": 1_000_000}, TdsTooHigh, "tds.amount"),
        (1_000, {"rate": "20.5"}, TdsTooHigh, "tds.rate"),
        (1_000_000, {"owed": 999_999}, TdsTooHigh, "tds.amount"),
        (1_000, {"currency": "USD"}, TdsNotPossible, "tds"),
        (1_000, {"buyer_country": "US"}, TdsNotPossible, "tds"),
        (1_000, {"seller_country": "SG"}, TdsNotPossible, "tds"),
    ],
)
def test_what_cannot(
    amount: int, different: dict[str, object], no: type[Refusal], param: str
) -> None:
    with pytest.raises(no) as refused:
        checked(amount, **different)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("day", "year", "number", "due"),
    [
        (date(2026, 4, 1), "2026-27", 1, date(2026, 8, 15)),
        (date(2026, 6, 30), "2026-27", 1, date(2026, 8, 15)),
        (date(2026, 9, 30), "2026-27", 2, date(2026, 11, 15)),
        (date(2026, 12, 31), "2026-27", 3, date(2027, 2, 15)),
        (date(2027, 1, 1), "2026-27", 4, date(2027, 6, 15)),
        (date(2027, 3, 31), "2026-27", 4, date(2027, 6, 15)),
        (date(2100, 3, 31), "2099-00", 4, date(2100, 6, 15)),
    ],
)
def test_quarters_are_those_of_the_indian_financial_year(
    day: date, year: str, number: int, due: date
) -> None:
    assert quarter_of(day) == Quarter(year, number, due)


def row(status: TdsStatus = TdsStatus.AWAITED) -> TdsReceivable:
    return TdsReceivable(
        uuid4(), uuid4(), uuid4(), None, 1_000_000, "INR", None, None, DAY, quarter_of(DAY), status
    )


def test_a_certificate_for_less_leaves_the_rest_awaited() -> None:
    assert certified(row(), number="A1", on=DAY, amount=None) == (TdsStatus.CERTIFIED, 1_000_000)
    assert certified(row(), number="A1", on=DAY, amount=600_000) == (TdsStatus.SHORT, 600_000)
    short = replace(row(TdsStatus.SHORT), certificate_amount=600_000)
    assert short.uncertified == 400_000
    assert certified(short, number="A2", on=DAY, amount=1_000_000)[0] is TdsStatus.CERTIFIED


def test_a_certificate_for_more_or_for_nothing_is_refused() -> None:
    with pytest.raises(CertificateTooHigh):
        certified(row(), number="A1", on=DAY, amount=1_000_001)
    for status in (TdsStatus.CERTIFIED, TdsStatus.WRITTEN_OFF):
        with pytest.raises(TdsClosed):
            certified(row(status), number="A1", on=DAY, amount=1)
