"""A webhook's address as a tenant writes it: read strictly, so that all who read it agree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from khata.core.addresses import Address, Network, is_public, is_within
from khata.core.refusal import Refusal

LONGEST_URL: Final = 2000
PORTS: Final = (443, 8443)  # of addresses that the public has

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_URL: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>/[!$&'()*+,;=:@/?%A-Za-z0-9._~-]*)?",
    re.IGNORECASE,
)


class UrlNotUsable(Refusal):
    """Webhooks are not sent to an address of this form."""


class AddressNotPublic(Refusal):
    """The name leads to an address that is not public, so nothing is sent there."""


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address, taken apart. `target` is its path and query; an IPv6 host has no brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host as the header spells it, its port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORT_OF[self.scheme] else f"{host}:{self.port}"


_PORT_OF: Final = {"https": 443, "http": 80}


def read_url(text: str) -> WebhookUrl:
    """Take an address apart. Raises: UrlNotUsable.

    One strict form: nothing that two readers could understand in two ways gets through.
    """
    found = _URL.fullmatch(text) if len(text) <= LONGEST_URL else None
    if found is None:
        raise UrlNotUsable(
            "Give an address such as https://hooks.shop.example/khata: no user or password in it, "
            "no #, other letters than a to z spelled in punycode, at most 2,000 characters",
            param="url",
        )
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"]) if found["port"] else _PORT_OF[scheme]
    if not 0 < port < 65536 or len(host) > 253:
        raise UrlNotUsable("The port, or the name of the host, is out of bounds", param="url")
    return WebhookUrl(scheme, host.strip("[]"), port, found["target"] or "/")


def refuse_addresses(
    url: WebhookUrl, addresses: Sequence[Address], *, allowed: Sequence[Network]
) -> None:
    """Refuse to send where any of the host's addresses is not public, and allowed nowhere.

    In the networks that the operator allows, plain http and every port will do; elsewhere it is
    https on port 443 or 8443. Raises: AddressNotPublic, UrlNotUsable.
    """
    if addresses and all(is_within(address, allowed) for address in addresses):
        return
    for address in addresses:
        if not is_public(address) and not is_within(address, allowed):
            raise AddressNotPublic(
                f"{url.host} leads to an address that is not public; "
                "webhooks are sent to the public network only",
                param="url",
            )
    if url.scheme != "https":
        raise UrlNotUsable("Webhooks are sent over https only", param="url")
    if url.port not in PORTS:
        raise UrlNotUsable("Webhooks are sent to port 443 or 8443 only", param="url")
