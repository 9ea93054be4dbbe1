"""An invoice of a story, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.core.document import InvoiceDocument
from khata.core.money import Money
from khata.core.periods import Period
from khata.db.reads.documents import invoice_document
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from khata.usecases.invoices.write_off_invoice import WriteOffInvoice, write_off_invoice

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop


@dataclass(frozen=True)
class Invoice:
    """`taxes` are its rows: head, rate in percent, amount in minor units."""

    shop: Shop
    id: UUID
    number: str
    status: str
    subtotal: Money
    tax: Money
    round_off: Money
    total: Money
    paid: Money
    issued_on: str
    due_on: str
    period: Period
    kind: str
    treatment: str
    place: str | None
    endorsement: str | None
    lines: list[tuple[str, int]]
    taxes: list[tuple[str, str, int]]

    def is_voided(self) -> None:
        void_invoice(VoidInvoice(self.shop.tenant, self.id, self.shop.world.now), db=self.shop.db)

    def is_written_off(self) -> None:
        command = WriteOffInvoice(self.shop.tenant, self.id, self.shop.world.now)
        write_off_invoice(command, db=self.shop.db)

    @property
    def document(self) -> InvoiceDocument:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return invoice_document(uow.connection, self.id, base_url="https://khata.example")

    @property
    def captures(self) -> list[int]:
        """What the gateway's own books say it took for this invoice, each time in minor units."""
        world = self.shop.world
        gateway = world.engine.gateways.of("fake", None)
        assert isinstance(gateway, FakeGateway)
        taken = gateway.book.captures(
            str(self.shop.tenant), invoice_number=self.number, at=world.now
        )
        return [charge.request.amount for charge in taken]

    @property
    def attempts(self) -> list[tuple[str, str]]:
        """Each call to the gateway: the day by the shop's wall, and how it ended."""
        rows = self.shop.rows(
            "select (a.created_at at time zone t.timezone)::date, a.status"
            " from attempts a cross join tenants t where a.invoice_id = %(id)s order by a.id",
            id=self.id,
        )
        return [(str(day), status) for day, status in rows]

    @property
    def entries(self) -> list[tuple[str, str, str, int]]:
        """What was booked of it: kind of entry, debit, credit, amount."""
        return [
            (kind, debit, credit, amount)
            for kind, debit, credit, amount in self.shop.rows(
                "select e.kind, p.debit, p.credit, p.amount from entries e"
                " join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id"
                " where e.source_id = %(id)s order by e.created_at, e.id, p.position",
                id=self.id,
            )
        ]


def lines_of(shop: Shop, invoice: Invoice) -> list[UUID]:
    rows = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    return [id for (id,) in rows]


def invoices_of(
    shop: Shop, *, customer: UUID | None = None, subscription: UUID | None = None
) -> list[Invoice]:
    """The shop's invoices in the order in which they were made."""
    rows = shop.rows(_INVOICES, customer=customer, subscription=subscription)
    return [_invoice(shop, row) for row in rows]


_INVOICES = """
    select id, number, status, currency, subtotal, tax, round_off, total, amount_paid, issued_on,
           due_on, period_start, period_end, supply_kind, supply_treatment, place_code,
           endorsement,
           (select json_agg(json_build_array(description, amount) order by position)
              from invoice_lines l where l.invoice_id = i.id),
           (select coalesce(json_agg(json_build_array(name, rate, amount)
                                     order by line_position, position), '[]')
              from line_taxes x where x.invoice_id = i.id)
      from invoices i
     where customer_id = coalesce(%(customer)s, customer_id)
       and (subscription_id = %(subscription)s or %(subscription)s::uuid is null
            or id in (select invoice_id from invoice_subscriptions
                       where subscription_id = %(subscription)s))
     order by id
"""


def _invoice(shop: Shop, row: tuple[Any, ...]) -> Invoice:
    id, number, status, currency, *amounts = row[:9]
    issued_on, due_on, start, end, kind, treatment, place, endorsement, lines, taxes = row[9:]
    subtotal, tax, round_off, total, paid = (Money(amount, currency) for amount in amounts)
    return Invoice(
        shop=shop,
        id=id,
        number=number,
        status=status,
        subtotal=subtotal,
        tax=tax,
        round_off=round_off,
        total=total,
        paid=paid,
        issued_on=str(issued_on),
        due_on=str(due_on),
        period=Period(start, end),
        kind=kind,
        treatment=treatment,
        place=place,
        endorsement=endorsement,
        lines=[(description, amount) for description, amount in lines],
        taxes=[(name, rate, amount) for name, rate, amount in taxes],
    )
