"""Payment links and setup links: made, told, canceled, and never an open way to anywhere."""

from typing import Any

import pytest

from tests.api.seller import Seller


def allows(seller: Seller, *origins: str) -> None:
    answer = seller.ask("PATCH", "/v1/account", json={"policies": {"return_urls": list(origins)}})
    assert answer.status_code == 200, answer.text


def linked(seller: Seller, **terms: Any) -> dict[str, Any]:
    body = {"invoice": seller.id("invoices"), **terms}
    return seller.create("/v1/payment_links", body)


def test_a_payment_link_is_told(seller: Seller) -> None:
    invoice = seller.id("invoices")
    link = seller.create("/v1/payment_links", {"invoice": invoice})
    assert (link["object"], link["status"], link["invoice"]) == ("payment_link", "open", invoice)
    assert link["id"].startswith("plink_")
    assert "/i/ten_" in link["url"]
    assert link["amount_due"] > 0
    assert link["return_url"] is None
    assert seller.get(f"/v1/payment_links/{link['id']}").json() == link
    listed = seller.get("/v1/payment_links", invoice=invoice).json()["data"]
    assert link in listed


def test_a_link_is_canceled_once_and_for_all(seller: Seller) -> None:
    link = linked(seller)
    for _ in range(2):
        answer = seller.ask("POST", f"/v1/payment_links/{link['id']}/cancel")
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "canceled"


def test_a_paid_invoice_gets_no_link(seller: Seller) -> None:
    link = linked(seller)
    body = {"method": "cash", "reference": "17"}
    assert seller.ask("POST", f"/v1/invoices/{link['invoice']}/mark_paid", json=body).is_success
    assert seller.get(f"/v1/payment_links/{link['id']}").json()["status"] == "paid"
    again = seller.ask("POST", "/v1/payment_links", json={"invoice": link["invoice"]})
    assert (again.status_code, again.json()["code"]) == (409, "invoice_not_owed")
    cancel = seller.ask("POST", f"/v1/payment_links/{link['id']}/cancel")
    assert (cancel.status_code, cancel.json()["code"]) == (409, "link_paid")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/thanks",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:8443/",
        "http://shop.example/",
        "//shop.example/",
        "javascript:alert(1)",
        "https:shop.example",
        "https://shop.example\\@evil.example/",
        "http://localhost.evil.example/",
    ],
)
def test_payers_are_sent_nowhere_that_is_not_named(seller: Seller, url: str) -> None:
    allows(seller, "https://shop.example", "http://localhost:3000")
    answer = seller.ask(
        "POST", "/v1/payment_links", json={"invoice": seller.id("invoices"), "return_url": url}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "return_url_not_allowed")
    assert answer.json()["param"] == "return_url"


@pytest.mark.parametrize(
    "url", ["https://shop.example/thanks?a=b", "https://shop.example", "http://localhost:3000/x"]
)
def test_payers_are_sent_to_what_is_named(seller: Seller, url: str) -> None:
    allows(seller, "https://shop.example", "http://localhost:3000")
    assert linked(seller, return_url=url)["return_url"] == url


@pytest.mark.parametrize(
    "origin", ["http://shop.example", "https://shop.example/", "shop.example", "https://"]
)
def test_only_origins_are_named(seller: Seller, origin: str) -> None:
    body = {"policies": {"return_urls": ["https://shop.example", origin]}}
    answer = seller.ask("PATCH", "/v1/account", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_an_origin")
    assert answer.json()["param"] == "policies.return_urls[1]"


def test_a_setup_link_is_told(seller: Seller) -> None:
    allows(seller, "https://shop.example")
    customer = seller.id("customers")
    link = seller.create(
        "/v1/setup_links",
        {
            "customer": customer,
            "return_url": "https://shop.example/saved",
            "mandate": {"max_amount": 500_000, "frequency": "monthly", "end": "2031-01-31"},
        },
    )
    assert (link["object"], link["status"], link["customer"]) == ("setup_link", "open", customer)
    assert "/w/ten_" in link["url"]
    assert link["mandate"]["max_amount"] == 500_000
    assert link["mandate"]["currency"] == "INR"
    assert seller.get(f"/v1/setup_links/{link['id']}").json() == link
    canceled = seller.ask("POST", f"/v1/setup_links/{link['id']}/cancel").json()
    assert canceled["status"] == "canceled"


def test_what_cannot_be_saved_is_refused(seller: Seller) -> None:
    customer = seller.id("customers")
    answer = seller.ask("POST", "/v1/setup_links", json={"customer": customer, "kind": "wallet"})
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_can_be_saved")
    ended = {"max_amount": 100, "end": "2020-01-01"}
    answer = seller.ask("POST", "/v1/setup_links", json={"customer": customer, "mandate": ended})
    assert (answer.status_code, answer.json()["code"]) == (422, "mandate_has_ended")
