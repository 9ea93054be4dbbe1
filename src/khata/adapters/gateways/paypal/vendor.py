"""PayPal as a vendor of gateways: what an account needs, and what PayPal tells by itself."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

import httpx
from cryptography import x509

from khata.adapters.gateways.paypal.certificates import (
    Certificates,
    Fetch,
    Trust,
    fetch_certificate,
    trusted_roots,
)
from khata.adapters.gateways.paypal.client import Credentials, LetNobodyIn, PayPalClient
from khata.adapters.gateways.paypal.events import claim_in, prove, read
from khata.adapters.gateways.paypal.gateway import CAPABILITIES, PayPalGateway
from khata.adapters.gateways.paypal.shown import Shelf
from khata.adapters.gateways.paypal.tokens import Tokens
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_vendor import (
    AccountFacts,
    BadCredentials,
    CredentialField,
    GatewayEvent,
    NotSigned,
)

LIVE: Final = "https://api-m.paypal.com"
SANDBOX: Final = "https://api-m.sandbox.paypal.com"

# Without it no attempt is found after six hours. It is one of an app's features at PayPal.
SEARCHES: Final = "https://uri.paypal.com/services/reporting/search/read"

_MOST_ACCOUNTS = 10_000
_LIVE_HOSTS = (None, "api-m.paypal.com", "api.paypal.com")

_KEY = re.compile(r"[!-~]{8,200}", re.ASCII)


class PayPalVendor:
    """Opens accounts and reads webhooks; satisfies `khata.ports.gateway_vendor.GatewayVendor`.

    `fetch` gets a certificate; `roots` are those that are believed for PayPal's own.
    """

    name = "paypal"
    capabilities = CAPABILITIES
    addresses = (SANDBOX,)
    fields = (
        CredentialField("client_id", "Client ID of your app at PayPal", is_secret=False),
        CredentialField("client_secret", "Secret of that app", is_secret=True),
        CredentialField(
            "webhook_root",
            "For a gateway that only behaves as PayPal: the root certificate (PEM) that vouches "
            "for its webhooks. Leave it empty for PayPal itself",
            is_secret=False,
            is_optional=True,
        ),
    )

    def __init__(
        self,
        *,
        fetch: Fetch = fetch_certificate,
        roots: Callable[[], Sequence[x509.Certificate]] = trusted_roots,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._certificates = Certificates(fetch)
        self._roots = roots
        self._transport = transport
        self._lock = Lock()
        self._tokens: OrderedDict[bytes, Tokens] = OrderedDict()
        self._shelf = Shelf()

    def check(self, credentials: Mapping[str, str], *, base_url: str | None) -> AccountFacts:
        """Ask for a token, and whether it may search payments, which look-ups need."""
        _root(credentials, base_url)
        client = self._client(credentials, base_url, tokens=Tokens())
        try:
            granted = client.granted()
            scopes = str(granted.get("scope", "")).split()
            if SEARCHES not in scopes:
                raise BadCredentials(
                    "This app may not search transactions; switch on “Transaction search” among "
                    "its features at PayPal, which takes effect within some hours",
                    param="client_id",
                )
            return AccountFacts(_payer_id(client), livemode=_host(base_url) in _LIVE_HOSTS)
        except LetNobodyIn as fault:
            raise BadCredentials(
                f"{fault}; copy both from the app's page, of the same mode (sandbox or live)",
                param="client_secret",
            ) from None
        finally:
            client.close()

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> PayPalGateway:
        keys = Credentials(_key(credentials, "client_id"), _key(credentials, "client_secret"))
        shown = self._shelf.of(_name(keys, base_url or LIVE))
        return PayPalGateway(self._client(credentials, base_url), shown)

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
        """Verify a webhook and return what it is about; `secrets` are the ids of our webhooks.

        `credentials` and `base_url` matter only for a gateway that is not PayPal's own: its
        certificate lies under its own address, and its `webhook_root` vouches for it.
        """
        if not secrets:
            raise NotSigned("This account has no webhook id, so no event can be its own")
        trust = self._trust(credentials or {}, base_url)
        claim = claim_in(headers, received_at=received_at)
        key, owner = self._certificates.key_at(claim.certificate_url, trust, at=received_at)
        prove(claim, body, key, webhook_ids=secrets)
        return read(body, owner=owner)

    def _trust(self, credentials: Mapping[str, str], base_url: str | None) -> Trust:
        try:
            root = _root(credentials, base_url)
        except BadCredentials as fault:
            raise NotSigned(fault.detail) from None
        if root is None or base_url is None:
            return Trust(self._roots())
        parts = urlsplit(base_url)
        return Trust((root,), origin=f"{parts.scheme}://{parts.netloc}")

    def _client(
        self,
        credentials: Mapping[str, str],
        base_url: str | None,
        *,
        tokens: Tokens | None = None,
    ) -> PayPalClient:
        keys = Credentials(_key(credentials, "client_id"), _key(credentials, "client_secret"))
        url = base_url or LIVE
        return PayPalClient(
            keys, url, tokens=tokens or self._tokens_of(keys, url), transport=self._transport
        )

    def _tokens_of(self, keys: Credentials, url: str) -> Tokens:
        """Return the account's token, which outlives the gateways that are opened for it."""
        name = _name(keys, url)
        with self._lock:
            tokens = self._tokens.setdefault(name, Tokens())
            self._tokens.move_to_end(name)
            while len(self._tokens) > _MOST_ACCOUNTS:
                self._tokens.popitem(last=False)
            return tokens


def _name(keys: Credentials, url: str) -> bytes:
    """Return what an account is known by here, which gives away none of its secrets."""
    return hashlib.sha256(f"{url}\n{keys.client_id}\n{keys.client_secret}".encode()).digest()


def _key(credentials: Mapping[str, str], name: str) -> str:
    value = credentials.get(name, "")
    if _KEY.fullmatch(value) is None:
        raise BadCredentials(
            f"The {name.replace('_', ' ')} is missing or not of the form that PayPal gives out",
            param=name,
        )
    return value


def _root(credentials: Mapping[str, str], base_url: str | None) -> x509.Certificate | None:
    """Return the account's own root; for PayPal's own address there can be none.

    Raises: BadCredentials.
    """
    text = credentials.get("webhook_root", "").strip()
    if not text:
        return None
    host = _host(base_url)
    if host is None or host == "paypal.com" or host.endswith(".paypal.com"):
        raise BadCredentials(
            "A root certificate of your own is only for a gateway at another address than PayPal's",
            param="webhook_root",
        )
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise BadCredentials(
            "The root certificate is not in PEM form", param="webhook_root"
        ) from None


def _host(base_url: str | None) -> str | None:
    return None if base_url is None else (urlsplit(base_url).hostname or "").rstrip(".")


def _payer_id(client: PayPalClient) -> str | None:
    """Return the merchant's id, where the app may ask for it; nothing depends on it."""
    try:
        reply = client.get("/v1/identity/oauth2/userinfo", schema="paypalv1.1")
    except (AnswerLost, NotReached, LetNobodyIn):
        return None
    id = reply.said.get("payer_id")
    return id if reply.is_good and isinstance(id, str) else None
