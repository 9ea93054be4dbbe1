"""Questions for documents: a stored voucher as the document its readers see."""

from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.document import DocumentTax
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tax.place_of_supply import Treatment, place_of
from khata.core.voucher_document import VoucherDocument
from khata.db.reads.document_parts import logo_of, party_shown, signatory_of, tenant_of_documents

Connection = psycopg.Connection[TupleRow]

_VOUCHER = """
    select v.invoice_id, v.number, v.issued_on, v.currency, v.description, v.tax_code, v.net,
           v.total, v.reason, v.endorsement, v.lut_number, v.supply_treatment, v.place_country,
           v.place_state, v.place_code, o.number as receipt_number, o.issued_on as received_on,
           r.logo, r.signatory, buyer.facts as buyer, seller.facts as seller
      from vouchers v
      left join vouchers o on o.id = v.receipt_id
      join registrations r on r.id = v.registration_id
      join parties buyer on buyer.id = v.buyer_party_id
      join parties seller on seller.id = v.seller_party_id
     where v.id = %s
"""


def voucher_document(connection: Connection, id: UUID) -> tuple[UUID, VoucherDocument]:
    """Return the invoice that the money belongs to, and the voucher as its PDF shows it.

    Raises: NotFound.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_VOUCHER, [id]).fetchone()
    if row is None:
        raise NotFound("voucher", public_id("vch", id))
    _, _, branding, livemode = tenant_of_documents(connection)
    home, place = row["seller"]["country"], (row["place_country"], row["place_state"])
    return row["invoice_id"], VoucherDocument(
        number=row["number"],
        issued_on=row["issued_on"],
        currency=row["currency"],
        seller=party_shown(row["seller"], seller_country=home),
        buyer=party_shown(row["buyer"], seller_country=home),
        description=row["description"],
        tax_code=row["tax_code"],
        net=row["net"],
        taxes=_taxes(connection, id, row["net"]),
        total=row["total"],
        receipt_number=row["receipt_number"],
        receipt_issued_on=row["received_on"],
        reason=row["reason"] if row["receipt_number"] else None,
        place_of_supply=place_of(*place, row["place_code"]).spelled,
        reverse_charge=row["supply_treatment"] == Treatment.REVERSE_CHARGE,
        endorsement=row["endorsement"],
        lut=row["lut_number"],
        signatory=signatory_of(row["seller"], row["signatory"]),
        logo=logo_of({**branding, "logo": row["logo"] or branding.get("logo")}),
        livemode=livemode,
        language=row["buyer"].get("language") or "en",
    )


def _taxes(connection: Connection, id: UUID, net: int) -> tuple[DocumentTax, ...]:
    rows = connection.execute(
        "select name, rate, amount from voucher_taxes where voucher_id = %s order by position",
        [id],
    )
    return tuple(DocumentTax(name, rate, net, amount) for name, rate, amount in rows)
