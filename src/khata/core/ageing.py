"""Aged receivables: what customers owe on a day, by how long it has been past due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Bucket(StrEnum):
    """Days past the due date. On the due date itself an invoice is not past due."""

    NOT_DUE = "not_due"
    TO_30 = "1_30"
    TO_60 = "31_60"
    TO_90 = "61_90"
    OVER_90 = "over_90"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice and what is owed of it on the day, in minor units."""

    id: UUID
    number: str
    customer_id: UUID
    customer: str
    currency: str
    issued_on: date
    due_on: date
    owed: int


@dataclass(frozen=True, slots=True)
class Aged:
    """One customer's debt in one currency; `credit` is owed to it and not applied to any of it."""

    customer_id: UUID
    customer: str
    currency: str
    owed: dict[Bucket, int]
    credit: int
    invoices: tuple[OpenInvoice, ...]

    @property
    def total(self) -> int:
        return sum(self.owed.values())


def bucket_of(due_on: date, *, as_of: date) -> Bucket:
    """Return the bucket of an invoice that was due on a day."""
    days = (as_of - due_on).days
    if days <= 0:
        return Bucket.NOT_DUE
    if days <= 30:
        return Bucket.TO_30
    if days <= 60:
        return Bucket.TO_60
    return Bucket.TO_90 if days <= 90 else Bucket.OVER_90


def aged(
    invoices: Sequence[OpenInvoice],
    credits: Iterable[tuple[UUID, str, str, int]],
    *,
    as_of: date,
) -> list[Aged]:
    """Return each customer's debt by bucket, who owes most first; unapplied credit stands apart.

    `credits` are (customer, its name, currency, amount).
    """
    theirs: dict[tuple[UUID, str], list[OpenInvoice]] = {}
    names: dict[UUID, str] = {}
    for invoice in invoices:
        theirs.setdefault((invoice.customer_id, invoice.currency), []).append(invoice)
        names[invoice.customer_id] = invoice.customer
    kept: dict[tuple[UUID, str], int] = {}
    for customer, name, currency, amount in credits:
        kept[customer, currency] = amount
        names[customer] = name
    rows = [
        _row(key, names[key[0]], theirs.get(key, []), kept.get(key, 0), as_of)
        for key in theirs.keys() | kept.keys()
    ]
    return sorted(rows, key=lambda row: (row.currency, -row.total, row.customer, row.customer_id))


def totals_of(rows: Sequence[Aged]) -> dict[str, dict[Bucket, int]]:
    """Return the sum of each bucket by currency; every bucket is there."""
    sums: dict[str, dict[Bucket, int]] = {}
    for row in rows:
        of_currency = sums.setdefault(row.currency, dict.fromkeys(Bucket, 0))
        for bucket, amount in row.owed.items():
            of_currency[bucket] += amount
    return sums


def _row(
    key: tuple[UUID, str], name: str, invoices: list[OpenInvoice], credit: int, as_of: date
) -> Aged:
    owed = dict.fromkeys(Bucket, 0)
    for invoice in invoices:
        owed[bucket_of(invoice.due_on, as_of=as_of)] += invoice.owed
    ordered = tuple(sorted(invoices, key=lambda one: (one.due_on, one.number)))
    return Aged(key[0], name, key[1], owed, credit, ordered)
