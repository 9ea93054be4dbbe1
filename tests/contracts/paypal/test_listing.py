"""PayPal's list of transactions: pages, months, whose money it is, and what is found in it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from khata.adapters.gateways.paypal.client import Credentials, PayPalClient
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.adapters.gateways.paypal.listing import payments_of, rows_of
from khata.adapters.gateways.paypal.shown import Shelf, found_in
from khata.core.payment import Outcome
from khata.ports.gateway import AnswerLost, SeenPayment
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.test_refunding import refund_of
from tests.contracts.paypal.wire import Inspected

DAY = timedelta(days=1)
MINE = UUID("0191f0b0-0000-7000-8000-000000000001")


def row(**others: Any) -> dict[str, Any]:
    """Spell a row as Transaction Search shows it."""
    info = {
        "transaction_id": "5TY05013RG002845M",
        "transaction_event_code": "T0006",
        "transaction_initiation_date": "2025-02-28T06:30:00+0000",
        "transaction_amount": {"currency_code": "USD", "value": "10.00"},
        "fee_amount": {"currency_code": "USD", "value": "-0.84"},
        "transaction_status": "S",
        "custom_field": str(MINE),
        "invoice_id": "INV/1",
        **others,
    }
    return {"transaction_info": {name: told for name, told in info.items() if told is not None}}


Listing = Callable[[dict[str, str]], dict[str, Any]]


def client_of(listing: Listing) -> PayPalClient:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth2/token":
            return httpx.Response(200, json={"access_token": "a-token", "expires_in": 32_400})
        said = listing(dict(request.url.params))
        return httpx.Response(said.pop("status", 200), json=said)

    keys = Credentials("a-client-id", "a-client-secret")
    return PayPalClient(keys, "https://paypal.example", transport=httpx.MockTransport(answer))


def page_of(*rows: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"transaction_details": list(rows), "total_items": len(rows), "total_pages": 1, **others}


def seen(*rows: dict[str, Any]) -> list[SeenPayment]:
    client = client_of(lambda _: page_of(*rows))
    return list(payments_of(client, AT - DAY, AT + DAY))


def test_a_payment_is_listed_with_its_fee_and_our_id() -> None:
    assert seen(row()) == [
        SeenPayment("5TY05013RG002845M", MINE, 1_000, "USD", Outcome.SUCCEEDED, 84, 0, AT)
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("S", "succeeded"), ("V", "succeeded"), ("P", "pending"), ("D", "failed")],
)
def test_statuses_are_one_letter(status: str, outcome: str) -> None:
    assert [one.outcome for one in seen(row(transaction_status=status))] == [outcome]


@pytest.mark.parametrize(
    "foreign",
    [
        row(transaction_status="Q"),
        row(transaction_event_code="T0400"),  # a withdrawal to the bank
        row(transaction_event_code="T0006", transaction_amount={"currency_code": "USD"}),
        row(transaction_amount={"currency_code": "USD", "value": "-10.00"}),  # we paid somebody
        row(transaction_amount={"currency_code": "INR", "value": "10.00"}),
        row(transaction_amount=None),
        row(transaction_initiation_date=None),
        row(transaction_initiation_date="2025-02-28"),
        row(transaction_initiation_date="2025-02-20T06:30:00+0000"),  # not of these days
        {"transaction_info": None},
        {},
    ],
)
def test_what_is_no_payment_of_these_days_is_left_out(foreign: dict[str, Any]) -> None:
    assert seen(foreign) == []


def test_a_payment_without_our_id_is_listed_all_the_same() -> None:
    for custom in (None, "", "INV-1"):
        [payment] = seen(row(custom_field=custom))
        assert payment.attempt_id is None


def test_what_was_given_back_is_counted_and_a_row_that_comes_twice_once() -> None:
    def back(id: str, value: str, status: str = "S") -> dict[str, Any]:
        return row(
            transaction_id=id,
            transaction_event_code="T1107",
            transaction_amount={"currency_code": "USD", "value": value},
            transaction_status=status,
            paypal_reference_id="5TY05013RG002845M",
        )

    rows = [row(), row(), back("A", "-4.00"), back("A", "-4.00"), back("B", "-1.50")]
    [payment] = seen(*rows, back("C", "-3.00", "D"))
    assert payment.refunded == 550  # 4.00 and 1.50; the third was refused


def test_all_pages_are_read() -> None:
    def listing(query: dict[str, str]) -> dict[str, Any]:
        number = int(query["page"])
        return page_of(row(transaction_id=f"PAGE{number}"), total_items=3, total_pages=3)

    client = client_of(listing)
    listed = payments_of(client, AT - DAY, AT + DAY)
    assert [one.reference for one in listed] == ["PAGE1", "PAGE2", "PAGE3"]


def test_a_long_time_is_asked_for_in_months_without_a_gap() -> None:
    asked: list[tuple[str, str]] = []

    def listing(query: dict[str, str]) -> dict[str, Any]:
        asked.append((query["start_date"], query["end_date"]))
        return page_of()

    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert list(payments_of(client_of(listing), start, start + 70 * DAY)) == []
    assert asked == [
        ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"),
        ("2025-02-01T00:00:00Z", "2025-03-04T00:00:00Z"),
        ("2025-03-04T00:00:00Z", "2025-03-12T00:00:00Z"),
    ]


@pytest.mark.parametrize(
    "too_many",
    [
        {"status": 400, "name": "RESULTSET_TOO_LARGE"},
        {"transaction_details": [], "total_items": 10_001, "total_pages": 21},
    ],
)
def test_too_many_at_once_are_asked_for_in_halves(too_many: dict[str, Any]) -> None:
    def listing(query: dict[str, str]) -> dict[str, Any]:
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        if end - start > timedelta(hours=12):
            return dict(too_many)
        at = start.strftime("%Y-%m-%dT%H:%M:%S+0000")
        return page_of(row(transaction_id=at, transaction_initiation_date=at))

    listed = list(payments_of(client_of(listing), AT, AT + 2 * DAY))
    assert [one.created_at for one in listed] == [AT + n * timedelta(hours=12) for n in range(4)]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 403, "name": "NOT_AUTHORIZED"},
        {},
        {"transaction_details": None, "total_items": 0, "total_pages": 1},
        {"transaction_details": [], "total_items": 0},
        {"transaction_details": [], "total_items": "0", "total_pages": 1},
        {"status": 400, "name": "RESULTSET_TOO_LARGE"},  # however little is asked for
    ],
)
def test_a_list_that_is_not_whole_is_no_list(broken: dict[str, Any]) -> None:
    client = client_of(lambda _: dict(broken))
    with pytest.raises(AnswerLost):
        list(payments_of(client, AT, AT + DAY))


def test_of_several_with_our_id_the_one_that_took_money_comes_first() -> None:
    rows = [
        row(transaction_id="D1", transaction_status="D"),
        row(transaction_id="P1", transaction_status="P"),
        row(transaction_id="S1"),
        row(transaction_id="X1", custom_field=str(uuid4())),
    ]
    listed = rows_of(client_of(lambda _: page_of(*rows)), AT - DAY, AT, {}).rows
    assert found_in(listed, MINE) == ["S1", "P1", "D1"]
    assert found_in(listed, uuid4()) == []


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("USD", "1000 TO 1000"), ("JPY", None), ("HUF", None)],  # whose smallest unit is not told
)
def test_a_look_up_asks_only_for_the_amount(currency: str, amount: str | None) -> None:
    asked: list[dict[str, str]] = []

    def listing(query: dict[str, str]) -> dict[str, Any]:
        asked.append(query)
        return page_of()

    client, shown = client_of(listing), Shelf().of(b"")
    shown.payments_of(client, MINE, amount=1_000, currency=currency, until=AT, back=93 * DAY)
    assert [one.get("transaction_amount") for one in asked] == [amount] * 3  # three months
    assert {one["transaction_currency"] for one in asked} == {currency}
    assert {one["balance_affecting_records_only"] for one in asked} == {"N"}


@pytest.mark.parametrize(
    ("refreshed", "whole"),
    [
        ("2025-02-28T03:30:00+0000", AT - timedelta(hours=3)),
        ("2025-03-01T03:30:00+0000", AT),  # later than asked for
        (None, AT),
        ("soon", AT),
    ],
)
def test_a_list_says_how_far_it_goes(refreshed: str | None, whole: datetime) -> None:
    client = client_of(lambda _: page_of(row(), last_refreshed_datetime=refreshed))
    assert rows_of(client, AT - DAY, AT, {}).whole_until == whole


@pytest.fixture
def busy(gateway: PayPalGateway, paypal: Inspected) -> PayPalGateway:
    """More than a page of payments, one of them given back in part."""
    for _ in range(501):
        paypal.charges.capture(
            paypal.charges.make(
                "merchant-1",
                {
                    "intent": "CAPTURE",
                    "purchase_units": [{"amount": {"currency_code": "USD", "value": "10.00"}}],
                },
                now=AT,
            ),
            {"payment_source": {"card": {"vault_id": "card_ok"}}},
            now=AT,
        )
    return gateway


def test_more_than_a_page_is_listed_by_the_pretend_paypal_too(
    busy: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    request = asked()
    charge = busy.charge(request, at=AT)
    busy.refund(refund_of(request, charge, 400), at=AT)
    paypal.advance(AT + timedelta(hours=3))
    listed = list(busy.payments_between(AT, AT + DAY))
    assert len(listed) == 502
    [mine] = [one for one in listed if one.attempt_id == request.attempt_id]
    # 3.49 % of 10.00 is 0.349, rounded to 0.35, and 0.49 on top
    assert (mine.reference, mine.fee, mine.refunded) == (charge.reference, 84, 400)
    paypal.advance(AT + timedelta(hours=7))  # past the ids: found among all the others
    assert busy.look_up(request, reference=None, at=AT) == charge
