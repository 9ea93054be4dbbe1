"""Decline codes: what payer and seller are told. Some reasons are for the bank to tell."""

from typing import Final

GENERIC: Final = "Your bank did not allow the payment."

# A thief must not learn that the card is reported, nor anyone that they are suspected: those
# codes (lost_card, stolen_card, pickup_card, fraudulent, …) are absent on purpose.
# Source: Stripe, "Decline codes": present these as a generic decline.
_TOLD: Final = {
    "authentication_required": "Your bank asks you to confirm the payment yourself.",
    "card_not_supported": "This card cannot be used for this payment.",
    "card_velocity_exceeded": "The card's limit is reached for the moment.",
    "currency_not_supported": "This card cannot pay in this currency.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The card's security code was wrong.",
    "insufficient_funds": "There was not enough money in the account.",
    "issuer_not_available": "Your bank could not be reached.",
    "mandate_cancelled": "The permission to debit your account was withdrawn.",
    "mandate_expired": "The permission to debit your account has ended.",
    "mandate_not_active": "The permission to debit your account is not active.",
    "mandate_paused": "The permission to debit your account is paused.",
    "no_payment_method": "There is no payment method on file.",
    "processing_error": "Something went wrong at the bank on the way.",
    "too_many_tries": "The card was tried as often as its network allows.",
    "withdrawal_count_limit_exceeded": "The card's limit is reached for the moment.",
}


# The same to the seller, where the payer is spoken to above.
_TOLD_TO_SELLER: Final = {
    "authentication_required": "The customer's bank asks them to confirm the payment themselves.",
    "issuer_not_available": "The customer's bank could not be reached.",
    "mandate_cancelled": "The permission to debit the customer's account was withdrawn.",
    "mandate_expired": "The permission to debit the customer's account has ended.",
    "mandate_not_active": "The permission to debit the customer's account is not active.",
    "mandate_paused": "The permission to debit the customer's account is paused.",
}


def reason_for_payer(decline_code: str | None) -> str:
    """Return the sentence that may be shown to the payer for a decline; unknown is generic."""
    return _TOLD.get(decline_code or "", GENERIC)


def reason_for_seller(decline_code: str | None) -> str:
    """Return the sentence that the seller reads; the code itself may stand beside it."""
    code = decline_code or ""
    generic = "The customer's bank did not allow the payment."
    return _TOLD_TO_SELLER.get(code) or _TOLD.get(code, generic)
