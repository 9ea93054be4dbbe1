"""Vouchers of advances as returns and Tally read them, and what invoices take up of advances."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.exact import rounded
from khata.core.exports.tax_document import AdvanceAdjusted, DocumentKind, Original
from khata.core.money import exponent

Connection = psycopg.Connection[TupleRow]

# In the words of invoices and notes, for whoever makes documents of all three.
VOUCHERS: Final = """
    select v.id, v.kind, v.number, v.issued_on, v.registration_id, v.customer_id, v.currency,
           0 as round_off, v.total, v.series, v.supply_kind, v.supply_treatment, v.place_country,
           v.place_state, v.place_code, v.lut_number, v.exchange_rate, v.description, v.tax_code,
           v.tax_nature, v.net, v.reason,
           o.id as original_id, o.kind as original_kind, o.number as original_number,
           o.issued_on as original_on, o.total as original_total,
           s.facts as seller, b.facts as buyer
      from vouchers v
      left join vouchers o on o.id = v.receipt_id
      join parties s on s.id = v.seller_party_id
      join parties b on b.id = v.buyer_party_id
     where {condition}
     order by v.issued_on, v.kind, v.series, v.sequence
"""
VOUCHER_TAXES: Final = """
    select t.voucher_id, 0, t.name, t.rate, v.net, t.amount, v.supply_treatment
      from voucher_taxes t join vouchers v on v.id = t.voucher_id
     where t.voucher_id = any(%s)
"""
_TAKEN_UP = """
    select u.source_id, v.id, v.number, v.issued_on, v.currency, v.exchange_rate, u.amount, u.taxes,
           array(select t.name from voucher_taxes t where t.voucher_id = v.id order by t.position),
           array(select t.rate from voucher_taxes t where t.voucher_id = v.id order by t.position)
      from advance_uses u join vouchers v on v.id = u.voucher_id
     where u.cause = 'invoice' and u.returned_on is null and u.source_id = any(%s)
     order by u.id
"""
_OF_RATE: Final = ("IGST", "CGST", "SGST", "UTGST")
_HEADS: Final = {
    "IGST": "igst",
    "CGST": "cgst",
    "SGST": "sgst",
    "UTGST": "sgst",
    "CESS": "cess",
}


def voucher_rows(
    connection: Connection, condition: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of VOUCHERS for which the condition holds; it is ours, never a caller's."""
    with connection.cursor(row_factory=dict_row) as cursor:
        sql = VOUCHERS.format(condition=condition)
        return cursor.execute(sql.encode(), parameters).fetchall()


def voucher_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one line of a voucher: the advance without the tax that is inside it."""
    day = row["issued_on"]
    return {
        **row,
        "of": row["id"],
        "position": 0,
        "amount": row["net"],
        "period_start": day,
        "period_end": day + timedelta(days=1),
    }


def receipt_of(row: Mapping[str, Any]) -> Original | None:
    """Return the voucher that a refund voucher undoes; None of a receipt."""
    if row["original_id"] is None:
        return None
    return Original(
        row["original_id"],
        DocumentKind(row["original_kind"]),
        row["original_number"],
        row["original_on"],
        row["original_total"],
    )


def taken_up_by(
    connection: Connection, invoices: Sequence[UUID]
) -> dict[UUID, tuple[AdvanceAdjusted, ...]]:
    """Return what these invoices take up of advances, in rupees at the rate of the advance.

    Source: CGST Rules, rule 34: the rate is that of the day on which the tax was due.
    """
    found: dict[UUID, list[AdvanceAdjusted]] = defaultdict(list)
    for invoice, *row in connection.execute(_TAKEN_UP.encode(), [list(invoices)]):
        found[invoice].append(_adjusted(*row))
    return {invoice: tuple(parts) for invoice, parts in found.items()}


def _adjusted(
    id: UUID,
    number: str,
    received_on: date,
    currency: str,
    exchange: Decimal | None,
    amount: int,
    taxes: Sequence[int],
    names: Sequence[str],
    rates: Sequence[str],
) -> AdvanceAdjusted:
    factor = Decimal(1)
    if currency != "INR" and exchange is not None:
        factor = exchange * 100 / 10 ** exponent(currency)
    heads: dict[str, int] = defaultdict(int)
    for name, tax in zip(names, taxes, strict=True):
        if name in _HEADS:  # another state's tax is in no return of GST
            heads[_HEADS[name]] += rounded(tax * factor)
    return AdvanceAdjusted(
        voucher_id=id,
        voucher_number=number,
        received_on=received_on,
        rate=sum(
            (Decimal(rate) for name, rate in zip(names, rates, strict=True) if name in _OF_RATE),
            Decimal(0),
        ),
        net=rounded((amount - sum(taxes)) * factor),
        **heads,
    )
