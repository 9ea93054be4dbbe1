"""The world of the stories: shops on their test clocks, and time that passes for all of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.tax.gstin import check_character
from khata.core.tax.states import STATES
from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from khata.usecases.tenants.change_account import ChangeAccount, change_account
from khata.usecases.tenants.open_account import OpenAccount, open_account
from khata.usecases.tenants.open_sandbox import OpenSandbox, open_sandbox
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock
from khata.wiring import Engine
from tests.scenarios.money import eur, inr, usd
from tests.scenarios.shop import Shop

__all__ = ["World", "at", "eur", "inr", "usd"]

HOME = "Asia/Kolkata"
SIGNED_UP = datetime(2020, 1, 1, tzinfo=UTC)
_STATE = {state.name: state for state in STATES if not state.legacy}


class StandingClock:
    """The machine's clock: nothing in a story may ask it, for every shop has a clock of its own."""

    def now(self) -> datetime:
        raise AssertionError("a story lives on its test clock")


def at(day: str, hour: str = "12:00", zone: str = HOME) -> datetime:
    """An instant by the clock on some wall."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZoneInfo(zone))


class World:
    """All shops of a story. Until `today_is` they are only being furnished."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = SIGNED_UP
        self.shops: list[Shop] = []

    def shop(
        self,
        name: str = "Chai Point",
        *,
        state: str = "Karnataka",
        registered: bool = True,
        zone: str = HOME,
        currency: str = "INR",
        **policies: Any,
    ) -> Shop:
        """A business that has signed up in test mode, with policies of its own."""
        tenant = uuid4()
        known = _STATE[state]
        first14 = f"{known.code}ABCCT1234E1Z"
        account = OpenAccount(
            account=uuid4(),
            test_tenant=tenant,
            live_tenant=uuid4(),
            at=self.now,
            business_name=name,
            email=f"{tenant.hex}@shops.example",
            password="correct horse battery staple",
            country="IN",
            state=known.iso,
            timezone=zone,
            currency=currency,
            gstin=first14 + check_character(first14) if registered else None,
            address=Address("27 Church Street", None, "Bengaluru", "560001"),
        )
        open_account(account, db=self.engine.db, pepper=b"a pepper for stories, 32 bytes long")
        if policies:
            change = ChangeAccount(tenant, self.now, {"policies": policies})
            change_account(change, db=self.engine.db, pdf=self.engine.pdf)
        shop = Shop(self, tenant)
        self.shops.append(shop)
        return shop

    def sandbox_of(self, shop: Shop, name: str) -> Shop:
        """One more test tenant of the shop's account, with the shop's policies and registration."""
        tenant = uuid4()
        command = OpenSandbox(shop.tenant, tenant, self.now, name, most=50)
        open_sandbox(command, db=self.engine.db, pepper=b"a pepper for stories, 32 bytes long")
        sandbox = Shop(self, tenant)
        self.shops.append(sandbox)
        return sandbox

    def today_is(self, day: str | datetime) -> None:
        """Freeze every shop's time at noon of a day; from now on time passes."""
        self.now = _instant(day)
        for shop in self.shops:
            clock = SetTestClock(shop.tenant, new_id(self.now), self.now)
            set_test_clock(clock, db=self.engine.db)

    def wait_until(self, day: str | datetime) -> None:
        """Let time pass, in one jump, until noon of a day."""
        self.now = _instant(day)
        for shop in self.shops:
            clock = advance_test_clock(
                AdvanceTestClock(shop.tenant, self.now), tools=self.engine.tools
            )
            assert (clock.status, clock.frozen_time) == ("ready", self.now)

    def rows(self, tenant: UUID, sql: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
        """Ask one tenant's tables."""
        with self.engine.db.transaction(tenant) as uow:
            return uow.connection.execute(sql.encode(), parameters).fetchall()


def _instant(day: str | datetime) -> datetime:
    return day if isinstance(day, datetime) else at(day)
