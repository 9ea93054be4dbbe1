"""Addresses of the network: which of them belong to the public, and which to somebody's inside.

A tenant names where its news is sent. What it names must never lead back to this machine, to the
network that it stands in, or to the place where a cloud tells machines their keys.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Everything else of version 4 is public. Source: IANA IPv4 Special-Purpose Address Registry.
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared behind a carrier; also a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own host, beside every machine of it
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; also a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunnelling
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# Of version 6 only 2000::/3 was ever given to the public; so ::1, fc00::/7, fe80::/10, ff00::/8,
# ::ffff:0:0/96 (version 4 in disguise) and 64:ff9b::/96 (its translation) lie outside.
_GIVEN_OUT_6: Final = IPv6Network("2000::/3")
# Source: IANA IPv6 Special-Purpose Address Registry.
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, among them Teredo, which carries version 4
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries version 4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # an experiment that ended
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Return whether an address is the public's: global, unicast, and no other in disguise.

    The list is our own: what the standard library calls global differs by its release.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    if address.scope_id is not None or address not in _GIVEN_OUT_6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_6)


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Return whether an address lies in one of the networks, disguised or not."""
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((plain or address) in network for network in networks)


def read_networks(text: str) -> tuple[Network, ...]:
    """Read networks with commas between them: `127.0.0.0/8, ::1`. Raises: ValueError."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(ip_network(part) for part in parts)


def read_address(text: str) -> Address:
    """Read what a resolver answers. Raises: ValueError."""
    return ip_address(text)
