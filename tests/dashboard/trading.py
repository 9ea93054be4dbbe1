"""A shop that trades: one invoice paid, one declined, one subscription parked, one mail kept."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from khata.core.catalog import Item, Plan, PriceModel, TaxBehavior
from khata.core.ids import new_id
from khata.core.payment import scheduled
from khata.core.periods import Interval, Unit, day_of, start_of_day
from khata.core.places import Address
from khata.core.subscription import CollectionMethod, Status, Subscription
from khata.db.reads.closeup import InvoiceCloseup, invoice
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.payments.collect_due_payments import CollectDuePayments, collect_due_payments
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.create_customer import CreateCustomer, create_customer
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import PASSWORD, Shop, World

ZONE = "Asia/Kolkata"
MISCHIEF = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Trade:
    """What there is to be seen of a shop, two days after its first invoices."""

    shop: Shop
    owner: Visitor
    asha: UUID
    subscription: UUID
    paid: InvoiceCloseup
    declined: InvoiceCloseup
    mail: UUID

    def hosted(self, shown: InvoiceCloseup) -> str:
        return f"/i/{self.shop.public_tenant}/{shown.link_token}"


class Trading:
    """Sells one plan, 1,000.00 a month and 18 % GST, to customers in Karnataka."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.shop, self.tenant = world, shop, shop.test
        self.db = world.engine.db
        product, id = new_id(world.now), new_id(world.now)
        create_product(
            CreateProduct(self.tenant, product, world.now, "Chai", "998314", None, {}), db=self.db
        )
        self.plan: Plan = create_plan(
            CreatePlan(
                tenant=self.tenant,
                id=id,
                at=world.now,
                product=product,
                name="Premium",
                code="premium",
                interval=Interval(Unit.MONTH),
                trial_days=0,
                tax_behavior=TaxBehavior.EXCLUSIVE,
                prices=[NewPrice("INR", PriceModel.FLAT, 100_000)],
                metadata={},
            ),
            db=self.db,
        )

    def customer(self, name: str, *, state: str | None = "KA", token: str | None = None) -> UUID:
        at, id = self.world.now, new_id(self.world.now)
        create_customer(
            CreateCustomer(
                tenant=self.tenant,
                id=id,
                at=at,
                name=name,
                email="asha@traders.example",
                currency="INR",
                timezone=ZONE,
                country="IN",
                state=state,
                address=Address("12 MG Road", None, "Mysuru", "570001"),
                tax_ids=[],
                sez=False,
                metadata={},
            ),
            db=self.db,
        )
        if token:
            method = AddPaymentMethod(self.tenant, new_id(at), at, id, "fake", token, True)
            add_payment_method(method, db=self.db, gateways=self.world.engine.gateways)
        return id

    def subscribes(self, customer: UUID) -> UUID:
        """Subscribe the customer from today, and bill what is due."""
        at = self.world.now
        price = self.plan.prices[0]
        item = Item(
            new_id(at), 0, self.plan.id, price.id, "Premium", "998314", price.model, price.amount, 1
        )
        with self.db.transaction(self.tenant) as uow:
            row = uow.connection.execute("select id from registrations").fetchone()
            assert row is not None
            agreed = self._agreed(customer, row[0])
            uow.subscriptions.add(agreed, [item], {})
        renew_due_subscriptions(RenewDueSubscriptions(self.tenant, at, at), db=self.db)
        return agreed.id

    def collects(self, subscription: UUID) -> InvoiceCloseup:
        """Charge the subscription's invoice, and return it as it then is."""
        at = self.world.now
        with self.db.transaction(self.tenant) as uow:
            owed = uow.invoices.open_of(subscription)[-1]
            payment = scheduled(
                id=new_id(at),
                invoice_id=owed.id,
                customer_id=owed.customer_id,
                amount=owed.total,
                currency=owed.currency,
                at=at,
            )
            uow.payments.add([payment])
        command = CollectDuePayments(self.tenant, at)
        collect_due_payments(command, db=self.db, gateways=self.world.engine.gateways)
        with self.db.transaction(self.tenant) as uow:
            shown = invoice(uow.connection, owed.id)
        assert shown is not None
        return shown

    def mails(self, customer: UUID, about: UUID) -> UUID:
        at = self.world.now
        id = new_id(at)
        with self.db.transaction(self.tenant) as uow:
            uow.connection.execute(
                "insert into mails (id, kind, customer_id, invoice_id, recipient, sender, subject,"
                " html, text, attaches_invoice, status, cause, created_at) values (%s,"
                " 'invoice_issued', %s, %s, 'asha@traders.example', 'billing@chai.example',"
                " 'Your invoice', '<p onclick=\"x()\">Hello</p>', 'Hello', true, 'kept', %s, %s)",
                [id, customer, about, new_id(at), at],
            )
        return id

    def _agreed(self, customer: UUID, registration: UUID) -> Subscription:
        at = self.world.now
        today = day_of(at, ZONE)
        return Subscription(
            id=new_id(at),
            customer_id=customer,
            registration_id=registration,
            status=Status.INCOMPLETE,
            collection_method=CollectionMethod.CHARGE_AUTOMATICALLY,
            days_until_due=0,
            currency="INR",
            timezone=ZONE,
            interval=Interval(Unit.MONTH),
            tax_behavior="exclusive",
            start_on=today,
            billing_anchor=today,
            trial_end=None,
            period=None,
            next_billing_at=start_of_day(today, ZONE),
            cancel_on=None,
            cancel_reason=None,
            canceled_at=None,
            ended_on=None,
            payment_method_id=None,
            billed_on=None,
            billed_count=0,
            mrr=0,
            created_at=at,
        )


def trades(world: World, shop: Shop) -> Trade:
    """Asha pays; Mischief's card is declined; of Nowhere no state is known. Two days pass."""
    selling = Trading(world, shop)
    asha = selling.customer("Asha Traders", token="tok_ok")
    subscription = selling.subscribes(asha)
    paid = selling.collects(subscription)
    mischief = selling.subscribes(selling.customer(MISCHIEF, token="tok_declined"))
    declined = selling.collects(mischief)
    selling.subscribes(selling.customer("Nowhere Stores", state=None))
    mail = selling.mails(asha, paid.id)
    world.passes(timedelta(days=2))
    owner = world.visitor()
    owner.sign_in(shop.email, PASSWORD)
    assert (paid.status, declined.status) == ("paid", "open")
    return Trade(shop, owner, asha, subscription, paid, declined, mail)
