"""A visit's rules: when it is asked about, how it may move, and where payers may be sent back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from khata.core.mandate_terms import Frequency
from khata.core.payment_method import MethodKind
from khata.core.return_urls import (
    NotAnOrigin,
    ReturnUrlNotAllowed,
    check_origins,
    check_return_url,
    origin_of,
    with_words,
)
from khata.core.saving_terms import terms_of_saving
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import (
    Guest,
    Visit,
    can_carry,
    heard,
    let_go,
    moved,
    next_visit_ask,
    stays_until,
)

AT = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPEN, DONE = VisitStatus.OPEN, VisitStatus.DONE
FAILED, EXPIRED = VisitStatus.FAILED, VisitStatus.EXPIRED

VISIT = Visit(
    id=UUID(int=1),
    customer_id=UUID(int=2),
    invoice_id=UUID(int=3),
    link_id=None,
    gateway="fake",
    gateway_account_id=None,
    purpose=Purpose.PAY,
    kind=MethodKind.CARD,
    amount=118_000,
    currency="INR",
    description="Invoice 1",
    invoice_number="1",
    payer=Guest("Asha", None),
    return_url="https://khata.example/back",
    cancel_url="https://khata.example",
    mandate=None,
    expires_at=AT + 3 * HOUR,
    status=OPEN,
    reference=None,
    url=None,
    upi_link=None,
    holder=None,
    decline_code=None,
    attempt_id=None,
    payment_method_id=None,
    ask_at=None,
    asks=0,
    created_at=AT,
    finished_at=None,
)


def test_it_is_asked_about_soon_then_hourly_and_once_when_it_is_over() -> None:
    asked, at = [], AT
    for asks in range(7):
        then = next_visit_ask(VISIT, asks=asks, at=at)
        assert then is not None
        at = then
        asked.append(int((at - AT) / MINUTE))
    assert asked == [2, 10, 70, 130, 185, 245, 305]


def test_a_gateway_that_never_answers_is_asked_daily_in_the_end() -> None:
    later = AT + 3 * HOUR + timedelta(days=2)
    assert next_visit_ask(VISIT, asks=50, at=later) == later + timedelta(days=1)


def test_a_visit_is_waited_for_five_days_after_its_time_and_asked_about_for_thirty_more() -> None:
    end = VISIT.expires_at + timedelta(days=5)
    assert VISIT.waited_for_until == end
    assert VISIT.is_waited_for(end - MINUTE)
    assert not VISIT.is_waited_for(end)
    gone = let_go(VISIT, at=end)
    assert (gone.status, gone.finished_at) == (EXPIRED, end)
    asks, at = 0, end
    while (then := next_visit_ask(gone, asks=asks, at=at)) is not None:
        asks, at = asks + 1, then
    assert (asks, at) == (30, end + timedelta(days=30))


def test_a_bank_may_confirm_what_was_saved_for_a_week() -> None:
    saved = replace(VISIT, purpose=Purpose.SAVE)
    assert saved.waited_for_until == AT + timedelta(days=7)


@pytest.mark.parametrize("late", [None, timedelta(days=3)])
def test_what_a_gateway_has_told_at_last_is_asked_about_no_more(late: timedelta | None) -> None:
    closed = moved(VISIT, EXPIRED, at=AT, late=timedelta(days=3))
    assert closed is not None
    soon = heard(closed, at=AT + timedelta(days=1), late=late)
    assert (soon.ask_at is None) is (late is None)
    assert heard(closed, at=AT + timedelta(days=3) + 5 * MINUTE, late=late).ask_at is None
    assert heard(VISIT, at=AT, late=late) == VISIT


@pytest.mark.parametrize("before", list(VisitStatus))
@pytest.mark.parametrize("after", list(VisitStatus))
def test_it_moves_forward_only(before: VisitStatus, after: VisitStatus) -> None:
    visit = replace(VISIT, status=before)
    told = moved(visit, after, at=AT)
    may = (before is OPEN and after is not OPEN) or (before in (FAILED, EXPIRED) and after is DONE)
    assert (told is not None) == may
    if told is not None:
        assert (told.status, told.finished_at) == (after, AT)


def test_what_was_closed_is_asked_about_when_late_money_would_have_come() -> None:
    late = timedelta(days=3)
    closed = moved(VISIT, EXPIRED, at=AT, late=late)
    assert closed is not None
    assert closed.ask_at == AT + late + 5 * MINUTE
    never = moved(VISIT, EXPIRED, at=AT, late=None)
    assert never is not None
    assert never.ask_at is None


def test_a_payer_is_not_sent_to_a_page_that_ends_at_once() -> None:
    assert VISIT.can_be_gone_on_with(VISIT.expires_at - 6 * MINUTE)
    assert not VISIT.can_be_gone_on_with(VISIT.expires_at - 4 * MINUTE)
    assert stays_until(MethodKind.CARD, AT) == AT + HOUR
    assert stays_until(MethodKind.EMANDATE, AT) == AT + timedelta(days=1)


def test_rails_carry_their_own_currency() -> None:
    assert can_carry(MethodKind.UPI, "INR")
    assert not can_carry(MethodKind.UPI, "USD")
    assert not can_carry(MethodKind.EMANDATE, "EUR")
    assert can_carry(MethodKind.CARD, "JPY")


def test_the_usual_terms_stay_below_what_needs_approval() -> None:
    terms = terms_of_saving(MethodKind.UPI, currency="INR", start=AT.date())
    assert terms is not None
    assert (terms.max_amount, terms.frequency) == (1_500_000, Frequency.AS_PRESENTED)
    larger = terms_of_saving(MethodKind.CARD, currency="INR", start=AT.date(), least=2_000_000)
    assert larger is not None
    assert larger.max_amount == 2_000_000
    assert terms_of_saving(MethodKind.CARD, currency="USD", start=date(2026, 1, 1)) is None
    assert terms_of_saving(MethodKind.WALLET, currency="INR", start=date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/a?b#c", "https://shop.example"),
        ("https://SHOP.example:443/", "https://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("https://user@shop.example/", None),
        ("https://shop.example\\@evil.example/", None),
        ("https://shop.example\t.evil.example/", None),
        ("https://shop.example:99999/", None),
        ("https://shöp.example/", None),
        ("//shop.example", None),
        ("ftp://shop.example", None),
        ("", None),
    ],
)
def test_an_origin_is_read_as_browsers_read_it(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_payers_go_back_only_to_what_is_listed() -> None:
    listed = ["https://shop.example", "http://localhost:3000"]
    check_return_url("https://shop.example/x", origins=listed, livemode=True)
    check_return_url("http://localhost:3000/x", origins=listed, livemode=False)
    for url, livemode in (
        ("http://localhost:3000/x", True),
        ("https://shop.example.evil.example", False),
        ("https://evil.example/https://shop.example", False),
    ):
        with pytest.raises(ReturnUrlNotAllowed):
            check_return_url(url, origins=listed, livemode=livemode)


@pytest.mark.parametrize("origin", ["https://a.example/", "http://a.example", "x", "https://A.b"])
def test_what_is_listed_is_an_origin(origin: str) -> None:
    check_origins(["https://a.example"], livemode=True)
    with pytest.raises(NotAnOrigin):
        check_origins([origin], livemode=False)


def test_words_are_added_beside_those_there_are() -> None:
    told = with_words("https://a.example/x?a=b&c=#top", status="paid")
    assert told == "https://a.example/x?a=b&c=&status=paid#top"
