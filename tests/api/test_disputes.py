"""Disputes at the door: heard of, followed, answered, accepted; and what the books say of each."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.dispute import DisputeStatus
from khata.usecases.disputes.look_at_due_disputes import LookAtDueDisputes, look_at_due_disputes
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.mails.send_due_mails import SendDueMails, send_due_mails
from tests.api.dispute_recipes import (
    DISPUTE_BODIES,
    TOTAL,
    Disputed,
    a_tds_receivable,
    disputed,
    engine_of,
    now,
)
from tests.api.seller import Seller, sign_up
from tests.api.test_payments import refusal
from tests.db.crowd import at_once

DAY = timedelta(days=1)
EVIDENCE = DISPUTE_BODIES["POST /v1/disputes/{id}/evidence"]


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    return sign_up(app)


def balances(seller: Seller) -> dict[str, int]:
    told = seller.get("/v1/ledger/trial_balance", as_of="2027-01-01").json()
    assert told["debits"] == told["credits"]
    return {one["account"]: one["debit"] - one["credit"] for one in told["accounts"]}


def money(seller: Seller) -> tuple[int, int, int]:
    """What stands in disputed funds, dispute losses and dispute fees."""
    found = balances(seller)
    return (
        found.get("disputed_funds", 0),
        found.get("dispute_losses", 0),
        found.get("dispute_fees", 0),
    )


def types(seller: Seller) -> list[str]:
    told = seller.get("/v1/events", limit=100).json()["data"]
    return [one["type"] for one in reversed(told) if one["type"].startswith("dispute.")]


def looks(seller: Seller, *, after: timedelta) -> int:
    engine = engine_of(seller)
    at = now(seller) + after
    command = LookAtDueDisputes(seller.tenant, at)
    return look_at_due_disputes(command, db=engine.db, gateways=engine.gateways)


def reacts(seller: Seller) -> None:
    engine = engine_of(seller)
    at = now(seller) + 20 * DAY
    react_to_events(ReactToEvents(seller.tenant, at), db=engine.db)
    send_due_mails(SendDueMails(seller.tenant, at), tools=engine.tools)


def mails(seller: Seller) -> list[str]:
    reacts(seller)
    told = seller.get("/v1/mails", limit=100).json()["data"]
    return [one["kind"] for one in reversed(told) if one["kind"].startswith("dispute")]


def test_the_gateway_is_asked_and_the_money_is_booked_once(seller: Seller) -> None:
    """1,180.00 taken at a fee of 2 %, then disputed: taken back, and 15.00 for the dispute.

    Of what the gateway has for us, 1,156.40, are left: 1,156.40 − 1,180.00 − 15.00 = −38.60.
    """
    one = disputed(seller)
    one.is_told("charge.dispute.created")
    one.is_told("charge.dispute.funds_withdrawn")
    one.is_told("charge.dispute.updated")
    dispute = one.read()
    assert (dispute["status"], dispute["amount"], dispute["amount_held"]) == (
        "needs_response",
        TOTAL,
        TOTAL,
    )
    assert (dispute["payment"], dispute["reference"]) == (one.payment, one.seen.reference)
    assert [(each["kind"], each["amount"]) for each in dispute["money"]] == [
        ("withdrawn", TOTAL),
        ("fee", 1_500),
    ]
    assert money(seller) == (TOTAL, 0, 1_500)
    assert balances(seller)["gateway_clearing"] == 115_640 - TOTAL - 1_500
    assert types(seller) == ["dispute.opened", "dispute.funds_withdrawn"]
    assert seller.get(f"/v1/invoices/{one.invoice}").json()["status"] == "paid"


def test_a_dispute_that_is_won_gives_the_money_back(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    one.stands(replace(one.seen, status=DisputeStatus.WON))  # the money comes a moment later
    one.is_told("charge.dispute.closed")
    assert money(seller) == (TOTAL, 0, 1_500)
    one.stands(replace(one.seen, taken=0))
    one.is_told("charge.dispute.funds_reinstated")
    one.is_told("charge.dispute.funds_reinstated")
    assert money(seller) == (0, 0, 1_500)
    assert types(seller)[2:] == ["dispute.won", "dispute.funds_reinstated"]
    dispute = one.read()
    assert [each["status"] for each in dispute["history"]] == ["needs_response", "won"]
    assert dispute["closed_at"] is not None


def test_a_dispute_that_is_lost_is_a_loss_and_the_invoice_stays_paid(seller: Seller) -> None:
    """The service was given, and its tax is owed: no credit note by itself."""
    one = disputed(seller)
    one.is_told()
    before = balances(seller)
    one.stands(replace(one.seen, status=DisputeStatus.LOST))
    one.is_told("charge.dispute.closed")
    assert money(seller) == (0, TOTAL, 1_500)
    after = balances(seller)
    for account in ("cgst_payable", "sgst_payable", "deferred_revenue", "receivable"):
        assert after.get(account, 0) == before.get(account, 0)
    assert seller.get(f"/v1/invoices/{one.invoice}").json()["status"] == "paid"
    assert seller.get("/v1/credit_notes").json()["data"] == []
    assert types(seller)[-1] == "dispute.lost"
    reacts(seller)
    assert seller.get(f"/v1/subscriptions/{one.subscription}").json()["status"] == "active"


def test_what_is_taken_only_when_it_is_lost_is_taken_and_lost_at_once(seller: Seller) -> None:
    one = disputed(seller, taken=0, fee=0)
    one.is_told()
    assert money(seller) == (0, 0, 0)
    one.stands(replace(one.seen, status=DisputeStatus.LOST, taken=TOTAL))
    one.is_told()
    assert money(seller) == (0, TOTAL, 0)
    kinds = [each["kind"] for each in one.read()["money"]]
    assert kinds == ["withdrawn", "lost"]


def test_a_subscription_ends_with_a_lost_dispute_where_policy_says_so(seller: Seller) -> None:
    policy = {"policies": {"on_dispute_lost": "cancel"}}
    assert seller.patch("/v1/account", policy).json()["policies"]["on_dispute_lost"] == "cancel"
    one = disputed(seller, status=DisputeStatus.LOST)
    one.is_told()
    reacts(seller)
    ended = seller.get(f"/v1/subscriptions/{one.subscription}").json()
    assert ended["status"] == "canceled"


def test_two_who_hear_of_it_at_once_keep_one(seller: Seller) -> None:
    one = disputed(seller)
    at_once([one.is_told, one.is_told])
    assert money(seller) == (TOTAL, 0, 1_500)
    assert types(seller) == ["dispute.opened", "dispute.funds_withdrawn"]


def test_a_dispute_of_no_payment_of_ours_has_no_effect(seller: Seller) -> None:
    one = disputed(seller, charge="ch_somebody_else_s")
    one.is_told()
    for hours in (1, 2, 4, 8):
        one.is_told(after=timedelta(hours=hours))
    assert seller.get("/v1/disputes").json()["data"] == []


def test_a_gateway_that_does_not_answer_is_asked_again(seller: Seller) -> None:
    one = disputed(seller)
    one.paper.is_away = True
    one.is_told()
    assert seller.get("/v1/disputes").json()["data"] == []
    [event] = seller.get("/v1/gateway_events").json()["data"]
    assert event["status"] == "waiting"
    one.paper.is_away = False
    one.is_told(after=timedelta(hours=1))
    assert one.read()["status"] == "needs_response"


def test_the_answer_is_warned_of_three_days_and_one_day_before(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    assert mails(seller) == ["dispute_opened"]
    assert looks(seller, after=timedelta(days=6, hours=23)) == 1
    assert types(seller).count("dispute.evidence_due") == 0
    assert looks(seller, after=7 * DAY + timedelta(minutes=5)) == 1
    assert types(seller).count("dispute.evidence_due") == 1
    one.paper.is_away = True  # the day comes all the same
    assert looks(seller, after=9 * DAY + timedelta(minutes=5)) == 1
    assert types(seller).count("dispute.evidence_due") == 2
    assert mails(seller) == ["dispute_opened", "dispute_due", "dispute_due"]
    told = seller.get("/v1/mails", limit=1).json()["data"][0]
    assert "Answer by" in told["subject"]


def test_what_was_not_told_is_found_by_asking(seller: Seller) -> None:
    """The webhook of its end is lost: the daily look finds it, and then no more."""
    one = disputed(seller)
    one.is_told()
    one.stands(replace(one.seen, status=DisputeStatus.LOST))
    assert looks(seller, after=DAY + timedelta(minutes=5)) == 1
    assert money(seller) == (0, TOTAL, 1_500)
    assert looks(seller, after=60 * DAY) == 0


def test_evidence_is_kept_and_handed_in(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    id = one.read()["id"]
    draft = {"texts": [{"topic": "activity_log", "text": "12 sign-ins"}], "submit": False}
    kept = seller.post(f"/v1/disputes/{id}/evidence", draft).json()
    assert (kept["status"], kept["evidence_sent_at"]) == ("needs_response", None)
    sent = seller.post(f"/v1/disputes/{id}/evidence", EVIDENCE(seller)).json()
    assert (sent["status"], sent["evidence_sent_at"] is not None) == ("under_review", True)
    assert all(piece["sent_at"] for piece in sent["evidence"])
    [evidence] = one.paper.answered[-1:]
    assert [text.topic.value for text in evidence.texts] == ["activity_log", "explanation"]
    [file] = evidence.files
    assert (file.filename, file.content[:5]) == ("usage.pdf", b"%PDF-")
    again = seller.post(f"/v1/disputes/{id}/evidence", EVIDENCE(seller))
    assert refusal(again)[:2] == (409, "dispute_ended")


def test_what_the_gateway_does_not_take_stays_kept(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    path = f"/v1/disputes/{one.read()['id']}/evidence"
    one.paper.refuses = "At least one document"
    try:
        assert refusal(seller.post(path, EVIDENCE(seller)))[:2] == (409, "not_taken_by_gateway")
    finally:
        one.paper.refuses = None
    assert [piece["sent_at"] for piece in one.read()["evidence"]] == [None, None]
    one.paper.is_away = True
    try:
        assert refusal(seller.post(path, {}))[:2] == (409, "gateway_did_not_answer")
    finally:
        one.paper.is_away = False
    assert seller.post(path, {}).json()["status"] == "under_review"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"submit": False}, "not_evidence"),
        ({}, "not_evidence"),
        (
            {
                "files": [
                    {"filename": "a.pdf", "media_type": "application/pdf", "content": "PGh0bWw+"}
                ]
            },
            "not_evidence",
        ),
    ],
)
def test_what_is_no_evidence_is_refused_and_not_kept(
    seller: Seller, body: dict[str, Any], code: str
) -> None:
    one = disputed(seller)
    one.is_told()
    answer = seller.post(f"/v1/disputes/{one.read()['id']}/evidence", body)
    assert refusal(answer)[:2] == (422, code)
    assert one.read()["evidence"] == []


def test_accepting_loses_it(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    id = one.read()["id"]
    lost = seller.post(f"/v1/disputes/{id}/accept").json()
    assert (lost["status"], lost["amount_lost"]) == ("lost", TOTAL)
    assert lost["accepted_at"] is not None
    assert money(seller) == (0, TOTAL, 1_500)
    assert refusal(seller.post(f"/v1/disputes/{id}/accept"))[:2] == (409, "dispute_ended")


def test_a_lost_answer_to_accepting_is_asked_about(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    id = one.read()["id"]
    one.paper.is_away = True
    try:
        answer = seller.post(f"/v1/disputes/{id}/accept")
        assert refusal(answer)[:2] == (409, "gateway_did_not_answer")
    finally:
        one.paper.is_away = False
    one.stands(replace(one.seen, status=DisputeStatus.LOST))  # it had arrived
    assert looks(seller, after=timedelta(minutes=10)) == 1
    assert one.read()["status"] == "lost"


def refunded(one: Disputed, amount: int) -> Any:
    path = f"/v1/payments/{one.payment}/refunds"
    return one.seller.post(path, {"amount": amount, "reason": "Sorry"})


def test_a_disputed_payment_is_not_refunded_beside_it(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    assert refusal(refunded(one, 1_000))[:2] == (409, "payment_disputed")
    one.stands(replace(one.seen, status=DisputeStatus.WON, taken=0))
    one.is_told()
    assert refunded(one, 1_000).is_success


def test_a_dispute_above_what_is_left_says_so(seller: Seller) -> None:
    """180.00 of 1,180.00 were given back before all of it is disputed."""
    one = disputed(seller)
    assert refunded(one, 18_000).is_success
    one.is_told()
    assert one.read()["amount_above"] == 18_000


def test_disputes_are_listed_by_how_they_stand_and_by_their_last_day(seller: Seller) -> None:
    one = disputed(seller)
    one.is_told()
    due = now(seller)

    def count(**query: Any) -> int:
        return len(seller.get("/v1/disputes", **query).json()["data"])

    assert count(status="needs_response") == 1
    assert count(status="won") == 0
    assert count(due_before=(due + 11 * DAY).isoformat()) == 1
    assert count(due_before=(due + 9 * DAY).isoformat()) == 0
    assert count(payment=one.payment) == 1


def test_withheld_tax_is_listed_and_its_certificate_kept(seller: Seller) -> None:
    row = a_tds_receivable(seller)
    assert (row["amount"], row["section"], row["status"]) == (10_000, "194J", "awaited")
    year, quarter = row["financial_year"], row["quarter"]
    listed = seller.get("/v1/tds_receivables", financial_year=year, quarter=quarter).json()["data"]
    assert [one["id"] for one in listed] == [row["id"]]
    assert seller.get("/v1/tds_receivables", due_before="2020-01-01").json()["data"] == []
    overdue = seller.get("/v1/tds_receivables", due_before="2199-01-01").json()["data"]
    assert [one["id"] for one in overdue] == [row["id"]]
    path = f"/v1/tds_receivables/{row['id']}"
    body = {"number": "AB1", "date": "2026-06-14", "amount": 10_001}
    assert refusal(seller.post(f"{path}/certificate", body)) == (
        422,
        "certificate_too_high",
        "amount",
    )
    done = seller.post(f"{path}/certificate", body | {"amount": 10_000}).json()
    assert (done["status"], done["certificate_number"]) == ("certified", "AB1")
    assert refusal(seller.post(f"{path}/write_off"))[:2] == (409, "tds_closed")
    assert balances(seller)["tds_receivable"] == 10_000
