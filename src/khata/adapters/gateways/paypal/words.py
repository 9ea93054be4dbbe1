"""PayPal's words for a refusal: which class they have, and by which code khata tells them."""

from datetime import date
from typing import Final

from khata.adapters.gateways.declines import declines_of
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome

# Where PayPal means the same as everyone, the same word is told, so that payer and seller read a
# sentence of their own for it; else PayPal's own word, in small letters.
# Source: Orders v2, processor response codes, as the official server SDK (2.4.0) names them.
_ALSO_CALLED: Final = {
    **dict.fromkeys(("5120", "advice_02"), "insufficient_funds"),
    **dict.fromkeys(
        ("5400", "PPEX", "PPEF", "CARD_EXPIRED", "REFERENCED_CARD_EXPIRED", "1380"), "expired_card"
    ),
    **dict.fromkeys(("00N7", "5110", "PCVV", "1382", "PPC2"), "incorrect_cvc"),
    **dict.fromkeys(("5910", "5920"), "issuer_not_available"),
    **dict.fromkeys(
        ("5650", "7700", "7710", "PPD3", "PAYER_ACTION_REQUIRED"), "authentication_required"
    ),
    **dict.fromkeys(("0960", "8000", "8100", "8110", "8220", "PPNT", "PPER"), "processing_error"),
    **dict.fromkeys(("PPCT", "PPPM", "PPAE", "CARD_BRAND_NOT_SUPPORTED"), "card_not_supported"),
    **dict.fromkeys(
        ("1320", "PPCU", "PPUC", "PPVC", "INVALID_CURRENCY_CODE"), "currency_not_supported"
    ),
    **dict.fromkeys(("5710", "PPEL", "PPNL"), "card_velocity_exceeded"),
    "0500": "do_not_honor",
    "5100": "generic_decline",
    "9500": "fraudulent",
    "9520": "lost_card",
}


def refused(
    word: str, *, on: date, reference: str | None = None, otherwise: DeclineClass | None = None
) -> Answer:
    """Return the failure that a word of PayPal's means on a day.

    `otherwise` is the class where nothing is on file for the word; without it, `soft`.
    """
    meaning = declines_of("paypal").meaning_of(word, on=on)
    known = otherwise or DeclineClass.SOFT
    return Answer(
        Outcome.FAILED,
        reference,
        decline_class=known if meaning is None else meaning.decline_class,
        decline_code=_ALSO_CALLED.get(word, word.lower()),
    )
