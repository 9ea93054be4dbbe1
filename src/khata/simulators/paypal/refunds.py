"""Refunds of the pretend PayPal: of a part or all, bound by what was captured."""

from datetime import datetime, timedelta
from typing import Any

from khata.simulators.clock import Plans
from khata.simulators.paypal.answers import Ids, Refused, units_in
from khata.simulators.paypal.charges import Tell
from khata.simulators.paypal.fates import Fate
from khata.simulators.paypal.objects import Capture, Refund

PENDING_LASTS = timedelta(days=1)


class Refunds:
    """Every refund there is; an account sees its own."""

    def __init__(self, ids: Ids, plans: Plans, tell: Tell) -> None:
        self._ids = ids
        self._plans = plans
        self._tell = tell
        self.all: dict[str, Refund] = {}

    def make(self, capture: Capture, asked: dict[str, Any], fate: Fate, *, now: datetime) -> Refund:
        """Give back what is asked for, or the rest. Raises: Refused, in PayPal's words."""
        if capture.status == "PENDING":
            raise Refused(422, "PENDING_CAPTURE")
        if not capture.is_taken:
            raise Refused(422, "REFUND_NOT_ALLOWED")
        left = capture.units - capture.refunded
        if left == 0:
            raise Refused(422, "CAPTURE_FULLY_REFUNDED")
        units = left
        if "amount" in asked:
            units, currency = units_in(asked["amount"], "/amount")
            if currency != capture.currency:
                raise Refused(422, "REFUND_CAPTURE_CURRENCY_MISMATCH")
        if units > left:
            raise Refused(422, "REFUND_AMOUNT_EXCEEDED")
        refund = Refund(
            self._ids.new(),
            capture,
            units,
            asked.get("custom_id"),
            asked.get("invoice_id"),
            asked.get("note_to_payer"),
            fate.refund,
            now,
            now,
        )
        self.all[refund.id] = refund
        capture.refunds.append(refund)
        if refund.status == "COMPLETED":
            self._given(refund, now)
        elif fate.refund_becomes is not None:
            becomes = fate.refund_becomes
            self._plans.add(now + PENDING_LASTS, lambda at: self._end(refund, becomes, at))
        return refund

    def of(self, account: str, id: str) -> Refund:
        refund = self.all.get(id)
        if refund is None or refund.capture.order.account != account:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return refund

    def _end(self, refund: Refund, becomes: str, at: datetime) -> None:
        refund.status, refund.updated_at = becomes, at
        if becomes == "COMPLETED":
            self._given(refund, at)
        else:
            self._tell(refund.capture.order.account, f"PAYMENT.REFUND.{becomes}", refund.told(), at)

    def _given(self, refund: Refund, at: datetime) -> None:
        capture = refund.capture
        whole = capture.refunded == capture.units
        capture.status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        capture.updated_at = at
        self._tell(capture.order.account, "PAYMENT.CAPTURE.REFUNDED", refund.told(), at)
