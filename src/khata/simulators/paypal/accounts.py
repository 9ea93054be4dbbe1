"""Accounts of the pretend PayPal: their keys, and tokens that last nine hours."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from khata.simulators.paypal.answers import Refused
from khata.simulators.vendor import Request

TOKEN_LASTS = timedelta(hours=9)

_SCOPES = (
    "openid https://uri.paypal.com/services/reporting/search/read "
    "https://uri.paypal.com/services/payments/payment/authcapture "
    "https://uri.paypal.com/services/payments/refund "
    "https://uri.paypal.com/services/vault/payment-tokens/read "
    "https://uri.paypal.com/services/vault/payment-tokens/readwrite "
    "https://uri.paypal.com/services/applications/webhooks"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account. `webhook_id` is the id of the webhook it has from the beginning."""

    name: str
    client_id: str
    client_secret: str
    payer_id: str
    webhook_id: str
    scopes: str = _SCOPES


def numbered(number: int) -> Account:
    """Return one of the accounts that are always there: 1, 2, 3."""
    return Account(
        f"merchant-{number}",
        f"sim-client-{number}",
        f"sim-secret-of-{number}-not-shown",
        f"SIMPAYER{number:05}",
        f"SIMWEBHOOK{number:07}",
    )


class Accounts:
    """Who may come in, and for how long."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.all = {account.client_id: account for account in accounts}
        self._tokens: dict[str, tuple[Account, datetime]] = {}
        self._count = 0

    def named(self, name: str) -> Account:
        return next(account for account in self.all.values() if account.name == name)

    def grant(self, request: Request, *, now: datetime) -> dict[str, Any]:
        """Give a token for a client id and its secret. Raises: Refused with 401."""
        account = self._of_basic(request.headers)
        if parse_qs(request.body.decode()).get("grant_type") != ["client_credentials"]:
            raise Refused(400, "INVALID_PARAMETER_VALUE", field="/grant_type")
        self._count += 1
        token = f"A21AA{account.payer_id}{self._count:08}"
        self._tokens[token] = (account, now + TOKEN_LASTS)
        return {
            "scope": account.scopes,
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": int(TOKEN_LASTS.total_seconds()),
            "nonce": f"{now:%Y-%m-%dT%H:%M:%SZ}{account.payer_id}",
        }

    def of(self, request: Request, *, now: datetime) -> Account:
        """Return whose token a request bears. Raises: Refused with 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        account, ends_at = self._tokens.get(token, (None, now))
        if scheme != "Bearer" or account is None or now >= ends_at:
            raise Refused(401)
        return account

    def withdraw_tokens(self) -> None:
        """Let no token hold any more, as when a secret is changed."""
        self._tokens.clear()

    def _of_basic(self, headers: Mapping[str, str]) -> Account:
        scheme, _, coded = headers.get("authorization", "").partition(" ")
        try:
            id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refused(401) from None
        account = self.all.get(id)
        if scheme != "Basic" or account is None or account.client_secret != secret:
            raise Refused(401)
        return account
