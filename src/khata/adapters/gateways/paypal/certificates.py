"""The certificate that PayPal signs its webhooks with: where it may lie, and who vouches for it."""

import re
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from khata.adapters.gateways.paypal.client import CONNECT_SECONDS
from khata.ports.gateway_vendor import NotSigned

PAYPAL: Final = "paypal.com"
_PATH: Final = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,128}", re.ASCII)
_HOST: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)+paypal\.com", re.ASCII)
_LARGEST: Final = 64_000  # bytes of a certificate and those that vouch for it
_KEPT: Final = 64  # certificates; PayPal uses one or two at a time
_CHAIN: Final = 5

Fetch = Callable[[str], bytes]


class NotFetched(Exception):
    """The certificate could not be had from where it should lie."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Where certificates may lie and which roots are believed.

    `origin`: the scheme, host and port they lie at, for a gateway that is not PayPal's own; None:
    anywhere at PayPal, over https.
    """

    roots: Sequence[x509.Certificate]
    origin: str | None = None


class Certificates:
    """Fetches certificates, keeps them by URL, and lets through only what is proven PayPal's."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def key_at(self, url: str, trust: Trust, *, at: datetime) -> tuple[RSAPublicKey, str]:
        """Return the signing key that lies at a URL, and the name of its owner.

        A URL that is not PayPal's is refused without being fetched. Raises: NotSigned.
        """
        if not _may_lie_at(url, trust.origin):
            raise NotSigned("The certificate of this event does not lie at PayPal")
        return _proven(self._content(url), trust.roots, at)

    def _content(self, url: str) -> bytes:
        with self._lock:
            kept = self._kept.get(url)
        if kept is not None:
            return kept
        try:
            content = self._fetch(url)
        except NotFetched as fault:
            raise NotSigned("The certificate of this event could not be fetched") from fault
        with self._lock:
            self._kept[url] = content
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return content


def fetch_certificate(url: str) -> bytes:
    """Fetch what lies at a URL, at most 64 kB, following nowhere else. Raises: NotFetched."""
    content = b""
    timeout = httpx.Timeout(10, connect=CONNECT_SECONDS)
    try:
        with httpx.stream("GET", url, timeout=timeout, follow_redirects=False) as answer:
            if answer.status_code != 200:
                raise NotFetched(f"status {answer.status_code}")
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST:
                    raise NotFetched("too long for a certificate")
    except httpx.HTTPError as fault:
        raise NotFetched(type(fault).__name__) from fault
    return content


@cache
def trusted_roots() -> Sequence[x509.Certificate]:
    """Return the roots that this machine's own requests believe."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some old roots have serial numbers that are not allowed
        believed = httpx.create_ssl_context().get_ca_certs(binary_form=True)
        return tuple(x509.load_der_x509_certificate(one) for one in believed)


def _may_lie_at(url: str, origin: str | None) -> bool:
    """Say whether a certificate may be fetched there. To the letter: nothing is repaired."""
    if not url.isascii() or not url.isprintable() or len(url) > 500:
        return False
    if origin is not None:
        return url.startswith(f"{origin}/") and _PATH.fullmatch(url[len(origin) :]) is not None
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # Rebuilt from its parts it must be the same text: no user, no port, no query, no fragment.
    return (
        _HOST.fullmatch(parts.netloc) is not None
        and _PATH.fullmatch(parts.path) is not None
        and url == f"https://{parts.netloc}{parts.path}"
    )


def _proven(
    content: bytes, roots: Sequence[x509.Certificate], at: datetime
) -> tuple[RSAPublicKey, str]:
    """Return the key of a certificate that is PayPal's, vouched for, and valid at an instant."""
    try:
        leaf, *between = x509.load_pem_x509_certificates(content)
    except ValueError:
        raise NotSigned("What lies at the certificate's address is no certificate") from None
    name = _name_of(leaf)
    if name is None:
        raise NotSigned("The certificate of this event is not one of PayPal's")
    policy = PolicyBuilder().store(Store(list(roots))).time(at).max_chain_depth(_CHAIN)
    try:
        policy.build_server_verifier(x509.DNSName(name)).verify(leaf, between)
    except VerificationError:
        raise NotSigned("Nobody we trust vouches for the certificate of this event") from None
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        raise NotSigned("The key of this event's certificate is of no kind that PayPal uses")
    return key, name


def _name_of(leaf: x509.Certificate) -> str | None:
    """Return the host under paypal.com that a certificate was given to."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = names.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None
    return next((host for host in hosts if _HOST.fullmatch(host)), None)
