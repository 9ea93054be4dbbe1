"""PayPal's orders: what they are known by, how they end, and what is said against them; pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from khata.adapters.gateways.paypal.client import Reply
from khata.adapters.gateways.paypal.translate import NotReadable, captures_of, read_capture
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome

USED_OTHERWISE: Final = frozenset({"PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "DUPLICATE_REQUEST_ID"})
STILL_ON_ITS_WAY: Final = frozenset(
    {"ORDER_COMPLETION_IN_PROGRESS", "PREVIOUS_REQUEST_IN_PROGRESS"}
)
TAKEN_BEFORE: Final = frozenset({"ORDER_ALREADY_CAPTURED", "DUPLICATE_INVOICE_ID"})
ORDERS: Final = frozenset(
    {"CREATED", "SAVED", "APPROVED", "PAYER_ACTION_REQUIRED", "COMPLETED", "VOIDED"}
)
REFERENCE: Final = re.compile(r"[0-9A-Z]{1,36}", re.ASCII)


def of_order(order: Any, *, at: datetime) -> Answer | None:
    """Return what became of an order's capture; None: it has none."""
    if "purchase_units" not in order:
        return None
    return best_of([read_capture(capture, on=at.date()) for capture in captures_of(order)])


def best_of(answers: Sequence[Answer]) -> Answer | None:
    """Return of several captures the one that took money, or may yet; None: there is none."""
    for outcome in (Outcome.SUCCEEDED, Outcome.PENDING):
        for answer in answers:
            if answer.outcome is outcome:
                return answer
    return answers[-1] if answers else None


def class_of(reply: Reply) -> DeclineClass:
    """Return the class of a word that nobody has on file, from how it was said."""
    if reply.status == 404:
        return DeclineClass.GATEWAY_DOWN  # the order is gone before it was paid; a new one may be
    return DeclineClass.SOFT if reply.status == 422 else DeclineClass.CONFIG


def unit_of(order: Any) -> dict[str, Any]:
    units = order.get("purchase_units")
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
        raise NotReadable("an order without its one purchase unit")
    return units[0]


def order_id(order: Any) -> str:
    id = order.get("id")
    if not isinstance(id, str) or REFERENCE.fullmatch(id) is None:
        raise NotReadable("an order without an id")
    return id
