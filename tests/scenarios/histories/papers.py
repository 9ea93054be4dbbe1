"""The model's papers: invoices of lines, and the notes that take parts of them back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

HEADS = (9, 9)  # CGST and SGST, in percent


def rounded(exact: Fraction) -> int:
    """To the nearest whole, a half up; nothing here is negative."""
    return floor(exact + Fraction(1, 2))


@dataclass
class Line:
    """Something charged. `price` is before discounts, `net` after them; `plan` None: a thing once.

    `until` is the first day that was taken back, or its end.
    """

    plan: str | None
    quantity: int
    price: int
    start: date
    end: date
    whole: tuple[date, date] | None  # None: no days of a period
    net: int = 0
    taxes: list[int] = field(default_factory=list)
    until: date = date.min
    credited: int = 0
    taxes_credited: list[int] = field(default_factory=list)

    def bill(self, off: int) -> None:
        self.net = self.price - off
        self.taxes = [rounded(Fraction(self.net * head, 100)) for head in HEADS]
        self.taxes_credited = [0 for _ in HEADS]
        self.until = self.end

    @property
    def left(self) -> int:
        return self.net - self.credited

    def unused(self, day: date) -> int:
        """What it was billed of the days from `day` on that nobody took back yet."""
        if self.whole is None or self.until <= day:
            return 0
        days = (self.until - max(day, self.start)).days
        return min(self.left, rounded(Fraction(self.net * days, (self.end - self.start).days)))

    def take(self, amount: int) -> tuple[int, list[int]]:
        """Take so much of it back, with its tax; all of the tax with the last of it."""
        taxes = []
        for n, head in enumerate(HEADS):
            left = self.taxes[n] - self.taxes_credited[n]
            tax = min(left, rounded(Fraction(amount * head, 100)))
            taxes.append(left if amount == self.left else tax)
            self.taxes_credited[n] += taxes[n]
        self.credited += amount
        return amount, taxes

    def used(self, day: date) -> Line:
        """What is charged of it where it was not billed yet, and days from `day` on go unused."""
        start = max(self.start, day)
        days, all_days = (self.end - start).days, (self.end - self.start).days
        price = self.price - rounded(Fraction(self.price * days, all_days))
        return replace(self, price=price, end=max(start, self.start + timedelta(days=1)))

    @property
    def shown(self) -> tuple[object, ...]:
        return (self.plan, self.quantity, self.price, self.start, self.end, self.net,
                sum(self.taxes), self.credited, sum(self.taxes_credited),
                self.until if self.whole else None)  # fmt: skip


@dataclass
class Bill:
    """An invoice. `spent` is what each fund paid of it, in that order: [fund, amount, returned]."""

    of_subscription: bool
    lines: list[Line]
    opens: tuple[date, date] | None = None
    status: str = "open"
    paid: int = 0
    credited: int = 0  # by notes, with tax
    lowered: int = 0  # of what it owed, by notes
    spent: list[list[object]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(line.net + sum(line.taxes) for line in self.lines)

    @property
    def owed(self) -> int:
        return self.total - self.paid - self.lowered if self.status == "open" else 0

    def settle(self, amount: int) -> None:
        self.paid += amount
        if not self.owed:
            self.status = "paid"

    @property
    def shown(self) -> tuple[object, ...]:
        return (self.status, self.opens, self.total, self.paid, self.lowered,
                [line.shown for line in self.lines])  # fmt: skip


@dataclass
class Note:
    bill: Bill
    net: int
    total: int
    to_bill: int
    to_customer: int


def note_of(bill: Bill, taken: list[tuple[int, list[int]]]) -> Note:
    """The note of what was taken of the lines of one invoice: it lowers first what is owed."""
    net = sum(amount for amount, _ in taken)
    total = min(net + sum(sum(taxes) for _, taxes in taken), bill.total - bill.credited)
    to_bill = min(total, bill.owed)
    bill.credited += total
    bill.lowered += to_bill
    if bill.status == "open" and not bill.owed:
        bill.status = "paid"
    return Note(bill, net, total, to_bill, total - to_bill)
