"""Invoices that may be revised, read with all that decides it, and what takes their place."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.charge import Charge, LineKind
from khata.core.document_kind import DocumentKind
from khata.core.ids import public_id
from khata.core.invoice import InvoiceStatus
from khata.core.periods import Period
from khata.core.refusal import NotFound
from khata.core.revised_invoice import Revisable, billed_again
from khata.core.subscription import CollectionMethod
from khata.core.tax.nature import Nature, TaxClass, tax_class_of
from khata.core.tax.place_of_supply import Treatment
from khata.db.rows import Connection

_ORIGINAL = """
    select i.id, i.number, i.document_kind, i.supply_treatment, i.status, i.customer_id,
           i.subscription_id, i.currency, i.collection_method, i.issued_on, i.due_on,
           (select r.number from invoices r where r.id = i.revised_by) as revised_by,
           coalesce((select min(l.tax_behavior) from invoice_lines l where l.invoice_id = i.id),
                    'exclusive') as tax_behavior,
           exists (select from wallet_top_ups t where t.invoice_id = i.id) as is_top_up,
           exists (select from credit_notes n where n.invoice_id = i.id and n.voided_at is null)
             or exists (select from invoices d where d.original_invoice_id = i.id
                         and d.status <> 'void') as has_notes,
           exists (select from attempts a where a.invoice_id = i.id
                      and (a.status in ('sending', 'pending', 'unknown')
                           or (a.status = 'failed' and a.late_until is not null)))
             as is_being_paid,
           i.status = 'open' and exists (select from payments p where p.invoice_id = i.id
             and p.status in ('canceled', 'given_up')) as is_let_go,
           b.id as buyer_party_id, b.facts ->> 'country' as buyer_country,
           b.facts ->> 'state' as buyer_state, b.facts ->> 'gstin' as buyer_gstin
      from invoices i join parties b on b.tenant_id = i.tenant_id and b.id = i.buyer_party_id
     where i.id = %s
"""
# Of a product on reverse charge the line keeps its nature alone: the product says the rest.
_LINES = """
    select l.kind, l.description, l.tax_code, l.amount, l.priced, l.period_start, l.period_end,
           l.full_start, l.full_end, l.subscription_item_id, l.price_id, p.plan_id, l.quantity,
           l.unit_amount, l.priced_quantity, l.basis, l.subscription_id, l.tax_nature,
           coalesce(d.tax_class = 'reverse_charge', false)
             or exists (select from invoice_items w
                         where w.invoice_id = l.invoice_id and w.description = l.description
                           and w.tax_code = l.tax_code and w.tax_class = 'reverse_charge')
             as is_reversed
      from invoice_lines l
      left join prices p on p.tenant_id = l.tenant_id and p.id = l.price_id
      left join plans n on n.tenant_id = p.tenant_id and n.id = p.plan_id
      left join products d on d.tenant_id = n.tenant_id and d.id = n.product_id
     where l.invoice_id = %s order by l.position
"""


class Revising:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def original(self, id: UUID) -> Revisable:
        """Return an invoice, whose row is locked before. Raises: NotFound."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_ORIGINAL, [id]).fetchone()
            lines = cursor.execute(_LINES, [id]).fetchall()
        if row is None:
            raise NotFound("invoice", public_id("inv", id), param="invoice")
        return Revisable(
            id=row["id"],
            number=row["number"],
            kind=DocumentKind(row["document_kind"]),
            treatment=Treatment(row["supply_treatment"]),
            status=InvoiceStatus(row["status"]),
            customer_id=row["customer_id"],
            subscription_id=row["subscription_id"],
            currency=row["currency"],
            tax_behavior=row["tax_behavior"],
            collection_method=CollectionMethod(row["collection_method"]),
            issued_on=row["issued_on"],
            due_on=row["due_on"],
            charges=tuple(_charge(line) for line in lines),
            is_top_up=row["is_top_up"],
            has_notes=row["has_notes"],
            is_being_paid=row["is_being_paid"],
            is_let_go=row["is_let_go"],
            buyer_country=row["buyer_country"],
            buyer_state=row["buyer_state"],
            buyer_gstin=row["buyer_gstin"],
            buyer_party_id=row["buyer_party_id"],
            revised_by=row["revised_by"],
        )

    def take_place(self, original: UUID, revised: UUID) -> None:
        """Let a stored invoice stand for another, also to the subscriptions that it billed."""
        self._connection.execute(
            "update invoices set revised_by = %s where id = %s", [revised, original]
        )
        self._connection.execute(
            "update invoice_subscriptions set invoice_id = %s where invoice_id = %s",
            [revised, original],
        )


def stands_for(connection: Connection, id: UUID) -> UUID:
    """Return the invoice that took the place of this one, or this one."""
    row = connection.execute("select revised_by from invoices where id = %s", [id]).fetchone()
    return id if row is None or row[0] is None else UUID(str(row[0]))


def carried_by(connection: Connection, id: UUID) -> int:
    """Return what had been paid of the invoice that this one revises, and so has paid this."""
    row = connection.execute(
        "select c.amount from invoices i join credit_entries c on c.tenant_id = i.tenant_id"
        " and c.source_id = i.original_invoice_id and c.cause = 'invoice_revised'"
        " where i.id = %s and i.document_kind = 'revised_invoice'",
        [id],
    ).fetchone()
    return 0 if row is None else int(row[0])


def collected_as(connection: Connection, id: UUID) -> list[UUID]:
    """Return the invoices whose payments paid this one: it, and the one in whose place it is."""
    row = connection.execute(
        "select original_invoice_id from invoices"
        " where id = %s and document_kind = 'revised_invoice'",
        [id],
    ).fetchone()
    return [id] if row is None else [UUID(str(row[0])), id]


def _charge(line: Mapping[str, Any]) -> Charge:
    of = line["subscription_id"]
    charge = Charge(
        LineKind(line["kind"]),
        line["description"],
        line["tax_code"],
        line["amount"],
        Period(line["period_start"], line["period_end"]),
        Period(line["full_start"], line["full_end"]),
        item_id=line["subscription_item_id"],
        price_id=line["price_id"],
        plan_id=line["plan_id"],
        quantity=line["quantity"],
        unit_amount=line["unit_amount"],
        priced_quantity=line["priced_quantity"],
        basis=line["basis"],
        subscription_id=of,
        tax_class=_class(line),
    )
    return billed_again(charge, priced=line["priced"])


def _class(line: Mapping[str, Any]) -> TaxClass:
    nature = Nature(line["tax_nature"])
    reversed_ = line["is_reversed"] and nature is Nature.TAXABLE
    return tax_class_of(nature, reverse_charge=reversed_)
