"""The page that a payer of the pretend Stripe sees: who is paid, how much, and what to pay with."""

from html import escape

from khata.simulators.stripe.accounts import Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.checkout import choose
from khata.simulators.stripe.refusals import StripeNo
from khata.simulators.vendor import Response

PAGES = "/c/pay/"

# What can be chosen, by its words; any other ready-made name may be sent as well.
_CHOICES = {
    "card": {
        "pm_card_visa": "with a good card",
        "pm_card_in": "with a card of an Indian bank",
        "pm_card_chargeDeclined": "with a card that is declined",
        "pm_card_chargeDeclinedInsufficientFunds": "with a card without enough money",
    },
    "upi": {
        "pm_sim_upi": "with a UPI app",
        "pm_sim_upi_slow": "with a UPI app whose bank takes an hour",
        "pm_sim_upi_declined": "with a UPI app that declines",
    },
}
_WHOLE = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
LEAVE = "leave"


def page(asked: Asked, id: str, *, has_chosen: bool) -> Response:
    """Show the page; where the payer has chosen, do that and send them on."""
    session = asked.account.get(id, "checkout.session")
    why_not = None
    if has_chosen:
        method = str(asked.form.get("method", ""))
        if method == LEAVE:
            return Response(303, b"", {"Location": session["cancel_url"]})
        try:
            why_not = choose(asked, session, method)
        except StripeNo as no:
            return _html(410 if session["status"] == "expired" else 400, _p(no.error["message"]))
        if why_not is None:
            return Response(303, b"", {"Location": session["success_url"]})
    if session["status"] == "expired":
        return _html(410, _p("This page is no longer open. Nothing was paid."))
    if session["status"] == "complete":
        return _html(200, _p("This is done.") + _link(session["success_url"], "Go on"))
    return _html(402 if why_not else 200, _open(session, why_not))


def _open(session: Object, why_not: str | None) -> str:
    verb = "Save" if session["mode"] == "setup" else "Pay"
    buttons = "".join(
        f'<button name="method" value="{name}">{verb} {words}</button>'
        for type in session["payment_method_types"]
        for name, words in _CHOICES[type].items()
    )
    what = f"<h1>{escape(session['_words'])}</h1>"
    if session["mode"] == "payment":
        what += _p(_amount(session["amount_total"], session["currency"]))
    failed = f'<p role="alert">{escape(why_not)} Try another way to pay.</p>' if why_not else ""
    leave = f'<button name="method" value="{LEAVE}">Go back</button>'
    return f'{what}{failed}<form method="post">{buttons}{leave}</form>'


def _amount(amount: int, currency: str) -> str:
    if currency in _WHOLE:
        return f"{amount:,} {currency.upper()}"
    return f"{amount // 100:,}.{amount % 100:02} {currency.upper()}"


def _p(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _link(url: str, words: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(words)}</a></p>'


def _html(status: int, body: str) -> Response:
    whole = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pretend Stripe'
        '</title><meta name="viewport" content="width=device-width"></head><body>'
        "<p>Pretend Stripe: no money moves here.</p>"
        f"{body}</body></html>"
    )
    return Response(status, whole.encode(), {"Content-Type": "text/html; charset=utf-8"})
