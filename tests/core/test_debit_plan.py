"""The debit planner, case by case: what the law and the rail ask, by their own numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from khata.core.cycles import cycle_of
from khata.core.debit_plan import (
    Ask,
    AskCustomer,
    Debit,
    DebitState,
    History,
    NeedsMandate,
    Notice,
    OptOut,
    PastDebit,
    Plan,
    Telling,
    Wait,
    Wanted,
    may_be_handed_in,
    plan,
)
from khata.core.mandate import Mandate
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus

IST = ZoneInfo("Asia/Kolkata")
RULES = rail_rules()
ASKED = Telling(when_asked=True)
ITSELF = Telling(when_asked=False, ahead=timedelta(hours=25))
INVOICE, OTHER = UUID(int=1), UUID(int=2)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def ist(text: str) -> datetime:
    """An instant by an Indian clock: `03-10 09:30` is of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=IST)


UPI = Mandate(
    id=UUID(int=9),
    customer_id=UUID(int=8),
    payment_method_id=UUID(int=7),
    kind=MethodKind.UPI,
    terms=MandateTerms(10_000_000, "INR", Frequency.MONTHLY, date(2026, 3, 5)),
    category=Category.GENERAL,
    status=MandateStatus.ACTIVE,
    reference=None,
    consent=None,
    look_at=None,
    created_at=ist("03-05 09:00"),
)
CARD = replace(UPI, kind=MethodKind.CARD)
BANK = replace(UPI, kind=MethodKind.EMANDATE)


def told(amount: int, at: str, debit_at: str, *, opted_out: bool = False) -> Notice:
    return Notice(UUID(int=5), INVOICE, amount, "INR", ist(at), ist(debit_at), opted_out)


def past(state: DebitState, cycle_on: date | None, invoice: UUID = OTHER) -> PastDebit:
    return PastDebit(invoice, state, ist("03-08 09:00"), cycle_on)


def planned(
    at: str,
    *,
    amount: int = 118_000,
    mandate: Mandate = UPI,
    telling: Telling = ASKED,
    debits: Sequence[PastDebit] = (),
    notices: Sequence[Notice] = (),
    opt_outs: Sequence[OptOut] = (),
) -> Plan:
    history = History(debits, notices, opt_outs)
    wanted = Wanted(INVOICE, amount, "INR")
    return plan(mandate, wanted, history, telling=telling, rules=RULES, at=ist(at))


def debit(found: Plan) -> Debit:
    assert isinstance(found, Debit), found
    return found


def test_the_payer_is_told_24_hours_ahead_and_not_a_minute_less() -> None:
    first = debit(planned("03-10 09:30"))
    assert (first.told_at, first.at, first.tells) == (ist("03-10 09:30"), ist("03-11 09:30"), True)
    assert not may_be_handed_in(first, first.at)  # nobody was told yet
    notice = [told(118_000, "03-10 09:30", "03-11 09:30")]
    early = debit(planned("03-11 09:29", notices=notice))
    assert not may_be_handed_in(early, ist("03-11 09:29"))  # 23 h 59 min
    in_time = debit(planned("03-11 09:30", notices=notice))
    assert may_be_handed_in(in_time, ist("03-11 09:30"))  # 24 h 00 min
    assert in_time.notice == notice[0]


def test_one_paisa_more_is_told_anew_and_waits_again() -> None:
    notice = [told(118_000, "03-10 09:30", "03-11 09:30")]
    anew = debit(planned("03-11 09:30", amount=118_001, notices=notice))
    assert (anew.tells, anew.told_at, anew.at) == (True, ist("03-11 09:30"), ist("03-12 09:30"))


@pytest.mark.parametrize("mandate", [UPI, CARD])
def test_15_000_rupees_are_silent_and_a_paisa_more_is_not(mandate: Mandate) -> None:
    assert isinstance(planned("03-10 09:30", mandate=mandate, amount=1_500_000), Debit)
    asked = planned("03-10 09:30", mandate=mandate, amount=1_500_001)
    assert asked == AskCustomer(Ask.ABOVE_SILENT_LIMIT)


def test_60_000_rupees_of_software_need_the_customer_and_of_insurance_do_not() -> None:
    assert planned("03-10 09:30", amount=6_000_000) == AskCustomer(Ask.ABOVE_SILENT_LIMIT)
    for category in set(Category) - {Category.GENERAL}:
        mandate = replace(UPI, category=category)
        assert isinstance(planned("03-10 09:30", amount=6_000_000, mandate=mandate), Debit)
        lakh_and_more = planned("03-10 09:30", amount=10_000_001, mandate=mandate)
        assert lakh_and_more == AskCustomer(Ask.ABOVE_MAXIMUM)


def test_a_bank_mandate_is_its_own_authority() -> None:
    """No notice by the framework, no silent limit, no closed hours: 3 lakh at noon, at once."""
    wide = replace(BANK, terms=replace(BANK.terms, max_amount=50_000_000))
    now = debit(planned("03-10 11:30", amount=30_000_000, mandate=wide))
    assert (now.at, now.told_at, now.tells) == (ist("03-10 11:30"), None, False)


def test_the_fifth_try_of_a_cycle_is_refused() -> None:
    cycle = date(2026, 3, 5)
    three = [past(DebitState.FAILED, cycle)] * 3
    assert isinstance(planned("03-10 09:30", debits=three), Debit)
    four = [past(DebitState.FAILED, cycle)] * 4
    assert planned("03-10 09:30", debits=four) == AskCustomer(Ask.NO_TRIES_LEFT, ist("04-05 00:00"))
    unreached = [past(DebitState.UNREACHED, cycle)] * 9  # nobody was asked
    assert isinstance(planned("03-10 09:30", debits=three + unreached), Debit)
    assert isinstance(planned("03-10 09:30", debits=four, mandate=CARD), Debit)  # the rail counts


def test_after_a_success_the_next_cycle_is_the_next() -> None:
    paid = [past(DebitState.SUCCEEDED, date(2026, 3, 5))]
    refused = planned("03-10 09:30", debits=paid)
    assert refused == AskCustomer(Ask.ALREADY_DEBITED, ist("04-05 00:00"))
    assert debit(planned("04-05 00:00", debits=paid)).cycle_on == date(2026, 4, 5)


def test_a_second_try_never_stands_beside_one_that_is_processing() -> None:
    open_one = [past(DebitState.OPEN, date(2026, 2, 5))]  # even of another cycle
    assert planned("03-10 09:30", debits=open_one) == Wait(ist("03-10 10:30"))
    assert isinstance(planned("03-10 09:30", debits=open_one, mandate=CARD), Wait)


@pytest.mark.parametrize(
    ("wanted", "moved_to"),
    [
        ("03-10 09:59", "03-10 09:59"),
        ("03-10 10:00", "03-10 13:00"),  # a border belongs to the closed hours …
        ("03-10 11:30", "03-10 13:00"),
        ("03-10 12:59", "03-10 13:00"),
        ("03-10 13:00", "03-10 13:00"),  # … and its end to the open ones
        ("03-10 16:59", "03-10 16:59"),
        ("03-10 17:00", "03-10 21:30"),
        ("03-10 20:00", "03-10 21:30"),
        ("03-10 21:30", "03-10 21:30"),
        ("03-10 23:59", "03-10 23:59"),
    ],
)
def test_upi_debits_outside_the_peaks(wanted: str, moved_to: str) -> None:
    assert RULES.opened(MethodKind.UPI, ist(wanted)) == ist(moved_to)
    assert RULES.opened(MethodKind.CARD, ist(wanted)) == ist(wanted)
    day_before = ist(wanted) - DAY
    found = debit(planned(day_before.strftime("%m-%d %H:%M")))
    assert found.at == ist(moved_to)  # 24 hours later, and then the hours


def test_a_gateway_that_tells_itself_is_called_so_that_the_money_moves_in_an_open_hour() -> None:
    """Told at 10:30, Razorpay would debit at 11:30 the next day: so it is called at 12:00."""
    found = debit(planned("03-10 10:30", telling=ITSELF))
    assert (found.hand_in_at, found.told_at) == (ist("03-10 12:00"), ist("03-10 12:00"))
    assert found.at == ist("03-11 13:00")
    assert not may_be_handed_in(found, ist("03-10 11:59"))
    assert may_be_handed_in(debit(planned("03-10 12:00", telling=ITSELF)), ist("03-10 12:00"))
    card = debit(planned("03-10 10:30", telling=ITSELF, mandate=CARD))  # 36 hours on cards
    assert (card.hand_in_at, card.at) == (ist("03-10 10:30"), ist("03-11 22:30"))


def test_a_notice_that_takes_time_is_given_an_hour_more_than_the_law_asks() -> None:
    """Asked at 09:00 and told at 09:20: planned for the 25th hour, and the 24 hours have passed."""
    slow = Telling(when_asked=True, ahead=timedelta(hours=25))
    asked_for = debit(planned("03-10 08:00", telling=slow))
    assert (asked_for.tells, asked_for.at) == (True, ist("03-11 09:00"))
    notice = [told(118_000, "03-10 08:20", "03-11 09:00")]
    early = debit(planned("03-11 08:30", telling=slow, notices=notice))
    assert early.at == ist("03-11 09:00")  # not before the time that the payer was told of
    late = [told(118_000, "03-10 09:20", "03-11 09:00")]
    assert debit(planned("03-11 09:00", telling=slow, notices=late)).at == ist("03-11 09:20")


def test_who_could_not_be_told_three_times_is_asked_to_pay() -> None:
    """Taken up by the gateway and told to nobody; what it never took up counts for nothing."""
    taken_up = replace(told(118_000, "03-10 09:30", "03-11 09:30"), told_at=None, reference="o1")
    unasked = replace(taken_up, reference=None)
    assert debit(planned("03-12 09:30", notices=[taken_up] * 2 + [unasked] * 5)).tells
    asked = planned("03-12 09:30", notices=[taken_up] * 3)
    assert asked == AskCustomer(Ask.NOT_TOLD)
    of_another = [replace(taken_up, invoice_id=OTHER)] * 3
    assert debit(planned("03-12 09:30", notices=of_another)).tells
    in_the_end = [*([taken_up] * 3), told(118_000, "03-11 09:30", "03-12 09:30")]
    assert not debit(planned("03-12 09:30", notices=in_the_end)).tells


def test_a_gateway_that_tries_by_itself_needs_room_for_all_its_tries() -> None:
    """Four in a cycle (NPCI, 21 May 2025): one debit of four tries leaves none, and needs all."""
    cycle = date(2026, 3, 5)
    itself = Telling(when_asked=False, ahead=timedelta(hours=25), tries=4)
    assert isinstance(planned("03-10 09:30", telling=itself), Debit)
    four = [replace(past(DebitState.FAILED, cycle), tries=4)]
    full = AskCustomer(Ask.NO_TRIES_LEFT, ist("04-05 00:00"))
    assert planned("03-10 09:30", telling=itself, debits=four) == full
    assert planned("03-10 09:30", debits=four) == full
    one = [past(DebitState.FAILED, cycle)]
    assert planned("03-10 09:30", telling=itself, debits=one) == full  # it might make a fifth
    assert isinstance(planned("03-10 09:30", debits=one * 3), Debit)
    nobody = [replace(past(DebitState.UNREACHED, cycle), tries=4)]
    assert isinstance(planned("03-10 09:30", telling=itself, debits=nobody), Debit)


def test_the_last_day_of_a_cycle_is_avoided() -> None:
    """The cycle from 5 March ends with 4 April: what would fall on that day moves to the 5th."""
    found = debit(planned("04-03 09:30"))
    assert (found.at, found.cycle_on) == (ist("04-05 00:00"), date(2026, 4, 5))
    assert debit(planned("04-02 09:30")).at == ist("04-03 09:30")


def test_who_opted_out_of_a_cycle_is_not_asked_again_in_it_and_goes_on_in_the_next() -> None:
    out = [OptOut(date(2026, 3, 5), None)]
    assert planned("03-10 09:30", opt_outs=out) == AskCustomer(Ask.OPTED_OUT)
    assert debit(planned("04-05 09:30", opt_outs=out)).cycle_on == date(2026, 4, 5)
    as_presented = replace(UPI, terms=replace(UPI.terms, frequency=Frequency.AS_PRESENTED))
    of_this = [OptOut(None, INVOICE)]
    of_another = [OptOut(None, OTHER)]
    asked = planned("03-10 09:30", mandate=as_presented, opt_outs=of_this)
    assert asked == AskCustomer(Ask.OPTED_OUT)
    assert isinstance(planned("03-10 09:30", mandate=as_presented, opt_outs=of_another), Debit)


def test_a_notice_that_was_opted_out_of_covers_nothing() -> None:
    notice = [told(118_000, "03-10 09:30", "03-11 09:30", opted_out=True)]
    assert debit(planned("03-11 09:30", notices=notice)).tells


def test_a_notice_covers_the_day_that_it_named() -> None:
    notice = [told(118_000, "03-10 09:30", "03-11 09:30")]
    later = debit(planned("03-12 08:00", notices=notice))
    assert (later.tells, later.at) == (True, ist("03-13 08:00"))
    that_evening = debit(planned("03-11 18:00", notices=notice))
    assert (that_evening.tells, that_evening.at) == (False, ist("03-11 21:30"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": MandateStatus.PAUSED}, Ask.PAUSED),
        ({"status": MandateStatus.PENDING_AUTHORISATION}, Ask.NOT_CONFIRMED),
        ({"status": MandateStatus.CREATED}, Ask.NOT_CONFIRMED),
        ({"terms": replace(UPI.terms, max_amount=117_999)}, Ask.ABOVE_MAXIMUM),
        ({"terms": replace(UPI.terms, max_amount=118_001, is_fixed=True)}, Ask.AMOUNT_DIFFERS),
        ({"terms": replace(UPI.terms, currency="USD")}, Ask.CURRENCY_DIFFERS),
    ],
)
def test_what_only_the_customer_can_do(changed: dict[str, object], why: Ask) -> None:
    mandate = replace(UPI, **changed)  # type: ignore[arg-type]
    assert planned("03-10 09:30", mandate=mandate) == AskCustomer(why)


@pytest.mark.parametrize("status", ["revoked", "expired", "completed", "rejected"])
def test_what_has_ended_needs_a_new_one(status: str) -> None:
    ended = replace(UPI, status=MandateStatus(status))
    assert planned("03-10 09:30", mandate=ended) == NeedsMandate(f"mandate_{status}")


def test_a_mandate_is_not_debited_after_its_last_day_nor_before_its_first() -> None:
    ends = replace(UPI, terms=replace(UPI.terms, end=date(2026, 3, 10)))
    assert isinstance(planned("03-09 09:30", mandate=ends), Debit)
    assert planned("03-10 09:30", mandate=ends) == NeedsMandate("mandate_expired")
    assert debit(planned("03-01 09:30")).at == ist("03-05 00:00")


def test_cycles_are_counted_from_the_first_day() -> None:
    start = date(2026, 1, 31)
    monthly = cycle_of(Frequency.MONTHLY, start=start, day=date(2026, 3, 1))
    assert monthly is not None
    assert (monthly.start, monthly.end) == (date(2026, 2, 28), date(2026, 3, 31))
    assert cycle_of(Frequency.AS_PRESENTED, start=start, day=start) is None
    lengths = {
        frequency: cycle.days
        for frequency in Frequency
        if (cycle := cycle_of(frequency, start=date(2026, 1, 1), day=date(2026, 1, 1)))
    }
    assert list(lengths.values()) == [1, 7, 14, 31, 59, 90, 181, 365]
