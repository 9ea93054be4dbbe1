"""Booking of settlements: fees told late, payouts on their way, and money that has arrived."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting, posting
from khata.core.settlement import LineKind, MatchedLine

# What is booked of these by themselves has their fees: they leave clearing with their net.
_PRICED = (LineKind.PAYMENT, LineKind.DISPUTE)

_Moved = dict[tuple[Account, Account, str], int]


def fee_told(
    *,
    id: UUID,
    told_id: UUID,
    on: date,
    currency: str,
    booked: tuple[int, int],
    told: tuple[int, int],
    gateway_account_id: UUID | None,
) -> Entry | None:
    """Book the difference between the fee that is in the books and the fee as it is told now.

    Both are (fee without tax, tax on it), in all. What was booked as a fee and is tax goes over to
    the tax; the rest comes out of the clearing account, or goes back to it. No difference: None.
    """
    (old_fee, old_tax), (fee, tax) = booked, told
    more_tax, less_fee = tax - old_tax, old_fee - fee
    turned = max(0, min(more_tax, less_fee))  # was booked as fee, and is tax
    postings = (
        posting(Account.GATEWAY_FEE_TAX, Account.GATEWAY_FEES, turned, currency)
        + posting(Account.GATEWAY_FEES, Account.GATEWAY_CLEARING, turned - less_fee, currency)
        + posting(Account.GATEWAY_FEE_TAX, Account.GATEWAY_CLEARING, more_tax - turned, currency)
    )
    if not postings:
        return None
    return Entry(id, "fee_told", told_id, on, postings, gateway_account_id)


def settlement_paid_out(
    *,
    id: UUID,
    settlement_id: UUID,
    on: date,
    amount: int,
    currency: str,
    lines: Sequence[MatchedLine] | None,
    gateway_account_id: UUID,
) -> Entry | None:
    """Book a payout: what the gateway held for us is on its way to the bank.

    The fees of payments are booked by `fee_told`, so a payment leaves the clearing account with its
    net; so does a dispute that is known here. Of anything else the fee is booked here. What is not
    ours, or is paid out twice, goes to the suspense account, whole. `lines` None: of a balance,
    without lines: all of it was ours.
    """
    moved: _Moved = {}
    if lines is None:
        _move(moved, Account.CASH_IN_TRANSIT, Account.GATEWAY_CLEARING, amount, currency)
    for one in lines or ():
        _move_line(moved, one, currency)
    postings = _postings(moved)
    if not postings:
        return None
    return Entry(id, "settlement_paid_out", settlement_id, on, postings, gateway_account_id)


def settlement_arrived(
    *,
    id: UUID,
    bank_transaction_id: UUID,
    again_id: UUID | None,
    on: date,
    amount: int,
    currency: str,
) -> Entry:
    """Book that a payout is in the bank; a negative one has left it.

    `again_id`: the line was taken for a payout before, and was not it; this is a new fact.
    """
    arrived = posting(Account.BANK, Account.CASH_IN_TRANSIT, amount, currency)
    kind, fact = arrival_booked(bank_transaction_id, again_id)
    return Entry(id, kind, fact, on, arrived)


def arrival_booked(bank_transaction_id: UUID, again_id: UUID | None) -> tuple[str, UUID]:
    """Return by what kind and fact the arrival with a line of the bank is booked."""
    if again_id is None:
        return "settlement_arrived", bank_transaction_id
    return "settlement_arrived_again", again_id


def settlement_not_arrived(*, id: UUID, unmatch_id: UUID, arrived: Entry) -> Entry:
    """Mirror an arrival that was none, on its day: the payout is on its way again."""
    mirrored = tuple(
        Posting(one.credit, one.debit, one.amount, one.currency) for one in arrived.postings
    )
    return Entry(id, "settlement_not_arrived", unmatch_id, arrived.booked_on, mirrored)


def settlement_line_cleared(
    *,
    id: UUID,
    found_id: UUID,
    on: date,
    line: MatchedLine,
    currency: str,
    gateway_account_id: UUID,
) -> Entry | None:
    """Book that a line, in suspense as nobody knew its payment or refund, is known by now.

    Suspense gives what the payout would have given, so in the end it is as if the line had been
    known before. None: it is nothing, or belongs in suspense for another reason.
    """
    moved: _Moved = {}
    if line.is_ours:
        _move_line(moved, line, currency, of=Account.SETTLEMENT_SUSPENSE)
    postings = _postings(moved)
    if not postings:
        return None
    return Entry(id, "settlement_line_cleared", found_id, on, postings, gateway_account_id)


def settlement_failed(
    *,
    id: UUID,
    settlement_id: UUID,
    on: date,
    amount: int,
    currency: str,
    gateway_account_id: UUID,
) -> Entry:
    """Book that the bank did not take a payout: what was on its way is at the gateway again."""
    back = posting(Account.GATEWAY_CLEARING, Account.CASH_IN_TRANSIT, amount, currency)
    return Entry(id, "settlement_failed", settlement_id, on, back, gateway_account_id)


def settlement_line_found(
    *,
    id: UUID,
    dispute_id: UUID,
    on: date,
    net: int,
    currency: str,
    gateway_account_id: UUID,
) -> Entry:
    """Book that a payout's line, in suspense as nobody knew its dispute, is of that dispute.

    `net` is the line's, in minor units, negative where money was taken: what `settlement_paid_out`
    took from suspense is the clearing account's.
    """
    found = posting(Account.SETTLEMENT_SUSPENSE, Account.GATEWAY_CLEARING, net, currency)
    return Entry(id, "settlement_line_found", dispute_id, on, found, gateway_account_id)


def _move_line(
    moved: _Moved, one: MatchedLine, currency: str, *, of: Account = Account.CASH_IN_TRANSIT
) -> None:
    """Let a line come out of where it belongs, into what is paid out or what held it meanwhile."""
    line, fees, tax = one.line, Account.GATEWAY_FEES, Account.GATEWAY_FEE_TAX
    if line.kind is LineKind.FEE:
        _move(moved, of, fees, line.gross - line.fee, currency)
        _move(moved, of, tax, -line.tax, currency)
    elif not one.is_ours:
        _move(moved, of, Account.SETTLEMENT_SUSPENSE, line.net, currency)
    elif line.is_exchanged:
        _move_exchanged(moved, one, currency, of)
    else:
        clearing = Account.GATEWAY_CLEARING
        _move(moved, of, clearing, line.net, currency)
        if line.kind not in _PRICED:
            _move(moved, fees, clearing, line.fee, currency)
            _move(moved, tax, clearing, line.tax, currency)


def _move_exchanged(moved: _Moved, one: MatchedLine, currency: str, of: Account) -> None:
    """Let the exchange account stand between the two currencies, which are never added up."""
    line, exchange = one.line, Account.CURRENCY_EXCHANGE
    assert line.charged is not None
    assert line.charged_currency is not None
    theirs, clearing = line.charged_currency, Account.GATEWAY_CLEARING
    fee, tax = line.in_currency_charged(line.fee), line.in_currency_charged(line.tax)
    _move(moved, of, exchange, line.net, currency)
    _move(moved, exchange, clearing, line.charged - fee - tax, theirs)
    if line.kind not in _PRICED:
        _move(moved, Account.GATEWAY_FEES, clearing, fee, theirs)
        _move(moved, Account.GATEWAY_FEE_TAX, clearing, tax, theirs)


def _postings(moved: _Moved) -> tuple[Posting, ...]:
    return tuple(
        booked
        for (debit, credit, of), sum in moved.items()
        for booked in posting(debit, credit, sum, of)
    )


def _move(moved: _Moved, debit: Account, credit: Account, amount: int, currency: str) -> None:
    key = (debit, credit, currency)
    moved[key] = moved.get(key, 0) + amount


def clearing_of(entries: Sequence[Entry], currency: str) -> int:
    """Return what entries leave in the clearing account: debits less credits, in minor units."""

    def moved(one: Posting) -> int:
        debit, credit = one.debit, one.credit
        clearing = Account.GATEWAY_CLEARING
        return one.amount * ((debit is clearing) - (credit is clearing))

    return sum(moved(p) for entry in entries for p in entry.postings if p.currency == currency)
