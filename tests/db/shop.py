"""A shop with one plan at 1,000.00 + 18 % GST, its subscribers, and its own small clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from obstore.store import MemoryStore

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail import letters
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.catalog import Item, PriceModel, TaxBehavior
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.payment import Attempt, Payment, scheduled
from khata.core.periods import Interval, Unit, start_of_day
from khata.core.places import Address
from khata.core.subscription import CollectionMethod, Status, Subscription
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.ports.gateways import Gateways, WithoutAccounts
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.due_work.tools import Tools
from khata.usecases.payments.ask_about_attempts import AskAboutAttempts, ask_about_attempts
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.send_due_refunds import SendDueRefunds, send_due_refunds
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.create_customer import CreateCustomer, create_customer
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.tenants.open_account import OpenAccount, open_account

ZONE = "Asia/Kolkata"
NOON = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)  # 28 February 2025, 12:00 in India
TOTAL = 118_000  # 1,000.00 + CGST 90.00 + SGST 90.00, in paise
FEE = 2_360  # 2 % of it


def noon(month: int, day: int) -> datetime:
    return datetime(2025, month, day, 6, 30, tzinfo=UTC)


class Shop:
    """A test tenant in Karnataka with the fake gateway; `gateways` may be replaced."""

    def __init__(self, db: Database, gateway: FakeGateway, *, live: bool = False) -> None:
        self.db, self.gateway = db, gateway
        self.gateways: Gateways = WithoutAccounts({"fake": gateway})
        self.tenant = uuid4()
        at = datetime(2024, 6, 1, tzinfo=UTC)
        account = OpenAccount(
            account=uuid4(),
            test_tenant=self.tenant,
            live_tenant=uuid4(),
            at=at,
            business_name="Chai Cloud Pvt Ltd",
            email=f"{self.tenant.hex}@chai.example",
            password="correct horse battery",
            country="IN",
            state="KA",
            timezone=ZONE,
            currency="INR",
            gstin=None,
            address=Address(),
        )
        open_account(account, db=db, pepper=b"pepper")
        self._make_taxable()
        product, plan = new_id(at), new_id(at)
        create_product(CreateProduct(self.tenant, product, at, "Chai", "998314", None, {}), db=db)
        self.plan = create_plan(
            CreatePlan(
                self.tenant,
                plan,
                at,
                product,
                "Pro",
                "pro",
                Interval(Unit.MONTH),
                0,
                TaxBehavior.EXCLUSIVE,
                [NewPrice("INR", PriceModel.FLAT, 100_000)],
                {},
            ),
            db=db,
        )

    def subscriber(self, token: str | None, *, at: datetime = NOON) -> "Subscriber":
        """A customer in the same state whose first invoice is to be collected at `at`."""
        customer = new_id(at)
        create_customer(
            CreateCustomer(
                tenant=self.tenant,
                id=customer,
                at=at,
                name="Asha",
                email="asha@example.com",
                currency="INR",
                timezone=ZONE,
                country="IN",
                state="KA",
                address=Address(),
                tax_ids=[],
                sez=False,
                metadata={},
            ),
            db=self.db,
        )
        if token is not None:
            self.adds_method(customer, token, at=at)
        subscription = self._subscribe(customer, at)
        return Subscriber(self, customer, subscription, self._billed(subscription, at))

    def adds_method(
        self, customer: UUID, token: str, *, at: datetime, default: bool = True
    ) -> UUID:
        id = new_id(at)
        command = AddPaymentMethod(self.tenant, id, at, customer, "fake", token, default)
        add_payment_method(command, db=self.db, gateways=self.gateways)
        return id

    def decides(self, **policies: Any) -> None:
        with self.db.transaction(self.tenant) as uow:
            tenant = uow.tenants.get()
            uow.tenants.change(name=tenant.name, email=tenant.email, policies=policies, branding={})

    @property
    def tools(self) -> Tools:
        """What an act needs that collects at once."""
        files = ObjectFiles(MemoryStore())
        return Tools(
            db=self.db,
            gateways=self.gateways,
            pdf=TypstRenderer(),
            files=files,
            mailer=KeptOnly(),
            letters=letters,
            base_url="https://khata.example",
            mail_from="khata@khata.example",
            keeps_mail=True,
        )

    def works(self, at: datetime) -> int:
        """Do what is due of payments at one instant."""
        done = collect_due_payments(
            CollectDuePayments(self.tenant, at), db=self.db, gateways=self.gateways
        )
        done += ask_about_attempts(
            AskAboutAttempts(self.tenant, at), db=self.db, gateways=self.gateways
        )
        done += send_due_refunds(
            SendDueRefunds(self.tenant, at), db=self.db, gateways=self.gateways
        )
        return done

    def wait_until(self, end: datetime) -> None:
        """Let time pass: everything due happens at its own instant, in order."""
        for _ in range(1_000):
            due = self.next_due()
            if due is None or due > end:
                return
            assert self.works(due) > 0
        raise AssertionError("there is always something due")

    def balance(self, account: str) -> int:
        """Debits less credits, in paise."""
        row = self._row(
            """select coalesce(sum(case when debit = %(account)s then amount else 0 end), 0)
                    - coalesce(sum(case when credit = %(account)s then amount else 0 end), 0)
                 from postings""",
            account=account,
        )
        return int(row[0])

    def count(self, table: str) -> int:
        return int(self._row(f"select count(*) from {table}")[0])

    def told(self, type: str) -> list[dict[str, Any]]:
        """The facts of all events of a type, the oldest first."""
        with self.db.transaction(self.tenant) as uow:
            rows = uow.connection.execute(
                "select facts from events where type = %s order by at, id", [type]
            ).fetchall()
        return [row[0] for row in rows]

    def parked(self) -> list[tuple[str, str]]:
        with self.db.transaction(self.tenant) as uow:
            rows = uow.connection.execute("select kind, code from parked order by id").fetchall()
        return [(row[0], row[1]) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next payment, question or refund is due."""
        due: datetime | None = self._row(
            """select least((select min(next_attempt_at) from payments),
                            (select min(ask_at) from attempts),
                            (select min(ask_at) from refunds))"""
        )[0]
        return due

    def _row(self, sql: str, **parameters: Any) -> tuple[Any, ...]:
        with self.db.transaction(self.tenant) as uow:
            row = uow.connection.execute(sql.encode(), parameters).fetchone()
        assert row is not None
        return row

    def _make_taxable(self) -> None:
        """Register the seller for GST; without a GSTIN it may not charge any."""
        self._row(
            "update registrations set tax_id_type = 'in_gst', tax_id = '29AAGCB7383J1Z4' "
            "where is_default returning 1"
        )

    def _subscribe(self, customer: UUID, at: datetime) -> UUID:
        today = date(at.year, at.month, at.day)
        registration = self._row("select id from registrations where is_default")[0]
        subscription = Subscription(
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
        price = self.plan.prices[0]
        item = Item(
            new_id(at), 1, self.plan.id, price.id, "Pro", "998314", price.model, price.amount, 1
        )
        with self.db.transaction(self.tenant) as uow:
            uow.subscriptions.add(subscription, [item], {})
        return subscription.id

    def _billed(self, subscription: UUID, at: datetime) -> UUID:
        command = RenewDueSubscriptions(self.tenant, at, at)
        assert renew_due_subscriptions(command, db=self.db).invoiced == 1
        with self.db.transaction(self.tenant) as uow:
            invoice = uow.invoices.open_of(subscription)[-1]
            assert invoice.total == TOTAL
            payment = scheduled(
                id=new_id(at),
                invoice_id=invoice.id,
                customer_id=invoice.customer_id,
                amount=invoice.total,
                currency=invoice.currency,
                at=at,
            )
            uow.payments.add([payment])
        return invoice.id


@dataclass(frozen=True)
class Subscriber:
    """A customer with one subscription and its first invoice."""

    shop: Shop
    customer_id: UUID
    subscription_id: UUID
    invoice_id: UUID

    @property
    def subscription(self) -> Subscription:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return uow.subscriptions.get(self.subscription_id)

    @property
    def invoice(self) -> StoredInvoice:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return uow.invoices.get(self.invoice_id)

    @property
    def payment(self) -> Payment:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            payment = uow.payments.latest_of(self.invoice_id)
        assert payment is not None
        return payment

    @property
    def attempts(self) -> list[Attempt]:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return Attempts(uow.connection).of_payment(self.payment.id)

    def captures(self, at: datetime) -> int:
        """How often the gateway took money for the invoice, by the gateway's own books."""
        number = self.invoice.number
        merchant = str(self.shop.tenant)
        return len(self.shop.gateway.book.captures(merchant, invoice_number=number, at=at))

    def is_voided(self, at: datetime) -> None:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            uow.invoices.lock(self.invoice_id)
            uow.invoices.close(self.invoice_id, InvoiceStatus.VOID, at)
            uow.payments.cancel_scheduled(self.invoice_id, at)

    def refunds(self) -> list[tuple[str, int]]:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            refunds = Refunds(uow.connection).of_invoice(self.invoice_id)
        return [(refund.status.value, refund.amount) for refund in refunds]

    def is_billed_again(self, at: datetime) -> "Subscriber":
        """The same subscriber with the invoice of the next period."""
        invoice = self.shop._billed(self.subscription_id, at)
        return Subscriber(self.shop, self.customer_id, self.subscription_id, invoice)
