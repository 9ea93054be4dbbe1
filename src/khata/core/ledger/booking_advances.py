"""Booking the tax of advances: owed when the money comes, and not twice when it is invoiced."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import TAX_PAYABLE, Account
from khata.core.ledger.posting import Entry, Posting, posting
from khata.core.tax.gst import TaxRow


def advance_received(
    *, id: UUID, voucher_id: UUID, on: date, currency: str, taxes: Sequence[TaxRow]
) -> Entry | None:
    """Book the tax inside an advance: owed to the state, out of money that is not earned yet.

    An advance without tax books nothing. Source: CGST Act s.13(2), s.12(2).
    """
    return _entry(id, "advance_received", voucher_id, on, _owed(taxes, currency))


def advance_taken_up(
    *, id: UUID, invoice_id: UUID, on: date, currency: str, taxes: Iterable[TaxRow]
) -> Entry | None:
    """Book that an invoice takes up advances: the tax they bore is not owed again."""
    return _entry(id, "advance_taken_up", invoice_id, on, _owed_no_more(taxes, currency))


def advance_restored(
    *, id: UUID, invoice_id: UUID, on: date, currency: str, taxes: Iterable[TaxRow]
) -> Entry | None:
    """Book that an invoice which took up advances is void: they bear their tax again."""
    return _entry(id, "advance_restored", invoice_id, on, _owed(taxes, currency))


def advance_refunded(
    *,
    id: UUID,
    voucher_id: UUID,
    on: date,
    currency: str,
    amount: int,
    taxes: Iterable[TaxRow],
    given: Account | None,
) -> Entry | None:
    """Book an advance that is given back: out of the wallet, and its tax is owed no more.

    `given` is what is credited; None: the money stays, and only the tax is another's to pay.
    """
    out = () if given is None else posting(Account.WALLET_PAID, given, amount, currency)
    return _entry(id, "advance_refunded", voucher_id, on, [*out, *_owed_no_more(taxes, currency)])


def advance_lapsed(
    *, id: UUID, use_id: UUID, on: date, currency: str, taxes: Iterable[TaxRow]
) -> Entry | None:
    """Book that an advance can be spent no more: its tax stays paid, and lowers the income."""
    tax = sum(row.amount for row in taxes)
    lost = posting(Account.BREAKAGE, Account.ADVANCE_TAX, tax, currency)
    return _entry(id, "advance_lapsed", use_id, on, lost)


def _owed(taxes: Iterable[TaxRow], currency: str) -> list[Posting]:
    return [
        Posting(Account.ADVANCE_TAX, TAX_PAYABLE[name], amount, currency)
        for name, amount in _by_head(taxes)
    ]


def _owed_no_more(taxes: Iterable[TaxRow], currency: str) -> list[Posting]:
    return [
        Posting(TAX_PAYABLE[name], Account.ADVANCE_TAX, amount, currency)
        for name, amount in _by_head(taxes)
    ]


def _by_head(taxes: Iterable[TaxRow]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for row in taxes:
        sums[row.name] = sums.get(row.name, 0) + row.amount
    return [(name, amount) for name, amount in sums.items() if amount]


def _entry(
    id: UUID, kind: str, source: UUID, on: date, postings: Sequence[Posting]
) -> Entry | None:
    return Entry(id, kind, source, on, tuple(postings)) if postings else None
