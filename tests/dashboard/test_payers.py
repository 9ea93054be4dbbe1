"""The page of a customer who is paid for, and of the one who pays."""

import pytest

from khata.core.ids import public_id
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import MISCHIEF, Trade
from tests.dashboard.visitor import form_of
from tests.dashboard.world import World


def test_each_page_leads_to_the_other(trade: Trade, world: World) -> None:
    tenant = trade.shop.test
    with world.engine.db.transaction(tenant) as uow:
        row = uow.connection.execute(
            "select id from customers where name = %s", [MISCHIEF]
        ).fetchone()
    assert row is not None
    command = ChangeCustomer(tenant, row[0], world.now, {"payer_id": trade.asha})
    change_customer(command, db=world.engine.db)
    of_child = f"/dashboard/customers/{public_id('cus', row[0])}"
    of_parent = f"/dashboard/customers/{public_id('cus', trade.asha)}"
    child, parent = trade.owner.get(of_child).text, trade.owner.get(of_parent).text
    assert "Paid by" in child
    assert f'<a href="{of_parent}">Asha Traders</a>' in child
    assert "Pays for" in parent
    assert f'<a href="{of_child}">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in parent
    assert "Paid by" not in parent


@pytest.mark.parametrize("typed", ["98765 43210", "+0919876543210", "<b>+919876543210</b>"])
def test_a_phone_is_kept_on_the_page(trade: Trade, typed: str) -> None:
    """And taken away; what is no number is refused, and the one before stays."""
    path = f"/dashboard/customers/{public_id('cus', trade.asha)}"
    page = trade.owner.get(path).text
    form = form_of(page)
    assert "+919812345678" not in page
    kept = trade.owner.post(f"{path}/phone", form=form, phone=" +919812345678 ")
    assert kept.status_code == 303
    assert trade.owner.post(f"{path}/phone", form=form, phone=typed).status_code == 400
    page = trade.owner.get(path).text
    whole(page)
    assert "asha@traders.example · +919812345678" in page
    trade.owner.post(f"{path}/phone", form=form, phone="")
    assert "+919812345678" not in trade.owner.get(path).text
