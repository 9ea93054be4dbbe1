"""Advances in the books of a return: what vouchers are about, and what invoices take up."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.exports.checks.finding import Booked

Connection = psycopg.Connection[TupleRow]

# The ledger books of a receipt voucher the tax alone, for the money went into the wallet before
# it. What a refund voucher gives back out of the wallet it books too; if the money stays, not.
_VOUCHERS = """
    select v.id, case v.kind when 'refund_voucher' then -1 else 1 end, v.net,
           coalesce((select sum(p.amount)::bigint
                       from entries e
                       join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
                      where e.source_id = v.id and e.kind = 'advance_refunded'
                        and p.debit = 'wallet_paid'), v.total)
      from vouchers v where v.id = any(%s)
"""
_TAKEN_UP = """
    select u.source_id, u.amount, u.taxes,
           array(select t.name from voucher_taxes t where t.voucher_id = v.id order by t.position)
      from advance_uses u join vouchers v on v.id = u.voucher_id
     where u.cause = 'invoice' and u.returned_on is null and u.source_id = any(%s)
"""
_FIELDS = {"IGST": "igst", "CGST": "cgst", "SGST": "sgst", "UTGST": "sgst", "CESS": "cess"}


@dataclass(frozen=True, slots=True)
class AdvancesBooked:
    """`added` joins what the tax accounts hold; `taken_up` is the tax that invoices owe less.

    Both by document, in minor units of its currency.
    """

    added: dict[UUID, Booked]
    taken_up: dict[UUID, Booked]


def advances_booked(connection: Connection, ids: Sequence[UUID]) -> AdvancesBooked:
    """Return what the wallet moved by vouchers among these, and what invoices take up."""
    added = {
        id: Booked(sign * net, receivable=sign * moved)
        for id, sign, net, moved in connection.execute(_VOUCHERS, [list(ids)])
    }
    heads: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    net: dict[UUID, int] = defaultdict(int)
    for id, amount, taxes, names in connection.execute(_TAKEN_UP, [list(ids)]):
        net[id] += amount - sum(taxes)
        for name, tax in zip(names, taxes, strict=True):
            heads[id][_FIELDS[name]] += tax
    added |= {id: Booked(0, advances=amount) for id, amount in net.items()}
    return AdvancesBooked(added, {id: Booked(0, **dict(of_one)) for id, of_one in heads.items()})
