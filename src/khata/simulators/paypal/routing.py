"""The pretend PayPal itself: which request does what, and its books."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from khata.simulators.hooks import Endpoint, Hook
from khata.simulators.paypal.accounts import Account, Accounts, numbered
from khata.simulators.paypal.answers import Ids, Refused, good, instant, minor, refusal
from khata.simulators.paypal.certificates import PATH, signer
from khata.simulators.paypal.charges import Charges, Cut
from khata.simulators.paypal.disputes import Dispute
from khata.simulators.paypal.fates import Past, fate_of
from khata.simulators.paypal.hosted import PAGES, page
from khata.simulators.paypal.memory import ORDERS, REFUNDS, VAULT, Memory
from khata.simulators.paypal.notices import Notices, signed
from khata.simulators.paypal.objects import Capture, Order, Withdrawal, link
from khata.simulators.paypal.refunds import Refunds
from khata.simulators.paypal.reporting import listed
from khata.simulators.paypal.vault import READY_MADE_HOLDER, Vault
from khata.simulators.vendor import Introduction, Request, Response, SimulatedVendor

_Act = Callable[["PayPalSimulator", Account, Request, str], Response]


class PayPalSimulator(SimulatedVendor):
    """Pretends to be PayPal for some accounts; `merchant-1` to `merchant-3` without a choice."""

    name = "paypal"

    def __init__(
        self, machine: Callable[[], datetime], *, accounts: Sequence[Account] = ()
    ) -> None:
        super().__init__(machine)
        self._machine = machine
        self.accounts = Accounts(accounts or [numbered(n) for n in (1, 2, 3)])
        ids = Ids()
        self._memory = Memory()
        self._notices = Notices(lambda: self.hooks)
        self.vault = Vault(ids)
        self.charges = Charges(self.vault, ids, self.plans, self._notices.tell)
        self.refunds = Refunds(ids, self.plans, self._notices.tell)
        self._ids = ids
        self.withdrawals: list[Withdrawal] = []
        self.origin = "http://127.0.0.1"  # learned from what is asked

    @property
    def webhook_root(self) -> str:
        """The root certificate that vouches for its webhooks, in PEM form."""
        return signer().root

    def introduction(self) -> Introduction:
        first = numbered(1)
        credentials = {
            "client_id": first.client_id,
            "client_secret": first.client_secret,
            "webhook_root": self.webhook_root,
        }
        return Introduction(
            credentials, first.name, first.webhook_id, "USD", "card_ok", READY_MADE_HOLDER
        )

    def answer(self, request: Request) -> Response:
        self.origin = f"http://{request.headers.get('host', '127.0.0.1')}"
        try:
            response = self._answered(request)
        except Refused as fault:
            response = refusal(fault)
        except Cut:
            return Response(500, b"", is_lost=True)
        dated = {**response.headers, "Date": format_datetime(self.clock.now(), usegmt=True)}
        return replace(response, headers=dated)

    def error_500(self) -> Response:
        return refusal(Refused(500))

    def rate_limited(self) -> Response:
        return refusal(Refused(429))

    def signed(self, hook: Hook, endpoint: Endpoint) -> Mapping[str, str]:
        # By the machine's time, as whoever receives it goes by that too.
        return signed(hook, endpoint, origin=self.origin, at=self._machine())

    def books(self) -> dict[str, Any]:
        return {
            "payments": [
                {
                    "reference": one.id,
                    "ours": one.order.unit.get("custom_id", "").removeprefix("visit-") or None,
                    "account": one.order.account,
                    "invoice": one.order.unit.get("reference_id"),
                    "amount": minor(one.units, one.currency),
                    "currency": one.currency,
                    "status": one.status,
                    "captured": one.is_taken,
                    "refunded": minor(_given(one), one.currency),
                    "fee": minor(one.fee, one.currency),
                    "created_at": one.created_at.isoformat(),
                }
                for one in self.charges.captures.values()
            ],
            "refunds": [
                {
                    "reference": one.id,
                    "ours": one.custom_id,
                    "payment": one.capture.id,
                    "amount": minor(one.units, one.capture.currency),
                    "status": one.status,
                }
                for one in self.refunds.all.values()
            ],
        }

    def _answered(self, request: Request) -> Response:
        now = self.clock.now()
        if (request.method, request.path) == ("POST", "/v1/oauth2/token"):
            return good(self.accounts.grant(request, now=now))
        if (request.method, request.path) == ("GET", PATH):
            return Response(200, signer().pem, {"Content-Type": "application/x-pem-file"})
        if request.path in PAGES:
            return page(request, self.charges, self.vault, now=now)
        account = self.accounts.of(request, now=now)
        for method, path, act in _ROUTES:
            found = re.fullmatch(path, request.path)
            if method == request.method and found is not None:
                return act(self, account, request, "".join(found.groups()))
        raise Refused(404)

    def _make_order(self, account: Account, request: Request, _: str) -> Response:
        now = self.clock.now()
        known = self._memory.known(account.name, "order", request, now)
        if known is not None:
            return known
        body = _body(request)
        if "payment_source" in body and "paypal-request-id" not in request.headers:
            raise Refused(400, "PAYPAL_REQUEST_ID_REQUIRED")
        order = self.charges.make(account.name, body, now=now, origin=self.origin)
        shown = _shown(request, order)
        self._memory.keep(
            account.name, "order", request, lambda: good(shown(order)), until=now + ORDERS
        )
        return good(shown(order), 201)

    def _show_order(self, account: Account, request: Request, id: str) -> Response:
        return good(self.charges.order(account.name, id, now=self.clock.now()).told())

    def _change_order(self, account: Account, request: Request, id: str) -> Response:
        now = self.clock.now()
        try:
            changes = json.loads(request.body)
        except ValueError:
            raise Refused(400, "MALFORMED_REQUEST_JSON") from None
        self.charges.change(self.charges.order(account.name, id, now=now), changes, now=now)
        return Response(204, b"")

    def _capture(self, account: Account, request: Request, id: str) -> Response:
        now = self.clock.now()
        if "paypal-request-id" not in request.headers:
            raise Refused(400, "PAYPAL_REQUEST_ID_REQUIRED")
        known = self._memory.known(account.name, "capture", request, now)
        if known is not None:
            return known
        order = self.charges.order(account.name, id, now=now)
        shown = _shown(request, order)

        def keep(again: Callable[[], Response]) -> None:
            self._memory.keep(account.name, "capture", request, again, until=now + ORDERS)

        try:
            self.charges.capture(order, _body(request), now=now)
        except Refused as fault:
            refused = refusal(fault)
            keep(lambda: refused)
            return refused
        except Cut as cut:
            if cut.is_done:
                keep(lambda: good(shown(order)))
            raise
        keep(lambda: good(shown(order)))
        return good(shown(order), 201)

    def _show_capture(self, account: Account, request: Request, id: str) -> Response:
        return good(self.charges.capture_of(account.name, id).told())

    def _refund(self, account: Account, request: Request, id: str) -> Response:
        now = self.clock.now()
        known = self._memory.known(account.name, "refund", request, now)
        if known is not None:
            return known
        capture = self.charges.capture_of(account.name, id)
        saved = self.vault.find(account.name, capture.token)
        fate = fate_of(saved.fate if saved else "ok", Past(tries=9, invoices=0))
        refund = self.refunds.make(capture, _body(request), fate, now=now)
        self._memory.keep(
            account.name, "refund", request, lambda: good(refund.told()), until=now + REFUNDS
        )
        return good(refund.told(), 201)

    def _show_refund(self, account: Account, request: Request, id: str) -> Response:
        return good(self.refunds.of(account.name, id).told())

    def _set_up(self, account: Account, request: Request, _: str) -> Response:
        now = self.clock.now()
        known = self._memory.known(account.name, "setup", request, now)
        if known is not None:
            return known
        setup = self.vault.set_up(account.name, _body(request), now=now, origin=self.origin)
        self._memory.keep(
            account.name, "setup", request, lambda: good(setup.told()), until=now + VAULT
        )
        return good(setup.told(), 201)

    def _show_setup(self, account: Account, request: Request, id: str) -> Response:
        return good(self.vault.setup(account.name, id, now=self.clock.now()))

    def _save(self, account: Account, request: Request, _: str) -> Response:
        now = self.clock.now()
        known = self._memory.known(account.name, "token", request, now)
        if known is not None:
            return known
        saved = self.vault.save(account.name, _body(request), now=now)
        self._memory.keep(
            account.name, "token", request, lambda: good(saved.told()), until=now + VAULT
        )
        self._notices.tell(account.name, "VAULT.PAYMENT-TOKEN.CREATED", saved.told(), now)
        return good(saved.told(), 201)

    def _show_token(self, account: Account, request: Request, id: str) -> Response:
        saved = self.vault.find(account.name, id)
        if saved is None:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return good(saved.told())

    def _list_tokens(self, account: Account, request: Request, _: str) -> Response:
        customer = request.query.get("customer_id", [""])[0]
        told = [saved.told() for saved in self.vault.of(account.name, customer)]
        return good(
            {
                "customer": {"id": customer},
                "total_items": len(told),
                "total_pages": 1,
                "payment_tokens": told,
                "links": [],
            }
        )

    def _delete_token(self, account: Account, request: Request, id: str) -> Response:
        saved = self.vault.delete(account.name, id)
        if saved is not None:
            self._notices.tell(
                account.name, "VAULT.PAYMENT-TOKEN.DELETED", saved.told(), self.clock.now()
            )
        return Response(204, b"")

    def _list(self, account: Account, request: Request, _: str) -> Response:
        mine = [o for o in self.charges.captures.values() if o.order.account == account.name]
        given = [refund for one in mine for refund in one.refunds]
        return good(
            listed(
                mine,
                given,
                request.query,
                payer_id=account.payer_id,
                now=self.clock.now(),
                withdrawals=[one for one in self.withdrawals if one.account == account.name],
            )
        )

    def withdraw(self, account: str, units: int, currency: str) -> Withdrawal:
        """Move money to the bank, as a merchant does at paypal.com. `units` are PayPal's own."""
        moved = Withdrawal(self._ids.new(), account, units, currency, self.clock.now())
        self.withdrawals.append(moved)
        return moved

    def _show_user(self, account: Account, request: Request, _: str) -> Response:
        return good({"user_id": account.payer_id, "payer_id": account.payer_id})

    def _add_webhook(self, account: Account, request: Request, _: str) -> Response:
        asked = _body(request)
        if not isinstance(asked.get("url"), str) or not asked.get("event_types"):
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/url")
        id = self._ids.new()
        self.hooks.endpoints.append(Endpoint(account.name, asked["url"], id))
        return good({"id": id, "url": asked["url"], "event_types": asked["event_types"]}, 201)

    def _show_dispute(self, account: Account, request: Request, id: str) -> Response:
        return good(self._dispute(account, id).told())

    def _list_disputes(self, account: Account, request: Request, _: str) -> Response:
        mine = [
            one
            for one in self.charges.disputes.values()
            if one.capture.order.account == account.name
            and instant(one.created_at) >= request.query["start_time"][0]
        ]
        size = int(request.query.get("page_size", ["10"])[0])
        skip = int(request.query.get("next_page_token", ["0"])[0])
        links = []
        if skip + size < len(mine):
            links.append(link("next", f"/v1/customer/disputes?next_page_token={skip + size}"))
        items = [one.shortly() for one in mine[::-1][skip : skip + size]]
        return good({"items": items, "links": links})

    def _accept_claim(self, account: Account, request: Request, id: str) -> Response:
        dispute, now = self._dispute(account, id), self.clock.now()
        if not _body(request).get("note"):
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/note")
        dispute.accept(now)
        self.charges.moved(dispute, now)
        return good({"links": [link("self", f"/v1/customer/disputes/{id}")]})

    def _give_evidence(self, account: Account, request: Request, id: str) -> Response:
        dispute, now = self._dispute(account, id), self.clock.now()
        dispute.answer(request.headers.get("content-type", ""), request.body, now)
        self.charges.moved(dispute, now)
        return good({"links": [link("self", f"/v1/customer/disputes/{id}")]})

    def _dispute(self, account: Account, id: str) -> Dispute:
        dispute = self.charges.disputes.get(id)
        if dispute is None or dispute.capture.order.account != account.name:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return dispute

    def dispute(self, payment: str) -> str:
        return self.charges.dispute(self.charges.captures[payment], self.clock.now()).id

    def decide(self, dispute: str, outcome: str) -> None:
        found, now = self.charges.disputes[dispute], self.clock.now()
        found.decide(outcome, now)
        self.charges.moved(found, now)


def _given(capture: Capture) -> int:
    return sum(one.units for one in capture.refunds if one.status == "COMPLETED")


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise Refused(400, "MALFORMED_REQUEST_JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "MALFORMED_REQUEST_JSON")
    return body


def _shown(request: Request, order: Order) -> Callable[[Order], dict[str, Any]]:
    """Return how an order is told: in full only where that is preferred."""
    full = request.headers.get("prefer") == "return=representation"
    return Order.told if full else Order.told_shortly


_ID = "([A-Za-z0-9_-]{1,255})"
_ROUTES: Sequence[tuple[str, str, _Act]] = (
    ("POST", "/v2/checkout/orders", PayPalSimulator._make_order),
    ("GET", f"/v2/checkout/orders/{_ID}", PayPalSimulator._show_order),
    ("PATCH", f"/v2/checkout/orders/{_ID}", PayPalSimulator._change_order),
    ("POST", f"/v2/checkout/orders/{_ID}/capture", PayPalSimulator._capture),
    ("GET", f"/v2/payments/captures/{_ID}", PayPalSimulator._show_capture),
    ("POST", f"/v2/payments/captures/{_ID}/refund", PayPalSimulator._refund),
    ("GET", f"/v2/payments/refunds/{_ID}", PayPalSimulator._show_refund),
    ("POST", "/v3/vault/setup-tokens", PayPalSimulator._set_up),
    ("GET", f"/v3/vault/setup-tokens/{_ID}", PayPalSimulator._show_setup),
    ("POST", "/v3/vault/payment-tokens", PayPalSimulator._save),
    ("GET", "/v3/vault/payment-tokens", PayPalSimulator._list_tokens),
    ("GET", f"/v3/vault/payment-tokens/{_ID}", PayPalSimulator._show_token),
    ("DELETE", f"/v3/vault/payment-tokens/{_ID}", PayPalSimulator._delete_token),
    ("GET", "/v1/reporting/transactions", PayPalSimulator._list),
    ("GET", "/v1/identity/oauth2/userinfo", PayPalSimulator._show_user),
    ("POST", "/v1/notifications/webhooks", PayPalSimulator._add_webhook),
    ("GET", "/v1/customer/disputes", PayPalSimulator._list_disputes),
    ("GET", f"/v1/customer/disputes/{_ID}", PayPalSimulator._show_dispute),
    ("POST", f"/v1/customer/disputes/{_ID}/accept-claim", PayPalSimulator._accept_claim),
    ("POST", f"/v1/customer/disputes/{_ID}/provide-evidence", PayPalSimulator._give_evidence),
)
