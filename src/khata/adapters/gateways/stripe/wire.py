"""The wire under Stripe's SDK: one pool of connections, our time-outs, and what being lost means.

Importing this loads the SDK, which takes half a second: only whoever calls Stripe does.
"""

import logging
import ssl
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import stripe
import stripe._util

from khata.ports.gateway import AnswerLost, NotReached

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 25.0, 30.0
_WAITS = {"timeout": httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS).as_dict()}
LARGEST_ANSWER = 20_000_000  # bytes; a page of a hundred payments is a twentieth of it

# What Stripe needs of a request; the rest that the SDK adds tells of this machine.
_SENT = frozenset(
    "authorization content-type idempotency-key stripe-account stripe-version user-agent".split()
)

# The SDK reports on the machine it runs on, logs whole requests, and prints them where an
# environment variable says so: never here, for whichever tenant.
stripe.enable_telemetry = False
stripe._util.STRIPE_LOG = None
logging.getLogger("stripe").addFilter(lambda record: False)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted; reading them takes longer than a call."""
    return httpx.create_ssl_context()


class Wire(stripe.HTTPClient):
    """Sends the SDK's requests to the host of `url`.

    Raises NotReached while the request has certainly not left, and AnswerLost after that.
    """

    name = "httpx"

    def __init__(self, url: str) -> None:
        super().__init__()
        # Not httpx's client: that logs whole addresses, and tokens stand in them.
        self._transport = httpx.HTTPTransport(verify=_trusted(), proxy=_proxy_for(url))

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        sent = {name: said for name, said in (headers or {}).items() if name.lower() in _SENT}
        try:
            asked = httpx.Request(
                method.upper(), url, headers=sent, content=post_data, extensions=_WAITS
            )
            return self._answer_to(asked)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ) as fault:
            raise NotReached(f"Stripe was not reached: {type(fault).__name__}") from None
        except httpx.HTTPError as fault:
            raise AnswerLost(f"Stripe's answer was lost: {type(fault).__name__}") from None

    def _answer_to(self, asked: httpx.Request) -> tuple[bytes, int, Mapping[str, str]]:
        until = monotonic() + TOTAL_SECONDS
        body = bytearray()
        with closing(self._transport.handle_request(asked)) as response:
            for piece in response.iter_bytes():
                body += piece
                if monotonic() > until or len(body) > LARGEST_ANSWER:
                    raise AnswerLost("Stripe's answer took too long or has no end")
        told = httpx.Headers(response.headers)
        told.pop("stripe-notice", None)  # the SDK would print it as a warning
        return bytes(body), response.status_code, told

    def close(self) -> None:
        self._transport.close()


def _proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address, if it does."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
