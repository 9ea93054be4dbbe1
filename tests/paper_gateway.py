"""A vendor of paper: accounts, secrets and signed webhooks like any other's, and no wire.

Behind it the fake gateway moves the money, so its tokens say what happens.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence
from khata.core.settlement import SeenSettlement
from khata.ports.disputes import NotTakenByGateway
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
        self.disputes = PaperDisputes()

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
        return cast(Gateway, PaperGateway(self._gateway, self.disputes))

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


class PaperGateway:
    """The fake gateway, with disputes beside it."""

    def __init__(self, gateway: FakeGateway, disputes: "PaperDisputes") -> None:
        self._gateway = gateway
        self.disputes = disputes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


@dataclass
class PaperDisputes:
    """Disputes on paper: whoever holds them writes how they stand. Satisfies GatewayDisputes.

    `is_away`: it does not answer; `answered` is what was handed in.
    """

    known: dict[str, SeenDispute] = field(default_factory=dict)
    answered: list[Evidence] = field(default_factory=list)
    is_away: bool = False
    refuses: str | None = None
    asked: int = 0

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        self.asked += 1
        self._reached()
        return self.known.get(reference)

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        self._reached()
        yield from [one for one in self.known.values() if start <= one.opened_at < end]

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        self._reached()
        seen = self.known[reference]
        lost = replace(seen, status=DisputeStatus.LOST, taken=seen.amount)
        return self.stands(lost)

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        self._reached()
        if self.refuses:
            raise NotTakenByGateway(self.refuses)
        self.answered.append(evidence)
        return self.stands(replace(self.known[reference], status=DisputeStatus.UNDER_REVIEW))

    def stands(self, seen: SeenDispute) -> SeenDispute:
        self.known[seen.reference] = seen
        return seen

    def _reached(self) -> None:
        if self.is_away:
            raise AnswerLost


class Paying(FakeGateway):
    """Takes money as the fake one does, and tells payouts; `hides_fee`: the fee comes later."""

    capabilities = replace(FakeGateway.capabilities, settlements=True)

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.payouts: list[SeenSettlement] = []
        self.failed: list[SeenSettlement] = []
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

    def failed_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        yield from [
            one for one in self.failed if start <= one.paid_at < end and one.reference not in but
        ]


def signature(body: bytes, secret: str) -> str:
    """Return what paper puts into the header `paper-signature`."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
