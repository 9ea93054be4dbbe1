"""The model's subscription: what it is for, how it stands, and what becomes of it day by day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.scenarios.histories.coupons import Redeemed, cuts
from tests.scenarios.histories.days import parts, period_of
from tests.scenarios.histories.goods import GOODS, months_of
from tests.scenarios.histories.papers import Bill, Line, Note, note_of, rounded
from tests.scenarios.histories.purse import Purse

Items = tuple[tuple[str, int], ...]  # plans with quantities, in their order
A_DAY = timedelta(days=1)


@dataclass(order=True)
class Scheduled:
    day: date
    asked: int
    items: Items = field(compare=False)
    later: bool = field(compare=False)  # charged with the next invoice


@dataclass
class Life:
    """`begin` and `end` are the running period's, or the trial's."""

    today: date
    items: Items
    by_card: bool
    trial_end: date | None = None
    codes: tuple[str, ...] = ()
    status: str = "incomplete"
    anchor: date = date.min
    begin: date = date.min
    end: date = date.min
    opened: bool = False
    cancel_on: date | None = None
    cancel_credits: bool = False
    pause_on: date | None = None
    pause_credits: bool = False
    resume_on: date | None = None
    mrr: int = 0
    asked: int = 0
    scheduled: list[Scheduled] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    redeemed: list[Redeemed] = field(default_factory=list)
    purse: Purse = field(default_factory=Purse)

    def begins(self) -> None:
        first = self.trial_end or self.today
        self.redeemed = [Redeemed.of(code, first) for code in self.codes]
        self.anchor = first
        if self.trial_end is None:
            self._open(self.today)
        else:
            self.status, self.begin, self.end = "trialing", self.today, self.trial_end

    # As time passes

    def wait(self, until: date) -> None:
        """Let everything happen that is due by then, in order."""
        for bill in self.bills:
            if self.by_card and bill.status == "open":
                bill.settle(bill.owed)
        while (day := self.next_day()) is not None and day <= until:
            self.today = day
            self.happen(day)
        self.today = until
        self.purse.expire(until)

    def next_day(self) -> date | None:
        """The day of the next thing, if there is one."""
        if self.status == "canceled":
            return None
        turn = self.resume_on if self.status == "paused" else self.pause_on
        period = None if self.status == "paused" else max(self.end, self.today)
        change = self.scheduled[0].day if self.scheduled else None
        days = [day for day in (self.cancel_on, turn, period, change) if day is not None]
        return min(days) if days else None

    def happen(self, day: date) -> None:
        """An end before a pause, that before a change, that before it goes on."""
        paused = self.status == "paused"
        if self.cancel_on is not None and self.cancel_on <= day:
            self.cease(self.cancel_on if self.cancel_credits else None)
        elif not paused and self.pause_on is not None and self.pause_on <= day:
            self.pause(day)
        elif self.scheduled and self.scheduled[0].day <= day:
            one = self.scheduled.pop(0)
            self.change(one.items, later=one.later)
        elif paused:
            self.resume()
        else:
            self._open(day)

    def catch_up(self) -> None:
        while (day := self.next_day()) is not None and day <= self.today:
            self.happen(self.today)

    def schedule(self, day: date, items: Items, *, later: bool) -> None:
        self.asked += 1
        self.scheduled = sorted([*self.scheduled, Scheduled(day, self.asked, items, later)])

    # What becomes of it

    def _open(self, day: date) -> None:
        whole = period_of(day, self.anchor, months_of(self.items))
        lines = [self._fee(plan, count, day, whole[1], whole) for plan, count in self.items]
        if not self.opened:
            lines += self._set_ups([plan for plan, _ in self.items])
        lines, self.waiting = lines + self.waiting, []
        self.status, self.begin, self.end, self.opened = "active", day, whole[1], True
        self._count()
        self._bill(lines, opens=(day, whole[1]))

    def change(self, items: Items, *, later: bool) -> None:
        """Other items from today on: credit and charge the rest of a period that is paid for."""
        if sorted(items) == sorted(self.items):
            return
        before, self.items = self.items, items
        turns = months_of(before) != months_of(items)
        known = {plan for plan, _ in before}
        extra = self._set_ups([p for p, _ in items if p not in known]) if self.opened else []
        if self.status != "active" or self.today >= self.end:
            if turns and self.status == "active":
                self.anchor = self.end
            self.waiting += extra
        else:
            self._turn(before, extra, turns=turns, later=later)
        if self.status == "active":
            self._count()

    def _turn(self, before: Items, extra: list[Line], *, turns: bool, later: bool) -> None:
        kept = () if turns else before
        gone = {plan for plan, count in before if turns or (plan, count) not in self.items}
        self._take_back(self.today, gone)
        months = months_of(self.items)
        if turns:
            self.anchor = self.begin = self.today
            self.end = period_of(self.today, self.anchor, months)[1]
        lines = [
            self._fee(plan, count, start, end, whole)
            for start, end, whole in parts(self.today, self.end, self.anchor, months)
            for plan, count in self.items
            if (plan, count) not in kept
        ]
        lines += extra
        if later and not turns:
            self.waiting += lines
        elif lines:
            self._bill(lines)

    def cease(self, unused_from: date | None) -> None:
        """The end; what was billed of days from then on is given back where that is asked for."""
        if unused_from is not None:
            self._take_back(unused_from)
        waited, self.waiting = self.waiting, []
        if waited:
            self._bill(waited)
        self.status, self.mrr, self.scheduled = "canceled", 0, []

    def pause(self, first: date) -> None:
        """`first` is the first day without service."""
        if self.pause_credits and self.status == "active":
            self._take_back(first)
            self.end = min(self.end, first)
        self.status, self.pause_on, self.mrr = "paused", first, 0
        self.scheduled = [one for one in self.scheduled if one.day >= first]

    def resume(self) -> None:
        on_trial = self.trial_end is not None and self.today < self.trial_end
        self.status = "trialing" if on_trial else "active"
        self.pause_on = self.resume_on = None
        if not on_trial:
            self._count()

    def move_anchor(self, anchor: date) -> None:
        self.anchor = anchor
        if self.status != "active":
            return
        last = max(self.today - A_DAY, self.begin)
        edge = period_of(last, anchor, months_of(self.items))[1]
        if edge < self.end:
            self.end = edge
            self._take_back(edge)
        self.catch_up()

    def move_trial(self, end: date) -> None:
        if self.anchor == self.trial_end:
            self.anchor = end
        self.trial_end = self.end = end
        self.catch_up()

    # What is billed

    def _fee(self, plan: str, count: int, start: date, end: date, whole: tuple[date, date]) -> Line:
        share = Fraction((end - start).days, (whole[1] - whole[0]).days)
        return Line(plan, count, rounded(GOODS[plan].price * count * share), start, end, whole)

    def _set_ups(self, plans: Collection[str]) -> list[Line]:
        return [
            Line(plan, 1, GOODS[plan].set_up, self.today, self.today + A_DAY, None)
            for plan in plans
            if GOODS[plan].set_up
        ]

    def once(self, amount: int) -> Line:
        return Line(None, 1, amount, self.today, self.today + A_DAY, None)

    def _bill(
        self,
        lines: list[Line],
        opens: tuple[date, date] | None = None,
    ) -> None:
        on = opens[0] if opens else min(line.start for line in lines)
        held = [one for one in self.redeemed if one.holds(on, opens=opens is not None)]
        off, used = cuts([(line.plan, line.price) for line in lines], held)
        if opens:
            for one in self.redeemed:
                if not one.over:
                    one.after(on, used=id(one) in used)
        self.issue(lines, off, of_subscription=True, opens=opens)

    def issue(
        self,
        lines: list[Line],
        off: list[int],
        *,
        of_subscription: bool,
        opens: tuple[date, date] | None = None,
    ) -> None:
        for line, cut in zip(lines, off, strict=True):
            line.bill(cut)
        bill = Bill(of_subscription, lines, opens)
        bill.settle(0)
        self.purse.pay(bill, self.today)
        if self.by_card:
            bill.settle(bill.owed)
        self.bills.append(bill)

    def _take_back(self, day: date, plans: Collection[str] | None = None) -> None:
        """Give back what was billed of days from `day` on, and charge no more what was not."""
        instead = []
        kept = []
        for line in self.waiting:
            if line.whole is None or line.end <= day or not _is_of(line, plans):
                kept.append(line)
            elif (used := line.used(day)).price:
                instead.append(used)
        self.waiting = kept + instead
        for bill in self.bills:
            if not bill.of_subscription or bill.status == "void":
                continue
            unused = [
                (line, line.unused(day))
                for line in bill.lines
                if line.whole and _is_of(line, plans)
            ]
            taken = []
            for line, amount in unused:
                if amount:
                    line.until = max(day, line.start)
                    taken.append(line.take(amount))
            if taken:
                self.credit(bill, taken)

    def credit(self, bill: Bill, taken: list[tuple[int, list[int]]]) -> None:
        note = note_of(bill, taken)
        self.notes.append(note)
        self.purse.take_in(note)

    def _count(self) -> None:
        """MRR: what the items bring a month, less what recurs of the coupons."""
        held = [one for one in self.redeemed if one.recurs and one.holds(self.begin, opens=True)]
        priced = [(plan, GOODS[plan].price * count) for plan, count in self.items]
        off, _ = cuts(priced, held)
        months = months_of(self.items)
        self.mrr = sum(
            rounded(Fraction(price - cut, months))
            for (_, price), cut in zip(priced, off, strict=True)
        )


def _is_of(line: Line, plans: Collection[str] | None) -> bool:
    return plans is None or line.plan in plans
