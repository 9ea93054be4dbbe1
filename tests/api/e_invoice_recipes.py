"""Bodies and recipes of e-invoices; recipes.py takes them in."""

from collections.abc import Callable
from datetime import date
from typing import Any

from khata.core.e_invoice.irn import irn, is_case_blind
from khata.core.ids import parse_id
from tests.api.seller import BUSINESS, Recipe, Seller

ACKNOWLEDGED = "2026-01-31T03:30:00Z"  # by the clock of these tests
BUYER = {
    "name": "Asha Traders",
    "address": {
        "country": "IN",
        "state": "KA",
        "line1": "12 Residency Road",
        "city": "Bengaluru",
        "postal_code": "560025",
    },
    "tax_ids": [{"type": "in_gst", "value": "29AABCR1718E1ZL"}],
}
SHOP_ADDRESS = {"line1": "27 Church Street", "city": "Bengaluru", "postal_code": "560001"}
CONNECTION: dict[str, Any] = {
    "base_url": "https://einv-apisandbox.nic.in",
    "client_id": "CLIENT01",
    "client_secret": "pretend-client-secret",
    "user_name": "khata_ka",
    "password": "Pretend@123",
    "portal_key": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "signing_keys": ["-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"],
    "voluntary": True,
    "exempt_as": None,
    "valid_from": "2030-04-01",
}


def default_registration(seller: Seller) -> str:
    rows = seller.get("/v1/registrations", limit=100).json()["data"]
    numbers = {row["tax_id"]["value"]: row["id"] for row in rows if row["tax_id"] is not None}
    return str(numbers[BUSINESS["gstin"]])


def firms_invoice(seller: Seller) -> dict[str, Any]:
    """An open invoice of a registered firm, with all that INV-01 asks for."""
    registration = default_registration(seller)
    changed = seller.patch(f"/v1/registrations/{registration}", {"address": SHOP_ADDRESS})
    assert changed.is_success, changed.text
    customer = seller.create("/v1/customers", BUYER)
    subscription = seller.create(
        "/v1/subscriptions",
        {
            "customer": customer["id"],
            "items": [{"plan": seller.id("plans"), "quantity": 1}],
            "collection_method": "send_invoice",
            "days_until_due": 15,
        },
    )
    found: dict[str, Any] = seller.get(f"/v1/invoices/{subscription['latest_invoice']}").json()
    return found


def entered(invoice: dict[str, Any], document_type: str = "INV") -> dict[str, Any]:
    """The body with the IRN of a document of ours, worked out as NIC says."""
    number = irn(
        gstin=BUSINESS["gstin"],
        document_type=document_type,
        number=invoice["number"],
        issued_on=date.fromisoformat(invoice["issued_on"]),
        case_blind=is_case_blind(date(2026, 1, 31)),
    )
    return {
        "irn": number,
        "ack_number": "112010000000001",
        "ack_at": ACKNOWLEDGED,
        "signed_qr": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    }


def _entered_newest(seller: Seller) -> dict[str, Any]:
    """The IRN of the seller's newest invoice; where there is none, of one that never was."""
    found = seller.get("/v1/invoices", limit=1).json()["data"]
    return entered(found[0] if found else {"number": "INV/1", "issued_on": "2026-01-31"})


def _entered_newest_note(seller: Seller) -> dict[str, Any]:
    found = seller.get("/v1/credit_notes", limit=1).json()["data"]
    return entered(found[0] if found else {"number": "CN/1", "issued_on": "2026-01-31"}, "CRN")


def firms_note(seller: Seller) -> dict[str, Any]:
    """A credit note of a registered firm's invoice."""
    invoice = firms_invoice(seller)
    return seller.create("/v1/credit_notes", {"invoice": invoice["id"], "reason": "Too dear"})


def an_e_invoice(seller: Seller) -> dict[str, Any]:
    invoice = firms_invoice(seller)
    answer = seller.post(f"/v1/invoices/{invoice['id']}/e_invoice/enter", entered(invoice))
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    assert parse_id("ein", made["id"])
    return made


E_INVOICE_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/invoices/{id}/e_invoice": lambda seller: None,
    "POST /v1/invoices/{id}/e_invoice/cancel": lambda seller: {
        "reason": "mistake",
        "remark": "Wrong plan",
    },
    "POST /v1/invoices/{id}/e_invoice/enter": _entered_newest,
    "POST /v1/credit_notes/{id}/e_invoice": lambda seller: None,
    "POST /v1/credit_notes/{id}/e_invoice/cancel": lambda seller: {
        "reason": "mistake",
        "remark": "Wrong customer",
    },
    "POST /v1/credit_notes/{id}/e_invoice/enter": _entered_newest_note,
    "POST /v1/registrations/{id}/irp_connection": lambda seller: CONNECTION,
}


def connected(seller: Seller) -> dict[str, Any]:
    """The registration that sells, connected to a portal."""
    id = default_registration(seller)
    path = f"/v1/registrations/{id}/irp_connection"
    answer = seller.post(path, CONNECTION | {"valid_from": "2020-04-01"})
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


def of_connected(seller: Seller) -> dict[str, Any]:
    connected(seller)
    return firms_invoice(seller)


def cancellable(seller: Seller) -> dict[str, Any]:
    connected(seller)
    return {"id": an_e_invoice(seller)["invoice"]}


def cancellable_note(seller: Seller) -> dict[str, Any]:
    """A credit note that lowered what is owed, registered at the portal."""
    invoice = of_connected(seller)
    lines = [{"line": invoice["lines"][0]["id"], "amount": 100}]
    note = seller.create(
        "/v1/credit_notes", {"invoice": invoice["id"], "lines": lines, "reason": "Too dear"}
    )
    answer = seller.post(f"/v1/credit_notes/{note['id']}/e_invoice/enter", entered(note, "CRN"))
    assert answer.is_success, answer.text
    return note


def note_of_connected(seller: Seller) -> dict[str, Any]:
    invoice = of_connected(seller)
    return seller.create("/v1/credit_notes", {"invoice": invoice["id"], "reason": "Too dear"})


ACTED_ON_E_INVOICES: dict[str, Recipe] = {
    "POST /v1/invoices/{id}/e_invoice": of_connected,
    "POST /v1/invoices/{id}/e_invoice/cancel": cancellable,
    "POST /v1/invoices/{id}/e_invoice/enter": firms_invoice,
    "POST /v1/credit_notes/{id}/e_invoice": note_of_connected,
    "POST /v1/credit_notes/{id}/e_invoice/cancel": cancellable_note,
    "POST /v1/credit_notes/{id}/e_invoice/enter": firms_note,
    "POST /v1/registrations/{id}/irp_connection": lambda seller: {
        "id": default_registration(seller)
    },
}
E_INVOICE_RECIPES: dict[str, Recipe] = {"e_invoices": an_e_invoice}
