"""Add an invoice item: something once, billed with the next invoice of a customer or at once."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg

from khata.core.charge import Charge, LineKind
from khata.core.customer import Customer
from khata.core.ids import new_id, public_id
from khata.core.issuing import Issuing, OneOff, booked, draw_up, told
from khata.core.money import LARGEST_AMOUNT, AmountTooLarge
from khata.core.paying import for_whom
from khata.core.periods import Period, day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import Registration
from khata.core.subscription import CollectionMethod, Status
from khata.core.tax.nature import Nature, TaxClass, tax_class_of
from khata.core.waiting import WaitingItem
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.invoices.settle_at_once import settle_at_once
from khata.usecases.taxes.check_tax_code import check_tax_code
from khata.usecases.taxes.choose_registration import choose_registration


class CurrencyOfAnother(Refusal):
    """The item is in a currency that the customer is not billed in."""


class NothingWillBill(Refusal):
    """The subscription will have no invoice that could bill the item."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class AddInvoiceItem:
    """`unit_amount` in minor units of the customer's currency, `quantity` times.

    `tax_nature` and `reverse_charge` say what the item is to GST, as they do of a product.
    """

    tenant: UUID
    id: UUID
    at: datetime
    customer_id: UUID
    description: str
    tax_code: str
    unit_amount: int
    currency: str
    quantity: int = 1
    tax_behavior: str = "exclusive"
    subscription_id: UUID | None = None
    period: Period | None = None
    is_now: bool = False
    tax_nature: Nature = Nature.TAXABLE
    reverse_charge: bool = False


def add_invoice_item(command: AddInvoiceItem, *, tools: Tools, db: Database) -> None:
    """Let the item wait for the next invoice, or bill it on one of its own and collect that.

    Raises: NotFound, CurrencyOfAnother, NothingWillBill, AmountTooLarge, BadTaxNature,
    UnknownTaxCode, and what the tax law refuses.
    """
    with db.transaction(command.tenant) as uow:
        customer = _customer(uow, command)
        today = day_of(command.at, uow.tenants.get().timezone)
        tax_class = tax_class_of(command.tax_nature, reverse_charge=command.reverse_charge)
        check_tax_code(uow, command.tax_code, tax_class, on=today)
        item = _waiting(command, customer, tax_class)
        uow.waiting_items.add([item])
        invoice = _billed(uow, customer, command, item, today) if command.is_now else None
    if invoice is not None:
        with suppress(psycopg.OperationalError):  # it is stored and due, whatever happens here
            settle_invoices(SettleInvoices(command.tenant, command.at, (invoice,)), tools=tools)


def _customer(uow: UnitOfWork, command: AddInvoiceItem) -> Customer:
    customer = uow.customers.get(command.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer_id), param="customer")
    if command.currency != customer.currency:
        raise CurrencyOfAnother(
            f"This customer is billed in {customer.currency}, not {command.currency}",
            param="currency",
        )
    if command.unit_amount * command.quantity > LARGEST_AMOUNT:
        raise AmountTooLarge(f"More than {LARGEST_AMOUNT} minor units", param="unit_amount")
    if command.subscription_id is not None:
        subscription = uow.subscriptions.get(command.subscription_id, param="subscription")
        if subscription.customer_id != customer.id:
            id = public_id("sub", command.subscription_id)
            raise NotFound("subscription of this customer", id, param="subscription")
        if subscription.status is Status.CANCELED or subscription.cancel_on is not None:
            raise NothingWillBill(
                "This subscription ends before its next invoice; bill the item now",
                param="subscription",
            )
    return customer


def _waiting(command: AddInvoiceItem, customer: Customer, tax_class: TaxClass) -> WaitingItem:
    today = day_of(command.at, customer.timezone)
    period = command.period or Period(today, today + timedelta(days=1))
    charge = Charge(
        LineKind.ONE_TIME,
        command.description,
        command.tax_code,
        command.unit_amount * command.quantity,
        period,
        period,
        quantity=command.quantity,
        unit_amount=command.unit_amount,
        tax_class=tax_class,
    )
    return WaitingItem(
        command.id,
        customer.id,
        command.subscription_id,
        command.currency,
        command.tax_behavior,
        charge,
        command.at,
    )


def _billed(
    uow: UnitOfWork, customer: Customer, command: AddInvoiceItem, item: WaitingItem, today: date
) -> UUID:
    """Issue the item's own invoice to who pays, under the registration that rules say."""
    buyer = customer
    if customer.payer_id is not None:
        buyer = uow.customers.of([customer.payer_id])[customer.payer_id]
    registration = choose_registration(uow, None, buyer, products=(), on=today)
    work = DueWork(uow.connection)
    terms = work.terms_between(registration.id, command.customer_id, on=today)
    tenant = uow.tenants.get()
    discounts = tuple(uow.coupons.in_force([], [customer.buyer_id], locking=True))
    one_off = _one_off(uow, customer, command, registration)
    under = Issuing(one_off, terms, today, tenant.policies, discounts)
    ids = iter(lambda: new_id(command.at), None)
    invoice = draw_up(for_whom([item.charge], terms), None, under, ids)
    entry = booked(invoice, next(ids))
    uow.books.post([] if entry is None else [entry], command.at)
    invoice, events = settle_at_once(uow, invoice, told(invoice), at=command.at)
    uow.events.add(events, command.at)
    uow.invoices.add_lines([invoice])
    if discounts:
        uow.coupons.add_line_discounts([invoice], {one.id: one for one in discounts})
    uow.waiting_items.bill({item.id: invoice.id})
    uow.invoices.number([invoice], command.at)
    return invoice.id


def _one_off(
    uow: UnitOfWork, customer: Customer, command: AddInvoiceItem, registration: Registration
) -> OneOff:
    """Collect it where there is a way to, and let the customer pay it by hand where not."""
    has_method = uow.payment_methods.default_of(customer.buyer_id) is not None
    return OneOff(
        customer.buyer_id,
        registration.id,
        CollectionMethod.CHARGE_AUTOMATICALLY if has_method else CollectionMethod.SEND_INVOICE,
        0 if has_method else uow.tenants.get().policies.days_until_due,
        command.currency,
        command.tax_behavior,
    )
