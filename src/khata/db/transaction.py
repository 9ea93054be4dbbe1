"""Database and UnitOfWork: one transaction, for one tenant, with the stores it may use."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from khata.db.stores.advances import Advances
from khata.db.stores.bells import Bells
from khata.db.stores.billed import Billed
from khata.db.stores.books import Books
from khata.db.stores.catalog import Catalog
from khata.db.stores.clocks import Clocks
from khata.db.stores.coupons import Coupons
from khata.db.stores.credit import Credit
from khata.db.stores.credit_notes import CreditNotes
from khata.db.stores.customers import Customers
from khata.db.stores.documents import Documents
from khata.db.stores.dunning import Dunning
from khata.db.stores.e_invoices import EInvoices
from khata.db.stores.entitlements import Entitlements
from khata.db.stores.events import Events
from khata.db.stores.exemptions import Exemptions
from khata.db.stores.features import Features
from khata.db.stores.filings import Filings
from khata.db.stores.funds import FundsStore
from khata.db.stores.gateway_accounts import GatewayAccounts
from khata.db.stores.gateway_events import GatewayEvents
from khata.db.stores.invoices import Invoices
from khata.db.stores.mails import Mails
from khata.db.stores.mandate_debits import MandateDebits
from khata.db.stores.mandates import Mandates
from khata.db.stores.meters import Meters
from khata.db.stores.metrics import Metrics
from khata.db.stores.own_prices import OwnPrices
from khata.db.stores.parked import Parked
from khata.db.stores.past_events import PastEvents
from khata.db.stores.payment_methods import PaymentMethods
from khata.db.stores.payments import Payments
from khata.db.stores.price_users import PriceUsers
from khata.db.stores.registration_rules import RegistrationRules
from khata.db.stores.reminders import Reminders
from khata.db.stores.renderings import Renderings
from khata.db.stores.runs import Runs
from khata.db.stores.sandboxes import Sandboxes
from khata.db.stores.schedule import Schedule
from khata.db.stores.sellers import Sellers
from khata.db.stores.stream import StreamOutbox
from khata.db.stores.subscriptions import Subscriptions
from khata.db.stores.tax_confirmations import TaxConfirmations
from khata.db.stores.tax_facts import TaxFacts
from khata.db.stores.tenants import Tenants
from khata.db.stores.usage_events import UsageEvents
from khata.db.stores.usage_measures import UsageMeasures
from khata.db.stores.usage_periods import UsagePeriods
from khata.db.stores.usage_windows import UsageWindows
from khata.db.stores.waiting_items import WaitingItems
from khata.db.stores.wallets import Wallets
from khata.db.stores.webhook_deliveries import WebhookDeliveries
from khata.db.stores.webhook_endpoints import WebhookEndpoints

Connection = psycopg.Connection[TupleRow]

_SESSION = (
    "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=120s "
    "-c idle_in_transaction_session_timeout=300s"
)


class UnitOfWork:
    """One tenant's transaction. It commits when its block ends well, and not otherwise."""

    def __init__(self, connection: Connection, tenant: UUID) -> None:
        self.connection = connection
        self.tenant = tenant

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo at the end of the block all that was written in it: it was only looked at."""
        with self.connection.transaction(force_rollback=True):
            yield

    @cached_property
    def tenants(self) -> Tenants:
        return Tenants(self.connection)

    @cached_property
    def sandboxes(self) -> Sandboxes:
        return Sandboxes(self.connection)

    @cached_property
    def clocks(self) -> Clocks:
        return Clocks(self.connection)

    @cached_property
    def sellers(self) -> Sellers:
        return Sellers(self.connection)

    @cached_property
    def filings(self) -> Filings:
        return Filings(self.connection)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self.connection)

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.connection)

    @cached_property
    def credit(self) -> Credit:
        return Credit(self.connection)

    @cached_property
    def coupons(self) -> Coupons:
        return Coupons(self.connection)

    @cached_property
    def wallets(self) -> Wallets:
        return Wallets(self.connection)

    @cached_property
    def advances(self) -> Advances:
        return Advances(self.connection)

    @cached_property
    def funds(self) -> FundsStore:
        return FundsStore(self.connection)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.connection)

    @cached_property
    def features(self) -> Features:
        return Features(self.connection)

    @cached_property
    def entitlements(self) -> Entitlements:
        return Entitlements(self.connection)

    @cached_property
    def meters(self) -> Meters:
        return Meters(self.connection)

    @cached_property
    def usage_events(self) -> UsageEvents:
        return UsageEvents(self.connection)

    @cached_property
    def usage_windows(self) -> UsageWindows:
        return UsageWindows(self.connection)

    @cached_property
    def usage_periods(self) -> UsagePeriods:
        return UsagePeriods(self.connection)

    @cached_property
    def usage_measures(self) -> UsageMeasures:
        return UsageMeasures(self.connection)

    @cached_property
    def invoices(self) -> Invoices:
        return Invoices(self.connection)

    @cached_property
    def payment_methods(self) -> PaymentMethods:
        return PaymentMethods(self.connection)

    @cached_property
    def mandates(self) -> Mandates:
        return Mandates(self.connection)

    @cached_property
    def mandate_debits(self) -> MandateDebits:
        return MandateDebits(self.connection)

    @cached_property
    def gateway_accounts(self) -> GatewayAccounts:
        return GatewayAccounts(self.connection)

    @cached_property
    def gateway_events(self) -> GatewayEvents:
        return GatewayEvents(self.connection)

    @cached_property
    def payments(self) -> Payments:
        return Payments(self.connection)

    @cached_property
    def mails(self) -> Mails:
        return Mails(self.connection)

    @cached_property
    def billed(self) -> Billed:
        return Billed(self.connection)

    @cached_property
    def credit_notes(self) -> CreditNotes:
        return CreditNotes(self.connection)

    @cached_property
    def schedule(self) -> Schedule:
        return Schedule(self.connection)

    @cached_property
    def tax_facts(self) -> TaxFacts:
        return TaxFacts(self.connection)

    @cached_property
    def tax_confirmations(self) -> TaxConfirmations:
        return TaxConfirmations(self.connection)

    @cached_property
    def e_invoices(self) -> EInvoices:
        return EInvoices(self.connection)

    @cached_property
    def exemptions(self) -> Exemptions:
        return Exemptions(self.connection)

    @cached_property
    def registration_rules(self) -> RegistrationRules:
        return RegistrationRules(self.connection)

    @cached_property
    def waiting_items(self) -> WaitingItems:
        return WaitingItems(self.connection)

    @cached_property
    def documents(self) -> Documents:
        return Documents(self.connection)

    @cached_property
    def renderings(self) -> Renderings:
        return Renderings(self.connection)

    @cached_property
    def books(self) -> Books:
        return Books(self.connection)

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self.connection)

    @cached_property
    def events(self) -> Events:
        return Events(self.connection)

    @cached_property
    def stream(self) -> StreamOutbox:
        return StreamOutbox(self.connection)

    @cached_property
    def own_prices(self) -> OwnPrices:
        return OwnPrices(self.connection)

    @cached_property
    def price_users(self) -> PriceUsers:
        return PriceUsers(self.connection)

    @cached_property
    def parked(self) -> Parked:
        return Parked(self.connection)

    @cached_property
    def reminders(self) -> Reminders:
        return Reminders(self.connection)

    @cached_property
    def dunning(self) -> Dunning:
        return Dunning(self.connection)

    @cached_property
    def bells(self) -> Bells:
        return Bells(self.connection, self.tenant)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.connection)

    @cached_property
    def past_events(self) -> PastEvents:
        return PastEvents(self.connection)

    @cached_property
    def webhook_endpoints(self) -> WebhookEndpoints:
        return WebhookEndpoints(self.connection)

    @cached_property
    def webhook_deliveries(self) -> WebhookDeliveries:
        return WebhookDeliveries(self.connection)


class Database:
    """The pool of connections of the app role, and the transactions opened on them."""

    def __init__(self, url: str, *, size: int = 12) -> None:
        self._url = url
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=True,
            timeout=30,
            kwargs={"autocommit": True, "options": _SESSION, "prepare_threshold": 3},
        )

    def close(self) -> None:
        self._pool.close()

    @property
    def unclaimed(self) -> "Database":
        """The same database for a look before the act: it leaves no trace of the request."""
        return self

    @contextmanager
    def transaction(self, tenant: UUID) -> Iterator[UnitOfWork]:
        """Open a transaction behind the tenant's wall: no other tenant's row exists in it."""
        with self._pool.connection() as connection, begun(connection, tenant):
            yield UnitOfWork(connection, tenant)

    @contextmanager
    def before_the_wall(self) -> Iterator[Connection]:
        """Open a transaction for no tenant: accounts, sign-in, and whose key this is."""
        with self._pool.connection() as connection, begun(connection, None):
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Open a connection outside any transaction, for a lock that outlives several.

        It is not one of the pool's: who holds the lock needs those too, and many who held one
        while waiting for another would wait for each other.
        """
        with psycopg.connect(self._url, autocommit=True, options=_SESSION) as connection:
            yield connection

    def ask(self, sql: str, *parameters: Any) -> Sequence[Sequence[Any]]:
        """Ask one of the questions that cross tenants."""
        with self._pool.connection() as connection:
            return connection.execute(sql, parameters).fetchall()


@contextmanager
def begun(connection: Connection, tenant: UUID | None) -> Iterator[None]:
    """Begin, name the tenant in the same trip, and commit or roll back.

    The setting is local: it ends with the transaction, whatever happens.
    """
    whose = "" if tenant is None else str(UUID(str(tenant)))
    connection.execute(f"begin; select set_config('khata.tenant', '{whose}', true)")
    try:
        yield
    except BaseException:
        if not connection.closed:
            failed = connection.info.transaction_status is not TransactionStatus.INTRANS
            connection.execute("rollback", prepare=False)
            if failed:
                _forget_statements(connection)
        raise
    connection.execute("commit")


def _forget_statements(connection: Connection) -> None:
    """Let the driver forget what it has prepared, as it does where it rolls back itself.

    A pipeline that fails leaves out what was queued behind, and the driver would take that for
    prepared: the connection would be refused these statements for ever.
    """
    with connection.transaction(force_rollback=True):
        pass


@contextmanager
def entered(uow: UnitOfWork, tenant: UUID) -> Iterator[UnitOfWork]:
    """Step behind the wall of another tenant of the account, and back, in one transaction."""
    connection = uow.connection
    _behind(connection, tenant)
    try:
        yield UnitOfWork(connection, tenant)
    finally:
        if not connection.closed and connection.info.transaction_status.name == "INTRANS":
            _behind(connection, uow.tenant)


def _behind(connection: Connection, tenant: UUID) -> None:
    connection.execute("select set_config('khata.tenant', %s, true)", [str(tenant)])
