"""TDS: tax that a customer withholds from what it pays us, and the certificate that follows."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from khata.core.money import decimal_text, half_up
from khata.core.refusal import Kind, Refusal


class TdsNotPossible(Refusal):
    """Nobody withholds Indian tax here: another currency, or one side is not in India."""


class TdsTooHigh(Refusal):
    """More was withheld than any section asks for, or than is owed."""


class CertificateTooHigh(Refusal):
    """The certificate is about more than was withheld."""


class TdsClosed(Refusal):
    """The certificate is here already, or nobody waits for it any more."""

    kind = Kind.CONFLICT


class TdsStatus(StrEnum):
    AWAITED = "awaited"  # the certificate is to come
    SHORT = "short"  # one came, for less than was withheld
    CERTIFIED = "certified"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a customer says it withheld, in minor units; `rate` is a decimal, in percent."""

    amount: int
    section: str | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the Indian financial year: `financial_year` is '2026-27', number 1 is April."""

    financial_year: str
    number: int
    certificate_due_on: date


@dataclass(frozen=True, slots=True)
class TdsReceivable:
    """Tax withheld of one payment. `written_off` is what was given up of it."""

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    payment_id: UUID | None
    amount: int
    currency: str
    section: str | None
    rate: str | None
    deducted_on: date
    quarter: Quarter
    status: TdsStatus
    certificate_number: str | None = None
    certificate_on: date | None = None
    certificate_amount: int | None = None
    written_off: int = 0
    created_at: datetime | None = None

    @property
    def uncertified(self) -> int:
        """What no certificate speaks of yet."""
        return self.amount - (self.certificate_amount or 0)


def check_withheld(
    withheld: Withheld,
    *,
    owed: int,
    taxable: int,
    before: int,
    currency: str,
    seller_country: str,
    buyer_country: str,
    on: date,
) -> None:
    """Refuse what cannot be TDS.

    `taxable` is the invoice's value without GST: no tax is withheld on GST that is shown
    separately (CBDT circular 23/2017). `before` was withheld of the same invoice already.
    Units:  minor units. Rounds: the most is half up, and a rupee more, as deductors round.
    Raises: TdsNotPossible, TdsTooHigh.
    """
    if currency != "INR" or seller_country != "IN" or buyer_country != "IN":
        raise TdsNotPossible(
            "TDS is withheld by customers in India, in rupees, from sellers in India", param="tds"
        )
    percent = largest_percent(on)
    if withheld.rate is not None and Fraction(withheld.rate) > percent:
        raise TdsTooHigh(f"No section of the law takes more than {percent} %", param="tds.rate")
    most = half_up(taxable * percent.numerator, 100 * percent.denominator) + 100
    if withheld.amount + before > most:
        raise TdsTooHigh(
            f"At most {percent} % of the value without GST can be withheld: "
            f"{decimal_text(max(most - 100 - before, 0), currency)} {currency} here",
            param="tds.amount",
        )
    if withheld.amount > owed:
        raise TdsTooHigh("More was withheld than the invoice still owes", param="tds.amount")


def quarter_of(day: date) -> Quarter:
    """Return the quarter of a day, and when its certificate is due.

    Source: Income-tax Rules 31 and 31A; see rates/tds.toml.
    """
    first = day.year if day.month >= 4 else day.year - 1
    number = (day.month - 4) % 12 // 3 + 1
    row = _row("certificate", day)
    month, of_month = (int(part) for part in row[f"q{number}"].split("-"))
    due = date(first + (1 if number >= 3 else 0), month, of_month)
    return Quarter(f"{first}-{(first + 1) % 100:02}", number, due)


def largest_percent(on: date) -> Fraction:
    """Return the largest part of the value that can be withheld, in percent."""
    return Fraction(_row("largest", on)["percent"])


def certified(
    row: TdsReceivable, *, number: str, on: date, amount: int | None
) -> tuple[TdsStatus, int]:
    """Return how the row stands with a certificate, and the amount that this speaks of.

    One for less leaves the rest awaited; a corrected one takes its place.
    Raises: TdsClosed, CertificateTooHigh.
    """
    if row.status not in (TdsStatus.AWAITED, TdsStatus.SHORT):
        raise TdsClosed(f"It is {row.status.replace('_', ' ')}: no certificate is awaited")
    said = row.amount if amount is None else amount
    if said > row.amount:
        raise CertificateTooHigh(
            f"{decimal_text(row.amount, row.currency)} {row.currency} was withheld here, and the "
            f"certificate {number} says {decimal_text(said, row.currency)}",
            param="amount",
        )
    return (TdsStatus.CERTIFIED if said == row.amount else TdsStatus.SHORT), said


def _row(table: str, on: date) -> dict[str, Any]:
    rows = [row for row in _tables()[table] if row["valid_from"] <= on]
    found: dict[str, Any] = max(rows, key=lambda row: row["valid_from"])
    return found


@cache
def _tables() -> dict[str, Any]:
    text = (files("khata.core.tax") / "rates" / "tds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
