"""Meters and events of usage at the API's door."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.seller import Seller
from tests.api.usage_recipes import an_event

NOW = "2026-01-31T09:00:00+05:30"  # 03:30 UTC, where the clock stands
AT = datetime.fromisoformat(NOW)


class Sender:
    """A seller whose clock stands, with one meter of sums and one customer."""

    def __init__(self, seller: Seller) -> None:
        self.seller = seller
        seller.create("/v1/test_clock", {"frozen_time": NOW})
        self.meter = self.has("calls")
        self.customer = seller.create("/v1/customers", {"name": "Asha"})["id"]

    def has(self, code: str, aggregation: str = "sum", **terms: Any) -> dict[str, Any]:
        body = {"code": code, "aggregation": aggregation} | terms
        return self.seller.create("/v1/meters", body)

    def event(self, id: str, **different: Any) -> dict[str, Any]:
        return {
            "transaction_id": id,
            "customer": self.customer,
            "meter": "calls",
            "timestamp": NOW,
            "value": 1,
        } | different

    def sends(self, *events: dict[str, Any], **headers: str) -> httpx.Response:
        return self.seller.post("/v1/usage_events", {"events": events}, **headers)

    def stored(self) -> list[str]:
        found = self.seller.get("/v1/usage_events", limit=100).json()["data"]
        return [event["transaction_id"] for event in found]


@pytest.fixture
def sender(seller: Seller) -> Sender:
    return Sender(seller)


def receipt(answer: httpx.Response) -> tuple[int, int]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["object"] == "usage_receipt"
    return body["recorded"], body["duplicates"]


def refused(answer: httpx.Response, status: int, code: str, param: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["param"]) == (status, code, param)


def test_a_meter_is_made_read_found_and_archived(seller: Seller) -> None:
    made = seller.create(
        "/v1/meters",
        {
            "code": "users",
            "name": "Active users",
            "aggregation": "unique",
            "field": "user",
            "filters": [{"property": "plan", "one_of": ["pro", "7", "true"]}],
        },
    )
    assert made["resets"] is True
    assert made["archived"] is False
    assert made["filters"] == [{"property": "plan", "one_of": ["pro", "7", "true"]}]
    assert seller.get(f"/v1/meters/{made['id']}").json() == made
    seller.create("/v1/meters", {"code": "other", "aggregation": "count"})
    assert seller.get("/v1/meters", code="users").json()["data"] == [made]
    for _ in range(2):
        archived = seller.post(f"/v1/meters/{made['id']}/archive")
        assert archived.json() == made | {"archived": True}


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"aggregation": "unique"}, 422, "meter_field_needed", "field"),
        ({"aggregation": "count", "field": "a"}, 422, "meter_field_not_used", "field"),
        ({"aggregation": "max", "resets": False}, 422, "meter_cannot_carry", "resets"),
        ({"aggregation": "mean"}, 422, "unknown_value", "aggregation"),
        ({"aggregation": "sum", "code": "taken"}, 409, "meter_code_taken", "code"),
        (
            {"aggregation": "sum", "filters": [{"property": "a", "one_of": []}]},
            422,
            "list_too_short",
            "filters.0.one_of",
        ),
    ],
)
def test_a_meter_that_cannot_be(
    body: dict[str, Any], status: int, code: str, param: str, seller: Seller
) -> None:
    seller.create("/v1/meters", {"code": "taken", "aggregation": "sum"})
    refused(seller.post("/v1/meters", {"code": "new"} | body), status, code, param)
    assert len(seller.get("/v1/meters").json()["data"]) == 1


def test_an_event_is_told_as_it_was_sent(sender: Sender) -> None:
    event = sender.event(
        "call:1",
        timestamp="2026-01-31T08:59:59.123456+05:30",
        properties={"region": "in", "seats": 7, "spot": True},
    )
    assert receipt(sender.sends(event)) == (1, 0)
    told = sender.seller.get("/v1/usage_events/call:1").json()
    assert told == {
        "transaction_id": "call:1",
        "object": "usage_event",
        "livemode": False,
        "customer": sender.customer,
        "meter": sender.meter["id"],
        "timestamp": "2026-01-31T03:29:59.123456Z",
        "value": "1",
        "properties": {"region": "in", "seats": 7, "spot": True},
        "counted": True,
        "voided_at": None,
        "created": "2026-01-31T03:30:00Z",
    }
    assert type(told["properties"]["spot"]) is bool


# What is written in the body → what is told; 0.1 as a float would be 0.1000000000000000055…
EXACT = [
    ("0.1", "0.1"),
    ("123456789012345.123456789012", "123456789012345.123456789012"),  # 27 digits
    ('"123456789012345.123456789012"', "123456789012345.123456789012"),
    ("1e3", "1000"),
    ("2.50", "2.50"),
    ("-7", "-7"),
    ("1000000000000000", "1000000000000000"),
    ("0.000000000001", "0.000000000001"),
]


@pytest.mark.parametrize(("written", "told"), EXACT)
def test_a_number_is_kept_to_its_last_digit(written: str, told: str, sender: Sender) -> None:
    assert receipt(sends_raw(sender, written)) == (1, 0)
    assert sender.seller.get("/v1/usage_events/raw").json()["value"] == told


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("1e400", "not_a_number"),
        ('"NaN"', "wrong_type"),
        ('"1,5"', "wrong_type"),
        ('"1_000"', "wrong_type"),
        ('""', "wrong_type"),
        ("true", "wrong_type"),
        ("[1]", "wrong_type"),
        ("1e15", None),
        ("1.1e15", "usage_not_a_number"),
        ("0.0000000000001", "usage_not_a_number"),
        ("1e-300", "usage_not_a_number"),
        ("null", "usage_value_missing"),
    ],
)
def test_what_is_no_number_is_refused(written: str, code: str | None, sender: Sender) -> None:
    answer = sends_raw(sender, written)
    if code is None:
        assert receipt(answer) == (1, 0)
    else:
        refused(answer, 422, code, "events.0.value")
        assert sender.stored() == []


def sends_raw(sender: Sender, value: str) -> httpx.Response:
    raw = (
        f'{{"events": [{{"transaction_id": "raw", "customer": "{sender.customer}",'
        f' "meter": "calls", "timestamp": "{NOW}", "value": {value}}}]}}'
    )
    json = {"Content-Type": "application/json"}
    return sender.seller.ask("POST", "/v1/usage_events", content=raw, headers=json)


def test_a_batch_may_be_sent_again(sender: Sender) -> None:
    batch = [sender.event("a", value=2), sender.event("b", value="3")]
    assert receipt(sender.sends(*batch)) == (2, 0)
    assert receipt(sender.sends(*batch)) == (0, 2)
    by_id = sender.event("a", value="2.0", meter=sender.meter["id"])
    in_utc = sender.event("b", value=3, timestamp="2026-01-31T03:30:00Z")
    assert receipt(sender.sends(by_id, in_utc, sender.event("c"))) == (1, 2)


def test_with_a_key_it_is_answered_the_same(sender: Sender) -> None:
    key = {"Idempotency-Key": "the batch"}
    first, second = sender.sends(sender.event("a"), **key), sender.sends(sender.event("a"), **key)
    assert receipt(first) == receipt(second) == (1, 0)
    assert second.headers["Idempotent-Replayed"] == "true"


def test_one_that_is_wrong_refuses_all(sender: Sender) -> None:
    assert receipt(sender.sends(sender.event("a"))) == (1, 0)
    late = (AT - timedelta(days=35, microseconds=1)).isoformat()
    early = (AT + timedelta(minutes=5, microseconds=1)).isoformat()
    no_customer = "cus_" + "0" * 26
    for wrong, status, code, field in (
        ({"transaction_id": "a", "value": 9}, 409, "usage_event_differs", "transaction_id"),
        ({"timestamp": late}, 422, "usage_event_too_late", "timestamp"),
        ({"timestamp": early}, 422, "usage_event_too_early", "timestamp"),
        ({"timestamp": "2026-01-31T09:00:00"}, 422, "invalid_time", "timestamp"),
        ({"customer": no_customer}, 404, "not_found", "customer"),
        ({"customer": "Asha"}, 404, "not_found", "customer"),
        ({"meter": "nothing"}, 404, "not_found", "meter"),
        ({"meter": "mtr_" + "0" * 26}, 404, "not_found", "meter"),
        ({"transaction_id": "a/b"}, 422, "bad_text", "transaction_id"),
        ({"transaction_id": "x" * 129}, 422, "text_too_long", "transaction_id"),
        ({"value": None}, 422, "usage_value_missing", "value"),
        ({"properties": {"a": 1.5}}, 422, "wrong_type", "properties.a"),
        ({"properties": {"a": {}}}, 422, "wrong_type", "properties.a"),
        ({"properties": {"a": "x" * 501}}, 422, "text_too_long", "properties.a"),
        ({"properties": {"k" * 41: 1}}, 422, "text_too_long", "properties." + "k" * 41),
        ({"nope": 1}, 422, "unknown_field", "nope"),
    ):
        answer = sender.sends(sender.event("b"), sender.event("c", **wrong))
        refused(answer, status, code, f"events.1.{field}")
    properties = {f"p{n}": n for n in range(51)}
    answer = sender.sends(sender.event("b", properties=properties))
    refused(answer, 422, "list_too_long", "events.0.properties")
    assert sender.stored() == ["a"]


def test_the_edges_of_time_are_inside(sender: Sender) -> None:
    late, early = AT - timedelta(days=35), AT + timedelta(minutes=5)
    answer = sender.sends(
        sender.event("a", timestamp=late.isoformat()),
        sender.event("b", timestamp=early.isoformat()),
    )
    assert receipt(answer) == (2, 0)


def test_a_thousand_and_no_more(sender: Sender) -> None:
    batch = [sender.event(f"call:{n}") for n in range(1_001)]
    refused(sender.sends(*batch), 422, "list_too_long", "events")
    assert sender.stored() == []
    assert receipt(sender.sends(*batch[:1_000])) == (1_000, 0)
    refused(sender.sends(), 422, "list_too_short", "events")


def test_a_large_batch_may_be_of_5_mb(sender: Sender) -> None:
    """1,000 events of 9 properties of 450 letters: about 4.3 MB, and one more makes 5 MB."""
    properties = {f"p{n}": "x" * 450 for n in range(9)}
    batch = [sender.event(f"call:{n}", properties=properties) for n in range(1_000)]
    assert receipt(sender.sends(*batch)) == (1_000, 0)
    for event in batch:
        event["properties"] = properties | {"p9": "x" * 500, "p10": "x" * 500}
    answer = sender.sends(*batch)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.json()["detail"] == "The body is larger than 5,000,000 bytes"


def test_lists_newest_first_by_customer_and_meter(sender: Sender) -> None:
    other = sender.has("minutes")
    ravi = sender.seller.create("/v1/customers", {"name": "Ravi"})["id"]
    sender.sends(sender.event("z"), sender.event("a", meter="minutes"))
    sender.sends(sender.event("m", customer=ravi))

    def page(**query: Any) -> tuple[list[str], bool]:
        body = sender.seller.get("/v1/usage_events", **query).json()
        return [event["transaction_id"] for event in body["data"]], body["has_more"]

    assert page() == (["m", "a", "z"], False)
    assert page(limit=2) == (["m", "a"], True)
    assert page(limit=2, starting_after="a") == (["z"], False)
    assert page(limit=1, ending_before="z") == (["a"], True)
    assert page(customer=ravi) == (["m"], False)
    assert page(meter="minutes") == page(meter=other["id"]) == (["a"], False)
    assert page(customer=sender.customer, meter="calls") == (["z"], False)
    assert page(**{"created[gt]": "2026-01-31T03:30:00Z"}) == ([], False)
    assert page(**{"created[lte]": "2026-01-31T03:30:00Z"})[0] == ["m", "a", "z"]
    for query, status in (
        ({"starting_after": "nobody"}, 404),
        ({"meter": "nothing"}, 404),
        ({"meter": "\0"}, 422),
        ({"starting_after": "\0"}, 422),
        ({"starting_after": "a", "ending_before": "m"}, 422),
    ):
        assert sender.seller.get("/v1/usage_events", **query).status_code == status


def test_a_void_event_stays_void(sender: Sender) -> None:
    sender.sends(sender.event("a"))
    first = sender.seller.post("/v1/usage_events/a/void")
    assert first.json()["voided_at"] == "2026-01-31T03:30:00Z"
    assert sender.seller.post("/v1/usage_events/a/void").json() == first.json()
    assert receipt(sender.sends(sender.event("a"))) == (0, 1)
    assert sender.seller.get("/v1/usage_events/a").json() == first.json()


@pytest.mark.parametrize("id", ["nobody", "%00", "%ed%a0%80", "x" * 5000, "..%2f..", "' or 1=1 --"])
def test_a_strange_id_is_an_unknown_id(id: str, standing: Seller) -> None:
    assert standing.get(f"/v1/usage_events/{id}").status_code == 404
    assert standing.post(f"/v1/usage_events/{id}/void").status_code == 404


def test_one_id_of_two_tenants_is_two(seller: Seller, standing: Seller) -> None:
    id = uuid4().hex
    for one in (seller, standing):
        event = an_event(one, transaction_id=id)
        assert receipt(one.post("/v1/usage_events", {"events": [event]})) == (1, 0)


def test_which_meter_a_price_may_have(sender: Sender) -> None:
    count, old = sender.has("requests", "count"), sender.has("old")
    assert sender.seller.post(f"/v1/meters/{old['id']}/archive").is_success
    prices = f"/v1/plans/{sender.seller.id('plans')}/prices"
    percentage = {"currency": "INR", "model": "percentage", "rate": "2"}
    for meter in (None, sender.meter["id"]):
        assert sender.seller.create(prices, percentage | {"meter": meter})["meter"] == meter
    each = {"currency": "INR", "model": "per_unit", "amount": 5}
    assert sender.seller.create(prices, each | {"meter": count["id"]})["meter"] == count["id"]
    for asked, status, code in (
        (percentage | {"meter": count["id"]}, 422, "meter_not_for_price"),
        (each | {"meter": old["id"]}, 409, "meter_archived"),
        (each | {"meter": "mtr_" + "0" * 26}, 404, "not_found"),
    ):
        refused(sender.seller.post(prices, asked), status, code, "meter")
