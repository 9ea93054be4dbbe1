"""A return of one registration and month, with its check list and its tie-out to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.e_invoice.applicability import SellerStanding, bound_from
from khata.core.exports.amounts import Amounts
from khata.core.exports.checks.finding import Circumstances, Finding, Severity
from khata.core.exports.corrections import Correction, as_received, corrected
from khata.core.exports.gstr1.amended import FiledPeriod
from khata.core.exports.gstr1.file import Filer, Gstr1, gstr1
from khata.core.exports.gstr3b import Gstr3b, gstr3b
from khata.core.exports.return_checks import check_return, may_be_filed
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.filing import FiledReturn, check_files, month_before, read_period
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.registration import Registration
from khata.core.tax.hsn_digits import year_before
from khata.core.tax.parties import Scheme
from khata.db.reads.gst_books import GstBooks, gst_books
from khata.db.reads.note_circumstances import annual_returns, itc_reversed, settled_otherwise
from khata.db.reads.numbers_used import misnumbered, numbers_used
from khata.db.reads.tax_documents import documents_of, tax_documents
from khata.db.reads.unrevised import unrevised
from khata.db.stores.filings import Filings
from khata.db.stores.irp_connections import IrpConnections, standing_of
from khata.db.stores.sellers import Sellers

Connection = psycopg.Connection[TupleRow]

# Documents whose lines and taxes, added up, are not what stands on the document itself.
_UNSOUND = """
    select d.id, d.number, d.sound from (
      select i.id, i.number,
             i.subtotal - i.discount = coalesce((select sum(l.amount) from invoice_lines l
                                                  where l.invoice_id = i.id), 0)
             and i.tax = coalesce((select sum(t.amount) from line_taxes t
                                    where t.invoice_id = i.id), 0)
             and i.total = i.subtotal - i.discount + i.tax + i.round_off as sound
        from invoices i
       where i.registration_id = %(registration)s
         and i.issued_on between %(first)s and %(last)s and i.number is not null
      union all
      select n.id, n.number,
             n.subtotal = coalesce((select sum(l.amount) from credit_note_lines l
                                     where l.credit_note_id = n.id), 0)
             and n.tax = coalesce((select sum(t.amount) from credit_note_taxes t
                                    where t.credit_note_id = n.id), 0)
             and n.total = n.subtotal + n.tax + n.round_off
        from credit_notes n
       where n.registration_id = %(registration)s
         and n.issued_on between %(first)s and %(last)s
      union all
      select v.id, v.number,
             v.tax = coalesce((select sum(t.amount) from voucher_taxes t
                                where t.voucher_id = v.id), 0)
             and v.total = v.net + v.tax
        from vouchers v
       where v.registration_id = %(registration)s
         and v.issued_on between %(first)s and %(last)s) d
"""
_TURNOVER = "select amount from turnovers where financial_year = %s order by id desc limit 1"
_CREDITED = """
    select invoice_id, sum(total)::bigint from credit_notes
     where invoice_id = any(%s) and issued_on < %s and voided_at is null group by invoice_id
"""
_IRNS = """
    select coalesce(credit_note_id, invoice_id), irn from e_invoices
     where coalesce(credit_note_id, invoice_id) = any(%s) and irn is not null
       and state <> 'cancelled'
"""


@dataclass(frozen=True, slots=True)
class HeadTied:
    """One head of output tax, in paise: what the ledger holds of the return's documents."""

    head: str
    ledger: int
    declared: int
    in_month: int  # how its account moved in the month's own days

    @property
    def difference(self) -> int:
        return self.ledger - self.declared


@dataclass(frozen=True, slots=True)
class ToldReturn:
    """A return with what was found in it. `filed` is the return of this month, once filed."""

    registration: Registration
    gstr1: Gstr1
    gstr3b: Gstr3b
    findings: tuple[Finding, ...]
    books: GstBooks
    filed: FiledReturn | None

    @property
    def may_be_filed(self) -> bool:
        return may_be_filed(self.findings)

    @property
    def status(self) -> str:
        """Say how it stands: filed, ready or blocked."""
        if self.filed is not None:
            return "filed"
        return "ready" if self.may_be_filed else "blocked"

    @property
    def tied(self) -> tuple[HeadTied, ...]:
        """Return each head of tax in the ledger beside the return."""
        ledger, owed = self.books.books.output_tax.heads, self.gstr3b.exact.heads
        month = self.books.in_month.heads
        return tuple(HeadTied(head, ledger[head], owed[head], month[head]) for head in owed)


def asked_return(
    connection: Connection, registration_id: UUID | None, month: str | None, *, today: date
) -> ToldReturn:
    """Return the return that a door asks for: else of the default registration, of last month.

    Raises: NotFound, BadPeriod, FilesNoGstr1.
    """
    period = month_before(today) if month is None else read_period(month, param="period")
    sellers = Sellers(connection)
    registration = sellers.default() if registration_id is None else sellers.get(registration_id)
    if registration is None:
        assert registration_id is not None
        raise NotFound("registration", public_id("reg", registration_id), param="registration")
    return told_return(connection, registration, period, today=today)


def told_return(
    connection: Connection, registration: Registration, period: ReturnPeriod, *, today: date
) -> ToldReturn:
    """Return the GSTR-1 of a month, all that is wrong with it, and what the books hold of it.

    A document belongs to the month of its date, whenever it was booked or cancelled; what was
    amended of filed months is in the month that the amendment names.
    Raises: FilesNoGstr1.
    """
    gstin = check_files(registration)
    filings = Filings(connection)
    filed = filings.of(registration.id)
    documents, unsound = _documents(connection, registration.id, period)
    amended = filings.corrections(registration.id)
    documents = _with_irns(connection, documents)
    documents = as_received(documents, [one for _, one in amended], period=period)
    turnover = connection.execute(_TURNOVER, [year_before(period.last)]).fetchone()
    told = gstr1(
        Filer(
            gstin,
            turnover=None if turnover is None else turnover[0],
            sez=registration.scheme is Scheme.SEZ,
        ),
        period,
        documents,
        numbers=numbers_used(connection, registration.id, first=period.first, last=period.last),
        filed=_filed_periods(connection, registration.id, period, filed, amended),
    )
    books = gst_books(connection, told, registration.id)
    asked_from, unconnected_from = _e_invoices_from(connection, registration.id)
    known = Circumstances(
        today=today,
        books=books.books,
        filed=tuple(one.period for one in filed if one.period != period),
        e_invoices_from=asked_from,
        unconnected_from=unconnected_from,
        credited_before=_credited_before(connection, documents, period),
        itc_reversed=itc_reversed(
            connection, registration.id, first=period.first, last=period.last
        ),
        annual_returns=annual_returns(connection, registration.id),
    )
    return ToldReturn(
        registration,
        told,
        gstr3b(told),
        (
            *unsound,
            *misnumbered(connection, registration.id, first=period.first, last=period.last),
            *unrevised(connection, registration, period),
            *settled_otherwise(connection, registration.id, first=period.first, last=period.last),
            *check_return(told, known),
        ),
        books,
        next((one for one in filed if one.period == period), None),
    )


def _documents(
    connection: Connection, registration: UUID, period: ReturnPeriod
) -> tuple[Sequence[TaxDocument], tuple[Finding, ...]]:
    """Return the documents of a month; those whose parts do not add up are named instead."""
    days = {"registration": registration, "first": period.first, "last": period.last}
    rows = connection.execute(_UNSOUND.encode(), days).fetchall()
    broken = tuple(
        Finding(
            "parts_differ_from_total",
            Severity.BLOCKS,
            f"The lines and taxes of {number} do not add up to what stands on it, and so it is "
            "in no table",
            (id,),
        )
        for id, number, sound in rows
        if not sound
    )
    if broken:
        kept = documents_of(connection, [id for id, _, sound in rows if sound])
        return list(kept.values()), broken
    return tax_documents(connection, registration, first=period.first, last=period.last), ()


def _with_irns(connection: Connection, documents: Sequence[TaxDocument]) -> Sequence[TaxDocument]:
    """Return the documents with the IRN of each that a portal has registered."""
    rows = connection.execute(_IRNS, [[one.id for one in documents]])
    irns: dict[UUID, str] = dict(rows.fetchall())
    return [replace(one, irn=irns.get(one.id)) for one in documents]


def _e_invoices_from(connection: Connection, registration: UUID) -> tuple[date | None, date | None]:
    """Return the first day whose documents have to bear an IRN: with a connection, or without.

    It is never before the first day of the connection: what was registered elsewhere until then
    has its IRN there. Without a connection the turnover alone says so.
    """
    connections = IrpConnections(connection)
    one = connections.of([registration]).get(registration)
    turnovers = connections.turnovers()
    if one is None:
        return None, bound_from(SellerStanding(turnovers, connections.exempt_class(registration)))
    since = bound_from(standing_of(one, turnovers))
    return None if since is None else max(since, one.valid_from), None


def _filed_periods(
    connection: Connection,
    registration: UUID,
    period: ReturnPeriod,
    filed: Sequence[FiledReturn],
    corrections: Sequence[tuple[UUID, Correction]],
) -> list[FiledPeriod]:
    """Return the filed months of which this one tells something anew, as they were and are."""
    told = []
    for past in filed:
        of_past = [one for id, one in corrections if id == past.id]
        now = [one for one in of_past if one.period <= period]
        if not any(one.period == period for one in now):
            continue
        documents = as_received(
            tax_documents(connection, registration, first=past.period.first, last=past.period.last),
            [one for _, one in corrections],
            period=past.period,
        )
        before = [one for one in of_past if one.period < period]
        told.append(
            FiledPeriod(past.period, corrected(documents, before), corrected(documents, now))
        )
    return told


def _credited_before(
    connection: Connection, documents: Sequence[TaxDocument], period: ReturnPeriod
) -> dict[UUID, int]:
    """Return what earlier notes took off the invoices that this month's notes go back to."""
    originals = [
        one.original.id
        for one in documents
        if one.kind is DocumentKind.CREDIT_NOTE and one.original is not None
    ]
    rows = connection.execute(_CREDITED, [originals, period.first])
    return dict(rows.fetchall())


def owed_by(told: ToldReturn) -> dict[str, int]:
    """Return what GSTR-3B owes by head, in paise: what is kept of a filed return."""
    exact: Amounts = told.gstr3b.exact
    return {"igst": exact.igst, "cgst": exact.cgst, "sgst": exact.sgst, "cess": exact.cess}
