"""Coupons and wallets of a story: what a shop offers, and what its customers do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import new_id
from khata.core.money import Money
from khata.core.subscription import CollectionMethod
from khata.usecases.coupons.apply_coupon import ApplyCoupon, apply_coupon
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.usecases.coupons.remove_discount import RemoveDiscount, remove_discount
from khata.usecases.wallets.change_wallet import ChangeWallet, change_wallet
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpWallet, top_up_wallet
from tests.scenarios.customer import Customer
from tests.scenarios.subscription import Subscribed

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop


def offers(
    shop: Shop,
    code: str,
    *,
    percent: str | None = None,
    off: Money | None = None,
    lasts: str = "once",
    plans: tuple[str, ...] = (),
    scope: str = "invoice",
    minimum: Money | None = None,
    **limits: Any,
) -> UUID:
    """Make a coupon; `lasts` is once, forever, "3 months" or "2 cycles"."""
    count, _, unit = lasts.partition(" ")
    id = new_id(shop.world.now)
    priced = off or minimum
    create_coupon(
        CreateCoupon(
            tenant=shop.tenant,
            id=id,
            at=shop.world.now,
            code=code,
            name=None,
            scope=Scope(scope),
            percent=Decimal(percent) if percent else None,
            amount=off.amount if off else None,
            currency=priced.currency if priced else None,
            duration=Duration.REPEATING if unit else Duration(lasts),
            months=int(count) if unit == "months" else None,
            cycles=int(count) if unit == "cycles" else None,
            max_redemptions=limits.get("most"),
            max_per_customer=limits.get("each"),
            expires_on=date.fromisoformat(limits["until"]) if "until" in limits else None,
            minimum=minimum.amount if minimum else None,
            plan_ids=[shop.plans[plan].id for plan in plans],
            metadata={},
        ),
        db=shop.db,
    )
    return id


def redeems(who: Customer | Subscribed, code: str) -> UUID:
    """Redeem a code for a subscription, or for all that a customer has."""
    shop = who.shop
    is_customer = isinstance(who, Customer)
    command = ApplyCoupon(
        shop.tenant,
        new_id(shop.world.now),
        shop.world.now,
        code,
        subscription_id=None if is_customer else who.id,
        customer_id=who.id if is_customer else None,
    )
    return apply_coupon(command, db=shop.db).id


def gives_up(shop: Shop, discount: UUID) -> None:
    """Take a discount away."""
    remove_discount(RemoveDiscount(shop.tenant, discount, shop.world.now), db=shop.db)


def has_credit(customer: Customer, amount: Money) -> None:
    """Owe the customer something, as a credit note would: here for money that came before."""
    shop, source = customer.shop, new_id(customer.shop.world.now)
    with shop.db.transaction(shop.tenant) as uow:
        at = shop.world.now
        uow.credit.give(customer.id, amount.currency, amount.amount, "credit_note", source, at)
        uow.connection.execute(
            "insert into entries (id, kind, source_id, booked_on, created_at)"
            " values (%s, 'payment_received', %s, %s, %s)",
            [source, source, at.date(), at],
        )
        uow.connection.execute(
            "insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)"
            " values (%s, 0, %s, 'bank', 'customer_credit', %s, %s)",
            [source, at.date(), amount.amount, amount.currency],
        )


def credit_of(customer: Customer, currency: str = "INR") -> int:
    """What is left on the credit balance."""
    with customer.shop.db.transaction(customer.shop.tenant) as uow:
        return uow.credit.balance(customer.id, currency)


@dataclass(frozen=True)
class Wallet:
    customer: Customer
    id: UUID

    @classmethod
    def opened(
        cls,
        customer: Customer,
        *,
        priority: int = 50,
        below: Money | None = None,
        recharge: Money | None = None,
        tax_code: str | None = None,
        currency: str = "INR",
    ) -> Wallet:
        shop, id = customer.shop, new_id(customer.shop.world.now)
        command = OpenWallet(
            shop.tenant,
            id,
            shop.world.now,
            customer.id,
            currency,
            "Prepaid",
            priority,
            below.amount if below else None,
            recharge.amount if recharge else None,
            {},
            tax_code,
        )
        open_wallet(command, db=shop.db)
        return cls(customer, id)

    def gets(
        self,
        amount: Money,
        *,
        paid: bool = True,
        until: str | None = None,
        priority: int = 50,
        by_card: bool = True,
    ) -> UUID:
        """Top it up: paid by an invoice, or granted."""
        shop = self.customer.shop
        command = TopUpWallet(
            tenant=shop.tenant,
            id=new_id(shop.world.now),
            at=shop.world.now,
            wallet_id=self.id,
            amount=amount.amount,
            paid=paid,
            expires_on=date.fromisoformat(until) if until else None,
            priority=priority,
            currency=amount.currency,
            collection_method=CollectionMethod.CHARGE_AUTOMATICALLY
            if by_card
            else CollectionMethod.SEND_INVOICE,
        )
        top_up_wallet(command, db=shop.db, tools=shop.world.engine.tools)
        return command.id

    def recharges(self, *, below: Money, amount: Money) -> None:
        shop = self.customer.shop
        changes = {"recharge_below": below.amount, "recharge_amount": amount.amount}
        command = ChangeWallet(shop.tenant, self.id, shop.world.now, changes)  # type: ignore[arg-type]
        change_wallet(command, db=shop.db)

    @property
    def balance(self) -> int:
        with self.customer.shop.db.transaction(self.customer.shop.tenant) as uow:
            return uow.wallets.get(self.id).balance

    @property
    def left(self) -> list[tuple[str, int]]:
        """Each credit that ever came, the oldest first: what it is, and what is left of it."""
        return [
            (kind, remaining)
            for kind, remaining in self.customer.shop.rows(
                "select kind, remaining from wallet_grants where wallet_id = %(id)s order by id",
                id=self.id,
            )
        ]

    @property
    def story(self) -> list[tuple[str, int, int]]:
        """Each change: why, how much, and what it left in the wallet."""
        return [
            (cause, amount, balance)
            for cause, amount, balance in self.customer.shop.rows(
                "select cause, amount, balance from wallet_entries where wallet_id = %(id)s"
                " order by id",
                id=self.id,
            )
        ]
