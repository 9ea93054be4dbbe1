"""Payouts as due work of a live account; and clearing, summed alike by the upgrade."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from khata.db.embedded.provision import Urls
from khata.db.migrations.step import SQL
from khata.db.transaction import Database
from khata.usecases.due_work.do_round import DoRound, do_round
from tests.db.payouts import PaidShop, opened, paid, payout
from tests.db.shop import NOON
from tests.db.test_wall import over_the_wall

DAY = timedelta(days=1)


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    shop = opened(db, urls.app)
    yield shop
    shop.gateway.close()


def due(paying: PaidShop) -> list[object]:
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        return [
            row[0]
            for row in uow.connection.execute(
                "select at from kinds_due(%s) where kind = 'settlements'", [paying.shop.tenant]
            )
        ]


def test_a_live_account_is_asked_daily(paying: PaidShop) -> None:
    shop = paying.shop
    reference = paying.customer_pays()
    assert due(paying) == []
    shop._row("update tenants set livemode = true returning 1")
    live = paying.adds_account("live_acct2-a", "Live")
    shop._row(
        "update attempts set gateway_account_id = %(live)s returning 1", live=live
    )  # as if it had been taken there
    assert due(paying) == [NOON + DAY]
    paying.gateway.payouts = [payout(paid(reference), at=NOON + timedelta(hours=20))]
    kinds = frozenset({"settlements"})
    round = DoRound(shop.tenant, NOON + DAY, kinds, only=kinds)
    assert do_round(round, tools=shop.tools) == 1
    assert due(paying) == [NOON + 2 * DAY]
    assert (paying.only().account_id, paying.only().agreement) == (live, "agrees")


def test_what_was_booked_before_the_upgrade_is_summed_by_it(
    paying: PaidShop, superuser_url: str, urls: Urls
) -> None:
    """The migration's own statements, on books from before: clearing is what triggers made it."""
    paying.customer_pays()
    other = paying.adds_account("test_acct2-a", "Paper two")
    paying.customer_pays(account=other)
    paying.customer_pays()
    statements = (SQL / "0024_settlements.sql").read_text()
    backfill = statements[statements.index("do $$") :].partition("end $$;")[0] + "end $$;"
    sums = (
        "select account_id, currency, sum(debits - credits) from clearing_days"
        " where tenant_id = %s group by 1, 2 order by 1"
    )
    with psycopg.connect(over_the_wall(superuser_url, urls)) as connection:
        before = connection.execute(sums, [paying.shop.tenant]).fetchall()
        assert len(before) == 2
        connection.execute("delete from clearing_days")
        connection.execute("delete from settlement_fetches")
        connection.execute(backfill.encode())
        assert connection.execute(sums, [paying.shop.tenant]).fetchall() == before
        connection.rollback()
