"""What there is to be seen of credit notes, coupons and wallets: Asha's, in a trading shop."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from khata.core.catalog import Plan, PriceModel, TaxBehavior
from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import new_id
from khata.core.periods import Interval, Unit
from khata.usecases.coupons.apply_coupon import ApplyCoupon, apply_coupon
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpWallet, top_up_wallet
from tests.dashboard.trading import MISCHIEF, Trade
from tests.dashboard.world import World


@dataclass(frozen=True)
class Funds:
    """A note of all of Asha's invoice, a coupon for ever, a wallet of 300.00, a dearer plan."""

    note: UUID
    coupon: UUID
    wallet: UUID
    dear: Plan


def funds_of(world: World, trade: Trade) -> Funds:
    tenant, db, at = trade.shop.test, world.engine.db, world.now
    note, coupon, wallet = (new_id(at) for _ in range(3))
    credit_invoice(CreditInvoice(tenant, note, at, trade.paid.id, MISCHIEF), db=db)
    create_coupon(coupon_of(tenant, coupon, world), db=db)
    redeem = ApplyCoupon(tenant, new_id(at), at, "TEA10", subscription_id=trade.subscription)
    apply_coupon(redeem, db=db)
    open_wallet(
        OpenWallet(tenant, wallet, at, trade.asha, "INR", "Prepaid", 50, None, None, {}), db=db
    )
    granted = TopUpWallet(tenant, new_id(at), at, wallet, 30_000, paid=False, name=MISCHIEF)
    top_up_wallet(granted, db=db, tools=world.engine.tools)
    return Funds(note, coupon, wallet, dearer(world, trade))


def coupon_of(tenant: UUID, id: UUID, world: World) -> CreateCoupon:
    return CreateCoupon(
        tenant=tenant,
        id=id,
        at=world.now,
        code="TEA10",
        name="Tea week",
        scope=Scope.INVOICE,
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
        plan_ids=[],
        metadata={},
    )


def dearer(world: World, trade: Trade) -> Plan:
    """Return a plan of 2,800.00 a month of the same product."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        row = uow.connection.execute("select id from products").fetchone()
    assert row is not None
    return create_plan(
        CreatePlan(
            tenant=trade.shop.test,
            id=new_id(world.now),
            at=world.now,
            product=row[0],
            name="Enterprise",
            code="enterprise",
            interval=Interval(Unit.MONTH),
            trial_days=0,
            tax_behavior=TaxBehavior.EXCLUSIVE,
            prices=[NewPrice("INR", PriceModel.FLAT, 280_000)],
            metadata={},
        ),
        db=world.engine.db,
    )
