"""Bodies and recipes of disputes and of withheld tax; recipes.py takes them in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from khata.core.dispute import DisputeStatus, SeenDispute
from khata.usecases.gateways.apply_gateway_events import ApplyGatewayEvents, apply_gateway_events
from khata.wiring import Engine
from tests.api.gateway_recipes import an_account, tells
from tests.api.seller import Recipe, Seller
from tests.paper_gateway import PaperDisputes, PaperVendor

TOTAL = 118_000
PDF = "JVBERi0xLjcKMSAwIG9iaiA8PCA+PiBlbmRvYmoK"  # %PDF-1.7 …

DISPUTE_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/disputes/{id}/evidence": lambda seller: {
        "texts": [{"topic": "explanation", "text": "The service was used until yesterday."}],
        "files": [
            {
                "topic": "proof_of_service",
                "filename": "usage.pdf",
                "media_type": "application/pdf",
                "content": PDF,
            }
        ],
        "submit": True,
    },
    "POST /v1/disputes/{id}/accept": lambda seller: None,
    "POST /v1/tds_receivables/{id}/certificate": lambda seller: {
        "number": "TRACES-AB1234",
        "date": "2026-06-14",
        "amount": 10_000,
    },
    "POST /v1/tds_receivables/{id}/write_off": lambda seller: None,
}


@dataclass
class Disputed:
    """A payment of 1,180.00 by paper, and the dispute about it as paper tells it."""

    seller: Seller
    account: dict[str, Any]
    invoice: str
    payment: str
    subscription: str
    seen: SeenDispute

    @property
    def paper(self) -> PaperDisputes:
        vendor = engine_of(self.seller).gateways.vendor("paper")
        assert isinstance(vendor, PaperVendor)
        return vendor.disputes

    def stands(self, seen: SeenDispute) -> None:
        """Paper has it so from now on."""
        self.seen = self.paper.stands(seen)

    def is_told(self, kind: str = "dispute.created", *, after: timedelta = timedelta()) -> None:
        """A webhook comes and is applied."""
        told = {
            "id": f"evt_{uuid4().hex}",
            "type": kind,
            "subject": "dispute",
            "reference": self.seen.reference,
        }
        assert tells(self.seller, self.account, told).status_code == 200
        applied(self.seller, after=after)

    def read(self) -> dict[str, Any]:
        [found] = self.seller.get("/v1/disputes", invoice=self.invoice).json()["data"]
        told: dict[str, Any] = found
        return told


def engine_of(seller: Seller) -> Engine:
    engine: Engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    return engine


def now(seller: Seller) -> datetime:
    return engine_of(seller).now(seller.tenant)


def applied(seller: Seller, *, after: timedelta = timedelta()) -> None:
    engine = engine_of(seller)
    command = ApplyGatewayEvents(seller.tenant, engine.now(seller.tenant) + after)
    apply_gateway_events(command, db=engine.db, gateways=engine.gateways)


def disputed(seller: Seller, **different: Any) -> Disputed:
    """A subscription paid by paper, whose payer complains; nobody was told yet."""
    account = seller.create("/v1/gateway_accounts", an_account())
    customer = seller.create(
        "/v1/customers",
        {
            "name": "Ravi",
            "currency": "INR",
            "address": {"line1": "1 Fort", "city": "Mysuru", "state": "KA", "country": "IN"},
        },
    )
    method = {
        "customer": customer["id"],
        "gateway": "paper",
        "token": "tok_ok",
        "gateway_account": account["id"],
    }
    seller.create("/v1/payment_methods", method)
    made = seller.create(
        "/v1/subscriptions",
        {"customer": customer["id"], "items": [{"plan": seller.id("plans"), "quantity": 1}]},
    )
    [payment] = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    [attempt] = payment["attempts"]
    assert attempt["status"] == "succeeded"
    at = now(seller)
    facts: dict[str, Any] = {
        "reference": f"du_{uuid4().hex}",
        "charge": attempt["reference"],
        "amount": TOTAL,
        "currency": "INR",
        "status": DisputeStatus.NEEDS_RESPONSE,
        "reason": "fraudulent",
        "opened_at": at,
        "phase": "chargeback",
        "due_by": at + timedelta(days=10),
        "taken": TOTAL,
        "fee": 1_500,
    }
    one = Disputed(
        seller,
        account,
        made["latest_invoice"],
        payment["id"],
        made["id"],
        SeenDispute(**(facts | different)),
    )
    one.paper.is_away, one.paper.refuses = False, None
    one.stands(one.seen)
    return one


def a_dispute(seller: Seller) -> dict[str, Any]:
    one = disputed(seller)
    one.is_told()
    return one.read()


def a_tds_receivable(seller: Seller) -> dict[str, Any]:
    """10 % of 1,000.00 withheld."""
    from tests.api.recipes import BODIES, subscribed  # they know these recipes

    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    terms = {"collection_method": "send_invoice", "days_until_due": 15}
    invoice = subscribed(seller, customer=customer, **terms)["latest_invoice"]
    body = {
        "method": "bank_transfer",
        "reference": "UTR 1",
        "tds": {"amount": 10_000, "section": "194J", "rate": "10"},
    }
    assert seller.post(f"/v1/invoices/{invoice}/mark_paid", body).is_success
    [row] = seller.get("/v1/tds_receivables", invoice=invoice).json()["data"]
    found: dict[str, Any] = row
    return found


DISPUTE_RECIPES: dict[str, Recipe] = {
    "disputes": a_dispute,
    "tds_receivables": a_tds_receivable,
}
