"""The clock, the run, the books and what is parked, at the door."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import psycopg
import pytest
from fastapi import FastAPI

from khata.api.schemas import events, ledger, payments, subscriptions
from khata.core.events import EVENT_TYPES
from khata.core.ledger.accounts import Account
from khata.core.payment import PaymentStatus
from khata.core.subscription import Status
from khata.usecases.tenants import advance_test_clock
from khata.wiring import Engine
from khata.worker.loop import run_once
from tests.api.recipes import frozen, open_invoice, parked, subscribed
from tests.api.seller import Seller, sign_up

CLOCK = "/v1/test_clock"


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def test_a_tenant_has_one_clock_and_may_give_it_back(seller: Seller) -> None:
    assert refusal(seller.get(CLOCK))[:2] == (404, "no_test_clock")
    assert refusal(seller.ask("DELETE", CLOCK))[:2] == (404, "no_test_clock")
    made = frozen(seller)
    assert made["frozen_time"] == "2026-06-30T03:30:00Z"
    assert seller.get(CLOCK).json() == made
    second = seller.post(CLOCK, {"frozen_time": "2026-08-01T00:00:00Z"})
    assert refusal(second)[:2] == (409, "test_clock_exists")
    assert seller.get(CLOCK).json() == made
    gone = seller.ask("DELETE", CLOCK)
    assert gone.json() == {"id": made["id"], "object": "test_clock", "deleted": True}
    assert refusal(seller.get(CLOCK))[:2] == (404, "no_test_clock")


def test_the_tenant_lives_by_its_clock(seller: Seller) -> None:
    frozen(seller)
    made = subscribed(seller)
    assert made["start_date"] == "2026-06-30"
    assert made["created"] == "2026-06-30T03:30:00Z"


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        ("0000-00-00T00:00:00Z", "invalid_time"),
        ("9999-12-31T23:59:59Z", "date_out_of_range"),
        ("9999-12-31T23:59:59-12:00", "invalid_time"),
        ("0001-01-01T00:00:00+14:00", "invalid_time"),
        ("1999-12-31T23:59:59Z", "date_out_of_range"),
        ("2100-01-01T00:00:00Z", "time_out_of_range"),
        ("2026-01-31", "invalid_time"),
        ("2026-01-31T09:00:00", "invalid_time"),
        ("2026-01-31T25:00:00Z", "invalid_time"),
        ("2026-01-31T09:00:60Z", "invalid_time"),
        ("now", "invalid_time"),
        (1767225600, "invalid_time"),
        (None, "invalid_time"),
    ],
)
def test_what_no_clock_shows(instant: Any, code: str, standing: Seller) -> None:
    set_to = standing.post(CLOCK, {"frozen_time": instant})
    assert refusal(set_to) == (422, code, "frozen_time")
    assert standing.get(CLOCK).status_code == 404


def test_time_goes_forward_only(seller: Seller) -> None:
    assert refusal(seller.post(f"{CLOCK}/advance", {"to": "2026-07-01T00:00:00Z"}))[:2] == (
        409,
        "no_clock_to_advance",
    )
    before = frozen(seller)
    for to, code in (
        ("2026-06-30T03:29:59Z", "clock_moved_back"),
        ("2100-01-01T00:00:00Z", "time_out_of_range"),
        ("2199-12-31T00:00:00Z", "time_out_of_range"),
        ("9999-12-31T00:00:00Z", "date_out_of_range"),
    ):
        assert refusal(seller.post(f"{CLOCK}/advance", {"to": to})) == (422, code, "to")
    assert seller.get(CLOCK).json() == before


def test_a_clock_cannot_be_set_before_what_has_happened(seller: Seller) -> None:
    subscribed(seller)
    answer = seller.post(CLOCK, {"frozen_time": "2026-01-30T00:00:00Z"})
    assert refusal(answer) == (422, "clock_moved_back", "frozen_time")


def test_who_waits_is_answered_when_the_clock_has_arrived(
    seller: Seller, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the worker looks in just as the clock is sent off."""
    frozen(seller)
    sent_off = advance_test_clock._send_off

    def and_the_worker_looks(*given: Any) -> None:
        sent_off(*given)
        run_once(engine, threading.Event())

    monkeypatch.setattr(advance_test_clock, "_send_off", and_the_worker_looks)
    to = {"to": "2026-09-01T00:00:00Z"}
    told = seller.post(f"{CLOCK}/advance", to).json()
    assert (told["status"], told["frozen_time"]) == ("ready", to["to"])


def test_of_many_who_advance_at_once_one_does(seller: Seller) -> None:
    frozen(seller)
    subscribed(seller, payment_method=seller.id("payment_methods"))
    start = threading.Barrier(8)

    def ask(_: int) -> tuple[int, str]:
        start.wait()
        answer = seller.post(f"{CLOCK}/advance", {"to": "2026-12-30T12:00:00Z"})
        body = answer.json()
        return answer.status_code, body.get("code") or body["status"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert (200, "ready") in answers
    assert answers <= {(200, "ready"), (409, "clock_advancing")}
    invoices = seller.get("/v1/invoices", limit=100).json()["data"]
    assert sorted(one["period"]["start"] for one in invoices) == [
        f"2026-{month:02}-30" for month in range(6, 13)
    ]


@pytest.mark.parametrize("wait", ["maybe", "1", "", "%00"])
def test_wait_is_true_or_false(wait: str, standing: Seller) -> None:
    answer = standing.post(f"{CLOCK}/advance?wait={wait}", {"to": "2026-07-01T00:00:00Z"})
    assert refusal(answer) == (422, "wrong_type", "wait")


def test_live_time_cannot_be_frozen(app: FastAPI) -> None:
    live = sign_up(app, mode="live")
    answer = live.post(CLOCK, {"frozen_time": "2026-06-30T00:00:00Z"})
    assert refusal(answer)[:2] == (409, "test_clock_in_live_mode")


def test_a_run_of_today_also_collects(seller: Seller) -> None:
    seller.create(CLOCK, {"frozen_time": "2026-01-10T03:30:00Z"})
    method = seller.id("payment_methods")
    made = subscribed(seller, payment_method=method, start_date="2026-01-20")
    assert (made["status"], made["next_billing_at"]) == ("incomplete", "2026-01-19T18:30:00Z")
    assert seller.ask("DELETE", CLOCK).is_success  # and it is 31 January again

    run = seller.create("/v1/billing_runs", None)
    assert (run["as_of"], run["invoices"], run["cause"]) == ("2026-01-31", 1, "api")
    ahead = seller.create("/v1/billing_runs", {"as_of": "2026-02-20"})
    assert (ahead["as_of"], ahead["invoices"]) == ("2026-02-20", 1)
    invoices = seller.get("/v1/invoices", subscription=made["id"]).json()["data"]
    assert [(one["issued_on"], one["period"]["start"], one["status"]) for one in invoices] == [
        ("2026-02-20", "2026-02-20", "open"),  # collected when its day has come
        ("2026-01-31", "2026-01-20", "paid"),
    ]
    assert seller.get(f"/v1/billing_runs/{run['id']}").json() == run


def test_a_run_without_a_day_is_as_of_today(seller: Seller) -> None:
    made = subscribed(seller, start_date="2026-02-01")
    assert made["status"] == "incomplete"
    runs = [seller.create("/v1/billing_runs", body) for body in (None, {}, {"as_of": None})]
    assert {(run["as_of"], run["invoices"]) for run in runs} == {("2026-01-31", 0)}
    told = seller.get("/v1/billing_runs").json()["data"]
    assert [run["id"] for run in told][:1] == [runs[-1]["id"]]


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ("0000-00-00", "invalid_date"),
        ("9999-12-31", "date_out_of_range"),
        ("2199-12-31", "as_of_out_of_range"),
        ("2027-02-02", "as_of_out_of_range"),
        ("2000-01-01", "as_of_out_of_range"),
        ("2026-2-1", "invalid_date"),
        ("2026-01-31T00:00:00Z", "invalid_date"),
        (20260131, "invalid_date"),
    ],
)
def test_a_day_no_run_is_of(as_of: Any, code: str, standing: Seller) -> None:
    before = standing.get("/v1/billing_runs", limit=1).json()
    key = {"Idempotency-Key": f"as of {as_of}"}
    for _ in range(2):
        answer = standing.post("/v1/billing_runs", {"as_of": as_of}, **key)
        assert refusal(answer) == (422, code, "as_of")
    assert standing.get("/v1/billing_runs", limit=1).json() == before


def test_a_live_run_waits_for_its_day(app: FastAPI) -> None:
    live = sign_up(app, mode="live")
    answer = live.post("/v1/billing_runs", {"as_of": "2026-02-01"})
    assert refusal(answer) == (422, "as_of_in_future", "as_of")


def test_what_refuses_is_parked_and_released(seller: Seller) -> None:
    work = parked(seller)
    assert (work["kind"], work["code"]) == ("subscription", "state_required")
    assert work["resume_at"] == "2026-02-27T18:30:00Z"
    subscription = seller.get(f"/v1/subscriptions/{work['subject']}").json()
    assert subscription["next_billing_at"] is None
    at_home = {"address": {"country": "IN", "state": "KA"}}
    assert seller.patch(f"/v1/customers/{subscription['customer']}", at_home).is_success

    path = f"/v1/parked/{work['id']}"
    released = seller.post(f"{path}/release").json()
    assert released["released_at"] is not None
    assert released["released_by"] == "person"
    assert seller.get(path).json() == released
    assert seller.get("/v1/parked").json()["data"] == []
    assert seller.get("/v1/parked", status="released").json()["data"] == [released]
    assert refusal(seller.post(f"{path}/release"))[:2] == (409, "already_released")
    subscription = seller.get(f"/v1/subscriptions/{work['subject']}").json()
    assert subscription["next_billing_at"] == "2026-02-27T18:30:00Z"
    run = seller.create("/v1/billing_runs", {"as_of": "2026-02-28"})
    assert (run["invoices"], run["parked"]) == (1, 0)


def test_the_trial_balance_is_of_a_day_and_a_currency(seller: Seller) -> None:
    open_invoice(seller)
    told = seller.get("/v1/ledger/trial_balance").json()
    assert (told["as_of"], told["currency"]) == ("2026-01-31", "INR")
    assert [(one["account"], one["debit"], one["credit"]) for one in told["accounts"]] == [
        ("cgst_payable", 0, 9000),
        ("deferred_revenue", 0, 100000),
        ("receivable", 118000, 0),
        ("sgst_payable", 0, 9000),
    ]
    assert told["debits"] == told["credits"] == 118000
    before = seller.get("/v1/ledger/trial_balance", as_of="2026-01-30").json()
    assert (before["accounts"], before["debits"], before["credits"]) == ([], 0, 0)
    dollars = seller.get("/v1/ledger/trial_balance", currency="USD").json()
    assert (dollars["currency"], dollars["accounts"]) == ("USD", [])


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("as_of=0000-00-00", "invalid_date", "as_of"),
        ("as_of=9999-12-31", "date_out_of_range", "as_of"),
        ("as_of=today", "invalid_date", "as_of"),
        ("as_of=%00", "invalid_date", "as_of"),
        ("currency=XXX", "unknown_currency", "currency"),
        ("currency=inr", "unknown_currency", "currency"),
        ("currency=RUPEES", "text_too_long", "currency"),
        ("month=2026-01", "unknown_field", "month"),
    ],
)
def test_what_no_balance_is_of(query: str, code: str, param: str, standing: Seller) -> None:
    answer = standing.client.get(f"/v1/ledger/trial_balance?{query}")
    assert refusal(answer) == (422, code, param)


def test_entries_by_day(seller: Seller) -> None:
    open_invoice(seller)

    def listed(**query: str) -> list[str]:
        return [one["kind"] for one in seller.get("/v1/ledger/entries", **query).json()["data"]]

    assert listed(booked_from="2026-01-31", booked_to="2026-01-31") == ["invoice_issued"]
    assert listed(booked_from="2026-02-01") == []
    assert listed(booked_to="2026-01-30") == []


@pytest.mark.parametrize("subject", ["x", "cus_01m85gqxa3e00800007t808g14", "evt_", "%00", "sub"])
def test_events_have_subjects_of_four_kinds(subject: str, standing: Seller) -> None:
    answer = standing.client.get(f"/v1/events?subject={subject}")
    assert refusal(answer) == (404, "not_found", "subject")


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.LockNotAvailable,
    ],
)
def test_a_database_that_is_too_busy_is_asked_again(
    error: type[Exception], standing: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise error("somebody else holds it")

    path = f"/v1/subscriptions/{standing.id('subscriptions')}/cancel"
    monkeypatch.setattr("khata.db.stores.subscriptions.Subscriptions.lock", busy)
    answer = standing.post(path, {"when": "now"})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "1"
    assert "somebody else" not in answer.text


def test_every_word_the_core_knows_can_be_told() -> None:
    assert set(get_args(events.EventType)) == set(EVENT_TYPES)
    assert set(get_args(ledger.AccountName)) == set(Account)
    assert set(get_args(subscriptions.StatusName)) == set(Status)
    assert set(get_args(payments.PaymentStatusName)) == set(PaymentStatus)
