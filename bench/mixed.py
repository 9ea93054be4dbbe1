"""Mixed plans beside plain ones, and what a customer is entitled to beside its bare row."""

import time
from collections.abc import Iterator
from decimal import Decimal
from statistics import median
from uuid import UUID

from bench.crowd import OPENED, TENANT
from bench.engine import in_own_process
from bench.ground import Ground
from bench.table import Figure, told
from khata.core.catalog import PriceModel, PriceTerms
from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import new_id
from khata.core.metering import Aggregation, Meter
from khata.core.price_terms import Tier
from khata.db.transaction import Database
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.usecases.selling.add_price import AddPrice, add_price
from khata.usecases.usage.create_meter import CreateMeter, create_meter

# Of four subscriptions one stays plain, one has seats in tiers, one pays for what it used of its
# storage, from 30 hours' sums, and one has a coupon for ever.
_MIX = """
    create temporary table mix as
      select id, customer_id, row_number() over (order by id) % 4 as sort from subscriptions
    --;
    update subscription_items i set price_id = '{tiered}' from mix m, plans p
     where m.id = i.subscription_id and m.sort = 1 and p.id = i.plan_id and p.code = 'seats'
    --;
    update subscription_items i set price_id = '{metered}' from mix m, plans p
     where m.id = i.subscription_id and m.sort = 2 and p.id = i.plan_id and p.code = 'storage'
    --;
    update subscriptions s set metered = true from mix m where m.id = s.id and m.sort = 2
    --;
    insert into usage_periods (id, subscription_id, customer_id, item_id, plan_id, price_id,
                               meter_id, begins_at, period_start, created_at)
      select uuidv7(), m.id, m.customer_id, i.id, i.plan_id, i.price_id, '{meter}',
             timestamp '2026-10-24' at time zone 'Asia/Kolkata', '2026-10-24', now()
        from mix m join subscription_items i on i.subscription_id = m.id
       where m.sort = 2 and i.price_id = '{metered}'
    --;
    insert into usage_windows (customer_id, meter_id, begins_at, events, total, most)
      select m.customer_id, '{meter}', timestamptz '2026-10-25 06:00Z' + day * interval '1 day',
             10, 250, 40
        from mix m, generate_series(0, 29) day where m.sort = 2
    --;
    insert into discounts (id, coupon_id, customer_id, subscription_id, from_on, created_at)
      select uuidv7(), '{coupon}', m.customer_id, m.id, '2026-10-24', now()
        from mix m where m.sort = 3
    --;
    analyze subscription_items
    --;
    analyze usage_windows
    --;
    analyze usage_periods
    --;
    analyze discounts
"""
_TIERS = (
    Tier(Decimal(5), Decimal(249_00)),
    Tier(Decimal(10), Decimal(199_00)),
    Tier(None, Decimal(149_00)),
)


def mixed(here: Ground, size: int, rounds: int) -> Iterator[Figure]:
    """Measure the billing run on clones of one crowd, as it is and mixed, in turns."""
    with here.crowd(size) as crowd:
        with here.clone(crowd, "mixture") as urls:
            names = _sell(urls.app)
            statements = [part.strip() for part in _MIX.format(**names).split("--;")]
            here.run("mixture", f"set khata.tenant = '{TENANT}'", *statements)
            _count_mrr(here)
            pairs = []
            for turn in range(rounds):
                with here.clone(crowd, "plain") as plain, here.clone("mixture", "mixed") as mix:
                    both = [plain.app, mix.app]
                    first, second = (in_own_process(url) for url in both[:: 1 - 2 * (turn % 2)])
                    pairs.append((first, second) if turn % 2 == 0 else (second, first))
        assert all(run.invoices == size for pair in pairs for run in pair), pairs
        yield told(
            Figure(
                f"billing run, {size:,} due, mixed plans",
                f"{size / median(mix.seconds for _, mix in pairs):,.0f}/s",
                f"plain plans {size / median(plain.seconds for plain, _ in pairs):,.0f}/s",
                f"{median(plain.seconds / mix.seconds for plain, mix in pairs):.2f}",
                "≥ 0.8",
            )
        )
        yield _entitlements(here, crowd)


def _count_mrr(here: Ground) -> None:
    """Let the mixed subscriptions have the MRR that the engine counts for them.

    Otherwise three of four would change it in the one run that is measured: once in a life.
    """
    with here.clone("mixture", "counted") as urls:
        in_own_process(urls.app)
        db = Database(urls.app, size=1)
        try:
            with db.transaction(TENANT) as uow:
                rows = uow.connection.execute("select id, mrr from subscriptions").fetchall()
        finally:
            db.close()
    counted = ", ".join(f"('{id}'::uuid, {mrr})" for id, mrr in rows)
    here.run(
        "mixture",
        f"update subscriptions s set mrr = r.mrr from (values {counted}) as r (id, mrr)"
        " where s.id = r.id and s.mrr <> r.mrr",
        "vacuum (analyze) subscriptions",
    )


def _sell(app_url: str) -> dict[str, str]:
    """Add the prices, the meter and the coupon, and return their ids by name."""
    db = Database(app_url, size=1)
    try:
        with db.transaction(TENANT) as uow:
            rows = uow.connection.execute("select code, id from plans").fetchall()
        plans: dict[str, UUID] = dict(rows)
        meter = Meter(new_id(OPENED), "storage", "Storage", Aggregation.SUM, None, (), True, OPENED)
        create_meter(CreateMeter(TENANT, meter), db=db)
        tiered = PriceTerms(PriceModel.GRADUATED, tiers=_TIERS)
        metered = PriceTerms(PriceModel.PER_UNIT, Decimal("0.25"), meter_id=meter.id)
        ids = {"meter": meter.id, "coupon": new_id(OPENED)}
        for name, plan, terms in (("tiered", "seats", tiered), ("metered", "storage", metered)):
            ids[name] = new_id(OPENED)
            add = AddPrice(TENANT, ids[name], OPENED, plans[plan], "INR", terms.model, 0, terms)
            add_price(add, db=db)
        create_coupon(
            CreateCoupon(
                TENANT,
                ids["coupon"],
                OPENED,
                "TENTH",
                None,
                Scope.INVOICE,
                percent=Decimal(10),
                amount=None,
                currency=None,
                duration=Duration.FOREVER,
                months=None,
                cycles=None,
                max_redemptions=None,
                max_per_customer=None,
                expires_on=None,
                minimum=None,
                plan_ids=(),
                metadata={},
            ),
            db=db,
        )
    finally:
        db.close()
    return {name: str(id) for name, id in ids.items()}


_HELD = """
    insert into customer_entitlements (customer_id, version, held, changed_at)
      select id, 1,
             '{"seats": {"type": "limit", "value": 25, "unit": "seat", "meter": null,
                         "subscriptions": []}}', now()
        from customers
"""


def _entitlements(here: Ground, crowd: str, asks: int = 5_000) -> Figure:
    """Ask what customers are entitled to, and beside it for the bare row, in turns."""
    with here.clone(crowd, "entitled") as urls:
        here.run("entitled", f"set khata.tenant = '{TENANT}'", _HELD)
        db = Database(urls.app, size=1)
        try:
            with db.transaction(TENANT) as uow:
                rows = uow.connection.execute("select id from customers limit 500").fetchall()
                ids = [row[0] for row in rows]
                ours = theirs = 0.0
                for n in range(asks):
                    id = ids[n % len(ids)]
                    begun = time.perf_counter()
                    assert uow.entitlements.of(id) is not None
                    between = time.perf_counter()
                    uow.connection.execute(
                        "select * from customer_entitlements where customer_id = %s", [id]
                    ).fetchone()
                    theirs += time.perf_counter() - between
                    ours += between - begun
        finally:
            db.close()
    return told(
        Figure(
            "entitlements of a customer, read",
            f"{asks / ours:,.0f}/s",
            f"the bare row {asks / theirs:,.0f}/s",
            f"{theirs / ours:.2f}",
        )
    )
