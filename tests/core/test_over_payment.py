"""When a surplus bears tax at once, and for which service."""

from datetime import date

import pytest

from khata.core.over_payment import purpose_of, tax_may_wait
from khata.core.tax.rate_table import UnknownTaxCode, rate_of


@pytest.mark.parametrize(
    ("surplus", "currency", "waits"),
    [
        (1, "INR", True),
        (100_000, "INR", True),  # 1,000.00 rupees: "up to one thousand rupees"
        (100_001, "INR", False),
        (1, "USD", False),
    ],
)
def test_the_proviso_is_of_a_thousand_rupees(surplus: int, currency: str, waits: bool) -> None:
    assert tax_may_wait(surplus, currency) is waits


@pytest.mark.parametrize(
    ("codes", "purpose"),
    [
        (["998314"], "998314"),
        (["85234930", "998314"], "998314"),  # goods bear no tax on advances: 66/2017-CT
        (["85234930"], None),
        ([], None),
        (["998313", "998314"], "9997"),  # nobody can tell for which
    ],
)
def test_a_surplus_is_for_what_the_invoice_bills(codes: list[str], purpose: str | None) -> None:
    assert purpose_of(codes) == purpose


def test_of_several_services_no_rate_can_be_told() -> None:
    """So rule 50, first proviso (i), makes it 18 %."""
    purpose = purpose_of(["998313", "998314"])
    assert purpose is not None
    with pytest.raises(UnknownTaxCode):
        rate_of(purpose, on=date(2025, 6, 10))
