"""How an invoice was issued, for the documents that go back to it."""

from uuid import UUID

from psycopg.rows import dict_row

from khata.core.debit_note import IssuedAs
from khata.core.document_kind import DocumentKind
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.subscription import CollectionMethod
from khata.core.tax.kept_levies import levy_from
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment, place_of
from khata.core.tax.rupees import exchange_of
from khata.db.rows import Connection

_ISSUED = """
    select i.document_kind, i.collection_method, i.currency, i.supply_kind, i.supply_treatment,
           i.place_country, i.place_state, i.place_code, i.endorsement, i.lut_number, i.law, i.levy,
           i.exchange_rate, i.exchange_rate_on, i.exchange_rate_source,
           (select jsonb_object_agg(l.position, l.tax_nature) from invoice_lines l
             where l.invoice_id = i.id) as natures
      from invoices i where i.id = %s
"""


def issued_as(connection: Connection, id: UUID) -> IssuedAs:
    """Return place, treatment, levy, natures, rate of exchange of an invoice. Raises: NotFound."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_ISSUED, [id]).fetchone()
    if row is None:
        raise NotFound("invoice", public_id("inv", id))
    supply = Supply(
        kind=SupplyKind(row["supply_kind"]),
        treatment=Treatment(row["supply_treatment"]),
        place=place_of(row["place_country"], row["place_state"], row["place_code"]),
        endorsement=row["endorsement"],
        law=row["law"],
        reason="As the original document.",
        lut=row["lut_number"],
        levy=levy_from(row["levy"]),
    )
    exchange = exchange_of(
        row["currency"],
        row["exchange_rate"],
        row["exchange_rate_on"],
        row["exchange_rate_source"],
    )
    natures = {int(place): Nature(nature) for place, nature in (row["natures"] or {}).items()}
    method = CollectionMethod(row["collection_method"])
    return IssuedAs(DocumentKind(row["document_kind"]), supply, method, exchange, natures)
