"""A glance at an invoice never passes what the whole form would refuse, and passes the ordinary."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from khata.core.charge import fees
from khata.core.e_invoice.applicability import SellerStanding
from khata.core.e_invoice.dated import ExemptClass
from khata.core.e_invoice.duty import EInvoiceDuty, Portal, duty_of
from khata.core.e_invoice.foreseen import (
    NoEInvoicePossible,
    check_e_invoice,
    fits_at_a_glance,
    foreseen,
)
from khata.core.exports.document_rows import party_of
from khata.core.exports.inv01 import inv01
from khata.core.invoice import Invoice
from khata.core.issuing import Issuing, draw_up
from khata.core.policies import Policies
from khata.core.refusal import Refusal
from khata.core.tax.parties import Buyer
from tests.core.agreements import TODAY, id_of, item, subscription, terms

SELLER: dict[str, Any] = {
    "name": "Acme Pvt Ltd",
    "country": "IN",
    "state": "KA",
    "tax_id_type": "in_gst",
    "tax_id": "29ABCCT1234E1ZL",
    "address": {"line1": "12, MG Road", "city": "Bengaluru", "postal_code": "560001"},
}
BUYERS = {"KA": "29AABCR1718E1ZL", "MH": "27AABCU9603R1ZN"}


def buyer_facts(state: str = "KA", **told: Any) -> dict[str, Any]:
    address = {"line1": "44, Hosur Road", "city": "Bengaluru", "postal_code": "560100"}
    return {
        "name": told.pop("name", "Infosys Like Limited"),
        "country": "IN",
        "state": state,
        "gstin": told.pop("gstin", BUYERS[state]),
        "address": {**address, **told},
    }


def drawn(
    state: str = "KA", amount: int = 100_000, quantity: int = 1, code: str = "998314", **agreed: Any
) -> Invoice:
    sold = subscription(**agreed)
    assert sold.period is not None
    charges = fees(
        [item(amount, quantity=quantity, tax_code=code)], period=sold.period, full=sold.period
    )
    between = terms(Buyer("IN", state, BUYERS[state]))
    ids = iter(id_of(n) for n in range(100, 200))
    return draw_up(charges, sold.period, Issuing(sold, between, TODAY, Policies()), ids)


def duty(buyer: dict[str, Any], seller: dict[str, Any] = SELLER) -> EInvoiceDuty:
    parties = {id_of(4): seller, id_of(5): buyer}
    return EInvoiceDuty(SellerStanding({}, voluntary=True), parties.__getitem__)


TEXTS = st.one_of(
    st.sampled_from(["Asha Traders", "A", "Ab", " x ", "12, MG Road", 'a"b', "\u3000\u3000\u3000"]),
    st.text(max_size=130),
    st.none(),
)
PINS = st.one_of(
    st.from_regex(r"[0-9]{5,7}", fullmatch=True),
    st.sampled_from(["560 025", "५६००२५", "", "56002A"]),
)


@given(
    state=st.sampled_from(["KA", "MH"]),
    told_state=st.sampled_from(["KA", "KA", "MH", None]),
    amount=st.integers(0, 10**9),
    quantity=st.integers(1, 10**4),
    code=st.sampled_from(["998314", "9983", "999293", "99831400"]),
    inside=st.booleans(),
    name=TEXTS,
    line1=TEXTS,
    city=TEXTS,
    pin=PINS,
    gstin=st.sampled_from(["29AABCR1718E1ZL", "27AABCU9603R1ZN", "29ABCCT1234E1ZL", "29AAA", None]),
)
@settings(max_examples=300, deadline=None)
def test_what_passes_at_a_glance_fits_the_form(
    state: str,
    told_state: str | None,
    amount: int,
    quantity: int,
    code: str,
    inside: bool,
    name: str | None,
    line1: str | None,
    city: str | None,
    pin: str,
    gstin: str | None,
) -> None:
    behavior = "inclusive" if inside else "exclusive"
    try:
        invoice = drawn(state, amount, quantity, code, tax_behavior=behavior)
    except Refusal:
        return  # it is no invoice for another reason
    buyer = buyer_facts(
        told_state or state,
        name=name or "Infosys Like Limited",
        gstin=gstin or BUYERS[state],
        line1=line1 or "44, Hosur Road",
        city=city or "Bengaluru",
        postal_code=pin,
    )
    passes = fits_at_a_glance(invoice, party_of(SELLER), buyer)
    event(f"passes: {passes}")
    if passes:
        inv01(foreseen(invoice, seller_facts=SELLER, buyer=buyer))


@pytest.mark.parametrize("state", ["KA", "MH"])
@pytest.mark.parametrize("behavior", ["inclusive", "exclusive"])
def test_the_ordinary_passes_at_a_glance(state: str, behavior: str) -> None:
    invoice = drawn(state, tax_behavior=behavior)
    assert fits_at_a_glance(invoice, party_of(SELLER), buyer_facts(state))


@pytest.mark.parametrize(
    ("told", "path", "mended"),
    [
        ({"name": "Ab"}, "BuyerDtls.LglNm", "the customer's name"),
        ({"line1": None}, "BuyerDtls.Addr1", "address.line1"),
        ({"city": ""}, "BuyerDtls.Loc", "address.city"),
        ({"postal_code": "012345"}, "BuyerDtls.Pin", "address.postal_code"),
        ({"postal_code": None}, "BuyerDtls.Pin", "address.postal_code"),
        ({"gstin": "29ABCCT1234E1ZL"}, None, None),  # the seller's own: no sale (CGST Act s.7)
    ],
)
def test_what_is_out_of_bounds_is_named_with_where_to_mend_it(
    told: dict[str, Any], path: str | None, mended: str | None
) -> None:
    asked = duty(buyer_facts(**told))
    if path is None:
        check_e_invoice(drawn(), asked)
        return
    with pytest.raises(NoEInvoicePossible) as refused:
        check_e_invoice(drawn(), asked)
    assert refused.value.param == path
    assert mended is not None
    assert mended in refused.value.detail


def test_a_seller_who_is_told_too_little_is_named() -> None:
    seller = {**SELLER, "address": {**SELLER["address"], "postal_code": None}}
    with pytest.raises(NoEInvoicePossible, match="the registration's address"):
        check_e_invoice(drawn(), duty(buyer_facts(), seller))


def test_a_series_that_the_portal_does_not_take_is_named() -> None:
    """A leading zero is refused by the series itself; the form has the same say."""
    invoice = replace(drawn(), series="0INV/{n}")
    assert not fits_at_a_glance(invoice, party_of(SELLER), buyer_facts())
    with pytest.raises(NoEInvoicePossible) as refused:
        check_e_invoice(invoice, duty(buyer_facts()))
    assert refused.value.param == "DocDtls.No"


CRORE = 10_000_000
ABOVE = {"24-25": (5 * CRORE + 1) * 100}


@pytest.mark.parametrize(
    ("turnovers", "portal", "livemode", "bound"),
    [
        (ABOVE, None, True, True),  # who has no connection types IRNs in: the form is the same
        (ABOVE, None, False, False),  # a sandbox registers nothing
        ({"24-25": 5 * CRORE * 100}, None, True, False),  # five crore is not above five crore
        ({"25-26": 9 * CRORE * 100}, None, True, False),  # this year's does not count yet
        (ABOVE, Portal(False, None, date(2025, 4, 1)), False, True),
        ({}, Portal(False, None, date(2025, 4, 1)), False, False),
        ({}, Portal(True, None, date(2025, 4, 1)), False, True),  # of its own will
        ({}, Portal(True, None, date(2025, 6, 2)), False, False),  # not yet
        (ABOVE, Portal(False, ExemptClass.BANK_OR_INSURER, date(2025, 4, 1)), True, False),
    ],
)
def test_who_is_held_to_the_form(
    turnovers: dict[str, int], portal: Portal | None, livemode: bool, bound: bool
) -> None:
    """Rule 48(4); Notf. 10/2023-CT: above five crore in any year before."""
    found = duty_of(turnovers, portal, lambda _: {}, livemode=livemode, on=date(2025, 6, 1))
    assert (found is not None) is bound
