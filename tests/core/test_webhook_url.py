"""A webhook's address: one strict form, and what is refused of where it leads."""

import pytest

from khata.core.addresses import read_address, read_networks
from khata.core.webhook_url import (
    AddressNotPublic,
    UrlNotUsable,
    WebhookUrl,
    read_url,
    refuse_addresses,
)


@pytest.mark.parametrize(
    ("text", "url", "authority"),
    [
        (
            "https://hooks.chai.example/khata",
            WebhookUrl("https", "hooks.chai.example", 443, "/khata"),
            "hooks.chai.example",
        ),
        ("HTTPS://Chai.Example", WebhookUrl("https", "chai.example", 443, "/"), "chai.example"),
        (
            "https://chai.example:8443/a/b?c=d&e=%20",
            WebhookUrl("https", "chai.example", 8443, "/a/b?c=d&e=%20"),
            "chai.example:8443",
        ),
        ("https://1.1.1.1/", WebhookUrl("https", "1.1.1.1", 443, "/"), "1.1.1.1"),
        (
            "https://[2606:4700::1111]:8443/x",
            WebhookUrl("https", "2606:4700::1111", 8443, "/x"),
            "[2606:4700::1111]:8443",
        ),
        ("http://localhost:9/x", WebhookUrl("http", "localhost", 9, "/x"), "localhost:9"),
        ("https://a_b.example/x", WebhookUrl("https", "a_b.example", 443, "/x"), "a_b.example"),
    ],
)
def test_an_address_is_taken_apart(text: str, url: WebhookUrl, authority: str) -> None:
    assert read_url(text) == url
    assert read_url(text).authority == authority


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hooks.chai.example",
        "ftp://hooks.chai.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "https://",
        "https:///path",
        "https:hooks.chai.example",
        "https://user@chai.example/",
        "https://user:secret@chai.example/",
        "https://public.example@127.0.0.1/",
        "https://public.example\\@127.0.0.1/",
        "https://chai.example/#part",
        "https://chai.example#@127.0.0.1/",
        "https://chai.example?x=1",  # a path comes first
        "https://chai.example:/",
        "https://chai.example:0/",
        "https://chai.example:65536/",
        "https://chai.example:443:80/",
        "https://chai.example:+443/",
        "https://chai.example/a b",
        "https://chai.example/\r\nHost: inside",
        "https://chai.example/\x00",
        " https://chai.example/",
        "https://chai.example/\n",
        "https://चाय.example/",
        "https://１２７.0.0.1/",
        "https://chai..example/",
        "https://.chai.example/",
        "https://chai.example./",
        "https://-chai.example/",
        "https://[::1/",
        "https://[::1%25lo]/",
        "https://[v1.x]/",
        "https://" + "a" * 64 + ".example/",
        "https://" + ".".join(["abcdefgh"] * 30) + "/",
        "https://chai.example/" + "x" * 2000,
    ],
)
def test_every_other_form_is_refused(text: str) -> None:
    with pytest.raises(UrlNotUsable) as refused:
        read_url(text)
    assert refused.value.param == "url"


def judged(text: str, *addresses: str, allowed: str = "") -> None:
    found = [read_address(address) for address in addresses]
    refuse_addresses(read_url(text), found, allowed=read_networks(allowed))


@pytest.mark.parametrize(
    ("text", "addresses", "allowed"),
    [
        ("https://chai.example/", ["1.1.1.1"], ""),
        ("https://chai.example:8443/", ["1.1.1.1", "2606:4700::1111"], ""),
        ("https://chai.example/", ["10.1.1.1", "1.1.1.1"], "10.0.0.0/8"),
        ("http://localhost:9000/", ["127.0.0.1"], "127.0.0.0/8"),
        ("http://localhost:9000/", ["127.0.0.1", "::1"], "127.0.0.0/8,::1"),
        ("http://10.0.0.7/", ["10.0.0.7"], "10.0.0.0/8"),
    ],
)
def test_where_webhooks_are_sent(text: str, addresses: list[str], allowed: str) -> None:
    judged(text, *addresses, allowed=allowed)


@pytest.mark.parametrize(
    ("text", "addresses", "allowed", "refusal"),
    [
        ("https://chai.example/", ["127.0.0.1"], "", AddressNotPublic),
        ("https://chai.example/", ["1.1.1.1", "169.254.169.254"], "", AddressNotPublic),
        ("https://chai.example/", ["1.1.1.1", "::1"], "127.0.0.0/8", AddressNotPublic),
        ("https://chai.example/", ["::ffff:127.0.0.1"], "", AddressNotPublic),
        ("http://chai.example/", ["1.1.1.1"], "", UrlNotUsable),
        ("https://chai.example:22/", ["1.1.1.1"], "", UrlNotUsable),
        ("https://chai.example:80/", ["1.1.1.1"], "", UrlNotUsable),
        # What is allowed for one network opens no other.
        ("http://chai.example/", ["127.0.0.1", "1.1.1.1"], "127.0.0.0/8", UrlNotUsable),
        ("https://chai.example:22/", ["127.0.0.1", "1.1.1.1"], "127.0.0.0/8", UrlNotUsable),
        ("http://chai.example/", [], "127.0.0.0/8", UrlNotUsable),
    ],
)
def test_where_they_are_not(
    text: str, addresses: list[str], allowed: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        judged(text, *addresses, allowed=allowed)
