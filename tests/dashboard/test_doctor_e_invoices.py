"""What the doctor says of e-invoices: over all tenants, counts and days alone."""

from datetime import timedelta

import psycopg

from khata.cli.doctor.portals import e_invoices_kept_up
from khata.core.e_invoice.standing import Kind
from khata.core.e_invoice.states import EInvoiceState
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from tests.dashboard.trading import Trade
from tests.dashboard.world import World


def asked(urls: Urls) -> tuple[int, int]:
    """Return how many wait by themselves, and how many for a person."""
    with psycopg.connect(urls.app) as connection:
        row = connection.execute("select waiting, by_hand from e_invoices_waiting()").fetchone()
    assert row is not None
    return row[0], row[1]


def test_without_any_nothing_waits(world: World, untouched_urls: Urls) -> None:
    assert e_invoices_kept_up(untouched_urls.app, world.now).seen == (
        "no document waits for an IRN"
    )


def test_what_waits_for_days_is_named_and_what_waits_for_a_person_is_counted(
    world: World, trade: Trade, urls: Urls
) -> None:
    waiting, by_hand = asked(urls)
    with world.engine.db.transaction(trade.shop.test) as uow:
        id = new_id(world.now)
        uow.e_invoices.add_by_hand(id, Kind.INVOICE, trade.declined.id, world.now)
        uow.e_invoices.set_state(id, EInvoiceState.PENDING)
    assert asked(urls) == (waiting + 1, by_hand)
    late = e_invoices_kept_up(urls.app, world.now + timedelta(days=3))
    assert not late.is_well
    assert f"{waiting + 1} wait for an IRN, the oldest for" in late.seen
    assert "worker" in late.remedy
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.e_invoices.set_state(id, EInvoiceState.MANUAL)
    assert asked(urls) == (waiting, by_hand + 1)
    assert f"{by_hand + 1} wait for their owners" in e_invoices_kept_up(urls.app, world.now).seen
