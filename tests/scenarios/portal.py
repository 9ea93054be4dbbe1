"""A shop of a story that is bound to e-invoices, and the pretend portal that it is connected to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any
from uuid import UUID

from khata.adapters.irp.desk import IrpDesk
from khata.core.credit_note import Settle
from khata.core.e_invoice.connection import SANDBOX
from khata.core.e_invoice.registration import CancelReason, registration_request
from khata.core.e_invoice.standing import Kind
from khata.core.ids import new_id
from khata.core.places import Address
from khata.db.reads.tax_documents import documents_of
from khata.simulators.faults import Fault
from khata.simulators.irp import IrpSimulator
from khata.simulators.irp.login import User
from khata.simulators.server import SimulatorServer
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.e_invoices.cancel_e_invoice import CancelEInvoice, cancel_e_invoice
from khata.usecases.e_invoices.connect_irp import ConnectIrp, connect_irp
from khata.usecases.e_invoices.enter_irn import EnterIrn, enter_irn
from khata.usecases.e_invoices.send_again import SendAgain, send_again
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover
from tests.contracts.irp.candidates import portal_keys
from tests.scenarios.banked import VAULT
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice, lines_of
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr
from tests.willing_portals import WillingPortals

GENERATE = r"/eicore/v1.03/Invoice"
SEEN_BEFORE = "29AABCR1718E1ZL"
_SECRET = ("CLIENT01", "pretend-client-secret", "khata_ka", "Pretend@123")


@dataclass
class Bound:
    """The shop, its portal and the portal's server."""

    world: World
    shop: Shop
    portal: IrpSimulator
    url: str

    @property
    def registration(self) -> UUID:
        [(id,)] = self.shop.rows("select id from registrations where is_default")
        found: UUID = id
        return found

    def connects(self, password: str = _SECRET[3], **different: Any) -> None:
        told: dict[str, Any] = {
            "voluntary": False,
            "exempt_as": None,
            "valid_from": date(2025, 4, 1),
            **different,
        }
        names = ("client_id", "client_secret", "user_name", "password")
        credentials = dict(zip(names, (*_SECRET[:3], password), strict=True))
        connect = ConnectIrp(
            self.shop.tenant,
            self.registration,
            self.world.now,
            base_url=self.url,
            credentials=credentials,
            portal_key=self.portal.keys.login_pem.decode(),
            signing_keys=[self.portal.keys.certificate_pem.decode()],
            **told,
        )
        engine = self.world.engine
        tools = GatewayTools(engine.db, engine.gateways, VAULT, stand_ins=["http://127.0.0.1"])
        connect_irp(connect, tools=tools)

    def turns_over(self, rupees: int, year: str = "24-25") -> None:
        id, now = new_id(self.world.now), self.world.now
        tell_turnover(TellTurnover(self.shop.tenant, id, now, year, rupees * 100), db=self.shop.db)

    def firm(self, name: str = "Asha Traders", gstin: str = SEEN_BEFORE) -> Customer:
        """A registered customer with all that INV-01 asks for."""
        address = Address("12 Residency Road", None, "Bengaluru", "560025")
        return self.shop.customer(name, gstin=gstin, address=address)

    def fails(self, *faults: Fault) -> None:
        self.portal.faults.set(list(faults))

    def credits(self, invoice: Invoice, amount: int | None = None) -> UUID:
        """Credit all of an invoice, or so much of its first line."""
        id, now = new_id(self.world.now), self.world.now
        lines = None if amount is None else [(lines_of(self.shop, invoice)[0], amount)]
        command = CreditInvoice(
            self.shop.tenant, id, now, invoice.id, "Fewer users", lines, Settle.CREDIT_BALANCE
        )
        credit_invoice(command, db=self.shop.db)
        return id

    def enters(self, note: UUID, irn: str) -> None:
        """Enter what the portal gave for a credit note by hand."""
        now = self.world.now
        command = EnterIrn(
            self.shop.tenant, note, Kind.CREDIT_NOTE, now, irn, "112010000000001", now, None
        )
        enter_irn(command, db=self.shop.db)

    def cancels(self, invoice: Invoice) -> None:
        command = CancelEInvoice(
            self.shop.tenant, invoice.id, self.world.now, CancelReason.MISTAKE, "Wrong plan"
        )
        cancel_e_invoice(command, db=self.shop.db, registries=self.world.engine.irps)

    def cancels_note(self, note: UUID) -> None:
        command = CancelEInvoice(
            self.shop.tenant,
            note,
            self.world.now,
            CancelReason.MISTAKE,
            "Credited the wrong customer",
            Kind.CREDIT_NOTE,
        )
        cancel_e_invoice(command, db=self.shop.db, registries=self.world.engine.irps)

    def sends_again(self, invoice: Invoice) -> None:
        again = SendAgain(self.shop.tenant, invoice.id, Kind.INVOICE, self.world.now)
        send_again(again, db=self.shop.db)

    def states(self) -> list[tuple[str, str, str | None]]:
        """Number, state and code of the error of each e-invoice, in the order of documents."""
        rows = self.shop.rows(
            "select coalesce(n.number, i.number), e.state, e.error_code from e_invoices e"
            " join invoices i on i.id = e.invoice_id"
            " left join credit_notes n on n.id = e.credit_note_id order by e.id"
        )
        return [(number, state, code) for number, state, code in rows]

    def at_portal(self) -> list[tuple[str, str, bool]]:
        """Type, number and whether it is cancelled of each document at the portal."""
        told = self.portal.books()["documents"]
        return [(one["type"], one["number"], one["cancelled"]) for one in told]

    def mails(self) -> list[tuple[str, str]]:
        return [
            (kind, status)
            for kind, status in self.shop.rows("select kind, status from mails order by id")
        ]


@contextmanager
def bound_to(world: World) -> Iterator[Bound]:
    """A shop above five crore in 2024-25 that is connected to a portal; it is 1 June 2025."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-06-01")
    [(gstin,)] = shop.rows("select tax_id from registrations where is_default")
    user = User(*_SECRET, gstin)

    def now() -> Any:
        return world.now.astimezone(UTC)

    portal = IrpSimulator(now, users=[user], keys=portal_keys())
    server = SimulatorServer(portal).start()
    desk = IrpDesk(VAULT, now)
    world.engine = replace(world.engine, irps=desk)
    bound = Bound(world, shop, portal, server.url)
    bound.turns_over(60_000_000)
    bound.connects()
    yield bound
    desk.close()
    server.close()


def is_told_of(shop: Shop) -> None:
    """A firm's invoice is registered by hand and cancelled; another's cannot be registered."""
    world = shop.world
    bound = Bound(world, shop, IrpSimulator(lambda: world.now, keys=portal_keys()), SANDBOX[0])
    nowhere = shop.customer("Nowhere Ltd", gstin=SEEN_BEFORE)  # it has no address
    nowhere.subscribes_to("Slow")
    bound.turns_over(1_000_000_000, "23-24")  # a hundred crore: it has thirty days
    bound.connects(voluntary=True, valid_from=date(2025, 1, 1))
    bound.sends_again(nowhere.latest_invoice)  # it was given out before it needed an e-invoice
    firm = bound.firm()
    firm.subscribes_to("Slow", pays_by="hand", days_to_pay=30)
    invoice = firm.latest_invoice
    with shop.db.transaction(shop.tenant) as uow:
        document = documents_of(uow.connection, [invoice.id])[invoice.id]
    request = registration_request(document, reported_on=document.issued_on)
    enter_irn(
        EnterIrn(
            shop.tenant, invoice.id, Kind.INVOICE, world.now, request.irn, "1120", world.now, None
        ),
        db=shop.db,
    )
    world.engine = replace(world.engine, irps=WillingPortals())
    bound.cancels(invoice)
    firm.subscribes_to("Slow", pays_by="hand", days_to_pay=30)
    note = bound.credits(firm.latest_invoice, 10_000)
    with shop.db.transaction(shop.tenant) as uow:
        document = documents_of(uow.connection, [note])[note]
    bound.enters(note, registration_request(document, reported_on=document.issued_on).irn)
    bound.cancels_note(note)
