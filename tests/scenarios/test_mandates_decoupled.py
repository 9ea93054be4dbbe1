"""Months with Razorpay where khata says when payers are told and when they are debited.

The pretend Razorpay lives on the shop's clock, and tells by webhooks whether a payer was told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.vault import AesVault
from khata.core.ids import new_id
from khata.core.mandate_terms import Frequency
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateway_vendor import BadCredentials
from khata.ports.notices import NoticeRequest, Taken
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from tests.scenarios.agreement import Agreement
from tests.scenarios.customer import Customer
from tests.scenarios.razorpay_account import SECRET, Razorpay, razorpay
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

__all__ = ["razorpay"]


class OnTheClock:
    """Razorpay, at the time that each call brings along."""

    def __init__(self, gateway: Any, simulator: RazorpaySimulator) -> None:
        self._gateway, self._simulator = gateway, simulator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> Taken:
        self._simulator.advance(at)
        taken: Taken = self._gateway.tell_ahead(request, at=at)
        return taken

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        self._simulator.advance(at)
        answer: Answer = self._gateway.charge(request, at=at)
        return answer

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self._simulator.advance(at)
        answer: Answer | None = self._gateway.look_up(request, reference=reference, at=at)
        return answer


class VendorOnTheClock(RazorpayVendor):
    simulator: RazorpaySimulator

    def open(self, credentials: Mapping[str, str], *, base_url: str | None) -> Any:
        return OnTheClock(super().open(credentials, base_url=base_url), self.simulator)


@pytest.fixture
def decoupled(world: World, razorpay: Razorpay, fake_gateway: FakeGateway) -> Razorpay:
    """Razorpay beside the world's clock, for accounts of either way."""
    vendor = VendorOnTheClock()
    vendor.simulator = razorpay.simulator
    secret = world.engine.settings.secret()
    desk = GatewayDesk(AesVault(secret), [vendor], {"fake": fake_gateway})
    world.engine = replace(world.engine, gateways=desk)
    return razorpay


def has_an_account(razorpay: Razorpay, shop: Shop, debits: str) -> UUID:
    now = razorpay.at_now()
    known = razorpay.simulator.introduction().credentials
    command = AddGatewayAccount(
        tenant=shop.tenant,
        id=new_id(now),
        at=now,
        now=now,
        gateway="razorpay",
        name="Razorpay",
        credentials={**known, "debits": debits},
        webhook_secret=SECRET,
        base_url=razorpay.url,
    )
    return add_gateway_account(command, tools=razorpay.world.engine.gateway_tools(shop.db)).id


def agrees(customer: Customer, account: UUID, token: str) -> Agreement:
    """A monthly mandate by UPI, and the token that carries it."""
    shop, now = customer.shop, customer.shop.world.now
    mandate = Agreement.written(customer, up_to=1_500_000, frequency=Frequency.MONTHLY)
    command = AddPaymentMethod(
        shop.tenant,
        new_id(now),
        now,
        customer.id,
        "razorpay",
        token,
        default=True,
        account=account,
        holder=READY_MADE_CUSTOMER,
    )
    add_payment_method(command, db=shop.db, gateways=shop.world.engine.gateways)
    assert mandate.row["status"] == "active"
    return mandate


def lives(
    world: World, razorpay: Razorpay, shop: Shop, account: UUID, *moments: tuple[str, str]
) -> None:
    """Live until each moment, and hear then what Razorpay has to tell."""
    for day, hour in moments:
        world.wait_until(at(day, hour))
        razorpay.at_now()
        razorpay.tells(shop, account)
        world.wait_until(world.now + timedelta(minutes=2))


def begun(
    world: World, razorpay: Razorpay, *, debits: str, token: str
) -> tuple[Shop, Customer, UUID, Agreement]:
    """A shop whose only customer owes 1,180.00 (1,000.00 and 18 %) since 5 December, 21:30."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-12-05", "21:30"))
    account = has_an_account(razorpay, shop, debits)
    mandate = agrees(asha, account, token)
    asha.subscribes_to("Pro")
    return shop, asha, account, mandate


def test_told_first_and_debited_a_day_after_the_payer_was_told(
    world: World, decoupled: Razorpay
) -> None:
    shop, asha, account, mandate = begun(world, decoupled, debits="decoupled", token="token_upi_ok")
    # Asked to tell at 21:30; until Razorpay says that it has told, nobody was told.
    assert shop.rows("select told_by, told_at from debit_notices") == [("request", None)]
    assert mandate.payment() == ("scheduled", None, "12-06 22:30")
    assert mandate.debits == []

    lives(world, decoupled, shop, account, ("2026-12-05", "21:35"))
    assert mandate.notices == [("12-05 21:32", 118_000)]
    outcomes = "select type, status, outcome from gateway_events"
    assert shop.rows(outcomes) == [
        ("order.notification.delivered", "applied", "the payer was told")
    ]
    world.wait_until(at("2026-12-06", "22:29"))
    assert mandate.debits == []
    lives(world, decoupled, shop, account, ("2026-12-06", "22:40"))
    assert mandate.debits == [("12-06 22:30", "succeeded")]
    assert asha.latest_invoice.status == "paid"
    [order] = shop.rows("select notice_reference from attempts")
    assert order == shop.rows("select reference from debit_notices")[0]
    [paid] = decoupled.simulator.books()["payments"]
    assert paid["debited_at"] - paid["notified_at"] >= timedelta(hours=24)


def test_a_payer_who_cannot_be_told_is_asked_instead(world: World, decoupled: Razorpay) -> None:
    """Told three times that they could not be reached: no fourth notice, and no debit."""
    shop, asha, account, mandate = begun(
        world, decoupled, debits="decoupled", token="token_upi_untold"
    )
    lives(world, decoupled, shop, account, ("2026-12-05", "21:35"))
    assert mandate.payment() == ("scheduled", None, "12-05 22:35")  # an hour after it was heard
    lives(world, decoupled, shop, account, ("2026-12-05", "22:40"), ("2026-12-05", "23:45"))
    world.wait_until("2026-12-06")
    assert mandate.payment()[:2] == ("scheduled", "payer_not_told")
    assert [told_at for (told_at,) in shop.rows("select told_at from debit_notices")] == [None] * 3
    assert mandate.debits == []
    assert decoupled.simulator.books()["payments"] == []
    assert "could not tell you of the debit ahead" in asha.inbox.text_of("payment_failed")


def test_what_was_told_by_nobody_is_told_anew_the_day_after(
    world: World, decoupled: Razorpay
) -> None:
    """No word came at all: without it nothing is debited, and the payer is told once more."""
    shop, _, account, mandate = begun(world, decoupled, debits="decoupled", token="token_upi_ok")
    decoupled.simulator.advance(world.now + timedelta(minutes=5))
    decoupled.simulator.hooks.forget()
    world.wait_until(at("2026-12-06", "22:31"))
    assert mandate.debits == []
    assert mandate.payment() == ("scheduled", None, "12-07 23:30")
    lives(world, decoupled, shop, account, ("2026-12-06", "22:40"), ("2026-12-07", "23:40"))
    assert mandate.debits == [("12-07 23:30", "succeeded")]


def test_a_second_try_on_the_same_day_goes_by_the_same_notice(
    world: World, decoupled: Razorpay
) -> None:
    """The payer was told of this amount for this day; another day needs another notice."""
    shop, asha, account, mandate = begun(
        world, decoupled, debits="decoupled", token="token_upi_declined_twice"
    )
    lives(world, decoupled, shop, account, ("2026-12-05", "21:35"), ("2026-12-06", "22:40"))
    assert mandate.debits == [("12-06 22:30", "failed")]
    assert asha.pays(asha.latest_invoice) == "pending"
    lives(world, decoupled, shop, account, ("2026-12-06", "22:55"))
    assert [status for _, status in mandate.debits] == ["failed", "failed"]
    assert len(mandate.notices) == 1
    assert len(set(shop.rows("select notice_reference from attempts"))) == 1

    world.wait_until("2026-12-08")  # the next retry is on another day, and told of anew
    assert shop.rows("select count(*) from debit_notices") == [(2,)]


def test_a_mandate_that_ends_before_the_debit_is_not_debited(
    world: World, decoupled: Razorpay
) -> None:
    """The payer withdrew it on being told: the token's event comes before the debit's hour."""
    shop, _, account, mandate = begun(world, decoupled, debits="decoupled", token="token_upi_ok")
    lives(world, decoupled, shop, account, ("2026-12-05", "21:35"))
    at_razorpay = next(iter(decoupled.simulator.desk.accounts.all.values()))
    token = at_razorpay.tokens[(READY_MADE_CUSTOMER, "token_upi_ok")]
    token["recurring_details"]["status"] = "cancelled"
    decoupled.simulator.desk.tell(at_razorpay, "token.cancelled", {"token": token}, world.now)
    lives(world, decoupled, shop, account, ("2026-12-06", "09:00"), ("2026-12-06", "22:40"))
    assert mandate.row["status"] == "revoked"
    assert mandate.debits == []
    assert decoupled.simulator.books()["payments"] == []


def test_what_razorpay_refuses_to_tell_of_has_failed_and_its_mandate_is_over(
    world: World, decoupled: Razorpay
) -> None:
    """It was withdrawn at the bank, and no event told: the order is refused, nobody is debited."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-12-05", "21:30"))
    account = has_an_account(decoupled, shop, "decoupled")
    mandate = agrees(asha, account, "token_upi_ok")
    at_razorpay = next(iter(decoupled.simulator.desk.accounts.all.values()))
    token = at_razorpay.tokens[(READY_MADE_CUSTOMER, "token_upi_ok")]
    token["recurring_details"]["status"] = "cancelled"
    asha.subscribes_to("Pro")
    assert mandate.row["status"] == "revoked"
    assert mandate.payment()[1] == "mandate_revoked"
    assert shop.rows("select told_at, reference from debit_notices") == [(None, None)]
    assert decoupled.simulator.books()["payments"] == []


def test_a_new_key_leaves_the_way_of_its_account_as_it_is(
    world: World, decoupled: Razorpay
) -> None:
    shop = world.shop()
    account = has_an_account(decoupled, shop, "decoupled")
    assert _tells_ahead(world, shop, account)
    known = decoupled.simulator.introduction().credentials
    rotate = RotateGatewayAccount(shop.tenant, account, world.now, credentials=known)
    rotate_gateway_account(rotate, tools=world.engine.gateway_tools(shop.db))
    assert _tells_ahead(world, shop, account)
    rotate = replace(rotate, credentials={**known, "debits": "coupled"})
    rotate_gateway_account(rotate, tools=world.engine.gateway_tools(shop.db))
    assert not _tells_ahead(world, shop, account)
    with pytest.raises(BadCredentials, match="coupled or decoupled"):
        has_an_account(decoupled, shop, "sometimes")


def _tells_ahead(world: World, shop: Shop, account: UUID) -> bool:
    with shop.db.transaction(shop.tenant) as uow:
        kept = uow.gateway_accounts.get(account)
    gateway = world.engine.gateways.of("razorpay", kept)
    assert gateway is not None
    return bool(gateway.capabilities.tells_ahead)


def test_coupled_its_own_tries_leave_none_in_the_cycle(world: World, decoupled: Razorpay) -> None:
    """Razorpay tried it four times, which is all that a cycle has: the next is in the next one."""
    shop, _, account, mandate = begun(
        world, decoupled, debits="coupled", token="token_upi_tried_again"
    )
    lives(world, decoupled, shop, account, ("2026-12-07", "12:00"))
    assert [status for _, status in mandate.debits] == ["failed"]
    assert shop.rows("select tries from mandate_debits") == [(4,)]
    world.wait_until("2026-12-20")
    assert mandate.payment() == ("scheduled", "mandate_no_tries_left", "01-05 00:00")
    assert len(mandate.debits) == 1
