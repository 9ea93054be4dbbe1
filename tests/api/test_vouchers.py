"""Advances at the API's door: their vouchers, given back in part, and what is refused.

The law: CGST Act s.31(3)(d), (e); CGST Rules 50 and 51.
"""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from tests.api.fund_recipes import voucher
from tests.api.seller import Seller


def test_a_receipt_voucher_says_the_tax_inside(seller: Seller) -> None:
    """1,180.00 = 1,000.00 + CGST 90.00 + SGST 90.00, by rule 35."""
    told = voucher(seller)
    assert (told["kind"], told["net"], told["tax"], told["total"], told["left"]) == (
        "receipt_voucher",
        100_000,
        18_000,
        118_000,
        118_000,
    )
    assert [(tax["name"], tax["rate"], tax["amount"]) for tax in told["taxes"]] == [
        ("CGST", "9", 9000),
        ("SGST", "9", 9000),
    ]
    assert told["number"].startswith("RV/")
    assert (told["place_of_supply"]["code"], told["supply"]["treatment"]) == ("29", "taxable")
    asked = seller.get(f"/v1/invoices/{told['invoice']}").json()
    assert (asked["document_kind"], asked["tax"], asked["status"]) == ("payment_request", 0, "paid")
    assert asked["number"].startswith("PR/")
    assert seller.get(f"/v1/wallets/{told['wallet']}").json()["tax_code"] == "998314"
    first = seller.get(f"/v1/vouchers/{told['id']}/pdf")
    assert first.content.startswith(b"%PDF")
    assert seller.get(f"/v1/vouchers/{told['id']}/pdf").content == first.content
    month = seller.get("/v1/exports/documents", period=told["issued_on"][:7])
    with ZipFile(BytesIO(month.content)) as archive:  # without the payment request
        assert archive.namelist() == [f"receipt-voucher/{told['number'].replace('/', '-')}.pdf"]
        assert archive.read(archive.namelist()[0]) == first.content


def test_the_rest_is_given_back_by_a_refund_voucher(seller: Seller) -> None:
    """Of 1,180.00 first 590.00, and then what is left: 500.00 + 45.00 + 45.00 each."""
    receipt = voucher(seller)
    path = f"/v1/vouchers/{receipt['id']}/refund"
    half = seller.create(path, {"amount": 59_000, "reason": "Too much"})
    assert (half["kind"], half["net"], half["tax"], half["receipt"]) == (
        "refund_voucher",
        50_000,
        9000,
        receipt["id"],
    )
    assert (half["reason"], half["number"][:3]) == ("Too much", "RF/")
    assert seller.get(f"/v1/wallets/{receipt['wallet']}").json()["balance"] == 59_000
    rest = seller.create(path, {"reason": "No need", "settle": "outside"})
    assert (rest["total"], rest["tax"]) == (59_000, 9000)
    told = seller.get(f"/v1/vouchers/{receipt['id']}").json()
    assert told["left"] == 0
    assert [(use["cause"], use["source"], use["tax"]) for use in told["uses"]] == [
        ("refund", half["id"], 9000),
        ("refund", rest["id"], 9000),
    ]
    [entry] = seller.get("/v1/ledger/entries", kind="advance_refunded").json()["data"][:1]
    assert [(one["debit"], one["credit"], one["amount"]) for one in entry["postings"]] == [
        ("wallet_paid", "bank", 59_000),
        ("cgst_payable", "advance_tax", 4500),
        ("sgst_payable", "advance_tax", 4500),
    ]
    again = seller.post(path, {"reason": "Once more"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_give_back")
    of_refund = seller.post(f"/v1/vouchers/{rest['id']}/refund", {"reason": "Back again"})
    assert (of_refund.status_code, of_refund.json()["code"]) == (409, "nothing_to_give_back")
    assert seller.get(f"/v1/vouchers/{rest['id']}/pdf").content.startswith(b"%PDF")
    kinds = seller.get("/v1/vouchers", kind="refund_voucher").json()["data"]
    assert [one["id"] for one in kinds] == [rest["id"], half["id"]]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"amount": 118_001, "reason": "x"}, "advance_exceeded", "amount"),
        ({"amount": 0, "reason": "x"}, "too_small", "amount"),
        ({"reason": "x", "settle": "cash"}, None, "settle"),
    ],
)
def test_what_cannot_be_given_back(
    seller: Seller, body: dict[str, Any], code: str | None, param: str
) -> None:
    """Rule 51: only what no invoice was issued for."""
    receipt = voucher(seller)
    answer = seller.post(f"/v1/vouchers/{receipt['id']}/refund", body)
    assert (answer.status_code, answer.json()["param"]) == (422, param)
    assert code in (None, "too_small", answer.json()["code"])
    assert seller.get(f"/v1/vouchers/{receipt['id']}").json()["left"] == 118_000


@pytest.mark.parametrize(
    ("code", "refused"),
    [("8523", "advance_for_goods"), ("99831x", "unknown_tax_code")],
)
def test_a_wallet_is_for_a_service(seller: Seller, code: str, refused: str) -> None:
    """Notification 66/2017-CT relieves advances for goods."""
    body = {"customer": seller.id("customers"), "currency": "INR", "tax_code": code}
    answer = seller.post("/v1/wallets", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (
        422,
        refused,
        "tax_code",
    )


def test_a_surplus_is_an_advance_where_the_account_says_so(seller: Seller) -> None:
    """2,360.00 come by hand for a request of 1,180.00: twice 1,000.00 + 90.00 + 90.00."""
    changed = seller.patch("/v1/account", {"policies": {"over_payment": "advance"}})
    assert changed.json()["policies"]["over_payment"] == "advance"
    address = {"country": "IN", "state": "KA"}
    body = {"name": "Meera", "currency": "INR", "address": address}
    customer = seller.create("/v1/customers", body)["id"]
    body = {"customer": customer, "currency": "INR", "tax_code": "998314"}
    wallet = seller.create("/v1/wallets", body)["id"]
    asked = seller.create(
        f"/v1/wallets/{wallet}/top_ups", {"amount": 118_000, "collection_method": "send_invoice"}
    )
    came = {"method": "bank_transfer", "reference": "UTR 1", "amount": 236_000}
    assert seller.post(f"/v1/invoices/{asked['invoice']}/mark_paid", came).is_success
    newest = seller.get("/v1/vouchers", wallet=wallet).json()["data"][0]
    assert (newest["net"], newest["tax"], newest["left"]) == (100_000, 18_000, 118_000)
    assert seller.get(f"/v1/vouchers/{newest['id']}/pdf").content.startswith(b"%PDF")
    [payment] = seller.get("/v1/payments", invoice=asked["invoice"]).json()["data"]
    entries = seller.get(f"/v1/wallets/{wallet}/wallet_entries").json()["data"]
    assert [(one["cause"], one["amount"]) for one in entries] == [
        ("over_payment", 118_000),
        ("top_up", 118_000),
    ]
    assert entries[0]["source"] == payment["id"]
    refund = f"/v1/vouchers/{newest['id']}/refund"
    by_gateway = seller.post(refund, {"reason": "Twice"})
    assert (by_gateway.status_code, by_gateway.json()["code"]) == (409, "advance_not_refundable")
    assert seller.create(refund, {"reason": "Twice", "settle": "outside"})["total"] == 118_000
