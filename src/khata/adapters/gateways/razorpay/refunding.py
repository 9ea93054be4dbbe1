"""Giving money back at Razorpay: once for a refund id, which is its idempotency key there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from khata.adapters.gateways.razorpay import bodies
from khata.adapters.gateways.razorpay.client import Object, RazorpayClient, Reply
from khata.adapters.gateways.razorpay.translate import our_id, read_refund, text
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, RefundRequest

# Source: razorpay.com/docs/api/refunds/normal-refunds-idempotent
KEY_HEADER: Final = "X-Refund-Idempotency"

_PAYMENT: Final = re.compile(r"pay_\w{1,60}", re.ASCII)
_REFUND: Final = re.compile(r"rfnd_\w{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refunding:
    """One refund. `find_charge` says what was taken, where the request does not name it."""

    client: RazorpayClient
    request: RefundRequest
    find_charge: Callable[[], str | None]

    def give_back(self) -> Answer:
        """Send the refund. Raises: IdUsedOtherwise, where its id was sent for another sum."""
        request = self.request
        if request.taken is not None and request.amount > request.taken:
            return _refused("exceeds_capture")
        charge = self._charge()
        if charge is None:
            return _refused("charge_unknown")
        reply = self.client.post(
            f"/v1/payments/{charge}/refund",
            bodies.refund(request),
            headers={KEY_HEADER: str(request.refund_id)},
        )
        return self._read(reply)

    def look_up(self, reference: str | None) -> Answer | None:
        """Find it by its reference, or by our id among the refunds of its charge."""
        if reference is not None and _REFUND.fullmatch(reference):
            reply = self.client.get(f"/v1/refunds/{reference}")
            if reply.is_good and self._is_this(reply.said):
                return read_refund(reply.said)
        charge = self._charge()
        if charge is None:
            return None
        for refund in self.client.listed(f"/v1/payments/{charge}/refunds"):
            if self._is_this(refund):
                return read_refund(refund)
        return None

    def _charge(self) -> str | None:
        charge = self.request.charge or self.find_charge()
        return charge if charge is not None and _PAYMENT.fullmatch(charge) else None

    def _is_this(self, refund: Object) -> bool:
        ours = self.request.refund_id
        return our_id(refund, "refund_id") == ours or text(refund, "receipt") == str(ours)

    def _read(self, reply: Reply) -> Answer:
        if reply.is_good:
            return read_refund(reply.said)
        if (text(reply.error, "description") or "").startswith("Different request"):
            raise IdUsedOtherwise(f"{self.request.refund_id} was sent before with other parameters")
        if reply.status == 409:
            raise AnswerLost("Razorpay is still at work on this refund")
        return _refused(reply.reason)


def _refused(code: str) -> Answer:
    return Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code=code)
