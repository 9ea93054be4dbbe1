"""What tax abroad asks about a customer, read beside it: its numbers, checks of them, evidence."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from khata.core.tax.location import Evidence, EvidenceType
from khata.core.tax.parties import Abroad
from khata.db.rows import Connection

# Of the customer `c`; null in India, where nobody asks for it. A check that was not answered says
# nothing: the last answer counts, and one that denied the number takes the one before away.
ABROAD = """
    case when c.country <> 'IN' then (
      select jsonb_build_object(
               'postal_code', c.address ->> 'postal_code',
               'vat_id', v.value,
               'valid_on', (select case when k.outcome = 'valid' then k.checked_on end
                              from tax_id_checks k
                             where k.customer_id = c.id and k.value = v.value
                               and k.outcome <> 'unavailable'
                             order by k.checked_at desc, k.id desc limit 1),
               'numbers', (select jsonb_agg(jsonb_build_array(n.type, n.value) order by n.type)
                             from tax_ids n
                            where n.customer_id = c.id
                              and n.type not in ('in_gst', 'eu_vat', 'gb_vat', 'other')),
               'evidence', (select jsonb_agg(jsonb_build_object(
                                     'type', e.type, 'country', e.country, 'source', e.source,
                                     'captured_at', to_char(e.captured_at at time zone 'UTC',
                                                            'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                   order by e.captured_at, e.id)
                              from location_evidence e where e.customer_id = c.id))
        from (select 1) one
        left join tax_ids v on v.customer_id = c.id
         and v.type = case when c.country in ('GB', 'IM') then 'gb_vat' else 'eu_vat' end)
    end
"""


def abroad_of_customer(connection: Connection, id: UUID) -> Abroad:
    """Return what tax abroad asks about a customer; nothing of one in India, or that is none."""
    sql = f"select {ABROAD} from customers c where c.id = %s"
    row = connection.execute(sql, [id]).fetchone()
    return Abroad() if row is None else abroad_of(row[0])


def abroad_of(row: Mapping[str, Any] | None) -> Abroad:
    """Return what ABROAD has read."""
    if row is None:
        return Abroad()
    return Abroad(
        row["postal_code"],
        row["vat_id"],
        date.fromisoformat(row["valid_on"]) if row["valid_on"] else None,
        tuple(
            Evidence(EvidenceType(one["type"]), one["country"], one["captured_at"], one["source"])
            for one in row["evidence"] or ()
        ),
        tuple((type, value) for type, value in row["numbers"] or ()),
    )
