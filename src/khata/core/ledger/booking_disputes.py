"""Booking what disputes move: taken back by the bank, given back, lost, and the gateway's fee."""

from datetime import date
from uuid import UUID

from khata.core.dispute import MoneyKind, Moved
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting

_SIDES = {
    MoneyKind.WITHDRAWN: (Account.DISPUTED_FUNDS, Account.GATEWAY_CLEARING),
    MoneyKind.REINSTATED: (Account.GATEWAY_CLEARING, Account.DISPUTED_FUNDS),
    MoneyKind.LOST: (Account.DISPUTE_LOSSES, Account.DISPUTED_FUNDS),
    MoneyKind.REGAINED: (Account.DISPUTED_FUNDS, Account.DISPUTE_LOSSES),
    MoneyKind.FEE: (Account.DISPUTE_FEES, Account.GATEWAY_CLEARING),
    MoneyKind.FEE_RETURNED: (Account.GATEWAY_CLEARING, Account.DISPUTE_FEES),
}


def dispute_moved(
    *,
    id: UUID,
    money_id: UUID,
    on: date,
    currency: str,
    moved: Moved,
    gateway_account_id: UUID | None = None,
) -> Entry:
    """Book one move of a dispute's money, in the clearing of the gateway account that it is with.

    The invoice stays paid and its tax is owed: what was sold was sold, and a payer's bank does not
    undo a supply. Where the service was deficient, the tenant issues a credit note by hand.
    Source: CGST Act, s. 34.
    """
    debit, credit = _SIDES[moved.kind]
    posting = Posting(debit, credit, moved.amount, currency)
    return Entry(id, f"dispute_{moved.kind}", money_id, on, (posting,), gateway_account_id)
