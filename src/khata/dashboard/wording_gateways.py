"""How pages spell what concerns gateways: who they are, how an account stands, and why."""

from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.core.gateway_health import Trouble

_VENDORS = {"paypal": "PayPal"}
_KINDS = {
    "upi": "UPI AutoPay",
    "emandate": "Bank mandate",
    "card": "Card",
    "wallet": "Wallet",
    "other": "Other",
}
_WORDS = {
    Trouble.REFUSED: "Its credentials are not let in any more. Enter new ones; what falls due "
    "waits, and nobody is dunned for it.",
    Trouble.NOT_REACHED: "Nobody is reached there. What falls due waits, and nobody is dunned "
    "for it.",
    Trouble.FAULT: "What is answered there says nothing. What falls due waits, and what was sent "
    "is asked about.",
}


def vendor(name: str) -> str:
    return _VENDORS.get(name, name.capitalize())


def method_kind(kind: str) -> str:
    return _KINDS.get(kind, kind)


def account_state(account: GatewayAccount) -> str:
    """Say in a word how an account stands: disabled before ailing before troubled."""
    if account.status is AccountStatus.DISABLED:
        return "disabled"
    if account.health.is_ailing:
        return "ailing"
    return "active" if account.health.is_well else "troubled"


def account_words(account: GatewayAccount) -> str:
    """Say in a sentence why nothing is collected by an account; empty where it is."""
    if account.status is AccountStatus.DISABLED:
        return (
            "It takes no new charge; what was begun is asked about to its end. Payments that fall "
            "due wait, and are collected when it is enabled."
        )
    if account.health.is_ailing and account.health.trouble is not None:
        return _WORDS[account.health.trouble]
    return ""


GATEWAY_FILTERS = {
    "vendor": vendor,
    "method_kind": method_kind,
    "account_state": account_state,
    "account_words": account_words,
}
