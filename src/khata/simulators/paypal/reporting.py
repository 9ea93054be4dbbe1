"""Transaction search of the pretend PayPal: what happened shows three hours later, by pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from khata.simulators.paypal.answers import Refused, instant, money
from khata.simulators.paypal.objects import Capture, Refund, Withdrawal

SHOWN_AFTER = timedelta(hours=3)  # PayPal says: at most; the worst is assumed
_WIDEST = timedelta(days=31)
_MOST_A_PAGE = 500
_OF_CAPTURES = {"PENDING": "P", "DECLINED": "D", "FAILED": "D", "REFUNDED": "V"}
_OF_REFUNDS = {"PENDING": "P", "COMPLETED": "S"}

Moved = Capture | Refund | Withdrawal


def listed(
    captures: Sequence[Capture],
    refunds: Sequence[Refund],
    query: Mapping[str, list[str]],
    *,
    payer_id: str,
    now: datetime,
    withdrawals: Sequence[Withdrawal] = (),
) -> dict[str, Any]:
    """Return one page of what one account moved. Raises: Refused with 400."""
    start, end = _instant(query, "start_date"), _instant(query, "end_date")
    if end < start or end - start > _WIDEST:
        raise Refused(400, "INVALID_PARAMETER_VALUE", field="end_date")
    page, size = _number(query, "page", 1), min(_number(query, "page_size", 100), _MOST_A_PAGE)
    shown = now - SHOWN_AFTER
    until = min(shown, end)
    wants = _wanted(query)
    moved: list[Moved] = [*captures, *refunds, *withdrawals]
    rows = [one for one in moved if start <= one.created_at <= until and wants(one)]
    rows.sort(key=lambda one: one.created_at)
    return {
        "transaction_details": [
            {"transaction_info": _row(one, payer_id)}
            for one in rows[(page - 1) * size : page * size]
        ],
        "account_number": payer_id,
        "start_date": _spelled(start),
        "end_date": _spelled(end),
        "last_refreshed_datetime": _spelled(shown),
        "page": page,
        "total_items": len(rows),
        "total_pages": max(1, -(-len(rows) // size)),
        "links": [],
    }


def _row(moved: Moved, payer_id: str) -> dict[str, Any]:
    if isinstance(moved, Capture):
        return _of_capture(moved, payer_id)
    if isinstance(moved, Refund):
        return _of_refund(moved, payer_id)
    return _of_withdrawal(moved, payer_id)


def _status(moved: Moved) -> str:
    if isinstance(moved, Capture):
        return _OF_CAPTURES.get(moved.status, "S")
    return _OF_REFUNDS.get(moved.status, "D") if isinstance(moved, Refund) else "S"


def _of_capture(capture: Capture, payer_id: str) -> dict[str, Any]:
    return {
        "paypal_account_id": payer_id,
        "transaction_id": capture.id,
        "transaction_event_code": "T0006",
        "transaction_initiation_date": _spelled(capture.created_at),
        "transaction_updated_date": _spelled(capture.updated_at),
        "transaction_amount": money(capture.units, capture.currency),
        "fee_amount": money(-capture.fee, capture.currency),
        "transaction_status": _status(capture),
        "transaction_subject": capture.order.unit.get("description", ""),
        "invoice_id": capture.order.unit.get("invoice_id", ""),
        "custom_field": capture.order.unit.get("custom_id", ""),
        "protection_eligibility": "02",
    }


def _of_refund(refund: Refund, payer_id: str) -> dict[str, Any]:
    return {
        "paypal_account_id": payer_id,
        "transaction_id": refund.id,
        "paypal_reference_id": refund.capture.id,
        "paypal_reference_id_type": "TXN",
        "transaction_event_code": "T1107",
        "transaction_initiation_date": _spelled(refund.created_at),
        "transaction_updated_date": _spelled(refund.updated_at),
        "transaction_amount": money(-refund.units, refund.capture.currency),
        "transaction_status": _status(refund),
        "custom_field": refund.custom_id or "",
        "protection_eligibility": "02",
    }


def _of_withdrawal(one: Withdrawal, payer_id: str) -> dict[str, Any]:
    return {
        "paypal_account_id": payer_id,
        "transaction_id": one.id,
        "transaction_event_code": "T0400",
        "transaction_initiation_date": _spelled(one.created_at),
        "transaction_updated_date": _spelled(one.created_at),
        "transaction_amount": money(-one.units, one.currency),
        "transaction_status": _status(one),
        "protection_eligibility": "02",
    }


def _wanted(query: Mapping[str, list[str]]) -> Callable[[Moved], bool]:
    """Return what tells which rows are asked for; none is spelled only to be left out."""
    balance_only = query.get("balance_affecting_records_only", ["Y"])[0] == "Y"
    currency = query.get("transaction_currency", [None])[0]
    amount = query.get("transaction_amount")
    between = re.fullmatch(r"(-?\d+) TO (-?\d+)", amount[0]) if amount else None
    if amount and between is None:
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field="transaction_amount")
    least, most = (int(between[1]), int(between[2])) if between else (None, None)

    def wants(moved: Moved) -> bool:
        its, its_currency = _money(moved)
        if balance_only and _status(moved) not in ("S", "V"):
            return False
        if currency not in (None, its_currency):
            return False
        return least is None or most is None or least <= its <= most

    return wants


def _money(moved: Moved) -> tuple[int, str]:
    if isinstance(moved, Refund):
        return -moved.units, moved.capture.currency
    return (moved.units if isinstance(moved, Capture) else -moved.units), moved.currency


def _instant(query: Mapping[str, list[str]], name: str) -> datetime:
    try:
        at = datetime.fromisoformat(query[name][0])
    except (KeyError, ValueError):
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field=name) from None
    if at.tzinfo is None:
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field=name)
    return at


def _number(query: Mapping[str, list[str]], name: str, otherwise: int) -> int:
    text = query.get(name, [str(otherwise)])[0]
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, "INVALID_PARAMETER_VALUE", field=name)
    return int(text)


def _spelled(at: datetime) -> str:
    return instant(at).replace("Z", "+0000")
