"""Payouts of the pretend Razorpay: two working days after a capture, with the rows of the recon.

What is given back or lost is taken out of the next payout. While that would be nothing or less, no
payout is made: what is owed is carried over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.objects import collection, stamp
from khata.simulators.razorpay.refusals import refuse

Object = dict[str, Any]

_INDIA = timezone(timedelta(hours=5, minutes=30))
_WORKING_DAYS = 2
_MOST = 1_000


def captured(desk: Desk, account: Account, payment: Object, at: datetime) -> None:
    """Let a payment be paid out two working days later."""
    row = _row(payment["id"], "payment", payment, at)
    fee = payment["fee"]
    row.update(credit=payment["amount"] - fee, amount=payment["amount"], fee=fee)
    row.update(tax=payment["tax"], order_id=payment["order_id"], method=payment["method"])
    _add(desk, account, row, at)


def given_back(desk: Desk, account: Account, refund: Object, at: datetime) -> None:
    """Take a refund that was processed out of what is paid out next."""
    row = _row(refund["id"], "refund", refund, at)
    row.update(debit=refund["amount"], amount=refund["amount"], payment_id=refund["payment_id"])
    _add(desk, account, row, at)


def came_back(desk: Desk, account: Account, refund: Object, at: datetime) -> None:
    """A refund did not arrive: what was taken out for it is paid out again."""
    of = [row for row in account.recon if row["entity_id"] == refund["id"]]
    if not of:
        return
    row = _row(desk.accounts.new_id("adj"), "adjustment", refund, at)
    row.update(credit=refund["amount"], amount=refund["amount"])
    row.update(description=f"Reversal of {refund['id']}")
    _add(desk, account, row, at)


def lost(desk: Desk, account: Account, dispute: Object, at: datetime) -> None:
    """Take what a lost dispute costs out of what is paid out next."""
    row = _row(desk.accounts.new_id("adj"), "adjustment", dispute, at)
    row.update(debit=dispute["amount"], amount=dispute["amount"], dispute_id=dispute["id"])
    row.update(description="Debit for a dispute that was lost", payment_id=dispute["payment_id"])
    _add(desk, account, row, at)


def recon(account: Account, query: Mapping[str, Sequence[str]]) -> Object:
    """Return the rows that were paid out on a day, or in a month, of India. Raises: Refused."""
    year, month, day = (_number(query, name) for name in ("year", "month", "day"))
    count, skip = _number(query, "count") or 10, _number(query, "skip") or 0
    if year is None or month is None or not 1 <= count <= _MOST:
        raise refuse("The year and the month are required; the count is at most 1000.")
    found = []
    for row in account.recon:
        if not row["settled"]:
            continue
        on = datetime.fromtimestamp(row["settled_at"], _INDIA).date()
        if (on.year, on.month) == (year, month) and day in (None, on.day):
            found.append(row)
    return collection(found[skip : skip + count])


def _row(entity: str, type: str, of: Object, at: datetime) -> Object:
    return {
        "entity_id": entity,
        "type": type,
        "debit": 0,
        "credit": 0,
        "amount": 0,
        "currency": of["currency"],
        "fee": 0,
        "tax": 0,
        "on_hold": False,
        "settled": False,
        "created_at": stamp(at),
        "settled_at": None,
        "settlement_id": None,
        "posted_at": None,
        "credit_type": "default",
        "description": None,
        "notes": "{}",
        "payment_id": None,
        "settlement_utr": None,
        "order_id": None,
        "order_receipt": None,
        "method": None,
        "card_network": None,
        "card_issuer": None,
        "card_type": None,
        "dispute_id": None,
    }


def _add(desk: Desk, account: Account, row: Object, at: datetime) -> None:
    account.recon.append(row)
    due = _pays_out(at)
    row["_due"] = stamp(due)
    desk.plans.add(due, lambda then: _settle(desk, account, then))


def _pays_out(at: datetime) -> datetime:
    """Return the morning, in India, of the second working day after."""
    day, left = at.astimezone(_INDIA), _WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day.replace(hour=11, minute=0, second=0, microsecond=0)


def _settle(desk: Desk, account: Account, at: datetime) -> None:
    """Pay out all that is due by now, and take out all that was given back by now."""
    now = stamp(at)
    rows = [
        row
        for row in account.recon
        if not row["settled"] and (row["_due"] <= now or row["debit"] > 0)
    ]
    total = sum(row["credit"] - row["debit"] for row in rows)
    if total <= 0:
        return
    id = desk.accounts.new_id("setl")
    utr = f"{now}{id[-6:].lower()}"
    for row in rows:
        row.update(settled=True, settled_at=now, settlement_id=id, settlement_utr=utr)
    account.settlements[id] = {
        "id": id,
        "entity": "settlement",
        "amount": total,
        "status": "processed",
        "fees": sum(row["fee"] for row in rows),
        "tax": sum(row["tax"] for row in rows),
        "utr": utr,
        "created_at": now,
    }
    desk.tell(account, "settlement.processed", {"settlement": account.settlements[id]}, at)


def shown(page: Object) -> Object:
    """Return a page of rows without what the simulator notes for itself."""
    items = [
        {name: value for name, value in row.items() if not name.startswith("_")}
        for row in page["items"]
    ]
    return {**page, "items": items}


def _number(query: Mapping[str, Sequence[str]], name: str) -> int | None:
    told = query.get(name)
    if not told:
        return None
    if not told[0].isdigit():
        raise refuse(f"The {name} must be an integer.", field=name)
    return int(told[0])
