"""The wish for webhooks: a message goes to an address of a tenant's, and never anywhere inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from khata.core.webhooks import Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted, and where."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class WebhookSender(Protocol):
    def check(self, url: str) -> None:
        """Refuse an address that nothing may be sent to, as it is at this moment.

        Raises: UrlNotUsable, AddressNotPublic, HostUnknown.
        """

    def send(self, message: Message) -> Outcome:
        """Post the message once and return what came of it; the address is checked again.

        It never raises for what the other side does, and ends within 15 seconds in all.
        """
