"""Which addresses are the public's: a table of those that are, and of those that lead inside."""

from ipaddress import ip_network

import pytest

from khata.core.addresses import is_public, is_within, read_address, read_networks

PUBLIC = """
    1.1.1.1 8.8.8.8 11.0.0.0 9.255.255.255 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
    198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15
    2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001::1 2001:200::1 2003::1
""".split()

INSIDE = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255
    127.0.0.1 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2
    172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
    192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:1ff::1
    2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3ffe::1 3fff::1 3fff:fff::1
    5f00::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 4000::1
    2606:4700:4700::1111%1
""".split()


@pytest.mark.parametrize("address", PUBLIC)
def test_it_is_public(address: str) -> None:
    assert is_public(read_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_it_is_not_public(address: str) -> None:
    assert not is_public(read_address(address))


@pytest.mark.parametrize(
    ("address", "networks", "within"),
    [
        ("127.0.0.1", "127.0.0.0/8", True),
        ("::ffff:127.0.0.1", "127.0.0.0/8", True),  # the same machine by another name
        ("::1", "127.0.0.0/8", False),
        ("::1", "127.0.0.0/8, ::1", True),
        ("128.0.0.1", "127.0.0.0/8", False),
        ("10.1.2.3", "", False),
    ],
)
def test_an_address_lies_within_networks(address: str, networks: str, within: bool) -> None:
    assert is_within(read_address(address), read_networks(networks)) is within


def test_networks_are_read_with_commas_between() -> None:
    assert read_networks(" 10.0.0.0/8 , ::1,") == (ip_network("10.0.0.0/8"), ip_network("::1"))


@pytest.mark.parametrize("text", ["10.0.0.1/8", "everybody", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_networks(text)
