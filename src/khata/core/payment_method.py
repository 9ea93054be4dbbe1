"""Ways to pay: what a customer has saved at a gateway. Never a card number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from khata.core.told_mandate import ToldMandate


class MethodKind(StrEnum):
    """By which rail money comes."""

    CARD = "card"
    UPI = "upi"  # UPI AutoPay: a standing permission in the payer's UPI app
    EMANDATE = "emandate"  # a standing order on a bank account, by NACH
    WALLET = "wallet"  # an account at the gateway itself, as PayPal's
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """What a gateway tells of a way to pay that was saved with it.

    `holder` is the gateway's own id of the customer. `facts` are what its adapter wants back
    with each charge, such as the e-mail address given there: names and short words, no secrets.
    `usable` is false for one that is known but cannot be charged, and `why_not` says it in words;
    `has_ended`: never again, while one that is paused may be charged another day. `mandate`: the
    standing permission that it carries, where it carries one.
    """

    token: str
    kind: MethodKind
    holder: str | None = None
    brand: str | None = None  # visa, mastercard, rupay; the wallet's or the bank's name
    last4: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None
    country: str | None = None  # of the issuer, ISO 3166
    facts: Mapping[str, str] = field(default_factory=dict)
    usable: bool = True
    why_not: str | None = None
    has_ended: bool = False
    mandate: ToldMandate | None = None
