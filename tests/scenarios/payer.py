"""A payer of a story: goes to the gateway's page by an invoice's own address, and comes back."""

from __future__ import annotations

from uuid import UUID

from khata.adapters.gateways.fake.visits import VisitBook
from khata.core.ids import new_id
from khata.core.mandate import Consent
from khata.core.payment_method import MethodKind
from khata.core.visiting import Visit
from khata.db.stores.visits import Visits
from khata.usecases.visits.make_setup_link import MakeSetupLink, make_setup_link
from khata.usecases.visits.open_saving_visit import OpenSavingVisit, open_saving_visit
from khata.usecases.visits.open_visit import OpenVisit, open_visit
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop

PAGE = "https://khata.example/i/ten_x/token"


class Payer:
    """Somebody at the page of an invoice."""

    def __init__(self, shop: Shop, pretend: VisitBook) -> None:
        self.shop, self.pretend = shop, pretend

    def goes_to_pay(
        self, invoice: Invoice, *, by: MethodKind = MethodKind.CARD, saves: bool = False
    ) -> Visit:
        """Press a button on the invoice's page."""
        now, engine = self.shop.world.now, self.shop.world.engine
        shown = Consent("You agree.", now, "203.0.113.7", "Firefox")
        command = OpenVisit(
            self.shop.tenant, new_id(now), now, invoice.id, by, saves, PAGE, consent=shown
        )
        return open_visit(command, db=self.shop.db, gateways=engine.gateways)

    def goes_to_save(self, customer: Customer) -> Visit:
        """Open a setup link and press its button."""
        now, engine = self.shop.world.now, self.shop.world.engine
        make = MakeSetupLink(self.shop.tenant, new_id(now), now, customer.id)
        link = make_setup_link(make, db=self.shop.db, gateways=engine.gateways)
        command = OpenSavingVisit(
            self.shop.tenant, new_id(now), now, link.id, MethodKind.CARD, PAGE
        )
        return open_saving_visit(command, db=self.shop.db, gateways=engine.gateways)

    def goes_to_agree(self, customer: Customer) -> Visit:
        """Open the link of the customer's mandate that waits for a yes, and press its button."""
        now, engine = self.shop.world.now, self.shop.world.engine
        [(link, kind)] = self.shop.rows(
            "select id, kind from setup_links where customer_id = %(id)s and mandate is not null"
            " order by id desc limit 1",
            id=customer.id,
        )
        shown = Consent("You agree.", now, "203.0.113.7", "Firefox")
        command = OpenSavingVisit(
            self.shop.tenant, new_id(now), now, link, MethodKind(kind), PAGE, shown
        )
        return open_saving_visit(command, db=self.shop.db, gateways=engine.gateways)

    def agrees(self, visit: Visit, card: str = "tok_ok", *, is_slow: bool = False) -> bool:
        """Pay at the gateway's page."""
        return self.pretend.agree(visit.id, card, at=self.shop.world.now, is_slow=is_slow)

    def comes_back(self, visit: Visit) -> Visit:
        """Return to the seller's page, which asks the gateway."""
        engine = self.shop.world.engine
        command = SettleVisit(self.shop.tenant, visit.id, self.shop.world.now)
        return settle_visit(command, db=self.shop.db, gateways=engine.gateways)

    def pays(self, invoice: Invoice, card: str = "tok_ok", *, saves: bool = False) -> Visit:
        visit = self.goes_to_pay(invoice, saves=saves)
        assert self.agrees(visit, card)
        return self.comes_back(visit)

    def visit(self, id: UUID) -> Visit:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            return Visits(uow.connection).get(id)
