"""Which numbers a registration has used in some days: for the table of documents issued."""

from datetime import date
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.checks.finding import Finding
from khata.core.exports.checks.numbers import out_of_place
from khata.core.exports.tax_document import DocumentKind, NumbersUsed
from khata.core.numbering import is_nth

_COUNTED = """
    select id, number, series, financial_year, sequence from invoices
     where registration_id = %(registration)s
       and issued_on between %(first)s and %(last)s and number is not null
       and document_kind <> 'payment_request'
    union all
    select id, number, series, financial_year, sequence from credit_notes
     where registration_id = %(registration)s and treatment = 'gst'
       and issued_on between %(first)s and %(last)s
    union all
    select id, number, series, financial_year, sequence from vouchers
     where registration_id = %(registration)s and issued_on between %(first)s and %(last)s
     order by number
"""
# A run is unbroken where the sequence grows as the count of its rows does.
_RUNS = """
    with numbered as (
      select document_kind as kind, series, financial_year, sequence, number,
             voided_at is not null as cancelled
        from invoices
       where registration_id = %(registration)s
         and issued_on between %(first)s and %(last)s and number is not null
         and document_kind <> 'payment_request'
      union all
      select 'credit_note', series, financial_year, sequence, number, voided_at is not null
        from credit_notes
       where registration_id = %(registration)s and treatment = 'gst'
         and issued_on between %(first)s and %(last)s
      union all
      select kind, series, financial_year, sequence, number, false
        from vouchers
       where registration_id = %(registration)s and issued_on between %(first)s and %(last)s
    ), runs as (
      select *, sequence - row_number() over (
               partition by kind, series, financial_year order by sequence) as run
        from numbered)
    select kind, series,
           (array_agg(number order by sequence))[1],
           (array_agg(number order by sequence desc))[1],
           count(*), count(*) filter (where cancelled)
      from runs
     group by kind, series, financial_year, run
     order by kind desc, series, financial_year, min(sequence)
"""


def numbers_used(
    connection: psycopg.Connection[TupleRow], registration: UUID, *, first: date, last: date
) -> list[NumbersUsed]:
    """Return each unbroken run of numbers of these days, both included; cancelled ones count.

    Source: GSTR-1 table 13.
    """
    days = {"registration": registration, "first": first, "last": last}
    return [
        NumbersUsed(DocumentKind(kind), series, first_number, last_number, count, cancelled)
        for kind, series, first_number, last_number, count, cancelled in connection.execute(
            _RUNS.encode(), days
        )
    ]


def misnumbered(
    connection: psycopg.Connection[TupleRow], registration: UUID, *, first: date, last: date
) -> tuple[Finding, ...]:
    """Name each document of these days whose number is not what its count in its series gives."""
    days = {"registration": registration, "first": first, "last": last}
    return tuple(
        out_of_place(id, number, series)
        for id, number, series, year, n in connection.execute(_COUNTED.encode(), days)
        if not is_nth(number, series, year=year, n=n)
    )
