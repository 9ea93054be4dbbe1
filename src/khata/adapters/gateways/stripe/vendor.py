"""Stripe as a vendor: what an account needs, and which of its events are really its own."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from khata.adapters.gateways.declines import Declines, declines_of
from khata.adapters.gateways.stripe.events import read_event
from khata.adapters.gateways.stripe.gateway import CAPABILITIES, StripeGateway
from khata.adapters.gateways.stripe.refused import Refused
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_vendor import (
    AccountFacts,
    BadCredentials,
    CredentialField,
    GatewayEvent,
)

if TYPE_CHECKING:
    from khata.adapters.gateways.stripe.client import Client

KEY, ACCOUNT = "secret_key", "account"

_KEY = re.compile(r"(sk|rk)_(test|live)_\w{4,250}", re.ASCII)
_ACCOUNT = re.compile(r"acct_\w{1,60}", re.ASCII)


class StripeVendor:
    """Satisfies `khata.ports.gateway_vendor.GatewayVendor`."""

    name = "stripe"
    capabilities = CAPABILITIES
    addresses: Sequence[str] = ()  # its test mode is in the key
    fields: Sequence[CredentialField] = (
        CredentialField(
            KEY,
            "The secret key, or a restricted one that may write PaymentIntents, Refunds, "
            "Customers, PaymentMethods and Checkout Sessions, and read SetupIntents and Mandates "
            "(sk_… or rk_…)",
            is_secret=True,
        ),
        CredentialField(
            ACCOUNT,
            "Only of a platform: the connected account that it acts for (acct_…); else empty",
            is_secret=False,
            is_optional=True,
        ),
    )

    def __init__(self, declines: Declines | None = None) -> None:
        self._declines = declines

    def check(self, credentials: Mapping[str, str], *, base_url: str | None) -> AccountFacts:
        """Ask Stripe whose key it is; a restricted key that may not ask must be let list payments.

        Raises: BadCredentials, NotReached.
        """
        key, account = _well_formed(credentials)
        client = _connect(key, account, base_url)
        livemode = "_live_" in key
        try:
            try:
                said = client.account()
            except Refused as no:
                if no.status != 403:
                    raise
                next(client.intents({}, with_money=False), None)
                return AccountFacts(account, livemode)
        except Refused as no:
            raise _refused(no) from None
        except AnswerLost as fault:
            raise NotReached(str(fault)) from None
        return AccountFacts(said.get("id"), livemode, said.get("country"))

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> StripeGateway:
        key, account = _well_formed(credentials)
        declines = self._declines or declines_of(self.name)
        return StripeGateway(lambda: _connect(key, account, base_url), declines)

    def read_event(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        secrets: Sequence[str],
        received_at: datetime,
        credentials: Mapping[str, str] | None = None,
        base_url: str | None = None,
    ) -> GatewayEvent:
        return read_event(headers, body, secrets=secrets, received_at=received_at)


def _connect(key: str, account: str | None, base_url: str | None) -> "Client":
    from khata.adapters.gateways.stripe.client import Client

    return Client(key, account=account, base_url=base_url)


def _well_formed(credentials: Mapping[str, str]) -> tuple[str, str | None]:
    key = (credentials.get(KEY) or "").strip()
    account = (credentials.get(ACCOUNT) or "").strip() or None
    if not key:
        raise BadCredentials("Stripe needs a secret key", param=KEY)
    if key.startswith("pk_"):
        raise BadCredentials(
            "This is the publishable key, which anyone may see; use the secret key", param=KEY
        )
    if not _KEY.fullmatch(key):
        raise BadCredentials(
            "A secret key of Stripe's begins with sk_test_, sk_live_, rk_test_ or rk_live_",
            param=KEY,
        )
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise BadCredentials("A connected account's id begins with acct_", param=ACCOUNT)
    return key, account


def _refused(no: Refused) -> BadCredentials:
    if no.status == 401:
        return BadCredentials("Stripe does not know this key, or it has expired", param=KEY)
    if no.status == 403:
        return BadCredentials(
            "Stripe knows this key, but it may not read payments or act for this account",
            param=KEY,
        )
    return BadCredentials(f"Stripe refuses this account ({no.code})", param=ACCOUNT)
