"""Mandates over the API: terms, moves, refusals, what a payment says of its notice, webhooks."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from khata.core.ids import parse_id
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.told_mandate import MandateStatus, ToldMandate
from khata.usecases.gateways.apply_gateway_events import (
    ApplyGatewayEvents,
    apply_gateway_events,
)
from tests.api.gateway_recipes import an_account, tells
from tests.api.mandate_recipes import MANDATE_BODIES, agreed
from tests.api.recipes import BODIES, subscribed
from tests.api.seller import Seller

TERMS = MANDATE_BODIES["POST /v1/mandates"]


def test_terms_are_written_down_with_their_proof(seller: Seller) -> None:
    made = seller.create("/v1/mandates", TERMS(seller))
    assert (made["status"], made["payment_method"], made["currency"]) == ("created", None, "INR")
    assert made["consent"] == {
        "object": "consent",
        "text": "I agree",
        "at": "2026-01-31T03:30:00Z",
        "address": "203.0.113.7",
        "user_agent": "Firefox",
    }
    [move] = made["moves"]
    assert (move["from_status"], move["to_status"], move["told_by"]) == (None, "created", "seller")
    found = seller.get("/v1/mandates", customer=made["customer"], status="created").json()["data"]
    assert made["id"] in [one["id"] for one in found]
    assert seller.get(f"/v1/mandates/{made['id']}").json() == made


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"max_amount": 10_000_001}, "mandate_terms_wrong", "max_amount"),  # 1,00,000 by UPI
        ({"kind": "emandate", "max_amount": 1_000_000_001}, "mandate_terms_wrong", "max_amount"),
        ({"end": "2190-01-05"}, "mandate_terms_wrong", "end"),
        ({"start": "2020-01-01", "end": "2020-02-01"}, "mandate_terms_wrong", "end"),
        ({"max_amount": 0}, "validation_failed", "max_amount"),
        ({"frequency": "hourly"}, "validation_failed", "frequency"),
        ({"kind": "wallet"}, "validation_failed", "kind"),
    ],
)
def test_terms_that_no_rail_takes_are_refused(
    seller: Seller, change: dict[str, Any], code: str, param: str
) -> None:
    before = seller.get("/v1/mandates").json()["data"]
    answer = seller.post("/v1/mandates", TERMS(seller) | change)
    assert (answer.status_code, answer.json()["param"]) == (422, param)
    if code != "validation_failed":
        assert answer.json()["code"] == code
    assert seller.get("/v1/mandates").json()["data"] == before


def test_rupees_are_what_these_rails_move(seller: Seller) -> None:
    abroad = {"name": "Abroad", "currency": "USD", "address": {"country": "US", "state": "CA"}}
    customer = seller.create("/v1/customers", abroad)["id"]
    answer = seller.post("/v1/mandates", TERMS(seller) | {"customer": customer})
    assert (answer.status_code, answer.json()["code"]) == (422, "mandate_terms_wrong")


def test_a_mandate_goes_its_way_and_never_back(seller: Seller) -> None:
    made = agreed(seller)
    path = f"/v1/mandates/{made['id']}"
    assert (made["status"], made["frequency"]) == ("active", "monthly")
    method = f"/v1/payment_methods/{made['payment_method']}"
    assert seller.post(f"{path}/resume").status_code == 409
    assert seller.post(f"{path}/pause").json()["status"] == "paused"
    assert seller.post(f"{path}/pause").json()["code"] == "mandate_cannot_move"
    assert seller.post(f"{path}/resume").json()["status"] == "active"
    gone = seller.post(f"{path}/revoke", {"told_by": "customer", "reason": "Too dear"}).json()
    assert (gone["status"], gone["payment_method"]) == ("revoked", None)
    assert gone["ended_at"] is not None
    assert (gone["moves"][-1]["told_by"], gone["moves"][-1]["cause"]) == ("customer", "Too dear")
    told = seller.get(method).json()
    assert (told["detached"], told["token"], told["last4"]) == (True, "forgotten", None)
    for act in ("revoke", "pause", "resume", "opt_out"):
        assert seller.post(f"{path}/{act}").status_code == 409


def test_what_is_debited_as_presented_has_no_cycles(seller: Seller) -> None:
    made = agreed(seller, "tok_upi")
    path = f"/v1/mandates/{made['id']}/opt_out"
    assert seller.post(path).json()["code"] == "nothing_to_opt_out_of"
    named = seller.post(path, {"cycle": "2190-02-10"}).json()
    assert (named["code"], named["param"]) == ("nothing_to_opt_out_of", "cycle")


def test_a_payment_says_what_its_payer_was_told(seller: Seller) -> None:
    made = agreed(seller)
    bought = subscribed(seller, customer=made["customer"])
    invoice = bought["latest_invoice"]
    [payment] = seller.get("/v1/payments", invoice=invoice).json()["data"]
    notice = payment["notice"]
    assert (payment["status"], payment["attempts"]) == ("scheduled", [])
    assert (notice["told_by"], notice["opted_out_at"]) == ("request", None)
    assert notice["amount"] == payment["amount"]
    told, debit = (datetime.fromisoformat(notice[name]) for name in ("told_at", "debit_at"))
    assert (debit - told).total_seconds() >= 24 * 3600
    assert payment["next_attempt_at"] == notice["debit_at"]

    answer = seller.post(f"/v1/invoices/{invoice}/pay")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_be_charged")
    assert "told a day before" in answer.json()["detail"]

    path = f"/v1/mandates/{made['id']}/opt_out"
    assert seller.post(path).json()["status"] == "active"
    [payment] = seller.get("/v1/payments", invoice=invoice).json()["data"]
    assert payment["notice"]["opted_out_at"] is not None


def test_what_the_bank_says_of_a_mandate_is_followed(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paused and taken up again in the payer's own app, and withdrawn between notice and debit."""
    account = seller.create("/v1/gateway_accounts", an_account())
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    token = "tok_upi_monthly"
    method = {"customer": customer, "gateway": "paper", "token": token}
    seller.create("/v1/payment_methods", method | {"gateway_account": account["id"]})
    [mandate] = seller.get("/v1/mandates", customer=customer).json()["data"]
    bought = subscribed(seller, customer=customer)
    fake = seller.client.app.state.engine.gateways.of("fake", None)  # type: ignore[attr-defined]
    saved = SavedMethod(token, MethodKind.UPI, mandate=ToldMandate(MandateStatus.ACTIVE))

    def becomes(status: MandateStatus) -> str:
        told = replace(saved, mandate=ToldMandate(status), has_ended=status == "revoked")
        monkeypatch.setattr(fake, "read_method", lambda token, holder=None: told)
        event = {"id": uuid4().hex, "type": "token", "subject": "method", "reference": token}
        tells(seller, account, event)
        engine, tenant = seller.client.app.state.engine, seller.tenant  # type: ignore[attr-defined]
        now = ApplyGatewayEvents(tenant, engine.now(tenant))
        apply_gateway_events(now, db=engine.db, gateways=engine.gateways)
        found: dict[str, Any] = seller.get(f"/v1/mandates/{mandate['id']}").json()
        return str(found["status"])

    assert becomes(MandateStatus.PAUSED) == "paused"
    assert becomes(MandateStatus.PAUSED) == "paused"  # told twice, moved once
    assert becomes(MandateStatus.ACTIVE) == "active"
    seller.post(f"/v1/mandates/{mandate['id']}/pause")
    assert becomes(MandateStatus.ACTIVE) == "paused"  # the bank knows nothing of our pause
    seller.post(f"/v1/mandates/{mandate['id']}/resume")
    assert becomes(MandateStatus.REVOKED) == "revoked"
    moves = seller.get(f"/v1/mandates/{mandate['id']}").json()["moves"]
    assert [move["told_by"] for move in moves] == [
        "gateway", "gateway", "gateway", "seller", "seller", "gateway",
    ]  # fmt: skip
    [payment] = seller.get("/v1/payments", invoice=bought["latest_invoice"]).json()["data"]
    assert (payment["status"], payment["attempts"]) == ("scheduled", [])
    assert payment["last_decline_code"] == "mandate_revoked"
    assert seller.get(f"/v1/subscriptions/{bought['id']}").json()["status"] == "past_due"
    [kept] = seller.get("/v1/payment_methods", customer=customer).json()["data"]
    assert (kept["detached"], kept["token"]) == (True, "forgotten")


def test_ids_of_others_are_none(seller: Seller) -> None:
    assert parse_id("mdt", seller.create("/v1/mandates", TERMS(seller))["id"])
    unknown = "mdt_00000000000000000000000000"
    for act in ("revoke", "pause", "resume", "opt_out"):
        assert seller.post(f"/v1/mandates/{unknown}/{act}").status_code == 404


def test_a_mandate_comes_with_the_page_where_it_is_agreed_to(seller: Seller) -> None:
    made = seller.create("/v1/mandates", TERMS(seller))
    assert made["setup_link"].startswith("http")
    assert "/w/ten_" in made["setup_link"]
    [link] = seller.get("/v1/setup_links", customer=made["customer"]).json()["data"][:1]
    assert (link["url"], link["kind"]) == (made["setup_link"], "upi")
    assert link["mandate"]["max_amount"] == 1_500_000
    seller.post(f"/v1/setup_links/{link['id']}/cancel")
    assert seller.get(f"/v1/mandates/{made['id']}").json()["setup_link"] is None
    away = TERMS(seller) | {"return_url": "https://evil.example/"}
    answer = seller.post("/v1/mandates", away)
    assert (answer.status_code, answer.json()["code"]) == (422, "return_url_not_allowed")


def test_a_setup_link_with_terms_is_a_mandate_to_agree_to(seller: Seller) -> None:
    customer = seller.id("customers")
    terms = {"max_amount": 250_000, "frequency": "yearly"}
    body = {"customer": customer, "kind": "emandate", "mandate": terms}
    link = seller.create("/v1/setup_links", body)
    mandates = seller.get("/v1/mandates", customer=customer, status="created").json()["data"]
    [made] = [one for one in mandates if one["setup_link"] == link["url"]]
    assert (made["kind"], made["max_amount"], made["frequency"]) == ("emandate", 250_000, "yearly")
    seller.post(f"/v1/mandates/{made['id']}/revoke")
    assert seller.get(f"/v1/mandates/{made['id']}").json()["setup_link"] is None
