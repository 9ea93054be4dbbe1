"""Giving money back through PayPal: once for a refund's id, and found again beside its capture."""

import re
from datetime import datetime
from typing import Any

from khata.adapters.gateways.paypal.amounts import obstacle_of
from khata.adapters.gateways.paypal.bodies import refund_body
from khata.adapters.gateways.paypal.client import LetNobodyIn, PayPalClient, Reply
from khata.adapters.gateways.paypal.translate import NotReadable, ours, read_refund, refunds_of
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, RefundRequest

_USED_OTHERWISE = frozenset({"PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "DUPLICATE_REQUEST_ID"})
_ID = re.compile(r"[0-9A-Z]{1,36}", re.ASCII)


class Refunding:
    """The refunds of one account. PayPal keeps a refund's request id for 45 days."""

    def __init__(self, client: PayPalClient) -> None:
        self._client = client

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        """Give back a part of a capture, or all. What was not captured cannot be given back.

        Raises: NotReached, AnswerLost, IdUsedOtherwise.
        """
        impossible = _impossible(request)
        if impossible is not None:
            return _failed(impossible)
        try:
            reply = self._client.post(
                f"/v2/payments/captures/{request.charge}/refund",
                refund_body(request),
                request_id=str(request.refund_id),
            )
            if reply.is_good:
                return self._made(reply)
        except LetNobodyIn:
            return _failed("authentication_failure")
        except NotReadable as fault:
            raise AnswerLost(f"PayPal told {fault}") from None
        if reply.issue in _USED_OTHERWISE:
            raise IdUsedOtherwise(f"{request.refund_id} was sent before with other parameters")
        if reply.status == 409:
            raise AnswerLost("the first request of this refund is still on its way")
        return _failed("charge_unknown" if reply.status == 404 else reply.issue.lower())

    def _made(self, reply: Reply) -> Answer:
        """Read a refund that was made. Raises: AnswerLost, where it cannot be read now."""
        try:
            return read_refund(self._whole(reply).said)
        except LetNobodyIn:
            raise AnswerLost("the refund was made, and PayPal does not let it be read") from None

    def look_up(self, request: RefundRequest, *, reference: str | None) -> Answer | None:
        """Ask by the reference, else among the refunds of the order that was captured."""
        try:
            if reference and _ID.fullmatch(reference):
                found = self._asked(f"/v2/payments/refunds/{reference}")
                if found is not None and ours(found.get("custom_id")) == request.refund_id:
                    return read_refund(found)
            return self._beside_its_capture(request)
        except NotReadable as fault:
            raise AnswerLost(f"PayPal told {fault}") from None

    def _beside_its_capture(self, request: RefundRequest) -> Answer | None:
        if request.charge is None or _ID.fullmatch(request.charge) is None:
            return None
        capture = self._asked(f"/v2/payments/captures/{request.charge}")
        if capture is None:
            return None
        order = self._asked(f"/v2/checkout/orders/{_order_of(capture)}")
        if order is None:
            # Not "never heard of": PayPal has only stopped showing the order.
            raise AnswerLost("PayPal does not show the order of this capture any more")
        for refund in refunds_of(order):
            if ours(refund.get("custom_id")) == request.refund_id:
                return read_refund(refund)
        return None

    def _whole(self, reply: Reply) -> Reply:
        """Return the refund with all its fields: an answer to a repeated request may lack some."""
        id = reply.said.get("id")
        if "amount" in reply.said or not isinstance(id, str) or _ID.fullmatch(id) is None:
            return reply
        return self._client.get(f"/v2/payments/refunds/{id}")

    def _asked(self, path: str) -> dict[str, Any] | None:
        try:
            reply = self._client.get(path)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None
        if reply.status == 404:
            return None
        if not reply.is_good:
            raise AnswerLost(f"PayPal does not show it: {reply.issue}")
        return dict(reply.said)


def _impossible(request: RefundRequest) -> str | None:
    """Say, without a call, why it cannot be given back."""
    if request.charge is None or _ID.fullmatch(request.charge) is None:
        return "charge_unknown"
    if request.taken is not None and request.amount > request.taken:
        return "exceeds_capture"
    return obstacle_of(request.amount, request.currency)


def _failed(code: str) -> Answer:
    return Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code=code)


def _order_of(capture: dict[str, Any]) -> str:
    try:
        id = capture["supplementary_data"]["related_ids"]["order_id"]
    except (KeyError, TypeError):
        raise NotReadable("a capture without its order") from None
    if not isinstance(id, str) or _ID.fullmatch(id) is None:
        raise NotReadable("a capture without its order")
    return id
