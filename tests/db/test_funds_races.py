"""Many at once: a coupon's limit holds, and a wallet's money is spent once."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.coupon import (
    CouponExhausted,
    CouponUsedByCustomer,
    Duration,
)
from khata.core.discounts import Scope
from khata.core.ids import new_id
from khata.core.refusal import Refusal
from khata.core.top_up import TopUp, TopUpCause
from khata.core.wallet import GrantKind, Wallet
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.coupons.apply_coupon import ApplyCoupon, apply_coupon
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.usecases.coupons.redeem_codes import CouponAlreadyApplied
from khata.usecases.wallets.expire_credits import ExpireCredits, expire_credits
from khata.usecases.wallets.fill_wallet import fill_wallet
from khata.usecases.wallets.recharge_wallet import recharge_wallet
from tests.db.crowd import at_once
from tests.db.shop import NOON, TOTAL, Shop, Subscriber, noon

MANY = 32


@pytest.fixture
def shop(urls: Urls) -> Iterator[Shop]:
    db, gateway = Database(urls.app, size=MANY + 4), FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()
    db.close()


def _coupon(shop: Shop, code: str, *, most: int | None = None, each: int | None = None) -> None:
    create_coupon(
        CreateCoupon(
            tenant=shop.tenant,
            id=new_id(NOON),
            at=NOON,
            code=code,
            name=None,
            scope=Scope.INVOICE,
            percent=Decimal(10),
            amount=None,
            currency=None,
            duration=Duration.FOREVER,
            months=None,
            cycles=None,
            max_redemptions=most,
            max_per_customer=each,
            expires_on=None,
            minimum=None,
            plan_ids=[],
            metadata={},
        ),
        db=shop.db,
    )


def _redeems(shop: Shop, code: str, **whose: UUID) -> str:
    command = ApplyCoupon(shop.tenant, new_id(NOON), NOON, code, **whose)
    try:
        apply_coupon(command, db=shop.db)
    except Refusal as refusal:
        return type(refusal).__name__
    return "redeemed"


def test_of_32_who_redeem_at_once_ten_get_the_last_ten(shop: Shop) -> None:
    _coupon(shop, "TEN", most=10)
    customers = [shop.subscriber(None).customer_id for _ in range(MANY)]
    got = at_once([partial(_redeems, shop, "TEN", customer_id=one) for one in customers])
    assert sorted(set(got)) == [CouponExhausted.__name__, "redeemed"]
    assert got.count("redeemed") == 10
    assert shop.count("discounts") == 10
    assert len(shop.told("discount.applied")) == 10


def test_one_customer_redeems_once_from_many_doors(shop: Shop) -> None:
    _coupon(shop, "ONE", each=1)
    asha = shop.subscriber(None)
    got = at_once(
        [partial(_redeems, shop, "ONE", customer_id=asha.customer_id) for _ in range(8)]
        + [partial(_redeems, shop, "ONE", subscription_id=asha.subscription_id) for _ in range(8)]
    )
    assert got.count("redeemed") == 1
    assert set(got) <= {"redeemed", CouponUsedByCustomer.__name__, CouponAlreadyApplied.__name__}


def _granted(shop: Shop, asha: Subscriber, amount: int, *, lasts: int | None = None) -> UUID:
    """A wallet with granted credit, made without its use-cases: those sit other exams."""
    wallet = Wallet(new_id(NOON), asha.customer_id, "INR", "W", 50, 0, None, None, {}, NOON)
    ends = None if lasts is None else NOON + timedelta(days=lasts)
    top_up = TopUp(
        new_id(NOON),
        wallet.id,
        None,
        GrantKind.GRANTED,
        amount,
        50,
        ends,
        None,
        TopUpCause.ASKED,
        NOON,
    )
    with shop.db.transaction(shop.tenant) as uow:
        uow.wallets.add(wallet)
        uow.wallets.add_top_up(top_up)
        fill_wallet(uow, wallet, top_up, at=NOON)
    return wallet.id


def _balance(shop: Shop, wallet: UUID) -> int:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.wallets.get(wallet).balance


def test_runs_at_once_spend_a_wallet_once(shop: Shop) -> None:
    """Twelve subscriptions of one customer, due together, and money for three and a half."""
    asha = shop.subscriber(None)
    for _ in range(11):
        shop._subscribe(asha.customer_id, noon(3, 28))
    wallet = _granted(shop, asha, 3 * TOTAL + 59_000)
    run = RenewDueSubscriptions(shop.tenant, noon(3, 28), noon(3, 28), limit=2)

    def renew() -> int:
        done = 0
        while True:
            batch = renew_due_subscriptions(run, db=shop.db)
            done += batch.invoiced
            if batch.taken == 0:
                return done

    assert sum(at_once([renew for _ in range(6)])) == 12
    assert _balance(shop, wallet) == 0
    row = shop._row(
        "select count(*) filter (where status = 'paid'), sum(amount_paid),"
        " (select sum(amount) from invoice_settlements) from invoices"
    )
    assert tuple(int(value) for value in row) == (3, 3 * TOTAL + 59_000, 3 * TOTAL + 59_000)
    assert shop.balance("wallet_granted") == 0
    assert shop.balance("receivable") == 13 * TOTAL - (3 * TOTAL + 59_000)


def test_expiries_at_once_expire_once(shop: Shop) -> None:
    asha = shop.subscriber(None)
    wallet = _granted(shop, asha, 5_000, lasts=1)
    expire = ExpireCredits(shop.tenant, noon(3, 2))
    got = at_once([partial(expire_credits, expire, db=shop.db) for _ in range(8)])
    assert sorted(got) == [0] * 7 + [1]
    assert _balance(shop, wallet) == 0
    assert (shop.balance("promotions"), shop.balance("wallet_granted")) == (0, 0)


def test_a_low_wallet_recharges_once_whoever_sees_it(shop: Shop) -> None:
    asha = shop.subscriber(None)
    wallet = _granted(shop, asha, 5_000)
    shop._row("update wallets set recharge_below = 10000, recharge_amount = 20000 returning 1")

    def recharge() -> None:
        with shop.db.transaction(shop.tenant) as uow:
            recharge_wallet(uow, wallet, at=NOON)

    at_once([recharge for _ in range(8)])
    assert int(shop._row("select count(*) from wallet_top_ups where kind = 'paid'")[0]) == 1
