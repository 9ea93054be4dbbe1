"""Whose tries are counted together: an address of the network, or what one household has of it."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_HOUSEHOLD: Final = 64  # bits of an IPv6 address that a subscriber does not choose freely


def counted_as(address: str) -> str:
    """Return what tries from `address` are counted under.

    Source: RFC 6177: a site is given at least a /64, so one address of it says nothing.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a socket's name, or none
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network(f"{parsed.compressed.partition('%')[0]}/{_HOUSEHOLD}", strict=False))


def is_loopback(address: str) -> bool:
    """Say whether the caller sits on this machine."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback
