"""The accountant's sheets: what is owed by age, revenue that is deferred, and tax withheld."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from khata.core.ageing import Aged, Bucket, bucket_of
from khata.core.deferral import DeferredMonth
from khata.core.exports.sheets import Cell, Sheet
from khata.core.money import decimal_text

_DEFERRED = ("opening", "billed", "recognized", "credited", "other", "closing")


class Withholding(Protocol):
    """What was withheld of one payment, as far as its sheet shows it. Amounts in minor units."""

    @property
    def quarter(self) -> str: ...
    @property
    def customer(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def section(self) -> str | None: ...
    @property
    def deducted_on(self) -> date: ...
    @property
    def certificate_due_on(self) -> date: ...
    @property
    def status(self) -> str: ...
    @property
    def certificate_number(self) -> str | None: ...
    @property
    def certificate_amount(self) -> int | None: ...
    @property
    def written_off(self) -> int: ...


def ageing_sheet(rows: Sequence[Aged], *, as_of: date) -> Sheet:
    """Return one row an open invoice, and one for credit that is applied to none."""
    header = ("Customer", "Invoice", "Issued", "Due", "Days past due", "Bucket", "Currency", "Owed")
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        for one in row.invoices:
            late = max((as_of - one.due_on).days, 0)
            bucket = bucket_of(one.due_on, as_of=as_of)
            owed = _money(one.owed, one.currency)
            cells.append(
                (row.customer, one.number, one.issued_on, one.due_on, late, _words(bucket),
                 one.currency, owed)
            )  # fmt: skip
        if row.credit:
            kept = _money(-row.credit, row.currency)
            cells.append(
                (row.customer, None, None, None, None, "credit, not applied", row.currency, kept)
            )
    return Sheet(f"Ageing {as_of}", header, tuple(cells))


def deferred_sheet(months: Iterable[DeferredMonth]) -> Sheet:
    """Return each month: opening + billed − recognized − credited + other = closing."""
    header = ("Month", "Currency", *(name.capitalize() for name in _DEFERRED))
    return Sheet(
        "Deferred revenue",
        header,
        tuple(
            (
                f"{one.month:%Y-%m}",
                one.currency,
                *(_money(getattr(one, name), one.currency) for name in _DEFERRED),
            )
            for one in months
        ),
    )


def to_earn_sheet(to_come: Mapping[tuple[date, str], int], *, as_of: date) -> Sheet:
    """Return what each month to come will earn of what is deferred now."""
    rows = tuple(
        (f"{month:%Y-%m}", currency, _money(amount, currency))
        for (month, currency), amount in sorted(to_come.items())
    )
    return Sheet(f"To be earned {as_of}", ("Month", "Currency", "Amount"), rows)


def tds_sheet(rows: Iterable[Withholding], *, as_of: date) -> Sheet:
    """Return what customers withheld, with the certificates that came. Form 16A is quarterly."""
    header = (
        "Quarter", "Customer", "Invoice", "Section", "Deducted", "Currency", "Withheld", "Status",
        "Certificate", "Certified", "Written off", "Certificate due",
    )  # fmt: skip
    return Sheet(
        f"TDS {as_of}",
        header,
        tuple(
            (
                one.quarter,
                one.customer,
                one.number,
                one.section,
                one.deducted_on,
                one.currency,
                _money(one.amount, one.currency),
                one.status.replace("_", " "),
                one.certificate_number,
                _money(one.certificate_amount or 0, one.currency),
                _money(one.written_off, one.currency),
                one.certificate_due_on,
            )
            for one in rows
        ),
    )


_WORDS = {Bucket.NOT_DUE: "not due", Bucket.OVER_90: "over 90"}


def _words(bucket: Bucket) -> str:
    return _WORDS.get(bucket, bucket.value.replace("_", "-"))


def _money(amount: int, currency: str) -> Decimal:
    return Decimal(decimal_text(amount, currency))
