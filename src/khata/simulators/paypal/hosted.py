"""The pages that a payer of the pretend PayPal sees: to approve an order, or that a wallet is kept.

Source: Orders v2 and Vault v3, the links `payer-action` and `approve`; PayPal sends the payer back
with the order's id as `token`, or the setup token's as `approval_token_id`.
"""

from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlencode

from khata.simulators.paypal.answers import Refused
from khata.simulators.paypal.charges import Charges
from khata.simulators.paypal.fates import names
from khata.simulators.paypal.objects import Order
from khata.simulators.paypal.vault import Setup, Vault
from khata.simulators.vendor import Request, Response

ORDER, SETUP = "/checkoutnow", "/agreements/approve"
PAGES = frozenset({ORDER, SETUP})
LEAVE = "leave"

# What can be chosen, by its words; any other of the fates may be sent as well.
_TO_PAY = {
    "ok": "Pay with a good card or balance",
    "declined": "Pay with a card that is declined",
    "lost_card": "Pay from an account that is locked",
    "pending": "Pay from a bank account, which takes three days",
    "saved_later": "Pay with a wallet that is saved twenty minutes later",
}
_TO_SAVE = {"ok": "Agree and save this wallet", "declined": "Save one that will be declined"}


def page(request: Request, charges: Charges, vault: Vault, *, now: datetime) -> Response:
    """Show a page; where the payer has chosen, do that and send them on."""
    form = parse_qs(request.body.decode()) if request.method == "POST" else {}
    chosen = form.get("choice", [""])[0] if request.method == "POST" else None
    if chosen is not None and chosen != LEAVE and chosen not in names():
        return _html(400, "<p>There is no such way to pay.</p>")
    if request.path == ORDER:
        return _of_order(charges, request.query.get("token", [""])[0], chosen, now)
    return _of_setup(vault, request.query.get("approval_session_id", [""])[0], chosen, now)


def _of_order(charges: Charges, id: str, chosen: str | None, now: datetime) -> Response:
    order = charges.orders.get(id)
    if order is None or order.page is None:
        return _html(404, "<p>There is no such page.</p>")
    if chosen == LEAVE:
        return _to(order.page.cancel_url, token=id)
    try:
        charges.order(order.account, id, now=now)
    except Refused:
        return _html(410, "<p>This page is no longer open. Nothing was paid.</p>")
    if order.captures:
        return _html(200, "<p>This is paid.</p>")
    if chosen is None:
        return _html(200, f"{_what(order)}{_form(_TO_PAY)}")
    charges.approve(order, chosen, now=now)
    return _to(order.page.return_url, token=id, PayerID="QYR5Z8XDVJNXQ")


def _of_setup(vault: Vault, id: str, chosen: str | None, now: datetime) -> Response:
    setup = vault.at_page(id, now=now)
    if setup is None:
        return _html(410, "<p>This page is no longer open.</p>")
    if setup.return_url is None:  # it has no way back, so to open it is to agree
        _agree(setup, "ok")
        return _html(200, "<p>This wallet is saved.</p>")
    if chosen == LEAVE:
        return _to(setup.cancel_url or setup.return_url, approval_token_id=id)
    if chosen is None:
        return _html(200, f"<h1>Save your wallet for later payments</h1>{_form(_TO_SAVE)}")
    _agree(setup, chosen)
    return _to(setup.return_url, approval_token_id=id)


def _agree(setup: Setup, fate: str) -> None:
    if setup.status == "PAYER_ACTION_REQUIRED":
        setup.status, setup.saved.fate = "APPROVED", fate


def _what(order: Order) -> str:
    amount = order.unit["amount"]
    words = escape(str(order.unit.get("description") or order.unit.get("invoice_id") or "Payment"))
    saves = "<p>It is saved for later payments.</p>" if order.page and order.page.saves else ""
    money = f"{escape(amount['value'])} {escape(amount['currency_code'])}"
    return f"<h1>{words}</h1><p>{money} to {escape(order.account)}</p>{saves}"


def _form(choices: dict[str, str]) -> str:
    buttons = "".join(
        f'<button name="choice" value="{name}">{words}</button>'
        for name, words in {**choices, LEAVE: "Go back"}.items()
    )
    return f'<form method="post">{buttons}</form>'


def _to(url: str, **more: str) -> Response:
    joint = "&" if "?" in url else "?"
    return Response(303, b"", {"Location": f"{url}{joint}{urlencode(more)}"})


def _html(status: int, body: str) -> Response:
    whole = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pretend PayPal'
        '</title><meta name="viewport" content="width=device-width"></head><body>'
        "<p>Pretend PayPal: no money moves here.</p>"
        f"{body}</body></html>"
    )
    return Response(status, whole.encode(), {"Content-Type": "text/html; charset=utf-8"})
