"""A tenant with news: events are written, queued and sent, each step when the test asks for it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from khata.adapters.vault import AesVault
from khata.core.events import Event, InvoicePaid, InvoiceVoided
from khata.core.ids import new_id, public_id
from khata.core.places import Address
from khata.core.webhooks import Endpoint
from khata.db.transaction import Database
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.tenants.open_account import OpenAccount, open_account
from khata.usecases.webhooks.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    create_webhook_endpoint,
)
from khata.usecases.webhooks.send_due_webhooks import SendDueWebhooks, send_due_webhooks
from khata.usecases.webhooks.tools import WebhookTools
from tests.webhooks.post import Post

LONG_AGO = datetime(2024, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 2, 28, 6, 30, tzinfo=UTC)  # the machine's time
LATER = datetime(2027, 5, 1, tzinfo=UTC)  # the tenant's, on a test clock
URL = "https://hooks.chai.example/khata"


class Teller:
    """A test tenant; every event is about an invoice, whose name is a number."""

    def __init__(self, db: Database) -> None:
        self.db, self.tenant, self.post = db, uuid4(), Post()
        self.invoices: dict[int, UUID] = {}
        account = OpenAccount(
            account=uuid4(),
            test_tenant=self.tenant,
            live_tenant=uuid4(),
            at=LONG_AGO,
            business_name="Chai Cloud Pvt Ltd",
            email=f"{self.tenant.hex}@chai.example",
            password="correct horse battery",
            country="IN",
            state="KA",
            timezone="Asia/Kolkata",
            currency="INR",
            gstin=None,
            address=Address(),
        )
        open_account(account, db=db, pepper=b"pepper")

    @property
    def tools(self) -> WebhookTools:
        vault = AesVault(b"a secret for tests, 32 bytes and more")
        return WebhookTools(db=self.db, sender=self.post, vault=vault, chance=lambda: 0.0)

    def endpoint(self, *events: str, url: str = URL) -> UUID:
        id = new_id(LONG_AGO)
        command = CreateWebhookEndpoint(self.tenant, id, LONG_AGO, url, events or ("*",), None)
        self.secret = create_webhook_endpoint(command, tools=self.tools)
        return id

    def invoice(self, number: int) -> UUID:
        return self.invoices.setdefault(number, new_id(LONG_AGO))

    def happens(self, *numbers: int, at: datetime = LATER) -> list[str]:
        """Something happens to each of these invoices; return the events' public ids."""
        customer = uuid4()
        self.tells([InvoiceVoided(self.invoice(n), customer) for n in numbers], at=at)
        rows = self.rows("select id from events order by id desc limit %(n)s", n=len(numbers))
        return [public_id("evt", row[0]) for row in reversed(rows)]

    def tells(self, events: Sequence[Event], *, at: datetime = LATER) -> None:
        with self.db.transaction(self.tenant) as uow:
            uow.events.add(events, at)
        self.reacts(at=at)

    def reacts(self, *, at: datetime) -> None:
        react_to_events(ReactToEvents(self.tenant, at), db=self.db)

    def freeze(self, at: datetime) -> None:
        with self.db.transaction(self.tenant) as uow:
            uow.clocks.add(new_id(LONG_AGO), at, LONG_AGO)

    def is_paid(self, number: int) -> None:
        paid = InvoicePaid(self.invoice(number), uuid4(), None, "INR", 118_000)
        self.tells([paid])

    def sends(self, endpoint: UUID, *, at: datetime = NOW, limit: int = 50) -> int:
        command = SendDueWebhooks(self.tenant, endpoint, at, limit)
        return send_due_webhooks(command, tools=self.tools)

    def sends_all(self, endpoint: UUID, *, at: datetime = NOW) -> list[str]:
        """Send until nothing is due; return the ids in the order in which they left."""
        before = len(self.post.sent)
        while self.sends(endpoint, at=at):
            pass
        return self.post.ids[before:]

    def stands(self, endpoint: UUID) -> Endpoint:
        with self.db.transaction(self.tenant) as uow:
            found = uow.webhook_endpoints.get(endpoint)
        assert found is not None
        return found

    def statuses(self) -> list[str]:
        """How the deliveries stand, in the order of their events."""
        rows = self.rows("select status from webhook_deliveries order by event_id, endpoint_id")
        return [row[0] for row in rows]

    def is_due(self, at: datetime = NOW) -> list[UUID]:
        """To which of its endpoints something is to be sent, as the relay asks."""
        rows = self.db.ask("select * from tenants_with_webhooks_due(%s, 1000)", at)
        return [row[1] for row in rows if row[0] == self.tenant]

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.db.transaction(self.tenant) as uow:
            return uow.connection.execute(sql.encode(), parameters).fetchall()
