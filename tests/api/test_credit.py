"""Credit balances at the API's door."""

from tests.api.seller import Seller


def test_a_balance_and_its_entries(seller: Seller) -> None:
    entry = seller.one("credit_entries")
    assert (entry["object"], entry["amount"], entry["balance"]) == ("credit_entry", 59_000, 59_000)
    assert entry["cause"] == "credit_note"
    assert entry["source"].startswith("cn_")
    told = seller.get(f"/v1/customers/{entry['customer']}/credit_balance").json()
    assert told == {
        "object": "credit_balance",
        "livemode": False,
        "customer": entry["customer"],
        "balances": [{"currency": "INR", "amount": 59_000}],
    }


def test_who_never_had_credit_has_none(seller: Seller) -> None:
    customer = seller.create("/v1/customers", {"name": "Ravi"})["id"]
    told = seller.get(f"/v1/customers/{customer}/credit_balance")
    assert told.json()["balances"] == []
