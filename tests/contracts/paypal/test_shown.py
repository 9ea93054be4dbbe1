"""What PayPal's list has shown is kept: however many look-ups, each payment is listed once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from khata.adapters.gateways.paypal.client import Credentials, PayPalClient
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.adapters.gateways.paypal.shown import Shelf, Shown
from khata.core.payment import Outcome
from khata.ports.gateway import AnswerLost
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.test_listing import client_of, page_of, row
from tests.contracts.paypal.wire import Inspected

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BACK = 93 * DAY


class Listing:
    """PayPal's list by pages of 500; notes each question, and counts the rows that it told."""

    def __init__(self) -> None:
        self.paid: dict[UUID, datetime] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.told = 0
        self.refreshed_at: datetime | None = None
        self.is_broken_at: int | None = None
        self.client = client_of(self._page)

    def pays(self, at: datetime) -> UUID:
        id = uuid4()
        self.paid[id] = at
        return id

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        self.asked.append((query["start_date"], query["end_date"], query["page"]))
        if len(self.asked) == self.is_broken_at:
            return {"status": 403, "name": "NOT_AUTHORIZED"}
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        until = min(end, self.refreshed_at or end)
        rows = [
            row(
                transaction_id=id.hex[:17].upper(),
                custom_field=str(id),
                transaction_initiation_date=at.isoformat(),
            )
            for id, at in self.paid.items()
            if start <= at <= until
        ]
        page = int(query["page"])
        told = rows[(page - 1) * 500 : page * 500]
        self.told += len(told)
        said = page_of(*told, total_items=len(rows), total_pages=max(1, -(-len(rows) // 500)))
        if self.refreshed_at is not None:
            said["last_refreshed_datetime"] = self.refreshed_at.isoformat()
        return said

    def ids_of(
        self, shown: Shown, id: UUID, *, until: datetime = AT, amount: int = 1_000
    ) -> list[str]:
        ids = shown.payments_of(
            self.client, id, amount=amount, currency="USD", until=until, back=BACK
        )
        return list(ids)


@pytest.fixture
def listing() -> Listing:
    return Listing()


@pytest.fixture
def shown() -> Shown:
    return Shelf().of(b"an account")


@pytest.mark.parametrize("count", [60, 1_200])
def test_many_look_ups_list_each_payment_once(listing: Listing, shown: Shown, count: int) -> None:
    """All pay the same: 93 days are three questions, and each minute after them one more."""
    for number in range(count):
        listing.pays(AT - DAY - number * MINUTE)
    for number in range(count):
        assert listing.ids_of(shown, uuid4(), until=AT + number // 10 * MINUTE) == []
    assert listing.told == count
    pages = 3 + (count - 1) // 500
    assert len(listing.asked) == pages + count // 10 - 1


def test_the_gateway_asks_the_list_as_often_for_one_attempt_as_for_many(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    for _ in range(20):
        gateway.charge(asked(), at=AT)
    lost = [asked("card_timeout") for _ in range(10)]
    for one in lost:
        with pytest.raises(AnswerLost):
            gateway.charge(one, at=AT)
    paypal.advance(AT + DAY)  # every order is forgotten; the list tells
    for one in lost:
        found = gateway.look_up(one, reference=None, at=AT)
        assert found is not None
        assert found.outcome is Outcome.SUCCEEDED
    for _ in range(10):
        assert gateway.look_up(asked(), reference=None, at=AT) is None
    lists = [one for one in paypal.got if one.path == "/v1/reporting/transactions"]
    assert len(lists) == 3  # of 31 days each


def test_what_was_shown_is_found_without_another_question(listing: Listing, shown: Shown) -> None:
    first, second = listing.pays(AT - DAY), listing.pays(AT - 80 * DAY)
    assert listing.ids_of(shown, first) == [first.hex[:17].upper()]
    asked = len(listing.asked)
    assert listing.ids_of(shown, second) == [second.hex[:17].upper()]
    assert listing.ids_of(shown, first, until=AT - HOUR) == [first.hex[:17].upper()]
    assert len(listing.asked) == asked + 1  # for the hour before the ninety-three days


def test_what_is_new_is_asked_for(listing: Listing, shown: Shown) -> None:
    assert listing.ids_of(shown, uuid4()) == []
    new = listing.pays(AT + 5 * MINUTE)
    del listing.asked[:]
    assert listing.ids_of(shown, new, until=AT + HOUR) == [new.hex[:17].upper()]
    assert listing.asked == [("2025-02-28T06:30:00Z", "2025-02-28T07:30:00Z", "1")]


def test_a_list_that_is_behind_is_asked_again_from_there(listing: Listing, shown: Shown) -> None:
    """PayPal says how far it goes; what comes into it later is not missed for good."""
    late = listing.pays(AT - HOUR)
    listing.refreshed_at = AT - 2 * HOUR
    assert listing.ids_of(shown, late) == []
    listing.refreshed_at = AT + HOUR
    del listing.asked[:]
    assert listing.ids_of(shown, late) == [late.hex[:17].upper()]
    assert listing.asked == [("2025-02-28T04:30:00Z", "2025-02-28T06:30:00Z", "1")]


def test_what_was_told_before_the_list_broke_stays(listing: Listing, shown: Shown) -> None:
    old = listing.pays(AT - 80 * DAY)
    listing.is_broken_at = 3
    with pytest.raises(AnswerLost):
        listing.ids_of(shown, old)
    assert listing.ids_of(shown, old) == [old.hex[:17].upper()]
    assert len(listing.asked) == 4  # two, one that broke, and that again
    assert listing.told == 1


def test_several_with_one_id_are_all_told(shown: Shown) -> None:
    id = uuid4()
    rows = [
        row(transaction_id="DECLINED1", transaction_status="D", custom_field=str(id)),
        row(transaction_id="TAKEN1", custom_field=str(id)),
        row(transaction_id="TAKEN1", custom_field=str(id)),
        row(transaction_id="BACK1", transaction_event_code="T1107", custom_field=str(id)),
        row(transaction_id="NOBODYS1", custom_field="INV-1"),
    ]
    client = client_of(lambda _: page_of(*rows))
    ids = shown.payments_of(client, id, amount=1_000, currency="USD", until=AT, back=BACK)
    assert list(ids) == ["DECLINED1", "TAKEN1"]


def test_another_amount_and_another_account_are_lists_of_their_own(listing: Listing) -> None:
    shelf = Shelf()
    id = listing.pays(AT - DAY)
    for account, amount in ((b"a", 1_000), (b"a", 2_000), (b"b", 1_000)):
        before = len(listing.asked)
        listing.ids_of(shelf.of(account), id, amount=amount)
        assert len(listing.asked) == before + 3


def test_no_more_is_kept_than_there_is_room_for(listing: Listing) -> None:
    """An amount counts one, and each of its payments: of three there is room for one amount."""
    shelf = Shelf(most=3)
    first, second = listing.pays(AT - DAY), listing.pays(AT - 2 * DAY)
    shown = shelf.of(b"a")
    listing.ids_of(shown, first)
    listing.ids_of(shown, second)
    assert len(listing.asked) == 3
    listing.ids_of(shown, first, amount=2_000)  # the other goes
    listing.ids_of(shown, first, amount=2_000)
    assert len(listing.asked) == 6
    listing.ids_of(shown, first)
    assert len(listing.asked) == 9
    listing.pays(AT - 3 * DAY)
    for _ in range(2):  # what is too much by itself is listed, and not kept
        assert listing.ids_of(shelf.of(b"c"), second) == [second.hex[:17].upper()]
    assert len(listing.asked) == 15


def test_a_clock_that_was_set_back_leaves_nothing_kept(listing: Listing) -> None:
    """Only a pretend PayPal's can: what is paid then lies where the list was whole before."""
    shelf = Shelf()
    mine, other = shelf.of(b"a"), shelf.of(b"b")
    for shown in (mine, other):
        shown.now_is(AT + DAY)
        listing.ids_of(shown, uuid4(), until=AT + DAY)
    id = listing.pays(AT)
    mine.now_is(AT + DAY - HOUR)  # clocks differ by so much
    assert listing.ids_of(mine, id, until=AT + DAY) == []
    mine.now_is(AT - HOUR)
    assert listing.ids_of(mine, id, until=AT + DAY) == [id.hex[:17].upper()]
    assert listing.ids_of(other, id, until=AT + DAY) == []


def test_those_who_ask_at_once_share_the_answer(listing: Listing, shown: Shown) -> None:
    ids = [listing.pays(AT - DAY) for _ in range(8)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda id: listing.ids_of(shown, id), ids))
    assert found == [[id.hex[:17].upper()] for id in ids]
    assert len(listing.asked) == 3


@pytest.mark.parametrize(
    ("fault", "times"), [(httpx.ReadError, 2), (httpx.ReadTimeout, 1), (httpx.ConnectError, 1)]
)
def test_an_order_is_asked_for_again_at_once_only_where_the_answer_broke_off(
    asked: Asked, fault: type[httpx.TransportError], times: int
) -> None:
    """One that took its time may take it again, and one that was not reached is not there."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth2/token":
            return httpx.Response(200, json={"access_token": "a-token", "expires_in": 32_400})
        sent.append(request.headers["paypal-request-id"])
        raise fault("broken")

    keys = Credentials("a-client-id", "a-client-secret")
    transport = httpx.MockTransport(answer)
    gateway = PayPalGateway(PayPalClient(keys, "https://paypal.example", transport=transport))
    request = asked()
    with pytest.raises(Exception, match="PayPal"):
        gateway.charge(request, at=AT)
    assert sent == [str(request.attempt_id)] * times
