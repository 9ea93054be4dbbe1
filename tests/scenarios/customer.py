"""A customer of a story: the card, the inbox, the subscriptions and the invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.core.ids import new_id
from khata.core.money import Money
from khata.core.subscription import CollectionMethod
from khata.usecases.invoices.add_invoice_item import AddInvoiceItem, add_invoice_item
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.pay_invoice import PayInvoice, pay_invoice
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from tests.scenarios.invoice import Invoice, invoices_of
from tests.scenarios.subscription import Subscribed

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop


class Customer:
    def __init__(self, shop: Shop, id: UUID) -> None:
        self.shop, self.id = shop, id
        self.card = Card(self)
        self.inbox = Inbox(self)

    def subscribes_to(
        self,
        *plans: str,
        seats: Sequence[int] = (),
        starts: str | None = None,
        anchor: str | None = None,
        trial_days: int | None = None,
        pays_by: str = "card",
        days_to_pay: int | None = None,
        coupons: Sequence[str] = (),
        ends_on: str | None = None,
        **terms: Any,
    ) -> Subscribed:
        """Subscribe, from today unless `starts` says when; `seats` stand beside the plans."""
        world, shop = self.shop.world, self.shop
        id = new_id(world.now)
        counts = seats or [1] * len(plans)
        items = [
            WantedItem(shop.plans[plan].id, count)
            for plan, count in zip(plans, counts, strict=True)
        ]
        by_card = pays_by == "card"
        command = StartSubscription(
            tenant=shop.tenant,
            id=id,
            at=world.now,
            customer_id=self.id,
            items=items,
            collection_method=CollectionMethod.CHARGE_AUTOMATICALLY
            if by_card
            else CollectionMethod.SEND_INVOICE,
            days_until_due=days_to_pay,
            start_on=date.fromisoformat(starts) if starts else None,
            billing_anchor=date.fromisoformat(anchor) if anchor else None,
            ends_on=date.fromisoformat(ends_on) if ends_on else None,
            trial_days=trial_days,
            coupons=coupons,
            **terms,
        )
        start_subscription(command, tools=world.engine.tools, db=shop.db)
        return Subscribed(shop, id)

    def gives_card(self, token: str) -> None:
        """Put another card on file: what waits for one is tried again."""
        now = self.shop.world.now
        command = AddPaymentMethod(self.shop.tenant, new_id(now), now, self.id, "fake", token, True)
        add_payment_method(command, db=self.shop.db, gateways=self.shop.world.engine.gateways)

    def pays(self, invoice: Invoice) -> str:
        """Press the button on the invoice's page; answer how the attempt ended."""
        now = self.shop.world.now
        command = PayInvoice(self.shop.tenant, new_id(now), now, invoice.id)
        gateways = self.shop.world.engine.gateways
        return pay_invoice(command, db=self.shop.db, gateways=gateways).status

    def transfers(self, invoice: Invoice, *, amount: int | None = None) -> None:
        """Pay by bank transfer, which a person at the shop notes; all that is owed, or a part."""
        now = self.shop.world.now
        command = MarkPaid(
            self.shop.tenant, new_id(now), now, invoice.id, Method.BANK_TRANSFER, "UTR0001", amount
        )
        mark_paid(command, db=self.shop.db)

    def moves_to(self, state: str) -> None:
        """Tell the shop an address in another state of India (as ISO 3166-2 spells it)."""
        changes: CustomerChanges = {"country": "IN", "state": state}
        command = ChangeCustomer(self.shop.tenant, self.id, self.shop.world.now, changes)
        change_customer(command, db=self.shop.db)

    def goes_to_live_in(self, zone: str) -> None:
        """Tell the shop another time zone."""
        changes: CustomerChanges = {"timezone": zone}
        command = ChangeCustomer(self.shop.tenant, self.id, self.shop.world.now, changes)
        change_customer(command, db=self.shop.db)

    def is_paid_for_by(self, payer: Customer | None) -> None:
        """Let another customer pay from now on; None: it pays for itself again."""
        changes: CustomerChanges = {"payer_id": payer.id if payer else None}
        command = ChangeCustomer(self.shop.tenant, self.id, self.shop.world.now, changes)
        change_customer(command, db=self.shop.db)

    def wants_one_invoice(self) -> None:
        """Ask for one invoice of all that it pays for and that falls due together."""
        changes: CustomerChanges = {"invoice_together": True}
        command = ChangeCustomer(self.shop.tenant, self.id, self.shop.world.now, changes)
        change_customer(command, db=self.shop.db)

    def owes_once(
        self,
        description: str,
        price: Money,
        *,
        now: bool = False,
        tax_code: str = "998314",
        **of_item: Any,
    ) -> None:
        """Add an item to the next invoice, or to one of its own at once.

        `of_item` is what else is said of it: the days it is for, what it is to GST.
        """
        at = self.shop.world.now
        command = AddInvoiceItem(
            tenant=self.shop.tenant,
            id=new_id(at),
            at=at,
            customer_id=self.id,
            description=description,
            tax_code=tax_code,
            unit_amount=price.amount,
            currency=price.currency,
            is_now=now,
            **of_item,
        )
        add_invoice_item(command, tools=self.shop.world.engine.tools, db=self.shop.db)

    @property
    def invoices(self) -> list[Invoice]:
        return invoices_of(self.shop, customer=self.id)

    @property
    def latest_invoice(self) -> Invoice:
        return self.invoices[-1]


@dataclass(frozen=True)
class Card:
    """The card on file. What its bank does is the bank's affair: nobody tells the shop."""

    customer: Customer

    def will_be_declined(self) -> None:
        self.becomes("tok_declined")

    def will_be_accepted(self) -> None:
        self.becomes("tok_ok")

    def becomes(self, token: str) -> None:
        self.customer.shop.rows(
            "update payment_methods set token = %(token)s"
            " where customer_id = %(customer)s and is_default returning 1",
            token=token,
            customer=self.customer.id,
        )


@dataclass(frozen=True)
class Inbox:
    """The mails that a customer got, the oldest first."""

    customer: Customer

    @property
    def subjects(self) -> list[str]:
        return [subject for _, subject, _ in self._mails()]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self._mails()]

    @property
    def last(self) -> str:
        return self.subjects[-1]

    @property
    def last_text(self) -> str:
        return str(self._mails()[-1][2])

    def text_of(self, kind: str) -> str:
        """What the latest mail of a kind says, each run of white space as one blank."""
        return " ".join([text for of, _, text in self._mails() if of == kind][-1].split())

    def _mails(self) -> Sequence[tuple[str, str, str]]:
        return [
            (kind, subject, text)
            for kind, subject, text in self.customer.shop.rows(
                "select kind, subject, text from mails"
                " where customer_id = %(customer)s and status = 'kept' order by id",
                customer=self.customer.id,
            )
        ]
