"""An entry in another currency as a company of Tally keeps it: in rupees, to the paisa."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from khata.core.exact import rounded
from khata.core.exports.tally.booked import BookedEntry
from khata.core.exports.tally.ledgers import OF_PARTIES
from khata.core.exports.tax_document import TaxDocument
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Posting, posting
from khata.core.money import exponent

_DOCUMENTED = frozenset(
    {"invoice_issued", "invoice_voided", "credit_note_issued", "credit_note_voided"}
)
_SOLD = (Account.REVENUE, Account.DEFERRED_REVENUE)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rupees for one unit: as the bill keeps it, and as it is on file for the entry's own day."""

    of_bill: Decimal | None
    of_day: Decimal | None


def in_rupees(entry: BookedEntry, rates: Rates) -> BookedEntry | None:
    """Return the entry with its postings in paise, or None where no rate is on file for it.

    What gives out a document moves what that document says in rupees, so Tally agrees with the
    return. Of other entries the customer's bill is lowered at the rate it was opened at, all else
    is at the rate of the day, and the difference goes through `currency_exchange`. Where only one
    of the two rates is on file, it counts for both. What moves income between its own accounts is
    left to the document's rate, which the month's posting no longer knows: None.
    Rounds: each posting half up. Source: CGST Rules, rule 34(2); AS 11, paragraphs 9, 13.
    """
    if all(one.currency == "INR" for one in entry.postings):
        return entry
    if moves_income_alone(entry):
        return None
    document = entry.document
    if entry.kind in _DOCUMENTED and document is not None:
        if document.exchange_rate is None:
            return None
        return replace(entry, postings=_of_document(entry.postings, document))
    bill, day = rates.of_bill or rates.of_day, rates.of_day or rates.of_bill
    if bill is None or day is None:
        return None
    return replace(
        entry, postings=tuple(one for own in entry.postings for one in _of_day(own, bill, day))
    )


def moves_income_alone(entry: BookedEntry) -> bool:
    """Say whether it only moves income from deferred to earned: unless Tally defers, nothing."""
    return all(one.debit in _SOLD and one.credit in _SOLD for one in entry.postings)


def _of_day(own: Posting, bill: Decimal, day: Decimal) -> Sequence[Posting]:
    if own.currency == "INR":
        return (own,)
    debit, credit = (
        _paise(own, bill if account is Account.RECEIVABLE else day)
        for account in (own.debit, own.credit)
    )
    if debit == credit:
        return posting(own.debit, own.credit, debit, "INR")
    return (
        *posting(own.debit, Account.CURRENCY_EXCHANGE, debit, "INR"),
        *posting(Account.CURRENCY_EXCHANGE, own.credit, credit, "INR"),
    )


def _of_document(postings: Sequence[Posting], document: TaxDocument) -> tuple[Posting, ...]:
    """Return what the document says in rupees; the round-off takes up what its parts do not."""
    assert document.exchange_rate is not None
    told = [replace(one, amount=_paise(one, document.exchange_rate)) for one in postings]
    for accounts, target in _targets(document).items():
        touching = [n for n, one in enumerate(told) if {one.debit, one.credit} & set(accounts)]
        if touching:
            more = target - sum(told[n].amount for n in touching)
            told[touching[0]] = replace(told[touching[0]], amount=told[touching[0]].amount + more)
    party = _of_parties(told)
    if abs(_of_parties(postings)) == document.currency_total:
        short = document.total - abs(party)
        account = next(
            iter({one for each in told for one in (each.debit, each.credit)} & OF_PARTIES)
        )
        told += posting(account, Account.ROUND_OFF, short if party > 0 else -short, "INR")
    return tuple(replace(one, currency="INR") for one in told if one.amount)


def _targets(document: TaxDocument) -> Mapping[tuple[Account, ...], int]:
    """Return what each kind of account moves by, in paise."""
    lines = document.lines
    return {
        _SOLD: document.taxable,
        (Account.IGST_PAYABLE,): sum(line.igst for line in lines),
        (Account.CGST_PAYABLE,): sum(line.cgst for line in lines),
        (Account.SGST_PAYABLE, Account.UTGST_PAYABLE): sum(line.sgst for line in lines),
        (Account.CESS_PAYABLE,): sum(line.cess for line in lines),
        (
            Account.VAT_PAYABLE,
            Account.GST_ABROAD_PAYABLE,
            Account.SALES_TAX_PAYABLE,
        ): document.levied,
    }


def _of_parties(postings: Sequence[Posting]) -> int:
    """Return by how much the customer owes more."""
    return sum(
        one.amount * ((one.debit in OF_PARTIES) - (one.credit in OF_PARTIES)) for one in postings
    )


def _paise(one: Posting, rate: Decimal) -> int:
    return rounded(one.amount * rate * 100 / 10 ** exponent(one.currency))
