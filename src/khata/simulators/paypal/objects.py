"""Orders, captures, refunds and disputes of the pretend PayPal, with the fields of its samples."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from khata.simulators.paypal.answers import instant, money
from khata.simulators.paypal.vault import Saved

_API = "https://api-m.paypal.com"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Money that a merchant moved from the balance to the bank. `units` are PayPal's own."""

    id: str
    account: str
    units: int
    currency: str
    created_at: datetime


@dataclass
class Refund:
    id: str
    capture: "Capture"
    units: int
    custom_id: str | None
    invoice_id: str | None
    note: str | None
    status: str
    created_at: datetime
    updated_at: datetime

    def told(self) -> dict[str, Any]:
        currency = self.capture.currency
        total = sum(one.units for one in self.capture.refunds if one.status == "COMPLETED")
        said = {
            "id": self.id,
            "status": self.status,
            "amount": money(self.units, currency),
            "invoice_id": self.invoice_id,
            "custom_id": self.custom_id,
            "note_to_payer": self.note,
            "seller_payable_breakdown": {
                "gross_amount": money(self.units, currency),
                "paypal_fee": money(0, currency),
                "net_amount": money(self.units, currency),
                "total_refunded_amount": money(total, currency),
            },
            "create_time": instant(self.created_at),
            "update_time": instant(self.updated_at),
            "links": [
                link("self", f"/v2/payments/refunds/{self.id}"),
                link("up", f"/v2/payments/captures/{self.capture.id}"),
            ],
        }
        if self.status == "PENDING":
            said["status_details"] = {"reason": "ECHECK"}
        return {name: value for name, value in said.items() if value is not None}


@dataclass
class Capture:
    id: str
    order: "Order"
    units: int
    currency: str
    status: str
    code: str | None  # of the processor, for cards
    advice: str | None
    reason: str | None
    token: str
    created_at: datetime
    updated_at: datetime
    refunds: list[Refund] = field(default_factory=list)
    is_disputed: bool = False

    @property
    def is_taken(self) -> bool:
        return self.status in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")

    @property
    def fee(self) -> int:
        """Return 3.49 % and 49 of the smallest unit, rounded half up; 0 until it is taken."""
        return (self.units * 349 + 5_000) // 10_000 + 49 if self.is_taken else 0

    @property
    def refunded(self) -> int:
        """What was given back, and what is on its way back."""
        return sum(one.units for one in self.refunds if one.status in ("COMPLETED", "PENDING"))

    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "id": self.id,
            "status": self.status,
            "amount": money(self.units, self.currency),
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            "invoice_id": self.order.unit.get("invoice_id"),
            "custom_id": self.order.unit.get("custom_id"),
            "create_time": instant(self.created_at),
            "update_time": instant(self.updated_at),
            "supplementary_data": {"related_ids": {"order_id": self.order.id}},
            "links": [
                link("self", f"/v2/payments/captures/{self.id}"),
                link("refund", f"/v2/payments/captures/{self.id}/refund", method="POST"),
                link("up", f"/v2/checkout/orders/{self.order.id}"),
            ],
        }
        if self.reason is not None and self.status == "PENDING":
            said["status_details"] = {"reason": self.reason}
        if self.is_taken:
            said["seller_receivable_breakdown"] = {
                "gross_amount": money(self.units, self.currency),
                "paypal_fee": money(self.fee, self.currency),
                "net_amount": money(self.units - self.fee, self.currency),
            }
        if self.code is not None and self.status != "PENDING":
            said["processor_response"] = {"avs_code": "Y", "cvv_code": "M"}
            said["processor_response"]["response_code"] = self.code
            if self.advice is not None:
                said["processor_response"]["payment_advice_code"] = self.advice
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of PayPal's: from where to, and whether what is paid with is saved as well."""

    origin: str
    return_url: str
    cancel_url: str
    saves: bool = False


@dataclass
class Order:
    id: str
    account: str
    unit: dict[str, Any]  # the purchase unit as it was asked for
    status: str
    created_at: datetime
    updated_at: datetime
    source: dict[str, Any] | None = None
    captures: list[Capture] = field(default_factory=list)
    page: "Page | None" = None  # where its payer approves it
    approved_with: Saved | None = None
    intent: str = "CAPTURE"

    def told(self) -> dict[str, Any]:
        unit = {"reference_id": "default", **self.unit}
        if self.captures:
            payments: dict[str, Any] = {"captures": [one.told() for one in self.captures]}
            refunds = [refund.told() for one in self.captures for refund in one.refunds]
            unit["payments"] = payments | ({"refunds": refunds} if refunds else {})
        said: dict[str, Any] = {
            "id": self.id,
            "intent": self.intent,
            "status": self.status,
            "payment_source": self.source,
            "purchase_units": [unit],
            "create_time": instant(self.created_at),
            "update_time": instant(self.updated_at),
            "links": [link("self", f"/v2/checkout/orders/{self.id}")],
        }
        if self.page is not None and self.status == "PAYER_ACTION_REQUIRED":
            href = f"{self.page.origin}/checkoutnow?token={self.id}"
            said["links"].append({"href": href, "rel": "payer-action", "method": "GET"})
        if self.status == "CREATED":
            said["links"] += [
                link("approve", f"/checkoutnow?token={self.id}"),
                link("capture", f"/v2/checkout/orders/{self.id}/capture", method="POST"),
            ]
        return {name: value for name, value in said.items() if value is not None}

    def told_shortly(self) -> dict[str, Any]:
        """Return what is told without `Prefer: return=representation`."""
        told = self.told()
        return {name: told[name] for name in ("id", "status", "links")}


def link(rel: str, path: str, *, method: str = "GET") -> dict[str, str]:
    return {"href": f"{_API}{path}", "rel": rel, "method": method}
