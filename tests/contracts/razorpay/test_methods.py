"""Razorpay's tokens as ways to pay: rails, states of mandates, and what is never read."""

from typing import Any

import pytest

from khata.adapters.gateways.razorpay.methods import read_method
from khata.core.payment_method import MethodKind
from khata.ports.gateway import AnswerLost
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER
from tests.contracts.razorpay.pretend import Pretend

CUSTOMER: dict[str, Any] = {
    "id": "cust_1Aa00000000001",
    "entity": "customer",
    "name": "Bob",
    "email": "bob@example.com",
    "contact": "9000090000",
    "gstin": None,
    "notes": [],
    "created_at": 1_658_390_470,
}
CARD: dict[str, Any] = {
    "id": "token_HouA2OQR5Z2jTL",
    "entity": "token",
    "token": "2JPRk664pZHUWG",
    "bank": None,
    "wallet": None,
    "method": "card",
    "card": {
        "entity": "card",
        "name": "Gaurav Kumar",
        "last4": "8950",
        "network": "Visa",
        "type": "credit",
        "issuer": "STCB",
        "international": False,
        "emi": False,
        "sub_type": "consumer",
        "expiry_month": 12,
        "expiry_year": 2030,
        "flows": {"otp": True, "recurring": True},
    },
    "recurring": True,
    "recurring_details": {"status": "confirmed", "failure_reason": None},
    "auth_type": None,
    "mrn": None,
    "used_at": 1_629_779_657,
    "created_at": 1_629_779_657,
    "expired_at": 1_640_975_399,  # 31 December 2021, 18:29:59 UTC
    "dcc_enabled": False,
    "billing_address": None,
}
BANK: dict[str, Any] = {
    "id": "token_FHf94Uym9tdYFJ",
    "entity": "token",
    "bank": "HDFC",
    "method": "emandate",
    "recurring": True,
    "recurring_details": {"status": "confirmed", "failure_reason": None},
    "auth_type": "netbanking",
    "bank_details": {
        "beneficiary_name": "Gaurav Kumar",
        "account_number": "1121431121541121",
        "ifsc": "HDFC0000001",
        "account_type": "savings",
    },
    "max_amount": 9_999_900,
    "expired_at": 1_689_971_140,
}
UPI: dict[str, Any] = {
    "id": "token_FHfAzGzREc1ug6",
    "entity": "token",
    "bank": None,
    "method": "upi",
    "vpa": {"username": "gaurav.kumar", "handle": "upi", "name": None},
    "recurring": True,
    "recurring_details": {"status": "confirmed", "failure_reason": None},
}


def test_a_card_is_what_its_token_says() -> None:
    method = read_method(CARD, CUSTOMER)
    assert (method.token, method.kind) == ("token_HouA2OQR5Z2jTL", MethodKind.CARD)
    assert (method.brand, method.last4, method.country) == ("visa", "8950", "IN")
    assert (method.expiry_month, method.expiry_year) == (12, 2030)
    assert method.holder == "cust_1Aa00000000001"
    assert method.facts == {"email": "bob@example.com", "contact": "9000090000"}
    assert method.usable


def test_a_card_without_its_month_ends_with_its_token() -> None:
    card = {name: told for name, told in CARD["card"].items() if not name.startswith("expiry")}
    method = read_method({**CARD, "card": card}, CUSTOMER)
    assert (method.expiry_month, method.expiry_year) == (12, 2021)


@pytest.mark.parametrize(
    ("network", "brand"),
    [("MasterCard", "mastercard"), ("RuPay", "rupay"), ("American Express", "amex"), (None, None)],
)
def test_brands_are_small_words(network: str | None, brand: str | None) -> None:
    assert read_method({**CARD, "card": {"network": network}}, CUSTOMER).brand == brand


def test_of_a_bank_account_only_the_end_is_kept() -> None:
    method = read_method(BANK, CUSTOMER)
    assert (method.kind, method.brand, method.last4) == (MethodKind.EMANDATE, "HDFC", "1121")
    assert "1121431121541121" not in repr(method)
    assert (method.expiry_month, method.expiry_year) == (None, None)


def test_upi_has_a_handle_and_no_address() -> None:
    method = read_method(UPI, CUSTOMER)
    assert (method.kind, method.brand, method.last4) == (MethodKind.UPI, "upi", None)
    assert "gaurav" not in repr(method).replace("gaurav.kumar@example.com", "")


@pytest.mark.parametrize(
    ("others", "why_not"),
    [
        ({"recurring_details": {"status": "initiated"}}, "not confirmed the mandate yet"),
        ({"recurring_details": {"status": "rejected"}}, "rejected"),
        ({"recurring_details": {"status": "cancelled"}}, "cancelled"),
        ({"recurring_details": {"status": "paused"}}, "paused"),
        ({"recurring_details": {"status": "quantum_superposed"}}, "does not say"),
        ({"recurring": False}, "payer present"),
        ({"method": "wallet"}, "only cards, UPI and bank mandates"),
        ({"method": None}, "only cards, UPI and bank mandates"),
    ],
)
def test_why_a_token_cannot_be_charged(others: dict[str, Any], why_not: str) -> None:
    method = read_method({**CARD, **others}, CUSTOMER)
    assert not method.usable
    assert method.why_not is not None
    assert why_not in method.why_not


def test_a_card_just_confirmed_comes_without_its_state() -> None:
    told = {name: value for name, value in CARD.items() if name != "recurring_details"}
    assert read_method(told, CUSTOMER).usable


@pytest.mark.parametrize("missing", ["email", "contact"])
def test_a_customer_who_cannot_be_reached_cannot_be_charged(missing: str) -> None:
    method = read_method(CARD, {**CUSTOMER, missing: None})
    assert not method.usable
    assert missing not in method.facts


@pytest.mark.parametrize(("token", "customer"), [({}, CUSTOMER), (CARD, {}), (CARD, {"id": 7})])
def test_what_is_no_token_is_not_guessed(token: dict[str, Any], customer: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        read_method(token, customer)


def test_a_token_is_found_only_beside_its_customer(pretend: Pretend) -> None:
    alone = pretend.gateway.read_method("token_ok")
    assert alone is not None
    assert not alone.usable
    assert alone.why_not is not None
    assert "holder" in alone.why_not
    for holder in ("cust_nobody", "../orders", "", "cust_x/../y"):
        assert pretend.gateway.read_method("token_ok", holder=holder) is None


@pytest.mark.parametrize(
    "token", ["token_", "token_a/b", "token_a?b", "token_a b", "TOKEN_OK", "token_é"]
)
def test_a_token_of_another_form_is_not_asked_for(pretend: Pretend, token: str) -> None:
    assert pretend.gateway.read_method(token, holder=READY_MADE_CUSTOMER) is None
    assert pretend.simulator.got == []


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("token_ok", MethodKind.CARD),
        ("token_upi_ok", MethodKind.UPI),
        ("token_emandate_ok", MethodKind.EMANDATE),
    ],
)
def test_every_rail_has_test_tokens(pretend: Pretend, token: str, kind: MethodKind) -> None:
    method = pretend.gateway.read_method(token, holder=READY_MADE_CUSTOMER)
    assert method is not None
    assert (method.kind, method.usable) == (kind, True)
