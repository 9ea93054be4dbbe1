"""Request ids: what was asked under each, for as long as PayPal says that it remembers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from khata.simulators.paypal.answers import Refused
from khata.simulators.vendor import Request, Response

# Source: PayPal, "Idempotency", and the header's description in each API.
ORDERS = timedelta(hours=6)
REFUNDS = timedelta(days=45)
VAULT = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class _Asked:
    fingerprint: str
    again: Callable[[], Response]  # the latest state of what was asked for
    until: datetime


class Memory:
    """Answers a request id that was seen before with the latest state of the first request."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str, str], _Asked] = {}

    def known(self, account: str, what: str, request: Request, now: datetime) -> Response | None:
        """Return the answer to a repeated request; None: it is a new one.

        Raises: Refused, where the id was used for something else.
        """
        id = request.headers.get("paypal-request-id")
        asked = self._asked.get((account, what, id or ""))
        if id is None or asked is None or now >= asked.until:
            return None
        if asked.fingerprint != _fingerprint(request):
            raise Refused(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
        return asked.again()

    def keep(
        self,
        account: str,
        what: str,
        request: Request,
        again: Callable[[], Response],
        *,
        until: datetime,
    ) -> None:
        id = request.headers.get("paypal-request-id")
        if id is not None:
            self._asked[account, what, id] = _Asked(_fingerprint(request), again, until)


def _fingerprint(request: Request) -> str:
    body = json.dumps(json.loads(request.body or b"{}"), sort_keys=True)
    return hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()
