"""The form that adds a route of gateway accounts, and the mark of the routes it was made for."""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from khata.core.gateway_account import MOST_FALLBACKS, Route
from khata.core.ids import parse_id
from khata.core.money import known_currency
from khata.core.payment_method import MethodKind
from khata.core.refusal import Refusal
from khata.dashboard.reading import Fields

_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class NotARoute(Refusal):
    """A rule names an account, and what else it says can be understood."""


def mark_of(rules: Sequence[Route]) -> str:
    """Return what a form carries of the routes that it shows."""
    return sha256("\n".join(map(repr, rules)).encode()).hexdigest()[:16]


def read_route(sent: Fields) -> Route:
    """Read the form. Raises: NotARoute, UnknownCurrency, NotAnAmount, NotFound (an account)."""
    currency = sent.text("currency", 3).upper() or None
    if currency is not None:
        currency = known_currency(currency, param="currency")
    elif sent.text("min_amount") or sent.text("max_amount"):
        raise NotARoute("Say of which currency the amounts are", param="currency")
    country = sent.text("country", 2).upper() or None
    if country is not None and not _COUNTRY.fullmatch(country):
        raise NotARoute("A country is two letters, such as IN", param="country")
    kind = sent.text("kind")
    if kind and kind not in set(MethodKind):
        raise NotARoute("Choose a kind of payment method, or any", param="kind")
    fallbacks = [parse_id("ga", name) for name in sent.texts("fallbacks") if name]
    if len(fallbacks) > MOST_FALLBACKS:
        raise NotARoute(f"A rule falls back on {MOST_FALLBACKS} accounts", param="fallbacks")
    if not sent.text("account"):
        raise NotARoute("Choose the account that takes it", param="account")
    return Route(
        account_id=parse_id("ga", sent.text("account")),
        currency=currency,
        country=country,
        kind=MethodKind(kind) if kind else None,
        min_amount=sent.amount("min_amount", currency) if currency else None,
        max_amount=sent.amount("max_amount", currency) if currency else None,
        fallbacks=tuple(dict.fromkeys(fallbacks)),
    )
