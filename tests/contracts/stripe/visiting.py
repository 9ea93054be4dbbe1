"""What visits to Stripe's page are tried with: a wish, a payer's browser, what was sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx

from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.ports.gateway_visits import OpenedVisit, Payer, VisitRequest
from tests.contracts.stripe.conftest import AT, MERCHANT, Bench

HOUR = timedelta(hours=1)
PAGE = httpx.Client(verify=False)  # the payer's browser; loopback


def wish(purpose: Purpose = Purpose.PAY, **others: Any) -> VisitRequest:
    """Return a visit to pay 1,180.00 INR by card within an hour."""
    request = VisitRequest(
        uuid4(),
        MERCHANT,
        purpose,
        MethodKind.CARD,
        0 if purpose is Purpose.SAVE else 118_000,
        "INR",
        "Invoice INV/1",
        Payer("Asha Rao", "asha@example.com", "+919900000000"),
        "https://shop.example/back",
        "https://shop.example/cancel",
        AT + HOUR,
        invoice_number="INV/1",
    )
    return replace(request, **others)


def choose(opened: OpenedVisit, method: str) -> httpx.Response:
    assert opened.url is not None
    return PAGE.post(opened.url, data={"method": method})


def opened(bench: Bench, request: VisitRequest) -> OpenedVisit:
    return bench.gateway.open_visit(request, at=AT)


def sent(bench: Bench, path: str) -> dict[str, str]:
    """Return the last form that was posted to a path."""
    found = [one for one in bench.simulator.received if one.path == path and one.method == "POST"]
    return dict(parse_qsl(found[-1].body.decode()))
