"""The wish for a vendor of gateways: what an account with it needs, and what it tells by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from khata.core.gateway_event import GatewayEvent, Subject
from khata.core.refusal import Refusal
from khata.ports.gateway import Capabilities, Gateway

__all__ = [
    "AccountFacts",
    "BadCredentials",
    "CredentialField",
    "GatewayEvent",
    "GatewayVendor",
    "NotSigned",
    "Subject",
]


class BadCredentials(Refusal):
    """The gateway does not let these credentials in, or they are not of the form it gives out."""


class NotSigned(Refusal):
    """What came in is not proven to be the gateway's: it has no effect."""


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing that an account needs. `is_secret`: it is sealed, and never shown again.

    `is_setting`: it says how the account is used; new credentials that leave it out keep it.
    """

    name: str
    words: str
    is_secret: bool
    is_optional: bool = False
    is_setting: bool = False


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Who an account is at its gateway, as the gateway said when the credentials were tried."""

    reference: str | None  # the gateway's id of the account
    livemode: bool
    country: str | None = None


class GatewayVendor(Protocol):
    """One for each gateway that khata can speak with."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities:
        """What each of its accounts can do."""
        ...

    @property
    def addresses(self) -> Sequence[str]:
        """Other addresses of its own, such as a sandbox's, which an account may name."""
        ...

    @property
    def fields(self) -> Sequence[CredentialField]:
        """What an account's credentials consist of."""
        ...

    def check(self, credentials: Mapping[str, str], *, base_url: str | None) -> AccountFacts:
        """Try the credentials at the gateway.

        Raises: BadCredentials (a missing, malformed or refused one, in words), NotReached.
        """
        ...

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> Gateway:
        """Return the gateway as this account sees it; no call is made."""
        ...

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
        """Verify a webhook on its raw bytes and return what it is about.

        `headers` have lower-case names. `secrets` are the account's webhook secrets, the newest
        first: two are valid while one is changed. `received_at` is the machine's time, never a
        test clock's. `credentials` and `base_url` are the account's, for vendors whose proof
        depends on them. Raises: NotSigned.
        """
        ...
