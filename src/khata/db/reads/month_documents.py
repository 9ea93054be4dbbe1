"""Which documents a registration gave out in some days, whatever their kind, for copies of all."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

_GIVEN_OUT = """
    select 'invoice' as kept_as, id, document_kind as kind, number, issued_on
      from invoices
     where registration_id = %(registration)s and number is not null
       and document_kind <> 'payment_request'
       and issued_on between %(first)s and %(last)s
    union all
    select 'note', id,
           case treatment when 'gst' then 'credit_note' else 'commercial_credit_note' end,
           number, issued_on
      from credit_notes
     where registration_id = %(registration)s and issued_on between %(first)s and %(last)s
    union all
    select 'voucher', id, kind, number, issued_on
      from vouchers
     where registration_id = %(registration)s and issued_on between %(first)s and %(last)s
     order by kind, number
"""


@dataclass(frozen=True, slots=True)
class GivenOutDocument:
    """One document that the law knows: payment requests are none.

    Cancelled ones are among them, for they keep their numbers.
    """

    kept_as: Literal["invoice", "note", "voucher"]
    id: UUID
    kind: str
    number: str
    issued_on: date


def month_documents(
    connection: psycopg.Connection[TupleRow], registration: UUID, *, first: date, last: date
) -> list[GivenOutDocument]:
    """Return what was given out from one day to another, both included, by kind and number."""
    days = {"registration": registration, "first": first, "last": last}
    return [
        GivenOutDocument(*row) for row in connection.execute(_GIVEN_OUT.encode(), days).fetchall()
    ]
