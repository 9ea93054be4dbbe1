"""A vendor of paper: accounts, secrets and signed webhooks like any other's, and no wire.

Behind it the fake gateway moves the money, so its tokens say what happens.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.core.settlement import SeenSettlement
from khata.ports.gateway import (
    Answer,
    AnswerLost,
    Capabilities,
    ChargeRequest,
    Gateway,
    NotReached,
)
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


class Paying(FakeGateway):
    """Takes money as the fake one does, and tells payouts; `hides_fee`: the fee comes later."""

    capabilities = replace(FakeGateway.capabilities, settlements=True)

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.payouts: list[SeenSettlement] = []
        self.is_down = self.breaks_off = self.hides_fee = False
        self.asked: list[frozenset[str]] = []

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        answer = super().charge(request, at=at)
        return replace(answer, fee=0) if self.hides_fee else answer

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        answer = super().look_up(request, reference=reference, at=at)
        return replace(answer, fee=0) if answer and self.hides_fee else answer

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        if self.is_down:
            raise NotReached
        self.asked.append(frozenset(but))
        for number, one in enumerate(self.payouts):
            if self.breaks_off and number == 1:
                raise AnswerLost
            if start <= one.paid_at < end and one.reference not in but:
                yield one


def signature(body: bytes, secret: str) -> str:
    """Return what paper puts into the header `paper-signature`."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
