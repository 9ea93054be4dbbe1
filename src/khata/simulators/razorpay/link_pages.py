"""The page that a payer sees at a link of the pretend Razorpay: plain, and without a key."""

from html import escape
from typing import Any
from urllib.parse import parse_qs

from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.links import decline, pay, shown
from khata.simulators.vendor import Request, Response

Object = dict[str, Any]

PREFIX = "/l/"
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_STYLE = (
    "body{font:16px system-ui;margin:2rem auto;max-width:26rem;padding:0 1rem}"
    "button{display:block;width:100%;padding:.7rem;margin:.5rem 0;font:inherit}"
)
_BUTTONS = (
    ("pay", "Pay"),
    ("decline", "Be declined"),
    ("late", "The bank answers two hours later"),
    ("back", "Go back"),
)


def page_answered(desk: Desk, request: Request) -> Response:
    """Show the page of a link, or do what its button says and send the payer back."""
    found = _found(desk, request.path.removeprefix(PREFIX))
    if found is None:
        return Response(404, b"<h1>No such link</h1>", _HTML)
    account, link = found
    if request.method != "POST":
        return Response(200, _page(shown(desk, link)).encode(), _HTML)
    told = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    act, method = told.get("act", "back"), told.get("method", "upi")
    if link.get("upi_link"):
        method = "upi"
    if act == "pay":
        pay(desk, account, link, method)
    elif act in ("decline", "late"):
        decline(desk, account, link, method, late=act == "late")
    if act == "decline" or not link["callback_url"]:
        return Response(200, _page(shown(desk, link)).encode(), _HTML)
    return Response(303, b"", {"Location": link["callback_url"]})


def _found(desk: Desk, id: str) -> tuple[Account, Object] | None:
    for account in desk.accounts.all.values():
        if id in account.links:
            return account, account.links[id]
    return None


def _page(link: Object) -> str:
    if link["status"] not in ("created", "issued"):
        body = f"<p>This link is {escape(link['status'])}.</p>"
    else:
        rails = (link["method"],) if "method" in link else ("card", "upi", "netbanking")
        choice = "".join(
            f"<label><input type=radio name=method value={rail}{' checked' * (n == 0)}> "
            f"{rail}</label> "
            for n, rail in enumerate(rails)
        )
        buttons = "".join(f"<button name=act value={act}>{text}</button>" for act, text in _BUTTONS)
        body = f"<form method=post><p>{choice}</p>{buttons}</form>"
    rupees = f"{link['amount'] / 100:,.2f} {escape(link['currency'])}"
    return (
        f"<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
        f"<title>Pretend Razorpay</title><style>{_STYLE}</style><h1>{rupees}</h1>"
        f"<p>{escape(link['description'] or '')}</p>{body}</html>"
    )
