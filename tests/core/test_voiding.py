"""What may still be void, and what only a credit note takes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from khata.core.invoice import InvoiceStatus
from khata.core.voiding import NotVoidable, Standing, check_voidable

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gone_through", "law"),
    [
        ({}, "CGST rule 46(b): its number stays, cancelled (GSTR-1 table 13)"),
        ({"registered_at": NOW - timedelta(hours=24)}, "IRP: cancelled within 24 hours"),
        ({"registered_at": NOW}, "IRP: cancelled within 24 hours"),
    ],
)
def test_it_may_be_void(gone_through: dict[str, Any], law: str) -> None:
    check_voidable(Standing("INV/1", InvoiceStatus.OPEN, 0, **gone_through), at=NOW)


@pytest.mark.parametrize(
    ("gone_through", "why", "law"),
    [
        ({"status": InvoiceStatus.PAID}, "is paid", "CGST Act s.34(1)"),
        ({"status": InvoiceStatus.VOID}, "is void", "a thing is void once"),
        ({"status": InvoiceStatus.UNCOLLECTIBLE}, "is uncollectible", "CGST Act s.34(1)"),
        ({"paid": 1}, "paid in part", "CGST Act s.34(1)"),
        ({"has_notes": True}, "credit the rest", "CGST Act s.34(1)"),
        (
            {"registered_at": NOW - timedelta(hours=24, seconds=1)},
            "more than 24 hours ago",
            "CGST rule 48(4)",
        ),
    ],
)
def test_it_is_credited_instead(gone_through: dict[str, Any], why: str, law: str) -> None:
    told: dict[str, Any] = {
        "number": "INV/1",
        "status": InvoiceStatus.OPEN,
        "paid": 0,
    } | gone_through
    with pytest.raises(NotVoidable, match=why):
        check_voidable(Standing(**told), at=NOW)
