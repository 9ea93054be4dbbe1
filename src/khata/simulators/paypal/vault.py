"""The vault of the pretend PayPal: setup tokens, payment tokens, and some that are always there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from khata.simulators.paypal.answers import Ids, Refused
from khata.simulators.paypal.fates import TRIGGERS, names

SETUP_LASTS = timedelta(days=3)
READY_MADE_HOLDER = "sim_customer"


@dataclass
class Saved:
    """A payment token. `fate` decides what its captures come to."""

    id: str
    account: str
    kind: str  # card or paypal
    customer: str
    source: dict[str, Any]
    fate: str = "ok"

    def told(self) -> dict[str, Any]:
        href = f"https://api-m.paypal.com/v3/vault/payment-tokens/{self.id}"
        return {
            "id": self.id,
            "customer": {"id": self.customer},
            "payment_source": {self.kind: self.source},
            "links": [
                {"rel": "self", "href": href, "method": "GET", "encType": "application/json"},
                {"rel": "delete", "href": href, "method": "DELETE", "encType": "application/json"},
            ],
        }


@dataclass
class Setup:
    id: str
    account: str
    saved: Saved
    status: str
    until: datetime
    origin: str
    return_url: str | None = None
    cancel_url: str | None = None

    def told(self) -> dict[str, Any]:
        links = [
            {"rel": "self", "href": f"https://api-m.paypal.com/v3/vault/setup-tokens/{self.id}"}
        ]
        if self.status == "PAYER_ACTION_REQUIRED":
            approve = f"{self.origin}/agreements/approve?approval_session_id={self.id}"
            links.append({"rel": "approve", "href": approve, "method": "GET"})
        return {
            "id": self.id,
            "customer": {"id": self.saved.customer},
            "status": self.status,
            "payment_source": {self.saved.kind: self.saved.source},
            "links": links,
        }


@dataclass
class Vault:
    """What is saved, of all accounts; an account sees its own and the ready-made ones."""

    ids: Ids
    _saved: dict[tuple[str, str], Saved] = field(default_factory=dict)
    _setups: dict[tuple[str, str], Setup] = field(default_factory=dict)
    _deleted: set[tuple[str, str]] = field(default_factory=set)

    def set_up(self, account: str, asked: dict[str, Any], *, now: datetime, origin: str) -> Setup:
        """Begin to save a card, or a wallet, whose owner has to approve it."""
        source = asked.get("payment_source")
        if not isinstance(source, dict) or len(source) != 1:
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source")
        customer = (asked.get("customer") or {}).get("id") or self.ids.new()[:10]
        (kind, told) = next(iter(source.items()))
        if kind == "card":
            saved = Saved(self._token_id(), account, kind, customer, _card(told), _fate(told))
            status = "APPROVED"
        elif kind == "paypal":
            if told.get("usage_type") != "MERCHANT":
                raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source/paypal")
            saved = Saved(self._token_id(), account, kind, customer, _wallet(told))
            status = "PAYER_ACTION_REQUIRED"
        else:
            raise Refused(422, "PAYMENT_SOURCE_NOT_SUPPORTED")
        context = told.get("experience_context") or {}
        setup = Setup(
            self.ids.new(),
            account,
            saved,
            status,
            now + SETUP_LASTS,
            origin,
            context.get("return_url"),
            context.get("cancel_url"),
        )
        self._setups[account, setup.id] = setup
        return setup

    def setup(self, account: str, id: str, *, now: datetime) -> dict[str, Any]:
        return self._setup(account, id, now).told()

    def at_page(self, id: str, *, now: datetime) -> Setup | None:
        """Return the setup token whose page this is, which a browser opens without a key."""
        found = (setup for (_, known), setup in self._setups.items() if known == id)
        return next((setup for setup in found if now < setup.until), None)

    def keep(self, saved: Saved) -> None:
        self._saved[saved.account, saved.id] = saved

    def save(self, account: str, asked: dict[str, Any], *, now: datetime) -> Saved:
        """Turn an approved setup token into a payment token."""
        token = (asked.get("payment_source") or {}).get("token") or {}
        if token.get("type") != "SETUP_TOKEN":
            raise Refused(400, "INVALID_PARAMETER_VALUE", field="/payment_source/token/type")
        setup = self._setup(account, str(token.get("id")), now)
        if setup.status == "PAYER_ACTION_REQUIRED":
            raise Refused(422, "PAYER_ACTION_REQUIRED")
        setup.status = "VAULTED"
        self._saved[account, setup.saved.id] = setup.saved
        return setup.saved

    def find(self, account: str, id: str) -> Saved | None:
        if (account, id) in self._deleted:
            return None
        return self._saved.get((account, id)) or _ready_made(account, id)

    def of(self, account: str, customer: str) -> list[Saved]:
        mine = [saved for (owner, _), saved in self._saved.items() if owner == account]
        return [
            saved
            for saved in mine
            if saved.customer == customer and (account, saved.id) not in self._deleted
        ]

    def delete(self, account: str, id: str) -> Saved | None:
        saved = self.find(account, id)
        self._deleted.add((account, id))
        return saved

    def _setup(self, account: str, id: str, now: datetime) -> Setup:
        setup = self._setups.get((account, id))
        if setup is None or now >= setup.until:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return setup

    def _token_id(self) -> str:
        return self.ids.new()[:8].lower()


def _ready_made(account: str, id: str) -> Saved | None:
    """Return `card_<fate>` or `wallet_<fate>`, which every account has."""
    kind, _, fate = id.partition("_")
    if fate not in names() or kind not in ("card", "wallet"):
        return None
    if kind == "wallet":
        return Saved(id, account, "paypal", READY_MADE_HOLDER, _wallet({}), fate)
    card = {"name": "Asha Rao", "number": "4111111111111111", "expiry": "2030-02"}
    return Saved(id, account, "card", READY_MADE_HOLDER, _card(card), fate)


def _card(told: dict[str, Any]) -> dict[str, Any]:
    number = str(told.get("number", ""))
    if len(number) < 12 or "expiry" not in told:
        raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source/card/number")
    return {
        "name": told.get("name", ""),
        "last_digits": number[-4:],
        "brand": {"4": "VISA", "5": "MASTERCARD", "3": "AMEX", "6": "DISCOVER"}.get(number[0], ""),
        "expiry": told["expiry"],
        "bin_details": {"bin": number[:6], "bin_country_code": "US"},
    }


def _wallet(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "email_address": "asha@example.com",
        "account_id": "VYYFH3WJ4JPJQ",
        "name": {"given_name": "Asha", "surname": "Rao"},
        "usage_type": "MERCHANT",
        "usage_pattern": told.get("usage_pattern", "SUBSCRIPTION_PREPAID"),
        "customer_type": "CONSUMER",
    }


def wallet_of(ids: Ids, account: str, fate: str) -> Saved:
    """Return the wallet of somebody who pays at a page; nothing of it is kept yet."""
    return Saved(ids.new()[:8].lower(), account, "paypal", ids.new()[:10], _wallet({}), fate)


def _fate(told: dict[str, Any]) -> str:
    return TRIGGERS.get(str(told.get("name", "")), "ok")
