"""The accounts of a pretend Stripe: their keys, and all that each holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from khata.simulators.stripe.refusals import (
    StripeNo,
    invalid,
    key_used_otherwise,
    missing,
    not_allowed,
    unknown_key,
)

KEYS_KEPT = timedelta(hours=24)

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer to an idempotency key."""

    asked: str  # the request's path and form
    status: int
    body: bytes
    at: datetime


@dataclass
class Account:
    """One merchant. `platform` is the account that may act for it, if there is one.

    `restricted` names paths that its key may not use.
    """

    id: str
    key: str
    country: str = "IN"
    currency: str = "inr"
    livemode: bool = False
    platform: str | None = None
    restricted: frozenset[str] = frozenset()
    objects: dict[str, Object] = field(default_factory=dict)  # by id, in the order they were made
    fates: dict[str, str] = field(default_factory=dict)  # payment method → its fate's name
    mandates: dict[str, str] = field(default_factory=dict)  # payment method → mandate
    lost_once: set[str] = field(default_factory=set)  # idempotency keys that were lost before
    _kept: dict[str, Kept] = field(default_factory=dict)
    _made: int = 0

    def new_id(self, prefix: str) -> str:
        """Return an id of the vendor's form: a prefix and 24 letters and digits."""
        self._made += 1
        return f"{prefix}_{sha256(f'{self.id} {self._made}'.encode()).hexdigest()[:24]}"

    def add(self, object: Object) -> Object:
        self.objects[object["id"]] = object
        return object

    def all(self, kind: str) -> list[Object]:
        """Return the objects of a kind, the newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == kind]

    def get(self, id: str, kind: str, *, param: str | None = None) -> Object:
        """Return one, or refuse: with 404 where the path names it, 400 where a parameter does."""
        found = self.objects.get(id)
        if found is None or found["object"] != kind:
            status = 404 if param is None else 400
            raise missing(kind, id, param=param or "id", status=status)
        return found

    def kept_answer(self, key: str, asked: str, at: datetime) -> Kept | None:
        """Return the answer that is stored under a key, for a day. Raises: StripeNo."""
        kept = self._kept.get(key)
        if kept is None or at - kept.at > KEYS_KEPT:
            return None
        if kept.asked != asked:
            raise key_used_otherwise(key)
        return kept

    def keep_answer(self, key: str, kept: Kept) -> None:
        self._kept[key] = kept


class Accounts:
    """Finds whose request it is."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.all = {account.id: account for account in accounts}

    def of(self, headers: Mapping[str, str], path: str) -> Account:
        """Return the account that a request acts on. Raises: StripeNo."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        own = next((one for one in self.all.values() if one.key == key), None)
        if scheme != "Bearer" or not key:
            raise StripeNo(
                401,
                {
                    "message": "You did not provide an API key.",
                    "type": "invalid_request_error",
                },
            )
        if own is None:
            raise unknown_key(key)
        if any(path.startswith(part) for part in own.restricted):
            raise not_allowed(path)
        named = headers.get("stripe-account")
        if named is None or named == own.id:
            return own
        acts_for = self.all.get(named)
        if acts_for is None or acts_for.platform != own.id:
            raise invalid(
                f"The provided key does not have access to account '{named}' "
                "(or that account does not exist).",
                code="account_invalid",
                status=403,
            )
        return acts_for


def ready_made() -> list[Account]:
    """Return the accounts that are there from the start (docs/gateways.md)."""
    return [
        Account("acct_simulatedIndia", "sk_test_simulatedIndia"),
        Account("acct_simulatedAmerica", "sk_test_simulatedAmerica", "US", "usd"),
        Account(
            "acct_simulatedConnected",
            "sk_test_simulatedConnected",
            platform="acct_simulatedIndia",
        ),
        Account(
            "acct_simulatedRestricted",
            "rk_test_simulatedRestricted",
            restricted=frozenset({"/v1/account"}),
        ),
    ]
