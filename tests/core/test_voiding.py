"""What may still be void, and what only a credit note takes back."""

from typing import Any

import pytest

from khata.core.invoice import InvoiceStatus
from khata.core.voiding import NotVoidable, Standing, check_voidable


@pytest.mark.parametrize(
    ("gone_through", "law"),
    [
        ({}, "CGST rule 46(b): its number stays, cancelled (GSTR-1 table 13)"),
    ],
)
def test_it_may_be_void(gone_through: dict[str, Any], law: str) -> None:
    check_voidable(Standing("INV/1", InvoiceStatus.OPEN, 0, **gone_through))


@pytest.mark.parametrize(
    ("gone_through", "why", "law"),
    [
        ({"status": InvoiceStatus.PAID}, "is paid", "CGST Act s.34(1)"),
        ({"status": InvoiceStatus.VOID}, "is void", "a thing is void once"),
        ({"status": InvoiceStatus.UNCOLLECTIBLE}, "is uncollectible", "CGST Act s.34(1)"),
        ({"paid": 1}, "paid in part", "CGST Act s.34(1)"),
        ({"has_notes": True}, "credit the rest", "CGST Act s.34(1)"),
    ],
)
def test_it_is_credited_instead(gone_through: dict[str, Any], why: str, law: str) -> None:
    told: dict[str, Any] = {
        "number": "INV/1",
        "status": InvoiceStatus.OPEN,
        "paid": 0,
    } | gone_through
    with pytest.raises(NotVoidable, match=why):
        check_voidable(Standing(**told))
