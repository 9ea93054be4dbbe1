"""Settlement lines beside our rows, and the books that come of any history of an account."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.ledger.booking import payment_received, refund_made
from khata.core.ledger.booking_settlements import clearing_of, fee_told, settlement_paid_out
from khata.core.ledger.posting import Entry
from khata.core.settlement import (
    LineKind,
    OurMoney,
    SeenSettlement,
    SettlementLine,
    Verdict,
    match_lines,
    why_not_whole,
)

DAY = date(2025, 3, 3)
AT = datetime(2025, 3, 3, 6, 30, tzinfo=UTC)
ACCOUNT = UUID(int=7)


def ours(reference: str = "pay_1", **different: object) -> OurMoney:
    money = OurMoney(UUID(int=1), LineKind.PAYMENT, reference, 118_000, "INR", True)
    return replace(money, **different)  # type: ignore[arg-type]


def line(of: str | None = "pay_1", **different: object) -> SettlementLine:
    made = SettlementLine(f"l_{of}", LineKind.PAYMENT, of, 118_000, 2_360, 425)
    return replace(made, **different)  # type: ignore[arg-type]


def settlement(*lines: SettlementLine) -> SeenSettlement:
    return SeenSettlement("setl_1", sum(one.net for one in lines), "INR", AT, None, lines)


def verdicts(seen: SeenSettlement, *known: OurMoney) -> list[Verdict]:
    by = {(one.kind, one.reference): one for one in known}
    return [one.verdict for one in match_lines(seen, by)]


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict"),
    [
        (ours(), line(), Verdict.MATCHED),
        (ours(amount=117_999), line(), Verdict.AMOUNT_DIFFERS),
        (ours(currency="USD"), line(), Verdict.CURRENCY_DIFFERS),
        (ours(is_booked=False), line(), Verdict.NOT_BOOKED),
        (ours(settled_in=UUID(int=9)), line(), Verdict.SETTLED_BEFORE),
        (ours("pay_2"), line(), Verdict.UNKNOWN_HERE),
        (ours(), line(kind=LineKind.REFUND), Verdict.UNKNOWN_HERE),
        (ours(), line(kind=LineKind.ADJUSTMENT), Verdict.UNKNOWN_HERE),
        (ours(), line(kind=LineKind.FEE, of=None), Verdict.OWN),
        (
            ours(currency="USD", amount=1_400),
            line(charged=1_400, charged_currency="USD"),
            Verdict.MATCHED,
        ),
    ],
)
def test_what_a_line_comes_to(mine: OurMoney, theirs: SettlementLine, verdict: Verdict) -> None:
    assert verdicts(settlement(theirs), mine) == [verdict]


def test_a_payment_twice_in_one_payout_is_paid_out_once() -> None:
    twice = settlement(line(), replace(line(), reference="l_again"))
    assert verdicts(twice, ours()) == [Verdict.MATCHED, Verdict.SETTLED_BEFORE]


def test_a_refund_may_come_back_in_the_same_payout() -> None:
    refund = ours("rfnd_1", kind=LineKind.REFUND, amount=500)
    out = line("rfnd_1", kind=LineKind.REFUND, gross=-500, fee=0, tax=0)
    back = replace(out, reference="l_back", gross=500)
    assert verdicts(settlement(out, back), refund) == [Verdict.MATCHED, Verdict.MATCHED]


@pytest.mark.parametrize(("off", "words"), [(1, "0.01 less"), (-1, "0.01 more"), (0, None)])
def test_the_lines_come_to_the_payout_to_the_paisa(off: int, words: str | None) -> None:
    seen = settlement(line(), line("pay_2"))
    told = why_not_whole(replace(seen, amount=seen.amount + off))
    assert (told is None) if words is None else (words in (told or ""))


def test_a_fee_below_zero_is_nothing_to_book() -> None:
    assert "below zero" in (why_not_whole(settlement(line(fee=-1))) or "")


@dataclass
class History:
    """An account's life: entries, and beside them plain sums that know nothing of postings."""

    entries: list[Entry] = field(default_factory=list)
    captured: int = 0
    refunded: int = 0
    settled: int = 0
    fees: int = 0
    booked: dict[str, tuple[int, int]] = field(default_factory=dict)

    def takes(self, reference: str, amount: int, fee: int) -> None:
        self.entries.append(
            payment_received(
                id=uuid4(),
                attempt_id=uuid4(),
                on=DAY,
                currency="INR",
                amount=amount,
                fee=fee,
                owed=True,
            )
        )
        self.captured += amount
        self.fees += fee
        self.booked[reference] = (fee, 0)

    def gives_back(self, amount: int) -> None:
        made = refund_made(id=uuid4(), refund_id=uuid4(), on=DAY, currency="INR", amount=amount)
        self.entries.append(made)
        self.refunded += amount

    def hears_fee(self, reference: str, fee: int, tax: int) -> None:
        old = self.booked[reference]
        entry = fee_told(
            id=uuid4(),
            told_id=uuid4(),
            on=DAY,
            currency="INR",
            booked=old,
            told=(fee, tax),
            gateway_account_id=ACCOUNT,
        )
        assert (entry is None) == (old == (fee, tax))
        self.entries += [entry] if entry else []
        self.fees += fee + tax - sum(old)
        self.booked[reference] = (fee, tax)

    def is_paid_out(self, seen: SeenSettlement, money: list[OurMoney]) -> None:
        matched = match_lines(seen, {(one.kind, one.reference): one for one in money})
        for one in matched:
            if one.tells_fee:
                self.hears_fee(str(one.line.of), *one.fee_told)
        entry = settlement_paid_out(
            id=uuid4(),
            settlement_id=uuid4(),
            on=DAY,
            amount=seen.amount,
            currency="INR",
            lines=matched,
            gateway_account_id=ACCOUNT,
        )
        self.entries += [entry] if entry else []
        for one in matched:
            if one.is_ours:
                self.settled += one.line.net
                if one.line.kind is LineKind.REFUND:
                    self.fees += one.line.fee + one.line.tax

    def holds(self) -> int:
        return self.captured - self.refunded - self.settled - self.fees


amounts = st.integers(min_value=1_000, max_value=10**9)
fees = st.integers(min_value=0, max_value=500)
steps = st.lists(
    st.tuples(
        st.sampled_from(["take", "back", "fee", "settle", "strange"]), amounts, fees, fees, fees
    ),
    min_size=1,
    max_size=20,
)


@given(steps)
def test_clearing_is_what_was_taken_less_what_left_at_any_time(
    history: list[tuple[str, int, int, int, int]],
) -> None:
    """Captured − refunded − settled − fees, after each step, whatever comes in whatever order."""
    books, payments, waiting = History(), dict[str, int](), list[str]()
    for number, (step, amount, first, fee, tax) in enumerate(history):
        if step == "take":
            reference = f"pay_{number}"
            books.takes(reference, amount, first)
            payments[reference] = amount
            waiting.append(reference)
        elif step == "back" and payments:
            books.gives_back(amount)
        elif step == "fee" and payments:
            books.hears_fee(min(payments), fee, tax)
        elif step == "strange":
            unknown = line("pay_strange", gross=amount, fee=fee, tax=tax)
            books.is_paid_out(settlement(unknown), [])
        elif step == "settle":
            lines = [line(one, gross=payments[one], fee=fee, tax=tax) for one in waiting]
            back = line("rfnd_1", kind=LineKind.REFUND, gross=-amount, fee=fee, tax=tax)
            money = [ours(one, id=uuid4(), amount=payments[one]) for one in waiting]
            refund = ours("rfnd_1", kind=LineKind.REFUND, amount=amount)
            books.is_paid_out(settlement(*lines, back), [*money, refund])
            waiting.clear()
        assert clearing_of(books.entries, "INR") == books.holds()


@given(amounts, fees, fees, fees)
def test_when_all_is_settled_clearing_is_empty(amount: int, first: int, fee: int, tax: int) -> None:
    books = History()
    books.takes("pay_1", amount, first)
    books.is_paid_out(settlement(line(gross=amount, fee=fee, tax=tax)), [ours(amount=amount)])
    assert clearing_of(books.entries, "INR") == 0


def test_a_dispute_that_is_known_leaves_clearing_with_its_net_and_may_come_back() -> None:
    """10.00 and a fee of 1.00 were taken when it was opened: both are booked then."""
    known = ours("disp_1", kind=LineKind.DISPUTE, amount=1_000)
    out = line("disp_1", kind=LineKind.DISPUTE, gross=-1_000, fee=100, tax=0)
    back = replace(out, reference="l_back", gross=1_000, fee=0)
    seen = settlement(out, back)
    matched = match_lines(seen, {(known.kind, known.reference): known})
    assert [one.verdict for one in matched] == [Verdict.MATCHED, Verdict.MATCHED]
    entry = settlement_paid_out(
        id=uuid4(),
        settlement_id=uuid4(),
        on=DAY,
        amount=seen.amount,
        currency="INR",
        lines=matched,
        gateway_account_id=ACCOUNT,
    )
    assert entry is not None
    assert clearing_of([entry], "INR") == 100  # −1,100 and 1,000 were paid out of it
    assert len(entry.postings) == 1
