"""Lists: newest first, page by page, neither a gap nor a twin."""

import pytest

from tests.api.seller import Seller


@pytest.fixture(scope="module")
def seven(standing: Seller) -> tuple[Seller, list[str]]:
    """Seven customers of one address, the newest first."""
    made = [
        standing.create("/v1/customers", {"name": f"Customer {n}", "email": "seven@list.example"})
        for n in range(7)
    ]
    return standing, [customer["id"] for customer in reversed(made)]


def page(seller: Seller, **query: object) -> tuple[list[str], bool]:
    answer = seller.get("/v1/customers", email="SEVEN@list.example", **query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["object"] == "list"
    assert body["url"] == "/v1/customers"
    return [found["id"] for found in body["data"]], body["has_more"]


def test_newest_first_and_all_of_them(seven: tuple[Seller, list[str]]) -> None:
    seller, ids = seven
    assert page(seller) == (ids, False)


def test_pages_forward_tile(seven: tuple[Seller, list[str]]) -> None:
    seller, ids = seven
    assert page(seller, limit=3) == (ids[:3], True)
    assert page(seller, limit=3, starting_after=ids[2]) == (ids[3:6], True)
    assert page(seller, limit=3, starting_after=ids[5]) == (ids[6:], False)
    assert page(seller, limit=3, starting_after=ids[6]) == ([], False)


def test_pages_backward_tile(seven: tuple[Seller, list[str]]) -> None:
    seller, ids = seven
    assert page(seller, limit=3, ending_before=ids[6]) == (ids[3:6], True)
    assert page(seller, limit=3, ending_before=ids[3]) == (ids[:3], False)
    assert page(seller, limit=3, ending_before=ids[0]) == ([], False)


def test_a_page_that_is_just_full_says_that_there_is_no_more(
    seven: tuple[Seller, list[str]],
) -> None:
    seller, ids = seven
    assert page(seller, limit=7) == (ids, False)
    assert page(seller, limit=6) == (ids[:6], True)


def test_both_cursors_are_refused(seven: tuple[Seller, list[str]]) -> None:
    seller, ids = seven
    answer = seller.get("/v1/customers", starting_after=ids[0], ending_before=ids[1])
    assert (answer.status_code, answer.json()["code"]) == (422, "two_cursors")


def test_created_bounds(seven: tuple[Seller, list[str]]) -> None:
    seller, ids = seven
    created = seller.get(f"/v1/customers/{ids[3]}").json()["created"]
    assert page(seller, **{"created[gt]": created})[0] == ids[:3]
    assert page(seller, **{"created[gte]": created})[0] == ids[:4]
    assert page(seller, **{"created[lt]": created})[0] == ids[4:]
    assert page(seller, **{"created[lte]": created})[0] == ids[3:]


def test_the_default_page_is_twenty(seller: Seller) -> None:
    for n in range(21):
        seller.create("/v1/customers", {"name": f"Customer {n}"})
    body = seller.get("/v1/customers").json()
    assert (len(body["data"]), body["has_more"]) == (20, True)


def test_plans_by_product_and_code(seller: Seller) -> None:
    first, second = (
        seller.id("products"),
        seller.create("/v1/products", {"name": "Coffee", "tax_code": "998314"})["id"],
    )
    plan = seller.one("plans")
    of_first = seller.get("/v1/plans", product=first).json()["data"]
    assert [found["id"] for found in of_first] == [plan["id"]]
    assert seller.get("/v1/plans", product=second).json()["data"] == []
    assert seller.get("/v1/plans", code=plan["code"]).json()["data"][0]["id"] == plan["id"]


def test_payment_methods_of_a_customer(seller: Seller) -> None:
    other = seller.create("/v1/customers", {"name": "Other"})["id"]
    method = seller.one("payment_methods")
    of = seller.get("/v1/payment_methods", customer=method["customer"]).json()["data"]
    assert [found["id"] for found in of] == [method["id"]]
    assert seller.get("/v1/payment_methods", customer=other).json()["data"] == []
