"""An invoice of the time before the certificate, revised from its page."""

from datetime import timedelta
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.periods import day_of
from khata.core.places import Address
from khata.db.reads.closeup import InvoiceCloseup
from khata.usecases.selling.create_registration import CreateRegistration, create_registration
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import ZONE, Trading
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World


def sold_without_a_number(world: World) -> tuple[Shop, Visitor, InvoiceCloseup]:
    shop = world.opens_shop(gstin=None)
    owner = world.visitor()
    owner.sign_in(shop.email, PASSWORD)
    selling = Trading(world, shop)
    asha = selling.customer("Asha Traders", token="tok_ok")
    return shop, owner, selling.collects(selling.subscribes(asha))


def registers(world: World, shop: Shop) -> UUID:
    """The certificate is of today, and holds from two days ago."""
    today, id = day_of(world.now, ZONE), new_id(world.now)
    with world.engine.db.transaction(shop.test) as uow:
        before = uow.sellers.default().id
    command = CreateRegistration(
        tenant=shop.test,
        id=id,
        at=world.now,
        legal_name="Chai Cloud Pvt Ltd",
        country="IN",
        state="KA",
        tax_id_type="in_gst",
        tax_id="29ABCCT1234E1ZL",
        address=Address("27 Church Street", None, "Bengaluru", "560001"),
        lut=None,
        series={},
        default=False,
        effective_on=today - timedelta(days=2),
        certificate_on=today,
        succeeds=before,
    )
    create_registration(command, db=world.engine.db, pdf=world.engine.pdf)
    return id


def test_it_is_revised_and_both_pages_name_the_other(world: World) -> None:
    shop, owner, sold = sold_without_a_number(world)
    page = f"/dashboard/invoices/{public_id('inv', sold.id)}"
    before = owner.get(page).text
    assert "Revise it" not in told(before)
    refused = owner.post(f"{page}/revise", form=form_of(before), tax_behavior="exclusive")
    assert refused.status_code == 409
    assert "No registration under GST succeeds" in told(refused.text)

    registers(world, shop)
    asks = owner.get(page).text
    whole(asks)
    assert "Revise it" in told(asks)
    sent = owner.post(f"{page}/revise", form=form_of(asks), tax_behavior="exclusive")
    assert sent.status_code == 303
    revised = owner.get(sent.headers["location"]).text
    whole(revised)
    # 1,000.00 was paid of it; 90.00 and 90.00 of tax are left
    assert "Revised invoice to " + sold.number in told(revised)
    assert "Left to pay ₹180.00" in told(revised)
    original = told(owner.get(page).text)
    assert "Revised by RI/" in original
    assert "which takes its place" in original
    assert "Revise it" not in original
    token = f"/i/{shop.public_tenant}/{sold.link_token}"
    customers = world.visitor().get(token).text
    whole(customers)
    assert "took its place, with the tax" in told(customers)
    again = owner.post(f"{page}/revise", form=form_of(asks), tax_behavior="exclusive")
    assert (again.status_code, "was revised by RI/" in told(again.text)) == (409, True)
