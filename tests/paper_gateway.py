"""A vendor of paper: accounts, secrets and signed webhooks like any other's, and no wire.

Behind it the fake gateway moves the money, so its tokens say what happens.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.ports.gateway import Capabilities, Gateway, NotReached
from khata.ports.gateway_vendor import (
    AccountFacts,
    BadCredentials,
    CredentialField,
    GatewayEvent,
    NotSigned,
    Subject,
)


class PaperVendor:
    """Satisfies `khata.ports.gateway_vendor.GatewayVendor`.

    A key begins with `test_` or `live_`; `down` is never reached, and others are refused. The
    account's reference is what stands between `_` and the first `-` of the key.
    """

    name = "paper"
    addresses: Sequence[str] = ("https://sandbox.paper.example",)
    fields: Sequence[CredentialField] = (CredentialField("api_key", "The secret key", True),)

    def __init__(self, gateway: FakeGateway) -> None:
        self._gateway = gateway

    @property
    def capabilities(self) -> Capabilities:
        return self._gateway.capabilities

    def check(self, credentials: Mapping[str, str], *, base_url: str | None) -> AccountFacts:
        key = credentials.get("api_key", "")
        if key == "down":
            raise NotReached
        if not key.startswith(("test_", "live_")):
            raise BadCredentials("Paper does not know this key", param="api_key")
        reference = key.partition("_")[2].partition("-")[0]
        return AccountFacts(reference, key.startswith("live_"), "IN")

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> Gateway:
        return self._gateway

    def read_event(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        secrets: Sequence[str],
        received_at: datetime,
        credentials: Mapping[str, str],
        base_url: str | None,
    ) -> GatewayEvent:
        given = headers.get("paper-signature", "")
        if not any(hmac.compare_digest(signature(body, secret), given) for secret in secrets):
            raise NotSigned("The signature is not paper's")
        told = json.loads(body)
        return GatewayEvent(
            id=told["id"],
            type=told["type"],
            subject=Subject(told.get("subject", "charge")),
            ours=UUID(told["ours"]) if told.get("ours") else None,
            reference=told.get("reference"),
            account=told.get("account"),
            livemode=told.get("livemode"),
            amount=told.get("amount"),
            currency=told.get("currency"),
        )


def signature(body: bytes, secret: str) -> str:
    """Return what paper puts into the header `paper-signature`."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
