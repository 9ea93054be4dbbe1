"""The world these tests play in: an engine whose clock is moved by hand, and shops in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.core.ids import new_id, public_id
from khata.core.places import Address
from khata.dashboard.routes import router
from khata.db.stores.sessions import Sessions
from khata.usecases.tenants.open_account import OpenAccount, open_account
from khata.wiring import Engine
from tests.dashboard.visitor import Visitor

PASSWORD = "correct horse battery staple"
_numbers = count(1)


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Shop:
    """A business that has signed up, and the person who did it."""

    name: str
    email: str
    user: UUID
    test: UUID
    live: UUID

    @property
    def public_tenant(self) -> str:
        return public_id("ten", self.test)


class World:
    def __init__(self, engine: Engine, clock: HandClock) -> None:
        self.engine = engine
        self.clock = clock
        self.app = FastAPI()
        self.app.include_router(router(engine))

    @property
    def now(self) -> datetime:
        return self.clock.at

    def passes(self, span: timedelta) -> None:
        self.clock.at += span

    def visitor(self, address: str | None = None, base_url: str = "http://testserver") -> Visitor:
        """Somebody at a network address of their own, unless one is given."""
        place = address or f"address {new_id(self.now)}"
        client = TestClient(
            self.app, base_url=base_url, follow_redirects=False, client=(place, 50_000)
        )
        return Visitor(client)

    def opens_shop(
        self, name: str = "Chai Cloud Pvt Ltd", *, gstin: str | None = "29ABCCT1234E1ZL"
    ) -> Shop:
        """Sign up a business in Karnataka, registered for GST unless it has no number."""
        email = f"founder{next(_numbers)}-{new_id(self.now).hex[-8:]}@chai.example"
        account, test, live = (new_id(self.now) for _ in range(3))
        open_account(
            OpenAccount(
                account=account,
                test_tenant=test,
                live_tenant=live,
                at=self.now,
                business_name=name,
                email=email,
                password=PASSWORD,
                country="IN",
                state="KA",
                timezone="Asia/Kolkata",
                currency="INR",
                gstin=gstin,
                address=Address("27 Church Street", None, "Bengaluru", "560001"),
            ),
            db=self.engine.db,
            pepper=b"a pepper for tests, 32 bytes long",
        )
        with self.engine.db.before_the_wall() as connection:
            person = Sessions(connection).person_named(email)
        assert person is not None
        return Shop(name, email, person.id, test, live)
