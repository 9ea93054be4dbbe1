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
    "above_mandate_maximum": "The amount is above what you have agreed to have debited.",
    "above_silent_limit": "Your bank asks you to confirm a payment of this size yourself.",
    "mandate_already_debited": "Your bank allows one debit in each cycle, and it was made.",
    "mandate_amount_differs": "You have agreed to another amount being debited.",
    "mandate_expired": "What you have agreed to have debited has ended.",
    "mandate_no_tries_left": "Your bank allows no further try in this cycle.",
    "mandate_opted_out": "You asked for this amount not to be debited.",
    "mandate_paused": "You have paused the debits.",
    "mandate_revoked": "You have withdrawn the permission to debit.",
    "mandate_cancelled": "The permission to debit your account was withdrawn.",
    "mandate_not_active": "The permission to debit your account is not active.",
    "no_payment_method": "There is no payment method on file.",
    "payer_not_told": "Your bank could not tell you of the debit ahead, as it has to.",
    "processing_error": "Something went wrong at the bank on the way.",
    "too_many_tries": "The card was tried as often as its network allows.",
    "withdrawal_count_limit_exceeded": "The card's limit is reached for the moment.",
}


# The same to the seller, where the payer is spoken to above.
_TOLD_TO_SELLER: Final = {
    "above_mandate_maximum": "The amount is above what the customer has agreed to.",
    "above_silent_limit": "The customer has to confirm a payment of this size: send the pay link.",
    "mandate_already_debited": "The rail allows one debit in each cycle, and it was made.",
    "mandate_amount_differs": "The customer has agreed to another, fixed amount.",
    "mandate_expired": "The mandate's last day is over: the customer has to agree to a new one.",
    "mandate_no_tries_left": "The rail allows no further try in this cycle.",
    "mandate_opted_out": "The customer opted out of this debit; the next one goes on.",
    "mandate_paused": "The mandate is paused.",
    "mandate_revoked": "The mandate was withdrawn: the customer has to agree to a new one.",
    "payer_not_told": "The customer could not be told of the debit ahead: send the pay link.",
    "authentication_required": "The customer's bank asks them to confirm the payment themselves.",
    "issuer_not_available": "The customer's bank could not be reached.",
    "mandate_cancelled": "The permission to debit the customer's account was withdrawn.",
    "mandate_not_active": "The permission to debit the customer's account is not active.",
}


def reason_for_payer(decline_code: str | None) -> str:
    """Return the sentence that may be shown to the payer for a decline; unknown is generic."""
    return _TOLD.get(decline_code or "", GENERIC)


def reason_for_seller(decline_code: str | None) -> str:
    """Return the sentence that the seller reads; the code itself may stand beside it."""
    code = decline_code or ""
    generic = "The customer's bank did not allow the payment."
    return _TOLD_TO_SELLER.get(code) or _TOLD.get(code, generic)
