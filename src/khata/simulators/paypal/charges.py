"""Orders of the pretend PayPal, and their captures from what was saved."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from khata.simulators.clock import Plans
from khata.simulators.paypal.answers import Ids, Refused, units_in
from khata.simulators.paypal.disputes import Dispute
from khata.simulators.paypal.fates import ECHECK_LASTS, VAULTING_LASTS, Fate, Past, fate_of
from khata.simulators.paypal.objects import Capture, Order, Page
from khata.simulators.paypal.vault import Saved, Vault, wallet_of

# One that nobody has paid is dropped then. Source: Orders v2, the order's links
ORDER_LASTS = timedelta(hours=3)

Tell = Callable[[str, str, dict[str, Any], datetime], None]  # account, type, resource, when


class Cut(Exception):
    """The connection is cut; `is_done` says whether after all was done."""

    def __init__(self, *, is_done: bool) -> None:
        super().__init__()
        self.is_done = is_done


class Charges:
    """Every order there is, of all accounts; an account sees its own."""

    def __init__(self, vault: Vault, ids: Ids, plans: Plans, tell: Tell) -> None:
        self._vault = vault
        self._ids = ids
        self._plans = plans
        self._tell = tell
        self.orders: dict[str, Order] = {}
        self.captures: dict[str, Capture] = {}
        self.disputes: dict[str, Dispute] = {}
        self._calls: dict[str, int] = {}
        # By account and what was saved: how often each invoice was tried, whatever came of it.
        self._tried: dict[tuple[str, str], Counter[str]] = {}
        self._of_invoice: dict[tuple[str, str], list[Capture]] = {}

    def make(
        self, account: str, asked: dict[str, Any], *, now: datetime, origin: str = ""
    ) -> Order:
        """Make an order; unpaid, it takes nothing and is dropped after some hours."""
        units = asked.get("purchase_units")
        if asked.get("intent") != "CAPTURE":
            raise Refused(400, "INVALID_PARAMETER_VALUE", field="/intent")
        if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/purchase_units")
        units_in(units[0].get("amount"), "/purchase_units/@reference_id=='default'/amount")
        for name in ("custom_id", "invoice_id", "description"):
            if not 1 <= len(units[0].get(name, "x")) <= 127:
                raise Refused(400, "INVALID_STRING_LENGTH", field=f"/purchase_units/{name}")
        order = Order(self._ids.new(), account, units[0], "CREATED", now, now)
        if "payment_source" in asked:
            order.page = page_in(asked["payment_source"], origin)
            order.status, order.source = "PAYER_ACTION_REQUIRED", {"paypal": {}}
        self.orders[order.id] = order
        return order

    def order(self, account: str, id: str, *, now: datetime) -> Order:
        """Return an order. Raises: Refused with 404, also when it was dropped."""
        order = self.orders.get(id)
        dropped = order is not None and not order.captures and now >= order.created_at + ORDER_LASTS
        if order is None or order.account != account or dropped:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return order

    def capture_of(self, account: str, id: str) -> Capture:
        capture = self.captures.get(id)
        if capture is None or capture.order.account != account:
            raise Refused(404, "INVALID_RESOURCE_ID")
        return capture

    def capture(self, order: Order, asked: dict[str, Any], *, now: datetime) -> Order:
        """Capture an order from what was saved or approved, as its fate is.

        Raises: Refused, Cut.
        """
        saved = order.approved_with if order.status == "APPROVED" else None
        if order.captures:
            raise Refused(422, "ORDER_ALREADY_CAPTURED")
        if order.intent != "CAPTURE":
            raise Refused(422, "ACTION_DOES_NOT_MATCH_INTENT")
        if saved is None:
            saved = self._saved(order.account, asked.get("payment_source"))
        if self._invoice_was_taken(order):
            raise Refused(422, "DUPLICATE_INVOICE_ID")
        fate = fate_of(saved.fate, self._past(order, saved))
        what = str(order.unit.get("custom_id") or order.id)  # the same, in whatever order it comes
        self._calls[what] = self._calls.get(what, 0) + 1
        if self._calls[what] <= fate.lost_calls:
            raise Cut(is_done=False)
        self._tries(order, saved)[_invoice(order)] += 1
        if fate.status == "REFUSED" or (fate.status == "DECLINED" and saved.kind == "paypal"):
            if order.page is not None:  # the payer may go there again, for another way to pay
                order.status, order.updated_at = "PAYER_ACTION_REQUIRED", now
                order.approved_with = None
            raise Refused(422, fate.issue)
        self._take(order, saved, fate, now)
        if order.page is not None and order.page.saves:
            self._save(order, saved, fate, now)
        if fate.is_answer_lost:
            raise Cut(is_done=True)
        return order

    def _take(self, order: Order, saved: Saved, fate: Fate, now: datetime) -> None:
        units, currency = units_in(order.unit["amount"], "/amount")
        capture = Capture(
            self._ids.new(),
            order,
            units,
            currency,
            fate.status,
            fate.code if saved.kind == "card" or fate.becomes == "DECLINED" else None,
            fate.advice,
            "ECHECK" if fate.becomes else None,
            saved.id,
            now,
            now,
        )
        order.captures.append(capture)
        order.status, order.updated_at = "COMPLETED", now
        order.source = {saved.kind: saved.source}
        self.captures[capture.id] = capture
        if "invoice_id" in order.unit:
            taken = (order.account, str(order.unit["invoice_id"]))
            self._of_invoice.setdefault(taken, []).append(capture)
        self._tell_of(capture, now)
        self._tell(order.account, "CHECKOUT.ORDER.COMPLETED", order.told(), now)
        if fate.becomes is not None:
            self._plans.add(now + ECHECK_LASTS, lambda at: self._end(capture, fate, at))
        if fate.dispute:
            self._plans.add(now + timedelta(days=1), lambda at: self.dispute(capture, at))

    def change(self, order: Order, changes: Any, *, now: datetime) -> None:
        """Replace an order's intent; the pretend PayPal changes nothing else.

        Raises: Refused. Source: Orders v2, "Update order": while it is created or approved.
        """
        if not isinstance(changes, list) or len(changes) != 1:
            raise Refused(400, "INVALID_PATCH_OPERATION")
        change = changes[0]
        if change.get("op") != "replace" or change.get("path") != "/intent":
            raise Refused(422, "NOT_PATCHABLE", field=str(change.get("path")))
        if change.get("value") not in ("CAPTURE", "AUTHORIZE"):
            raise Refused(400, "INVALID_PARAMETER_VALUE", field="/intent")
        if order.captures:
            raise Refused(422, "ORDER_ALREADY_COMPLETED")
        if order.status not in ("CREATED", "APPROVED"):
            raise Refused(422, "NOT_PATCHABLE", field="/intent")
        order.intent, order.updated_at = change["value"], now

    def approve(self, order: Order, fate: str, *, now: datetime) -> None:
        """Let the payer approve an order at its page, with a wallet of this fate."""
        order.approved_with = wallet_of(self._ids, order.account, fate)
        order.status, order.updated_at = "APPROVED", now
        self._tell(order.account, "CHECKOUT.ORDER.APPROVED", order.told(), now)

    def _save(self, order: Order, saved: Saved, fate: Fate, now: datetime) -> None:
        """Save what an order was paid with at once, or say only that it was approved."""
        if not fate.is_saved_later:
            self._keep(order, saved, now)
            return
        self._told_vault(order, saved, {"status": "APPROVED"})
        self._plans.add(now + VAULTING_LASTS, lambda at: self._keep_later(order, saved, at))

    def _keep_later(self, order: Order, saved: Saved, at: datetime) -> None:
        """Save it, and tell of it; the order goes on saying what it said.

        Whether PayPal's does, its documents leave open: the webhook alone is promised.
        """
        self._vault.keep(saved)
        self._tell_of_saved(order, saved, at)

    def _keep(self, order: Order, saved: Saved, now: datetime) -> None:
        """Save the wallet that an order was paid with, as the order asked for."""
        self._vault.keep(saved)
        vaulted = {"id": saved.id, "status": "VAULTED", "customer": {"id": saved.customer}}
        self._told_vault(order, saved, vaulted)
        self._tell_of_saved(order, saved, now)

    def _told_vault(self, order: Order, saved: Saved, vault: dict[str, Any]) -> None:
        order.source = {"paypal": {**saved.source, "attributes": {"vault": vault}}}

    def _tell_of_saved(self, order: Order, saved: Saved, at: datetime) -> None:
        told = {**saved.told(), "metadata": {"order_id": order.id}}
        self._tell(order.account, "VAULT.PAYMENT-TOKEN.CREATED", told, at)

    def dispute(self, capture: Capture, at: datetime) -> Dispute:
        """Let the payer complain about a capture at the bank: the money is taken at once."""
        dispute = Dispute(
            f"PP-D-{len(self.disputes) + 1}", capture, "WAITING_FOR_SELLER_RESPONSE", at
        )
        self.disputes[dispute.id] = dispute
        dispute.take()
        capture.is_disputed = True
        self._tell(capture.order.account, "CUSTOMER.DISPUTE.CREATED", dispute.told(), at)
        return dispute

    def moved(self, dispute: Dispute, at: datetime) -> None:
        """Tell that a dispute is another now, or has ended."""
        word = "RESOLVED" if dispute.status == "RESOLVED" else "UPDATED"
        account = dispute.capture.order.account
        self._tell(account, f"CUSTOMER.DISPUTE.{word}", dispute.told(), at)

    def _end(self, capture: Capture, fate: Fate, at: datetime) -> None:
        assert fate.becomes is not None
        capture.status, capture.updated_at = fate.becomes, at
        # What was pending is denied; what is refused at once is declined.
        self._tell_of(capture, at, "DENIED" if fate.becomes == "DECLINED" else fate.becomes)

    def _tell_of(self, capture: Capture, at: datetime, word: str | None = None) -> None:
        type = f"PAYMENT.CAPTURE.{word or capture.status}"
        self._tell(capture.order.account, type, capture.told(), at)

    def _saved(self, account: str, source: Any) -> Saved:
        """Return what is charged. Raises: Refused, in PayPal's words."""
        if not isinstance(source, dict) or not source:
            raise Refused(422, "ORDER_NOT_APPROVED")
        kind, told = next(iter(source.items()))
        id = told.get("vault_id") if isinstance(told, dict) else None
        if kind not in ("card", "paypal") or not isinstance(id, str):
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source")
        saved = self._vault.find(account, id)
        if saved is None:
            raise Refused(422, "TOKEN_ID_NOT_FOUND")
        if saved.kind != kind:
            raise Refused(422, "MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE")
        return saved

    def _invoice_was_taken(self, order: Order) -> bool:
        before = self._of_invoice.get((order.account, str(order.unit.get("invoice_id"))), [])
        return any(one.status not in ("DECLINED", "FAILED") for one in before)

    def _past(self, order: Order, saved: Saved) -> Past:
        tries = self._tries(order, saved)
        invoice = _invoice(order)
        return Past(tries=tries[invoice], invoices=len(tries) - (invoice in tries))

    def _tries(self, order: Order, saved: Saved) -> Counter[str]:
        return self._tried.setdefault((order.account, saved.id), Counter())


def page_in(source: Any, origin: str) -> Page:
    """Read where a payer approves an order. Raises: Refused, in PayPal's words."""
    wallet = source.get("paypal") if isinstance(source, dict) and len(source) == 1 else None
    if not isinstance(wallet, dict):
        raise Refused(422, "PAYMENT_SOURCE_NOT_SUPPORTED")
    context = wallet.get("experience_context") or {}
    for name in ("return_url", "cancel_url"):
        if not str(context.get(name, "")).startswith("http"):
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field=f"/payment_source/{name}")
    vault = (wallet.get("attributes") or {}).get("vault")
    if vault is not None and vault.get("usage_type") != "MERCHANT":
        raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/payment_source/vault/usage_type")
    return Page(origin, context["return_url"], context["cancel_url"], vault is not None)


def _invoice(order: Order) -> str:
    """Return the purchase unit's reference, which is the invoice of whoever charges."""
    return str(order.unit.get("reference_id"))
