"""What customers do besides paying: they change, pause, leave, redeem, prepay, give a card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from khata.cli.demo.cast import Happening, Turn
from khata.cli.demo.payer import Way
from khata.cli.demo.shop import Shop
from khata.core.ids import new_id
from khata.usecases.coupons.apply_coupon import ApplyCoupon, apply_coupon
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.pause_subscription import PauseSubscription, pause_subscription
from khata.usecases.subscriptions.plan_items import ChangeItems
from khata.usecases.subscriptions.resolve_wish import AskedItem
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpWallet, top_up_wallet
from khata.wiring import Engine

_ACTOR: Final = "demo"


@dataclass(frozen=True, slots=True)
class Who:
    """The customer whose turn it is, and the subscription that it is about."""

    engine: Engine
    shop: Shop
    customer: UUID
    agreed: UUID | None  # None: the customer is about to subscribe
    way: Callable[[str], Way] | None  # from a token; None: it pays by transfer

    @property
    def subscription(self) -> UUID:
        assert self.agreed is not None  # nobody changes or leaves before
        return self.agreed


def take_turn(who: Who, happening: Happening, at: datetime) -> None:
    """Do what the customer does; falling silent is doing nothing."""
    turn = _TURNS.get(happening.turn)
    if turn is not None:
        turn(who, happening.word, at)


def give_card(who: Who, token: str, at: datetime) -> None:
    """Put a card on file, or another one; UPI and bank mandates are such, too."""
    assert who.way is not None
    way = who.way(token)
    command = AddPaymentMethod(
        who.shop.tenant,
        new_id(at),
        at,
        who.customer,
        way.gateway,
        way.token,
        default=True,
        holder=way.holder,
    )
    add_payment_method(command, db=who.engine.db, gateways=who.engine.gateways)


def _cancel(who: Who, when: str, at: datetime) -> None:
    command = CancelSubscription(
        tenant=who.shop.tenant,
        id=who.subscription,
        at=at,
        when=When(when),
        reason="asked to by the customer",
        actor=_ACTOR,
    )
    cancel_subscription(command, tools=who.engine.tools, db=who.engine.db)


def _change(who: Who, word: str, at: datetime) -> None:
    """Change to `plan:seats`, and with a third part when: else dearer now, cheaper later."""
    plan, seats, *when = word.split(":")
    command = ChangeItems(
        who.shop.tenant,
        who.subscription,
        new_id(at),
        at,
        [AskedItem(None, who.shop.plans[plan], int(seats))],
        when[0] if when else None,
        actor=_ACTOR,
    )
    change_items(command, tools=who.engine.tools, db=who.engine.db)


def _pause(who: Who, until: str, at: datetime) -> None:
    command = PauseSubscription(
        who.shop.tenant, who.subscription, at, until=date.fromisoformat(until), actor=_ACTOR
    )
    pause_subscription(command, tools=who.engine.tools, db=who.engine.db)


def _redeem(who: Who, code: str, at: datetime) -> None:
    command = ApplyCoupon(who.shop.tenant, new_id(at), at, code, subscription_id=who.subscription)
    apply_coupon(command, db=who.engine.db)


def _prepay(who: Who, rupees: str, at: datetime) -> None:
    _top_up(who, _opened(who, "Prepaid", at), int(rupees) * 100, at, paid=True)


def _gift(who: Who, word: str, at: datetime) -> None:
    """Grant `rupees:last day`, for something that went wrong."""
    rupees, last_day = word.split(":")
    wallet = _opened(who, "Goodwill", at)
    _top_up(who, wallet, int(rupees) * 100, at, paid=False, until=date.fromisoformat(last_day))


def _opened(who: Who, name: str, at: datetime) -> UUID:
    wallet = new_id(at)
    command = OpenWallet(who.shop.tenant, wallet, at, who.customer, "INR", name, 50, None, None, {})
    open_wallet(command, db=who.engine.db)
    return wallet


def _top_up(
    who: Who, wallet: UUID, amount: int, at: datetime, *, paid: bool, until: date | None = None
) -> None:
    command = TopUpWallet(
        tenant=who.shop.tenant,
        id=new_id(at),
        at=at,
        wallet_id=wallet,
        amount=amount,
        paid=paid,
        expires_on=until,
    )
    top_up_wallet(command, db=who.engine.db, tools=who.engine.tools)


_TURNS: Final[Mapping[Turn, Callable[[Who, str, datetime], None]]] = {
    Turn.CARD: give_card,
    Turn.CANCEL: _cancel,
    Turn.CHANGE: _change,
    Turn.PAUSE: _pause,
    Turn.REDEEM: _redeem,
    Turn.PREPAY: _prepay,
    Turn.GIFT: _gift,
}
