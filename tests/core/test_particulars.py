"""Addresses that a real tax invoice must carry: rule 46 (a), (d), (e), and exports."""

from datetime import date

import pytest

from khata.core.particulars import AddressRequired, check_addresses
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import decide_supply

SELLER = Seller("IN", "KA", "29ABCCT1234E1ZL")
NOWHERE = Seller("IN", "KA", "29ABCCT1234E1ZL", has_address=False)
REGISTERED = Buyer("IN", "KA", "29AABCR1718E1ZL", has_address=False)
EMBASSY = Buyer("IN", "DL", "0717USA00001UNB", has_address=False)
CONSUMER = Buyer("IN", "KA", has_address=False)
ABROAD = Buyer("US", "CA", has_address=False)


def check(seller: Seller, buyer: Buyer, taxable: int, currency: str = "INR") -> None:
    supply = decide_supply(seller, buyer, on=date(2026, 11, 24))
    check_addresses(seller, buyer, supply, taxable=taxable, currency=currency)


@pytest.mark.parametrize(
    ("seller", "buyer", "taxable", "currency", "whose", "rule"),
    [
        (NOWHERE, Buyer("IN", "KA"), 1_00, "INR", "seller", "46(a)"),
        (SELLER, REGISTERED, 1_00, "INR", "customer", "46(d)"),
        (SELLER, EMBASSY, 1_00, "INR", "customer", "46(d)"),
        (SELLER, CONSUMER, 50_000_00, "INR", "customer", "46(e)"),
        (SELLER, CONSUMER, 1_00, "USD", "customer", "46(e)"),
        (SELLER, ABROAD, 1_00, "USD", "customer", "third proviso"),
    ],
)
def test_a_missing_address_is_refused_and_whose_is_said(
    seller: Seller, buyer: Buyer, taxable: int, currency: str, whose: str, rule: str
) -> None:
    with pytest.raises(AddressRequired, match=whose) as refused:
        check(seller, buyer, taxable, currency)
    assert refused.value.code == "address_required"
    assert rule in refused.value.detail


@pytest.mark.parametrize(
    ("seller", "buyer", "taxable"),
    [
        (SELLER, CONSUMER, 49_999_99),
        (SELLER, Buyer("IN", "KA"), 50_000_00),
        (SELLER, Buyer("IN", "KA", "29AABCR1718E1ZL"), 1_00),
        (Seller("IN", "KA", has_address=False), REGISTERED, 1_00),  # no GSTIN, no tax invoice
    ],
)
def test_what_the_law_does_not_ask_for_is_not_asked(
    seller: Seller, buyer: Buyer, taxable: int
) -> None:
    check(seller, buyer, taxable)
