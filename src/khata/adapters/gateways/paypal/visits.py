"""Visits to PayPal's own page: an order that the payer approves and we capture, or a setup token
that they approve and we keep.

Source: Orders v2 (payment_source.paypal), Vault v3 (setup tokens), "Handle funding failures".
"""

import re
from datetime import datetime
from typing import Any, Final

import structlog

from khata.adapters.gateways.paypal.amounts import NoAmount, obstacle_of, read_amount
from khata.adapters.gateways.paypal.bodies import setup_body, token_body, visit_body
from khata.adapters.gateways.paypal.client import LetNobodyIn, PayPalClient, Reply
from khata.adapters.gateways.paypal.orders import (
    ORDERS,
    REFERENCE,
    STILL_ON_ITS_WAY,
    TAKEN_BEFORE,
    USED_OTHERWISE,
    class_of,
    of_order,
    order_id,
    unit_of,
)
from khata.adapters.gateways.paypal.translate import (
    NotReadable,
    Object,
    read_token,
    read_vaulted,
    visits,
)
from khata.adapters.gateways.paypal.words import refused
from khata.core.dunning import DeclineClass
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, NotReached
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState

_log = structlog.get_logger(__name__)

# A card is typed at PayPal by guests, who pay with it; it is saved on pages of one's own only.
VISITS: Final = {
    MethodKind.WALLET: frozenset(Purpose),
    MethodKind.CARD: frozenset({Purpose.PAY}),
}

_ORDER_PATH, _SETUP_PATH = "/v2/checkout/orders", "/v3/vault/setup-tokens"
_TOKEN_PATH = "/v3/vault/payment-tokens"
_NEVER_CAPTURED: Final = "AUTHORIZE"  # the intent of an order that was closed
_WHERE_TO: Final = ("payer-action", "approve")  # links; the first for orders of today
_SETUP = re.compile(r"[0-9A-Za-z_-]{1,36}", re.ASCII)
_SETUPS = frozenset({"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED", "VAULTED", "TOKENIZED"})
_EXPIRED = VisitState(VisitStatus.EXPIRED)


class Visits:
    """What one account does by PayPal's pages."""

    def __init__(self, client: PayPalClient) -> None:
        self._client = client

    def open(self, request: VisitRequest) -> OpenedVisit:
        """Make the order or setup token, once for the visit's id; neither moves anything.

        Raises: NotReached (also where PayPal refuses: there is no page), AnswerLost.
        """
        _refuse_impossible(request)
        try:
            if request.purpose is Purpose.SAVE:
                reply = self._made(_SETUP_PATH, setup_body(request), request)
                id = _setup_id(reply.said)
            else:
                reply = self._made(_ORDER_PATH, visit_body(request), request)
                id = order_id(reply.said)
                if "purchase_units" in reply.said:
                    _refuse_another(reply.said, request)
        except LetNobodyIn as fault:
            raise NotReached(f"there is no page: {fault}") from None
        except (NotReadable, NoAmount) as fault:
            raise AnswerLost(f"PayPal told {fault}") from None
        # One that was approved meanwhile has no way there any more: back, where it is finished.
        return OpenedVisit(id, _link(reply.said) or request.return_url)

    def finish(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """Capture the order, or keep what was approved. Nothing of that once its time is over.

        An order is captured once, whoever asks how often; PayPal sees to that.
        """
        return self._asked(request, reference, at, finishes=True)

    def state(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._asked(request, reference, at, finishes=False)

    def close(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """Tell what has come of it. Else it is over: what we do not capture, nobody pays.

        PayPal has no call to end an order, and drops it after three hours. One that is approved
        is changed into one to be authorized: whoever is about to capture it is refused from then
        on. A setup token that we do not keep comes to nothing.
        """
        state = self.state(request, reference=reference, at=at)
        if request.purpose is not Purpose.SAVE and state.status is VisitStatus.OPEN:
            self._shut(reference)
            state = self.state(request, reference=reference, at=at)
            if state.status is VisitStatus.OPEN and self._is_approved(request, reference):
                raise AnswerLost("an approved order could not be ended")
        return _EXPIRED if state.status is VisitStatus.OPEN else state

    def _asked(
        self, request: VisitRequest, reference: str, at: datetime, *, finishes: bool
    ) -> VisitState:
        try:
            if request.purpose is Purpose.SAVE:
                return self._of_setup(request, reference, at, finishes=finishes)
            return self._of_order(request, reference, at, finishes=finishes)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None
        except (NotReadable, NoAmount) as fault:
            raise AnswerLost(f"PayPal told {fault}") from None

    def _made(self, path: str, body: dict[str, Any], request: VisitRequest) -> Reply:
        reply = self._client.post(path, body, request_id=f"visit-{request.visit_id}")
        if reply.is_good:
            return reply
        _refuse_other_use(reply, request)
        _log.warning("paypal_makes_no_page", visit=str(request.visit_id), issue=reply.issue)
        raise NotReached(f"PayPal makes no page: {reply.issue}")

    def _of_order(
        self, request: VisitRequest, reference: str, at: datetime, *, finishes: bool
    ) -> VisitState:
        order = self._order(request, reference)
        if order is None:
            return _EXPIRED
        told = _told(order, request, at=at)
        if told is not None:
            return told
        is_shut = order.get("intent") == _NEVER_CAPTURED or order.get("status") == "VOIDED"
        if is_shut or at >= request.expires_at:
            return _EXPIRED
        if not finishes or order.get("status") != "APPROVED":
            return VisitState(VisitStatus.OPEN)
        return self._captured(request, order, at)

    def _captured(self, request: VisitRequest, order: Object, at: datetime) -> VisitState:
        """Take what was approved. The request id is this approval's, and this minute's: after a
        decline the payer may approve again, and PayPal would repeat its no under an id of before.
        That it is taken once is the order's own guard, whatever the id."""
        id = order_id(order)
        approved_at = re.sub(r"\W", "", str(order.get("update_time")), flags=re.ASCII)[:40]
        request_id = f"{request.visit_id}-{approved_at}-{int(at.timestamp()) // 60}"
        reply = self._client.post(f"{_ORDER_PATH}/{id}/capture", {}, request_id=request_id)
        if reply.is_good or reply.issue in TAKEN_BEFORE:
            taken = self._order(request, id)
            told = _told(taken, request, at=at) if taken is not None else None
            if told is None and reply.said.get("status") == "PAYER_ACTION_REQUIRED":
                return VisitState(VisitStatus.OPEN)
            if told is None:
                raise AnswerLost("PayPal has taken this and does not show it")
            return told
        if reply.status == 404 or reply.issue == "ACTION_DOES_NOT_MATCH_INTENT":
            return _EXPIRED
        _refuse_other_use(reply, request)
        if reply.issue == "ORDER_NOT_APPROVED":
            return VisitState(VisitStatus.OPEN)
        no = refused(reply.issue, on=at.date(), otherwise=class_of(reply))
        is_ours = no.decline_class is DeclineClass.CONFIG
        status = VisitStatus.FAILED if is_ours else VisitStatus.OPEN
        return VisitState(status, decline_code=no.decline_code)

    def _shut(self, id: str) -> None:
        """Let nobody capture an order any more; one that cannot be changed is read afterwards.

        Source: Orders v2, "Update order": `intent` can be replaced once it is approved.
        """
        change = {"op": "replace", "path": "/intent", "value": _NEVER_CAPTURED}
        try:
            self._client.patch(f"{_ORDER_PATH}/{id}", [change])
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None

    def _is_approved(self, request: VisitRequest, id: str) -> bool:
        order = self._order(request, id)
        return order is not None and order.get("status") == "APPROVED"

    def _order(self, request: VisitRequest, id: str) -> Object | None:
        """Return the order in full, if there is one and it is this visit's."""
        if REFERENCE.fullmatch(id) is None:
            return None
        reply = self._shown(f"{_ORDER_PATH}/{id}")
        if reply is None or visits(unit_of(reply.said).get("custom_id")) != request.visit_id:
            return None
        if reply.said.get("status") not in ORDERS:
            raise NotReadable("an order with no status that is known")
        return reply.said

    def _of_setup(
        self, request: VisitRequest, reference: str, at: datetime, *, finishes: bool
    ) -> VisitState:
        if _SETUP.fullmatch(reference) is None:
            return _EXPIRED
        reply = self._shown(f"{_SETUP_PATH}/{reference}")
        if reply is None:
            return _EXPIRED
        status = reply.said.get("status")
        if status not in _SETUPS:
            raise NotReadable("a setup token with no status that is known")
        if status in ("VAULTED", "TOKENIZED"):
            return VisitState(VisitStatus.DONE, saved=self._kept(request, reference, reply.said))
        if at >= request.expires_at:
            return _EXPIRED
        if not finishes or status != "APPROVED":
            return VisitState(VisitStatus.OPEN)
        return self._keep(request, reference)

    def _keep(self, request: VisitRequest, setup: str) -> VisitState:
        reply = self._client.post(
            _TOKEN_PATH, token_body(setup), request_id=f"{request.visit_id}-token"
        )
        if reply.is_good:
            return VisitState(VisitStatus.DONE, saved=read_token(reply.said))
        _refuse_other_use(reply, request)
        if reply.issue == "PAYER_ACTION_REQUIRED":
            return VisitState(VisitStatus.OPEN)
        return VisitState(VisitStatus.FAILED, decline_code=reply.issue.lower())

    def _kept(self, request: VisitRequest, setup: str, told: Object) -> SavedMethod:
        """Return what was kept of a setup token: PayPal lists it under the payer's own number."""
        customer = told.get("customer")
        id = customer.get("id") if isinstance(customer, dict) else None
        if not isinstance(id, str):
            raise NotReadable("a setup token without its customer")
        reply = self._client.get(_TOKEN_PATH, customer_id=id)
        listed = reply.said.get("payment_tokens")
        if not reply.is_good or not isinstance(listed, list):
            raise AnswerLost("PayPal does not list what it keeps")
        if len(listed) == 1:
            return read_token(listed[0])
        kept = self._keep(request, setup).saved  # of several, the answer under the same id
        if kept is None:
            raise AnswerLost("PayPal does not tell which one was kept")
        return kept

    def _shown(self, path: str) -> Reply | None:
        reply = self._client.get(path)
        if reply.status == 404:
            return None
        if not reply.is_good:
            raise AnswerLost(f"PayPal does not show it: {reply.issue}")
        return reply


def _told(order: Object, request: VisitRequest, *, at: datetime) -> VisitState | None:
    """Return what an order's capture comes to; None: it has none."""
    answer = of_order(order, at=at)
    if answer is None:
        return None
    if answer.outcome is Outcome.FAILED:  # the order is used up by it
        return VisitState(VisitStatus.FAILED, decline_code=answer.decline_code)
    saved = read_vaulted(order) if request.purpose is Purpose.PAY_AND_SAVE else None
    return VisitState(VisitStatus.DONE, answer, saved)


def _refuse_impossible(request: VisitRequest) -> None:
    """Refuse what PayPal has no page for, before any call. Raises: NotReached."""
    obstacle = None
    if request.purpose not in VISITS.get(request.kind, ()):
        obstacle = "payment_method_not_supported"
    elif request.purpose is not Purpose.SAVE:
        obstacle = obstacle_of(request.amount, request.currency)
    if obstacle is not None:
        raise NotReached(f"PayPal has no page for this: {obstacle}")


def _refuse_other_use(reply: Reply, request: VisitRequest) -> None:
    if reply.issue in USED_OTHERWISE:
        raise IdUsedOtherwise(f"{request.visit_id} was sent before with other parameters")
    if reply.issue in STILL_ON_ITS_WAY or reply.status == 409:
        raise AnswerLost("the first request of this visit is still on its way")


def _refuse_another(order: Object, request: VisitRequest) -> None:
    """See that an order is this visit's. Raises: IdUsedOtherwise, NotReadable, NoAmount."""
    unit = unit_of(order)
    money = unit.get("amount")
    if not isinstance(money, dict):
        raise NotReadable("an order without an amount")
    currency = money.get("currency_code")
    its = (visits(unit.get("custom_id")), read_amount(money.get("value"), currency), currency)
    if its != (request.visit_id, request.amount, request.currency):
        raise IdUsedOtherwise(f"{request.visit_id} was sent before with other parameters")


def _link(told: Object) -> str | None:
    links = told.get("links")
    for rel in _WHERE_TO:
        for link in links if isinstance(links, list) else ():
            if isinstance(link, dict) and link.get("rel") == rel:
                href = link.get("href")
                return href if isinstance(href, str) else None
    return None


def _setup_id(told: Object) -> str:
    id = told.get("id")
    if not isinstance(id, str) or _SETUP.fullmatch(id) is None:
        raise NotReadable("a setup token without an id")
    return id
