"""Customers and their tokens, which stand for mandates: found, listed, cancelled, deleted."""

import re
from datetime import UTC, datetime
from typing import Any

from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, Account
from khata.simulators.razorpay.asked import body_of
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.fates import STATES, is_known
from khata.simulators.razorpay.objects import collection, new_customer, new_token
from khata.simulators.razorpay.refusals import refuse
from khata.simulators.vendor import Request

Object = dict[str, Any]

# token_<fate> is a card's, token_upi_<fate> and token_emandate_<fate> those of the other rails.
# Those of banks are for up to ten lakh rupees: a year of a large customer's, in one debit.
_MOST = {"emandate": {"max_amount": 100_000_000}}
_READY_MADE = re.compile(r"token_(?:(upi|emandate)_)?(\w{1,40})", re.ASCII)


def make_customer(desk: Desk, account: Account, request: Request) -> Object:
    """Make a customer; with `fail_existing` 0 the one of the same e-mail and phone comes back."""
    asked = body_of(request, "name email contact gstin notes fail_existing")
    for one in account.customers.values():
        if (one["email"], one["contact"]) == (asked.get("email"), asked.get("contact")):
            if str(asked.get("fail_existing", "1")) == "0":
                return one
            raise refuse("Customer already exists for the merchant")
    made = new_customer(desk.accounts.new_id("cust"), asked, desk.now)
    account.customers[made["id"]] = made
    return made


def find_customer(account: Account, id: str) -> Object:
    """Return a customer; the ready-made one is in every account. Raises: Refused."""
    if id == READY_MADE_CUSTOMER and id not in account.customers:
        asked = {
            "name": "Gaurav Kumar",
            "email": "gaurav.kumar@example.com",
            "contact": "+919876543210",
        }
        account.customers[id] = new_customer(id, asked, datetime.fromtimestamp(0, UTC))
    return account.find("customers", id)


def find_token(desk: Desk, account: Account, customer_id: str, token_id: str) -> Object:
    """Return a token of a customer; ready-made ones appear when first named. Raises: Refused."""
    find_customer(account, customer_id)
    place = (customer_id, token_id)
    if place not in account.tokens and place not in account.gone:
        ready_made = _READY_MADE.fullmatch(token_id)
        if ready_made and is_known(ready_made[2]):
            method, name = ready_made[1] or "card", ready_made[2]
            status = name if name in STATES else "confirmed"
            if name.startswith("pending"):
                method = "emandate"  # only banks take so long
            asked = _MOST.get(method, {})
            account.tokens[place] = new_token(token_id, method, status, desk.now, asked)
            account.fates[place] = name
    if place not in account.tokens:
        raise refuse("The id provided does not exist")
    return account.tokens[place]


def tokens_of(desk: Desk, account: Account, customer_id: str) -> Object:
    """List a customer's tokens, without those that are rejected or expired."""
    find_customer(account, customer_id)
    now = int(desk.now.timestamp())
    return collection(
        [
            token
            for (owner, _), token in account.tokens.items()
            if owner == customer_id
            and token["recurring_details"]["status"] != "rejected"
            and token["expired_at"] > now
        ]
    )


def delete_token(desk: Desk, account: Account, customer_id: str, token_id: str) -> Object:
    find_token(desk, account, customer_id, token_id)
    account.tokens.pop((customer_id, token_id))
    account.gone.add((customer_id, token_id))
    return {"deleted": True}


def cancel_token(desk: Desk, account: Account, customer_id: str, token_id: str) -> Object:
    """Begin to cancel a mandate; the bank confirms it at once here."""
    token = find_token(desk, account, customer_id, token_id)
    token["recurring_details"]["status"] = "cancelled"
    desk.tell(account, "token.cancelled", {"token": token}, desk.now)
    return {"status": "cancellation_initiated"}
