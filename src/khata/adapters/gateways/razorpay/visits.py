"""Visits at Razorpay: payment links, and registration links for mandates.

Neither has an idempotency key. What takes its place: a link bears the visit's id, it is looked
for before one is made, and whatever was made under one id is read, and closed, together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from khata.adapters.gateways.declines import Declines
from khata.adapters.gateways.razorpay import visit_bodies
from khata.adapters.gateways.razorpay.client import Object, RazorpayClient, items_of
from khata.adapters.gateways.razorpay.methods import read_method
from khata.adapters.gateways.razorpay.refunding import KEY_HEADER
from khata.adapters.gateways.razorpay.translate import (
    Reading,
    number,
    read_payments,
    text,
)
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, NotReached
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState

VISITS: Final = {
    MethodKind.CARD: frozenset({Purpose.PAY, Purpose.SAVE}),
    MethodKind.UPI: frozenset({Purpose.PAY, Purpose.SAVE, Purpose.PAY_AND_SAVE}),
    MethodKind.EMANDATE: frozenset({Purpose.SAVE}),
}

# So long a payment that was begun may still be at the bank; after it Razorpay calls it failed.
# Source: razorpay.com/docs/payments/payments/late-authorisation
_AT_THE_BANK: Final = timedelta(minutes=15)
# A registration by UPI that is told as a failed payment, and has gone well.
_GONE_WELL: Final = "upi_dummy_payment"

_OPEN: Final = frozenset({"created", "issued", "partially_paid", "draft"})
_OVER: Final = frozenset({"cancelled", "expired"})
_LINK: Final = re.compile(r"(plink|inv)_\w{1,60}", re.ASCII)
_ORDER: Final = re.compile(r"order_\w{1,60}", re.ASCII)
_TOKEN: Final = re.compile(r"token_\w{1,60}", re.ASCII)
_CUSTOMER: Final = re.compile(r"cust_\w{1,60}", re.ASCII)


class NotOpened(NotReached):
    """Razorpay has refused to make the link, so there is none."""


@dataclass(frozen=True, slots=True)
class Visiting:
    """One visit. `is_live`: in live mode links are made for UPI alone."""

    client: RazorpayClient
    declines: Declines
    request: VisitRequest
    at: datetime
    is_live: bool

    def open(self) -> OpenedVisit:
        """Return the link that there is, or a new one.

        Raises: IdUsedOtherwise, where the id was sent for another sum; NotOpened.
        """
        links = self._links(None)
        if not links:
            links = [self._made()]
        url = text(links[0], "short_url")
        if url is None or not url.startswith(("https://", "http://")):
            raise AnswerLost("Razorpay made a link that leads nowhere")
        return OpenedVisit(_id(links[0]), url, holder=text(links[0], "customer_id"))

    def state(self, reference: str | None) -> VisitState | None:
        links = self._links(reference)
        return self._read(links) if links else None

    def finish(self, reference: str) -> VisitState:
        """Ask, and give back the rupee that a bank took to try a mandate."""
        links = self._links(reference)
        told = self._read(links)
        if self.request.purpose is Purpose.SAVE and told.status is VisitStatus.DONE:
            self._give_back_the_trial(links)
        return told

    def close(self, reference: str) -> VisitState:
        links = self._links(reference)
        for link in links:
            if text(link, "status") in _OPEN:
                # Refused where it was paid, or has ended, at this moment: it is read again.
                self.client.post(f"{self._path}/{_id(link)}/cancel", {})
        return self._read(self._links(reference))

    @property
    def _saves(self) -> bool:
        return self.request.purpose is not Purpose.PAY

    @property
    def _path(self) -> str:
        return "/v1/invoices" if self._saves else "/v1/payment_links"

    def _made(self) -> Object:
        if self._saves:
            path = "/v1/subscription_registration/auth_links"
            body = visit_bodies.registration_link(self.request)
        else:
            path = "/v1/payment_links"
            body = visit_bodies.payment_link(self.request, is_live=self.is_live)
        made = self.client.post(path, body)
        if not made.is_good:
            again = self._links(None)
            if again:  # another was quicker under the same id
                return again[0]
            raise NotOpened(f"Razorpay makes no link ({made.reason})")
        _id(made.said)
        return made.said

    def _links(self, reference: str | None) -> list[Object]:
        """Return all that was made for the visit, the oldest first. Raises: IdUsedOtherwise."""
        ours = str(self.request.visit_id)
        name = "receipt" if self._saves else "reference_id"
        reply = self.client.get(self._path, **{name: ours})
        if self._saves:
            listed = items_of(reply)
        else:
            told = reply.said.get("payment_links")
            if not reply.is_good or not isinstance(told, list):
                raise AnswerLost(f"Razorpay listed no links that can be read ({reply.status})")
            listed = [link for link in told if isinstance(link, dict)]
        found = {_id(link): link for link in listed if link.get(name) == ours}
        if reference is not None and reference not in found and _LINK.fullmatch(reference):
            named = self.client.get(f"{self._path}/{reference}")
            if named.is_good and named.said.get(name) == ours:
                found[reference] = named.said
        if reference is not None and not found:
            raise AnswerLost("Razorpay does not show a link that it has made")
        asked = (visit_bodies.amount_of(self.request), self.request.currency)
        for link in found.values():
            if (number(link, "amount"), text(link, "currency")) != asked:
                raise IdUsedOtherwise(f"{ours} was sent before with other parameters")
        return sorted(found.values(), key=lambda one: (number(one, "created_at") or 0, one["id"]))

    def _read(self, links: Sequence[Object]) -> VisitState:
        payments = [payment for link in links for payment in self._payments(link)]
        answer = read_payments(payments, Reading(self.declines, self.at.date()))
        if self._saves:
            saved = self._saved(payments)
            if saved is not None:
                is_paid = self.request.purpose is Purpose.PAY_AND_SAVE
                return VisitState(VisitStatus.DONE, answer if is_paid else None, saved)
        elif answer is not None and answer.outcome is Outcome.SUCCEEDED:
            return VisitState(VisitStatus.DONE, answer)
        status = self._status(links, payments)
        return VisitState(status, decline_code=_declined(answer))

    def _status(self, links: Sequence[Object], payments: Sequence[Object]) -> VisitStatus:
        states = {text(link, "status") for link in links}
        if not states <= _OPEN | _OVER:
            raise AnswerLost(f"Razorpay shows a link that is {states} and no payment of it")
        waits = any(self._may_still_come(payment) for payment in payments)
        return VisitStatus.OPEN if states & _OPEN or waits else VisitStatus.EXPIRED

    def _may_still_come(self, payment: Object) -> bool:
        status, made = payment.get("status"), number(payment, "created_at")
        if status == "authorized":
            return True
        since = None if made is None else self.at - datetime.fromtimestamp(made, UTC)
        return status == "created" and (since is None or since < _AT_THE_BANK)

    def _payments(self, link: Object) -> Sequence[Object]:
        order = text(link, "order_id")
        if order is None or not _ORDER.fullmatch(order):
            return ()  # nobody has begun to pay
        return items_of(self.client.get(f"/v1/orders/{order}/payments"))

    def _saved(self, payments: Sequence[Object]) -> SavedMethod | None:
        """Return the token that a registration has made; None: it has made none (yet)."""
        for payment in payments:
            done = payment.get("status") in ("captured", "refunded")
            token, holder = text(payment, "token_id"), text(payment, "customer_id")
            done |= payment.get("error_reason") == _GONE_WELL
            if not done or token is None or holder is None:
                continue
            if not _TOKEN.fullmatch(token) or not _CUSTOMER.fullmatch(holder):
                raise AnswerLost("Razorpay shows a token that has no name")
            customer = self.client.get(f"/v1/customers/{holder}")
            found = self.client.get(f"/v1/customers/{holder}/tokens/{token}")
            if not customer.is_good or not found.is_good:
                raise AnswerLost("Razorpay does not show a token that it has made")
            return read_method(found.said, customer.said)
        return None

    def _give_back_the_trial(self, links: Sequence[Object]) -> None:
        """Ask for the refund once: its key is the visit's id. A refusal is none of the payer's."""
        for link in links:
            for payment in self._payments(link):
                amount, id = number(payment, "amount"), text(payment, "id")
                left = amount and not number(payment, "amount_refunded")
                if payment.get("status") == "captured" and left and id is not None:
                    body = {
                        "amount": amount,
                        "speed": "normal",
                        "receipt": str(self.request.visit_id),
                        "notes": {"visit_id": str(self.request.visit_id)},
                    }
                    self.client.post(
                        f"/v1/payments/{id}/refund",
                        body,
                        headers={KEY_HEADER: str(self.request.visit_id)},
                    )


def _declined(answer: Answer | None) -> str | None:
    failed = answer is not None and answer.outcome is Outcome.FAILED
    return answer.decline_code if answer is not None and failed else None


def _id(link: Object) -> str:
    id = text(link, "id")
    if id is None or not _LINK.fullmatch(id):
        raise AnswerLost("Razorpay answered with something that is no link")
    return id
