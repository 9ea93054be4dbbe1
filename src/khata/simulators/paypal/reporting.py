"""Transaction search of the pretend PayPal: what happened shows three hours later, by pages."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from khata.simulators.paypal.answers import Refused, instant, money
from khata.simulators.paypal.objects import Capture, Refund, Withdrawal

SHOWN_AFTER = timedelta(hours=3)  # PayPal says: at most; the worst is assumed
_WIDEST = timedelta(days=31)
_MOST_A_PAGE = 500


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
    rows = [_of_capture(one, payer_id) for one in captures if start <= one.created_at <= until]
    rows += [_of_refund(one, payer_id) for one in refunds if start <= one.created_at <= until]
    rows += [
        _of_withdrawal(one, payer_id) for one in withdrawals if start <= one.created_at <= until
    ]
    rows = [row for row in rows if _is_wanted(row, query)]
    rows.sort(key=lambda row: str(row["transaction_initiation_date"]))
    return {
        "transaction_details": [
            {"transaction_info": row} for row in rows[(page - 1) * size : page * size]
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


def _of_capture(capture: Capture, payer_id: str) -> dict[str, Any]:
    status = {"PENDING": "P", "DECLINED": "D", "FAILED": "D", "REFUNDED": "V"}
    return {
        "paypal_account_id": payer_id,
        "transaction_id": capture.id,
        "transaction_event_code": "T0006",
        "transaction_initiation_date": _spelled(capture.created_at),
        "transaction_updated_date": _spelled(capture.updated_at),
        "transaction_amount": money(capture.units, capture.currency),
        "fee_amount": money(-capture.fee, capture.currency),
        "transaction_status": status.get(capture.status, "S"),
        "transaction_subject": capture.order.unit.get("description", ""),
        "invoice_id": capture.order.unit.get("invoice_id", ""),
        "custom_field": capture.order.unit.get("custom_id", ""),
        "protection_eligibility": "02",
    }


def _of_refund(refund: Refund, payer_id: str) -> dict[str, Any]:
    status = {"PENDING": "P", "COMPLETED": "S"}
    return {
        "paypal_account_id": payer_id,
        "transaction_id": refund.id,
        "paypal_reference_id": refund.capture.id,
        "paypal_reference_id_type": "TXN",
        "transaction_event_code": "T1107",
        "transaction_initiation_date": _spelled(refund.created_at),
        "transaction_updated_date": _spelled(refund.updated_at),
        "transaction_amount": money(-refund.units, refund.capture.currency),
        "transaction_status": status.get(refund.status, "D"),
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
        "transaction_status": "S",
        "protection_eligibility": "02",
    }


def _is_wanted(row: dict[str, Any], query: Mapping[str, list[str]]) -> bool:
    balance_only = query.get("balance_affecting_records_only", ["Y"])[0] == "Y"
    if balance_only and row["transaction_status"] not in ("S", "V"):
        return False
    amount = row["transaction_amount"]
    if query.get("transaction_currency", [amount["currency_code"]])[0] != amount["currency_code"]:
        return False
    wanted = query.get("transaction_amount")
    if wanted is None:
        return True
    between = re.fullmatch(r"(-?\d+) TO (-?\d+)", wanted[0])
    if between is None:
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field="transaction_amount")
    return int(between[1]) <= int(amount["value"].replace(".", "")) <= int(between[2])


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
