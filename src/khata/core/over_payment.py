"""Money beyond what an invoice owes: when it bears GST at once, and as an advance for what."""

from collections.abc import Iterable
from typing import Final

_SERVICES: Final = "99"
_OTHER_SERVICES: Final = "9997"  # other services: a heading of several rates, so of none
_MAY_WAIT: Final = 1_000_00  # paise


def tax_may_wait(surplus: int, currency: str) -> bool:
    """Say whether the tax of a surplus, in minor units, may wait for the invoice that takes it.

    It may up to 1,000.00 rupees, all of them included; in another currency it may not, since the
    law tells no other amount. Above it, the whole surplus bears its tax at once.
    Source: CGST Act s.13(2), proviso.
    """
    return currency == "INR" and surplus <= _MAY_WAIT


def purpose_of(tax_codes: Iterable[str]) -> str | None:
    """Return the code of the service that a surplus of an invoice is for; None: goods alone.

    It is the service that the invoice bills. Where it bills several, nobody can tell which the
    surplus is for, so its rate cannot be told: the heading of other services stands for it.
    Source: CGST Rules, rule 50, first proviso (i); Notification 66/2017-CT.
    """
    services = {code for code in tax_codes if code.startswith(_SERVICES)}
    if len(services) > 1:
        return _OTHER_SERVICES
    return next(iter(services), None)
