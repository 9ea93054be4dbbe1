"""Which tax number a document shows of a party, and what it calls it."""

from typing import Any

import pytest

from khata.core.party import tax_id_shown

GSTIN, UIN, VAT = "29AABCR1718E1ZL", "0717USA00001UNB", "DE136695976"


@pytest.mark.parametrize(
    ("facts", "seller_country", "shown"),
    [
        ({"tax_id_type": "in_gst", "tax_id": GSTIN, "gstin": GSTIN}, "IN", ("GSTIN", GSTIN)),
        ({"tax_id_type": "eu_vat", "tax_id": VAT, "gstin": GSTIN}, "IN", ("GSTIN", GSTIN)),
        ({"tax_id_type": "eu_vat", "tax_id": VAT, "gstin": GSTIN}, "DE", ("VAT ID", VAT)),
        ({"tax_id_type": "in_gst", "tax_id": UIN, "gstin": UIN}, "IN", ("UIN", UIN)),
        ({"tax_id_type": "gb_vat", "tax_id": "GB1", "gstin": None}, "IN", ("VAT number", "GB1")),
        ({"tax_id_type": "us_ein", "tax_id": "12-3", "gstin": None}, "IN", ("EIN", "12-3")),
        ({"tax_id_type": "other", "tax_id": "X1", "gstin": None}, "IN", ("Tax id", "X1")),
        ({"tax_id_type": None, "tax_id": None, "gstin": None}, "IN", None),
        ({}, "IN", None),
    ],
)
def test_the_number_and_its_name(
    facts: dict[str, Any], seller_country: str, shown: tuple[str, str] | None
) -> None:
    found = tax_id_shown(facts, seller_country=seller_country)
    assert (found and (found.label, found.value)) == shown
