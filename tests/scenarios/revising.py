"""What stories of revised invoices need: the certificate comes, and an invoice is revised."""

from datetime import date
from typing import Any
from uuid import UUID

from khata.core.ids import new_id
from khata.core.places import Address
from khata.usecases.revised_invoices.revise_invoice import ReviseInvoice, revise_invoice
from khata.usecases.selling.create_registration import CreateRegistration, create_registration
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

GSTIN, BENGALURU, MUMBAI = "29ABCCT1234E1ZL", "29AABCR1718E1ZL", "27AAPFU0939F1ZV"


def without_a_number(world: World, today: str = "2025-06-01") -> Shop:
    """A shop of Karnataka that nobody has registered yet."""
    shop = world.shop(state="Karnataka", registered=False)
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("All in", at=inr("1,180.00"), tax_inside=True)
    world.today_is(today)
    return shop


def registers(shop: Shop, **different: Any) -> UUID:
    """The certificate comes: the number sells in the place of the shop without one."""
    [(before,)] = shop.rows("select id from registrations where is_default")
    id = new_id(shop.world.now)
    told: dict[str, Any] = {
        "legal_name": "Chai Point",
        "country": "IN",
        "state": "KA",
        "tax_id_type": "in_gst",
        "tax_id": GSTIN,
        "address": Address("27 Church Street", None, "Bengaluru", "560001"),
        "lut": None,
        "series": {},
        "default": False,
        "effective_on": date(2025, 6, 5),
        "certificate_on": date(2025, 6, 20),
        "succeeds": before,
    }
    command = CreateRegistration(tenant=shop.tenant, id=id, at=shop.world.now, **told | different)
    create_registration(command, db=shop.db, pdf=shop.world.engine.pdf)
    return id


def revised(shop: Shop, invoice: Invoice, tax_behavior: str | None = None) -> Invoice:
    id = new_id(shop.world.now)
    command = ReviseInvoice(shop.tenant, id, shop.world.now, invoice.id, tax_behavior)
    revise_invoice(command, db=shop.db)
    return again(shop, id)


def again(shop: Shop, id: UUID) -> Invoice:
    return next(one for one in shop.invoices if one.id == id)


def registers_on(world: World, shop: Shop, day: str, **different: Any) -> UUID:
    world.wait_until(day)
    return registers(shop, **different)
