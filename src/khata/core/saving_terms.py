"""The terms of what is saved at a visit, where nobody has named them."""

from datetime import date
from typing import Final

from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind

# What a mandate is for where the seller says nothing, in paise: the most that is debited without
# the payer's approval (15,000 INR); for bank mandates, where no such limit holds, 1,00,000 INR.
# Source: RBI, Digital Payments - E-mandate Framework, 2026; docs/paying.md.
_USUAL_MOST: Final = {
    MethodKind.CARD: 1_500_000,
    MethodKind.UPI: 1_500_000,
    MethodKind.EMANDATE: 10_000_000,
}


def terms_of_saving(
    kind: MethodKind, *, currency: str, start: date, least: int = 0
) -> MandateTerms | None:
    """Return the usual terms; None: this rail asks for none in this currency.

    They hold for at least `least` minor units, so that what is being paid fits.
    """
    most = _USUAL_MOST.get(kind)
    if currency != "INR" or most is None:
        return None
    return MandateTerms(max(most, least), currency, Frequency.AS_PRESENTED, start)
