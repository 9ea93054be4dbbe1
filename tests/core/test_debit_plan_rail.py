"""The debit planner before a rail that keeps what it sees: whatever is asked, nothing unlawful."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from khata.core.cycles import cycle_of
from khata.core.debit_plan import (
    MOST_UNTOLD,
    Debit,
    DebitState,
    History,
    Notice,
    OptOut,
    PastDebit,
    Telling,
    Wanted,
    may_be_handed_in,
    plan,
)
from khata.core.mandate import Mandate
from khata.core.mandate_terms import Frequency
from tests.core.test_debit_plan import ASKED, DAY, IST, MINUTE, RULES, UPI, ist


class Rail:
    """A payer's bank at the other end of a mandate: it keeps what was told and debited.

    The payer is told so many minutes after it was asked for; None: at no time.
    """

    def __init__(self, mandate: Mandate, telling: Telling) -> None:
        self.mandate, self.telling = mandate, telling
        self.notices: list[Notice] = []
        self.debits: list[PastDebit] = []
        self.opt_outs: list[OptOut] = []
        self.told_at: dict[UUID, datetime] = {}

    def wants(
        self, invoice: UUID, amount: int, at: datetime, ends: DebitState, minutes: int | None
    ) -> None:
        self._tells_until(at)
        history = History(self.debits, self.notices, self.opt_outs)
        wanted = Wanted(invoice, amount, "INR")
        found = plan(self.mandate, wanted, history, telling=self.telling, rules=RULES, at=at)
        if not isinstance(found, Debit):
            return
        if found.tells:
            id = UUID(int=len(self.notices) + 100)
            asked = Notice(id, invoice, amount, "INR", None, found.at, reference=str(id))
            untold = [n for n in self.notices if n.invoice_id == invoice and n.told_at is None]
            assert len(untold) < MOST_UNTOLD
            self.notices.append(asked)
            if minutes is not None:
                self.told_at[id] = at + minutes * MINUTE
            self._tells_until(at)
        elif may_be_handed_in(found, at):
            self._is_lawful(found, invoice, amount, at)
            self.debits.append(PastDebit(invoice, ends, at, found.cycle_on))

    def _tells_until(self, at: datetime) -> None:
        self.notices = [
            replace(one, told_at=self.told_at[one.id])
            if one.told_at is None and self.told_at.get(one.id, at + DAY) <= at
            else one
            for one in self.notices
        ]

    def ends(self, state: DebitState) -> None:
        self.debits = [
            replace(one, state=state) if one.state is DebitState.OPEN else one
            for one in self.debits
        ]

    def _is_lawful(self, found: Debit, invoice: UUID, amount: int, at: datetime) -> None:
        covering = [
            one
            for one in self.notices
            if (one.invoice_id, one.amount) == (invoice, amount)
            and one.told_at is not None
            and one.told_at + DAY <= at
        ]
        assert covering
        clock = at.astimezone(IST).time()
        assert not time(10) <= clock < time(13)
        assert not time(17) <= clock < time(21, 30)
        assert all(one.state is not DebitState.OPEN for one in self.debits)
        same = [one for one in self.debits if one.cycle_on == found.cycle_on]
        assert all(one.state is not DebitState.SUCCEEDED for one in same)
        assert sum(one.state is not DebitState.UNREACHED for one in same) < 4
        assert all(out.cycle_on != found.cycle_on for out in self.opt_outs)


@given(
    frequency=st.sampled_from([one for one in Frequency if one is not Frequency.AS_PRESENTED]),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["debit", "debit", "debit", "debit", "opt_out", "end"]),
            st.sampled_from([1, 4, 23, 24, 24, 25, 30]),  # hours until then
            st.sampled_from([1, 2]),
            st.sampled_from([118_000, 118_001]),
            st.sampled_from(list(DebitState)),
            st.sampled_from([0, 0, 20, 300, None]),  # minutes until the payer is told
        ),
        max_size=60,
    ),
    telling=st.sampled_from([ASKED, Telling(when_asked=True, ahead=timedelta(hours=25))]),
)
def test_whatever_is_asked_the_rail_sees_only_what_it_allows(
    frequency: Frequency,
    steps: list[tuple[str, int, int, int, DebitState, int | None]],
    telling: Telling,
) -> None:
    rail = Rail(replace(UPI, terms=replace(UPI.terms, frequency=frequency)), telling)
    at = ist("03-05 09:00")
    for what, hours, invoice, amount, state, minutes in steps:
        at += timedelta(hours=hours)
        if what == "opt_out":
            cycle = cycle_of(frequency, start=UPI.terms.start, day=at.date())
            assert cycle is not None
            rail.opt_outs.append(OptOut(cycle.start, None))
        elif what == "end":
            rail.ends(DebitState.FAILED if state is DebitState.OPEN else state)
        else:
            rail.wants(UUID(int=invoice), amount, at, state, minutes)
