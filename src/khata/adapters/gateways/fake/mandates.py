"""Tokens of the fake gateway that carry a mandate: its terms, and its fate, stand in the token.

tok_upi, tok_upi_monthly_max_25000_until_20271231, tok_emandate_declined: a rail, perhaps a
frequency, a maximum in rupees, `fixed`, a last day, and what becomes of each debit.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from khata.core.mandate_terms import Frequency
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.told_mandate import MandateStatus, ToldMandate

_TOKEN: Final = re.compile(
    r"tok_(?P<kind>upi|emandate)"
    rf"(?:_(?P<frequency>{'|'.join(Frequency)}))?"
    r"(?:_max_(?P<rupees>[1-9][0-9]{0,7}))?"
    r"(?P<fixed>_fixed)?"
    r"(?:_until_(?P<until>20[0-9]{6}))?"
    r"(?:_(?P<fate>[a-z0-9_]{1,40}))?",
    re.ASCII,
)
UNTOLD: Final = "untold"  # the payer's bank cannot be reached to tell the payer


@dataclass(frozen=True, slots=True)
class MandateToken:
    """`fate` is the token of a card to which the same happens."""

    kind: MethodKind
    fate: str
    told: ToldMandate
    is_told: bool


def mandate_of(token: str) -> MandateToken | None:
    """Return what a token says of its mandate; None: it carries none."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    until, rupees, frequency = found["until"], found["rupees"], found["frequency"]
    try:
        end = date.fromisoformat(until) if until else None
    except ValueError:
        return None
    kind = MethodKind(found["kind"])
    fate = found["fate"] or "ok"
    is_told = fate != UNTOLD
    told = ToldMandate(
        MandateStatus.ACTIVE,
        max_amount=int(rupees) * 100 if rupees else None,
        currency="INR" if rupees else None,
        frequency=Frequency(frequency) if frequency else None,
        end=end,
        is_fixed=found["fixed"] is not None,
        reference=f"{kind}@fake",
    )
    if fate == "ok" and kind is MethodKind.EMANDATE:
        fate = "pending"  # a bank answers when it has gone through its batch
    return MandateToken(kind, f"tok_{fate if is_told else 'ok'}", told, is_told)


def saved_method(token: str, mandate: MandateToken) -> SavedMethod:
    """Return the way to pay that a token with a mandate stands for."""
    return SavedMethod(token, mandate.kind, mandate=mandate.told)
