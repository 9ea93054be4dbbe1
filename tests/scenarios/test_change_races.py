"""Many change the same subscriptions while they renew: each day is billed once, by one plan.

They also pause, resume, anchor and lower them: then every day of service is billed once.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from khata.core.anchoring import AnchorNotMovable
from khata.core.coupon import CouponExhausted
from khata.core.ids import new_id
from khata.core.plan_change import NothingChanges
from khata.db.reads.sums import differences
from khata.db.reads.totals import disagreements
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.coupons.redeem_codes import CouponAlreadyApplied
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.lock_subscription import ChangeUnderWay
from khata.usecases.subscriptions.pause_subscription import NotPausable
from khata.usecases.subscriptions.plan_items import ChangeItems
from khata.usecases.subscriptions.resolve_wish import AskedItem
from khata.usecases.subscriptions.resume_subscription import NotPaused
from tests.scenarios.funds import offers, redeems
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at, inr

THREADS, SUBSCRIPTIONS, COMMANDS = 32, 200, 8
MOST_REDEEMED = 20
_MAY_BE_REFUSED = (
    ChangeUnderWay,
    NothingChanges,
    NotPausable,
    NotPaused,
    AnchorNotMovable,
    CouponAlreadyApplied,
    CouponExhausted,
)


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("999.99"))
    shop.sells("Team", at=inr("2500.01"))
    shop.sells("Seat", at=inr("300.07"), by_the_seat=True)
    world.today_is("2025-04-01")
    return shop


def test_32_threads_change_200_subscriptions_while_they_renew(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    ids = [
        asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30).id
        for _ in range(SUBSCRIPTIONS)
    ]

    def change(seed: int) -> list[str]:
        chance = random.Random(seed)
        return [_changed(world, shop, chance, chance.choice(ids)) for _ in range(COMMANDS)]

    def renew(_: int) -> list[str]:
        for day in ("2025-05-01", "2025-06-01"):
            while True:
                command = RenewDueSubscriptions(shop.tenant, at(day), at(day), limit=20)
                try:
                    if renew_due_subscriptions(command, db=shop.db).is_last:
                        break
                except psycopg.OperationalError:
                    continue
        return []

    with ThreadPoolExecutor(THREADS + 1) as pool:
        renewing = pool.submit(renew, 0)
        told = [word for words in pool.map(change, range(THREADS)) for word in words]
        renewing.result()
    assert told.count("changed") > THREADS
    assert set(told) <= {"changed", "under way", "nothing"}
    renew(0)
    _compare(shop, ids)


def _changed(world: World, shop: Shop, chance: random.Random, id: UUID) -> str:
    when = _instant(chance)
    plan = shop.plans[chance.choice(["Pro", "Team", "Seat"])]
    with shop.db.transaction(shop.tenant) as uow:
        [(item,)] = uow.connection.execute(
            "select id from subscription_items where subscription_id = %s", [id]
        ).fetchall()
    items = [AskedItem(item, plan.id, chance.randint(1, 5))]
    command = ChangeItems(shop.tenant, id, new_id(when), when, items, "now")
    while True:
        try:
            change_items(command, tools=world.engine.tools, db=shop.db)
        except ChangeUnderWay:
            return "under way"
        except NothingChanges:
            return "nothing"
        except psycopg.OperationalError:
            continue  # lost to another transaction: asked again, as every door does
        return "changed"


def test_32_threads_pause_resume_anchor_and_lower_them_while_they_renew(
    world: World, shop: Shop
) -> None:
    world.wait_until("2025-04-16")
    offers(shop, "EVER", percent="12.5", lasts="forever", most=MOST_REDEEMED)
    asha = shop.customer("Asha")
    subscribed = [
        asha.subscribes_to("Pro", starts=start, pays_by="transfer", days_to_pay=60)
        for start in ("2025-04-01", "2025-04-10")
        for _ in range(SUBSCRIPTIONS // 4)
    ]

    def command(seed: int) -> list[str]:
        chance = random.Random(seed)
        return [_commanded(chance, chance.choice(subscribed)) for _ in range(COMMANDS)]

    def renew(_: int) -> None:
        for _ in range(THREADS):
            _renewed(shop, "2025-04-16")

    with ThreadPoolExecutor(THREADS + 1) as pool:
        renewing = pool.submit(renew, 0)
        told = [word for words in pool.map(command, range(THREADS)) for word in words]
        renewing.result()
    for word in ("paused", "resumed", "anchored", "redeemed", "changed"):
        assert told.count(word) > 0
    assert shop.rows("select count(*) from discounts") == [(told.count("redeemed"),)]
    assert told.count("redeemed") <= MOST_REDEEMED
    for one in subscribed:
        with suppress(NotPaused):
            one.is_resumed()
    _renewed(shop, "2025-04-17")
    for one in subscribed:
        period = one.now.period
        assert period is not None
        # the 16th was used by whoever paused that day; from the 17th on all are in service
        _served(shop, one, date(2025, 4, 17), period.end)
    _gapless_and_agreed(shop)


def _commanded(chance: random.Random, one: Subscribed) -> str:
    asked: dict[str, Callable[[], object]] = {
        "paused": lambda: one.is_paused(chance.choice(["now", "period_end"])),
        "resumed": one.is_resumed,
        "anchored": lambda: one.is_anchored_on(f"2025-04-{chance.randint(1, 30):02}"),
        "redeemed": lambda: redeems(one, "EVER"),
        "changed": lambda: one.changes_to(chance.choice(["Pro", "Team"]), when="now"),
    }
    word = chance.choice(list(asked))
    while True:
        try:
            asked[word]()
        except psycopg.OperationalError:
            continue
        except _MAY_BE_REFUSED as refusal:
            return refusal.code
        return word


def _renewed(shop: Shop, day: str) -> None:
    """Renew all that is due by a day and that nobody holds."""
    with suppress(psycopg.OperationalError):
        command = RenewDueSubscriptions(shop.tenant, at(day), at(day), limit=500)
        while not renew_due_subscriptions(command, db=shop.db).is_last:
            pass


def _served(shop: Shop, one: Subscribed, first: date, end: date) -> None:
    rows = shop.rows(_BILLED + " where i.subscription_id = %(id)s", id=one.id)
    days = [s + timedelta(days=n) for _, s, e in rows for n in range((e - s).days)]
    assert len(days) == len(set(days)), one.history
    wanted = {first + timedelta(days=n) for n in range((end - first).days)}
    assert {day for day in days if day >= first} == wanted, one.history


def _instant(chance: random.Random) -> datetime:
    return at("2025-04-02") + timedelta(days=chance.randint(0, 27))


def _compare(shop: Shop, ids: list[UUID]) -> None:
    rows = shop.rows(_BILLED)
    billed: dict[UUID, list[date]] = {id: [] for id in ids}
    for id, start, end in rows:
        billed[id] += [start + timedelta(days=n) for n in range((end - start).days)]
    every_day = [date(2025, 4, 1) + timedelta(days=n) for n in range(91)]  # to the end of June
    assert {id for id in ids if sorted(billed[id]) != every_day} == set()
    _gapless_and_agreed(shop)


_BILLED = """
    select i.subscription_id, l.period_start, coalesce((
             select min(c.period_start) from credit_note_lines c
              where c.invoice_id = l.invoice_id and c.line_position = l.position), l.period_end)
      from invoice_lines l join invoices i on i.id = l.invoice_id
"""


def _gapless_and_agreed(shop: Shop) -> None:
    [(twice,)] = shop.rows(
        """select count(*) from (
             select source_id from entries where kind in ('invoice_issued', 'credit_note_issued')
              group by source_id, kind having count(*) > 1) t"""
    )
    assert twice == 0
    for table in ("invoices", "credit_notes"):
        [(count, last)] = shop.rows(f"select count(*), max(sequence) from {table}")
        assert count == last  # gapless
    with shop.db.transaction(shop.tenant) as uow:
        assert differences(uow.connection) == []
        assert disagreements(uow.connection) == []
