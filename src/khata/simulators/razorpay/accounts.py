"""Accounts of the pretend Razorpay: their keys, and all that was made with them."""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from khata.simulators.razorpay.refusals import Refused, refuse

Object = dict[str, Any]

# Exists in every account; all ready-made tokens are this customer's, and any other's too.
READY_MADE_CUSTOMER = "cust_PretendPayer01"

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an account, and the account that it opens."""

    key_id: str
    key_secret: str
    account: str


def numbered(number: int, *, live: bool = False) -> Key:
    """Return the key of the n-th account: it needs no making, and is the same in every run."""
    mode = "live" if live else "test"
    return Key(
        f"rzp_{mode}_Pretend{number:07d}",
        f"pretend_secret_{mode}_{number:07d}",
        f"acc_Pretend{number:07d}",
    )


@dataclass
class Account:
    """What one account holds, by id; each in the order it was made."""

    id: str
    customers: dict[str, Object] = field(default_factory=dict)
    orders: dict[str, Object] = field(default_factory=dict)
    payments: dict[str, Object] = field(default_factory=dict)
    refunds: dict[str, Object] = field(default_factory=dict)
    disputes: dict[str, Object] = field(default_factory=dict)
    links: dict[str, Object] = field(default_factory=dict)  # payment links, and invoices
    documents: dict[str, Object] = field(default_factory=dict)
    settlements: dict[str, Object] = field(default_factory=dict)
    recon: list[Object] = field(default_factory=list)  # what moves the balance, paid out or not
    tokens: dict[tuple[str, str], Object] = field(default_factory=dict)  # by customer and id
    fates: dict[tuple[str, str], str] = field(default_factory=dict)  # of tokens made here
    gone: set[tuple[str, str]] = field(default_factory=set)  # tokens that were deleted
    refund_keys: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # key → body, refund
    calls: Counter[str] = field(default_factory=Counter)  # requests for a payment, by order
    tries: defaultdict[tuple[str, str | None], Counter[str | None]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # payments with a token for a customer of the merchant, by invoice
    notices: dict[str, Object] = field(default_factory=dict)  # that an order asked for, by order
    told: dict[str, datetime] = field(default_factory=dict)  # when the payer was, by payment
    debited: dict[str, datetime] = field(default_factory=dict)  # or refused, by payment
    by_receipt: defaultdict[str, list[Object]] = field(default_factory=lambda: defaultdict(list))
    by_order: defaultdict[str, list[Object]] = field(default_factory=lambda: defaultdict(list))
    by_payment: defaultdict[str, list[Object]] = field(default_factory=lambda: defaultdict(list))

    def add_order(self, order: Object) -> None:
        self.orders[order["id"]] = order
        if order["receipt"] is not None:
            self.by_receipt[order["receipt"]].append(order)

    def add_payment(self, payment: Object) -> None:
        self.payments[payment["id"]] = payment
        self.by_order[payment["order_id"]].append(payment)

    def add_refund(self, refund: Object) -> None:
        self.refunds[refund["id"]] = refund
        self.by_payment[refund["payment_id"]].append(refund)

    def find(self, kind: str, id: str) -> Object:
        """Return an object of a kind, as `orders`. Raises: Refused."""
        found: Object | None = getattr(self, kind).get(id)
        if found is None:
            raise refuse("The id provided does not exist")
        return found


class Accounts:
    """All accounts; those that `numbered` names appear when their key is first used."""

    def __init__(self) -> None:
        self.all: dict[str, Account] = {}
        self._made = 0

    def entered(self, headers: Mapping[str, str]) -> tuple[Account, Key]:
        """Return the account that a request's key opens, and the key. Raises: Refused (401)."""
        scheme, _, coded = headers.get("authorization", "").partition(" ")
        try:
            id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
            number = int(id[-7:])
        except ValueError:
            id, secret, number = "", "", 0
        for key in (numbered(number), numbered(number, live=True)):
            if scheme == "Basic" and (id, secret) == (key.key_id, key.key_secret):
                return self.all.setdefault(id, Account(key.account)), key
        raise Refused(401, "The api key/secret provided is invalid", reason="NA", source="NA")

    def new_id(self, prefix: str) -> str:
        """Return an id in Razorpay's form: a prefix and fourteen letters and digits."""
        self._made += 1
        number = int.from_bytes(hashlib.sha256(f"{prefix}{self._made}".encode()).digest())
        letters = []
        for _ in range(14):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return f"{prefix}_{''.join(letters)}"
