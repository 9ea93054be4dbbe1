"""Razorpay as a vendor of gateways: what an account needs, and what Razorpay tells by itself."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import httpx

from khata.adapters.gateways.declines import declines_of
from khata.adapters.gateways.razorpay.client import (
    TOTAL_SECONDS,
    Credentials,
    LetNobodyIn,
    RazorpayClient,
)
from khata.adapters.gateways.razorpay.events import prove, read
from khata.adapters.gateways.razorpay.gateway import CAPABILITIES, RazorpayGateway
from khata.adapters.gateways.razorpay.notices import COUPLED, DECOUPLED
from khata.ports.gateway_vendor import (
    AccountFacts,
    BadCredentials,
    CredentialField,
    GatewayEvent,
)

ADDRESS: Final = "https://api.razorpay.com"

_KEY_ID = re.compile(r"rzp_(test|live)_\w{8,40}", re.ASCII)
_KEY_SECRET = re.compile(r"[!-~]{8,200}", re.ASCII)
_ACCOUNT = re.compile(r"acc_\w{8,40}", re.ASCII)


class RazorpayVendor:
    """Opens accounts and reads webhooks; satisfies `khata.ports.gateway_vendor.GatewayVendor`."""

    name = "razorpay"
    capabilities = CAPABILITIES
    addresses: Sequence[str] = ()  # the mode is in the key
    fields: Sequence[CredentialField] = (
        CredentialField("key_id", "Key id (rzp_test_… or rzp_live_…)", is_secret=False),
        CredentialField("key_secret", "Secret of that key", is_secret=True),
        CredentialField(
            "account_id",
            "Merchant id (acc_…), by which an event of another account is refused; else empty",
            is_secret=False,
            is_optional=True,
        ),
        CredentialField(
            "debits",
            "coupled (also if empty): Razorpay tells payers and debits them by itself; "
            "decoupled: khata says when",
            is_secret=False,
            is_optional=True,
            is_setting=True,
        ),
    )

    def __init__(
        self,
        *,
        seconds: float = TOTAL_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._seconds = seconds
        self._transport = transport

    def check(self, credentials: Mapping[str, str], *, base_url: str | None) -> AccountFacts:
        """List one order with the key: that needs what charging needs, and changes nothing."""
        key = _key(credentials)
        account = credentials.get("account_id", "").strip() or None
        if account is not None and not _ACCOUNT.fullmatch(account):
            raise BadCredentials(
                "A merchant id begins with acc_; it stands on the account's page at Razorpay",
                param="account_id",
            )
        _is_decoupled(credentials)
        client = self._client(key, base_url)
        try:
            reply = client.get("/v1/orders", count=1)
        except LetNobodyIn:
            raise BadCredentials(
                "Razorpay does not know this key; copy the id and the secret of one key, "
                "of the same mode (test or live)",
                param="key_secret",
            ) from None
        finally:
            client.close()
        if not reply.is_good:
            raise BadCredentials(
                f"Razorpay does not let this key read orders ({reply.reason}); "
                "see whether the account is activated and restricts the addresses it is used from",
                param="key_id",
            )
        return AccountFacts(account, livemode=key.key_id.startswith("rzp_live_"), country="IN")

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> RazorpayGateway:
        key = _key(credentials)
        client = self._client(key, base_url)
        is_live = key.key_id.startswith("rzp_live_")
        return RazorpayGateway(
            client,
            declines_of(self.name),
            is_live=is_live,
            is_decoupled=_is_decoupled(credentials),
        )

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
        """Verify a webhook and return what it is about. Its signature bears no time."""
        prove(headers, body, secrets)
        return read(headers, body)

    def _client(self, key: Credentials, base_url: str | None) -> RazorpayClient:
        return RazorpayClient(
            key, base_url or ADDRESS, seconds=self._seconds, transport=self._transport
        )


def _is_decoupled(credentials: Mapping[str, str]) -> bool:
    """Raises: BadCredentials, where a word says neither."""
    said = credentials.get("debits", "").strip().lower() or COUPLED
    if said not in (COUPLED, DECOUPLED):
        raise BadCredentials(
            f"Debits are {COUPLED} or {DECOUPLED}; left empty they are {COUPLED}", param="debits"
        )
    return said == DECOUPLED


def _key(credentials: Mapping[str, str]) -> Credentials:
    """Raises: BadCredentials, where one is missing or not of the form that Razorpay gives out."""
    for name, form, words in (
        ("key_id", _KEY_ID, "A key id begins with rzp_test_ or rzp_live_"),
        ("key_secret", _KEY_SECRET, "A key's secret is one word, shown once when it is made"),
    ):
        if not form.fullmatch(credentials.get(name, "")):
            raise BadCredentials(
                f"The {name.replace('_', ' ')} is missing or not of Razorpay's form. {words}",
                param=name,
            )
    return Credentials(credentials["key_id"], credentials["key_secret"])
