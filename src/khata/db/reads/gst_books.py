"""What the ledger holds of a return's documents: by document, and by head of tax."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.amounts import NOTHING, Amounts
from khata.core.exports.checks.finding import Booked, Books
from khata.core.exports.checks.tie_out import to_be_booked
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.tax_document import TaxDocument
from khata.core.ledger.accounts import TAX_PAYABLE, Account
from khata.core.money import exponent
from khata.core.tax.place_of_supply import Treatment
from khata.db.reads.advance_books import AdvancesBooked, advances_booked

Connection = psycopg.Connection[TupleRow]

# The heads of GST; tax of another state on the same sale is in no return of India.
_HEAD = {
    TAX_PAYABLE["IGST"]: "igst",
    TAX_PAYABLE["CGST"]: "cgst",
    TAX_PAYABLE["SGST"]: "sgst",
    TAX_PAYABLE["UTGST"]: "sgst",
    TAX_PAYABLE["CESS"]: "cess",
}
# What gives a document out or takes it back; other entries of it settle it, or earn it.
_OF_DOCUMENTS = ("invoice_issued", "invoice_voided", "credit_note_issued", "credit_note_voided")
_VALUE = (Account.DEFERRED_REVENUE, Account.REVENUE)
# Against these a receivable is settled, or given back; against all others it arises.
_SETTLING = (
    Account.CUSTOMER_CREDIT,
    Account.BANK,
    Account.WALLET_PENDING,
    Account.WALLET_PAID,
    Account.WALLET_GRANTED,
)

_POSTINGS = """
    select e.source_id, e.kind, e.booked_on, p.debit, p.credit, p.amount
      from entries e join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
     where e.source_id = any(%(ids)s)
"""
# Tax that was booked in these days of anything else: of this registration, or of nobody known.
_STRAYS = """
    with documents as (
      select id, registration_id, issued_on from invoices
      union all
      select id, registration_id, issued_on from credit_notes
      union all
      select id, registration_id, issued_on from vouchers
    )
    select e.source_id, e.booked_on, p.debit, p.credit, p.amount, d.issued_on
      from entries e join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
      left join documents d on d.id = e.source_id
     where e.booked_on between %(first)s and %(last)s
       and (p.debit = any(%(taxes)s) or p.credit = any(%(taxes)s))
       and p.currency = 'INR'
       and e.source_id <> all(%(ids)s)
       and (d.id is null or d.registration_id = %(registration)s)
"""
# What documents in other currencies come to in those, as they are stored.
_OWN = """
    select i.id, i.total, i.round_off,
           (select coalesce(sum(l.amount), 0)::bigint from invoice_lines l
             where l.invoice_id = i.id),
           (select jsonb_object_agg(name, amount) from (
              select name, sum(amount) as amount from line_taxes t where t.invoice_id = i.id
               group by name) s)
      from invoices i where i.id = any(%(ids)s)
    union all
    select n.id, n.total, n.round_off,
           (select coalesce(sum(l.amount), 0)::bigint from credit_note_lines l
             where l.credit_note_id = n.id),
           (select jsonb_object_agg(name, amount) from (
              select name, sum(amount) as amount from credit_note_taxes t
               where t.credit_note_id = n.id group by name) s)
      from credit_notes n where n.id = any(%(ids)s)
    union all
    select v.id, v.total, 0, v.net,
           (select jsonb_object_agg(t.name, t.amount) from voucher_taxes t
             where t.voucher_id = v.id)
      from vouchers v where v.id = any(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class GstBooks:
    """`in_month` is how the tax accounts moved in the month's own days, by this registration.

    `elsewhere` are the documents by which that differs from the return: they were issued in one
    month and booked, or cancelled, in another.
    """

    books: Books
    in_month: Amounts
    elsewhere: tuple[UUID, ...]


def gst_books(connection: Connection, told: Gstr1, registration: UUID) -> GstBooks:
    """Return what the ledger holds of the documents of a return, whenever it was booked.

    Amounts in another currency are compared in it, and a difference is told in rupees.
    """
    documents = {one.id: one for one in told.documents}
    booked, in_month, elsewhere = _of_documents(connection, documents, told)
    advances = advances_booked(connection, list(documents))
    for id, added in advances.added.items():
        booked[id] = _sum(booked.get(id, Booked(0)), added)
    for id, document in documents.items():
        if document.treatment is Treatment.OUT_OF_SCOPE and id in booked and not _tax(booked[id]):
            del booked[id]
    foreign = [one for one in documents.values() if one.currency != "INR" and one.in_rupees]
    booked |= _valued(connection, foreign, booked, told, advances)
    output_tax = _heads(booked.values())
    strays, stray_ids = _strays(connection, told, registration, documents)
    booked |= strays
    return GstBooks(
        Books(booked, output_tax + _heads(strays.values())),
        in_month + _heads(strays.values()) + _heads(stray_ids.values()),
        (*elsewhere, *stray_ids),
    )


def _of_documents(
    connection: Connection, documents: Mapping[UUID, TaxDocument], told: Gstr1
) -> tuple[dict[UUID, Booked], Amounts, tuple[UUID, ...]]:
    sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    in_month: dict[str, int] = defaultdict(int)
    elsewhere: dict[UUID, None] = {}
    rows = connection.execute(_POSTINGS.encode(), {"ids": list(documents)})
    for id, kind, booked_on, debit, credit, amount in rows:
        for name, signed in _moved(kind, Account(debit), Account(credit), amount):
            sums[id][name] += signed
            if name not in _TAXES:
                continue
            if booked_on in told.period:
                in_month[name] += signed if documents[id].currency == "INR" else 0
            else:
                elsewhere[id] = None
    booked = {id: Booked(**({"value": 0} | dict(of_one))) for id, of_one in sums.items()}
    return booked, Amounts(0, **in_month), tuple(elsewhere)


_TAXES = tuple(dict.fromkeys(_HEAD.values()))


def _moved(kind: str, debit: Account, credit: Account, amount: int) -> Iterable[tuple[str, int]]:
    """Yield what one posting adds to each field of Booked."""
    for account, signed in ((credit, amount), (debit, -amount)):
        if account in _HEAD:
            yield _HEAD[account], signed
    if kind not in _OF_DOCUMENTS or Account.RECEIVABLE not in (debit, credit):
        return
    adds = debit is Account.RECEIVABLE
    other, signed = (credit, amount) if adds else (debit, -amount)
    if other in _SETTLING:
        return
    yield "receivable", signed
    if other in _VALUE:
        yield "value", signed
    elif other is Account.ROUND_OFF:
        yield "round_off", signed


def _valued(
    connection: Connection,
    foreign: Sequence[TaxDocument],
    booked: Mapping[UUID, Booked],
    told: Gstr1,
    advances: AdvancesBooked,
) -> dict[UUID, Booked]:
    """Return in rupees what is booked of documents in other currencies.

    What is booked as the document has it in its own currency is worth what the document is; a
    difference is at least a paisa.
    """
    if not foreign:
        return {}
    own = {
        id: (total, round_off, value, taxes or {})
        for id, total, round_off, value, taxes in connection.execute(
            _OWN.encode(), {"ids": [one.id for one in foreign]}
        )
    }
    valued = {}
    for document in foreign:
        held = booked.get(document.id)
        if held is None:
            continue
        factor = (document.exchange_rate or Decimal(1)) * 100 / 10 ** exponent(document.currency)
        mine = _own_booked(document, own[document.id])
        if document.id in advances.taken_up:
            mine = _sum(mine, _each(advances.taken_up[document.id], lambda _, amount: -amount))
            mine = replace(mine, advances=advances.added[document.id].advances)
        apart = _apart(held, mine, factor)
        want = to_be_booked(document, told)
        valued[document.id] = _sum(want, apart)
    return valued


def _sum(one: Booked, other: Booked) -> Booked:
    return _each(one, lambda name, amount: amount + int(getattr(other, name)))


def _own_booked(document: TaxDocument, own: tuple[int, int, int, Mapping[str, int]]) -> Booked:
    if document.cancelled:
        return Booked(0)
    total, round_off, value, taxes = own
    sign, heads = document.kind.sign, defaultdict[str, int](int)
    if not document.reverse_charge:
        for name, amount in taxes.items():
            head = _HEAD.get(TAX_PAYABLE[name]) if name in TAX_PAYABLE else None
            if head is not None:
                heads[head] += sign * int(amount)
    return Booked(sign * value, round_off=sign * round_off, receivable=sign * total, **dict(heads))


def _apart(held: Booked, want: Booked, factor: Decimal) -> Booked:
    def difference(name: str, amount: int) -> int:
        apart = (amount - getattr(want, name)) * factor
        away = int(apart.to_integral_value())
        return away or (0 if apart == 0 else 1 if apart > 0 else -1)

    return _each(held, difference)


def _each(booked: Booked, change: Callable[[str, int], int]) -> Booked:
    names = (field.name for field in fields(booked))
    return replace(booked, **{name: change(name, getattr(booked, name)) for name in names})


def _strays(
    connection: Connection, told: Gstr1, registration: UUID, documents: Mapping[UUID, TaxDocument]
) -> tuple[dict[UUID, Booked], dict[UUID, Booked]]:
    """Return tax booked in the month of no document at all, and of documents of other months."""
    period = told.period
    rows = connection.execute(
        _STRAYS.encode(),
        {
            "first": period.first,
            "last": period.last,
            "taxes": [account.value for account in _HEAD],
            "ids": list(documents),
            "registration": registration,
        },
    )
    sums: dict[tuple[UUID, date | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for id, _, debit, credit, amount, issued_on in rows:
        for name, signed in _moved("", Account(debit), Account(credit), amount):
            sums[id, issued_on][name] += signed
    unknown: dict[UUID, Booked] = {}
    of_others: dict[UUID, Booked] = {}
    for (id, issued_on), heads in sums.items():
        of_others_month = issued_on is not None and issued_on not in period
        (of_others if of_others_month else unknown)[id] = Booked(0, **dict(heads))
    return unknown, of_others


def _heads(many: Iterable[Booked]) -> Amounts:
    total = NOTHING
    for one in many:
        total += Amounts(0, one.igst, one.cgst, one.sgst, one.cess)
    return total


def _tax(booked: Booked) -> bool:
    return bool(_heads([booked]))
