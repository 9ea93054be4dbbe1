"""Gateway accounts whose fate a test decides; the fake gateway's own books say what was taken."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.core.dunning import DeclineClass
from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.core.gateway_health import Health
from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import (
    AnswerLost,
    Capabilities,
    ChargeRequest,
    CredentialsRefused,
    Gateway,
    NotReached,
)
from khata.ports.gateway_vendor import GatewayVendor
from khata.usecases.gateways.change_gateway_account import (
    ChangeGatewayAccount,
    change_gateway_account,
)
from khata.usecases.gateways.tools import GatewayTools
from tests.db.shop import NOON, Shop, Subscriber

_DOWN, _CONFIG = DeclineClass.GATEWAY_DOWN, DeclineClass.CONFIG
ANSWERS = {
    "config": Answer(Outcome.FAILED, decline_class=_CONFIG, decline_code="merchant_not_activated"),
    "down": Answer(Outcome.FAILED, decline_class=_DOWN, decline_code="bank_not_available"),
    "soft": Answer(Outcome.FAILED, decline_class=DeclineClass.SOFT, decline_code="declined"),
    "hard": Answer(Outcome.FAILED, decline_class=DeclineClass.HARD, decline_code="lost_card"),
    "mandate": Answer(Outcome.FAILED, decline_class=DeclineClass.MANDATE, decline_code="gone"),
    "customer_action": Answer(
        Outcome.FAILED, decline_class=DeclineClass.CUSTOMER_ACTION, decline_code="confirm"
    ),
    "pending": Answer(Outcome.PENDING, "ref_pending"),
}
FAULTS = {"not_reached": NotReached, "refused": CredentialsRefused, "lost": AnswerLost}
LATE = timedelta(days=3)


class Fated(FakeGateway):
    """A gateway that does as its `fate` says, and counts who called."""

    fate = "ok"
    calls = 0
    looks = 0

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        self.calls += 1
        if self.fate in ("ok", "lost_taken"):
            answer = super().charge(request, at=at)
            if self.fate == "lost_taken":
                raise AnswerLost
            return answer
        if self.fate in FAULTS:
            raise FAULTS[self.fate]
        if self.fate == "down_late":
            answer = ANSWERS["down"]
            return Answer(
                Outcome.FAILED,
                decline_class=answer.decline_class,
                decline_code=answer.decline_code,
                late_until=at + LATE,
            )
        return ANSWERS[self.fate]

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self.looks += 1
        if self.fate in ("not_reached", "refused"):
            raise FAULTS[self.fate]
        return super().look_up(request, reference=reference, at=at)


class Desk:
    """Satisfies `khata.ports.gateways.Gateways`: a gateway for each account."""

    def __init__(self, without: FakeGateway) -> None:
        self.without, self.of_account = without, dict[UUID, Gateway]()

    def names(self) -> Iterable[str]:
        return ["fake", "paper"]

    def vendor(self, name: str) -> GatewayVendor | None:
        return None

    def of(self, name: str, account: GatewayAccount | None) -> Gateway | None:
        return self.without if account is None else self.of_account.get(account.id)

    def capabilities(self) -> Iterable[Capabilities]:
        return [self.without.capabilities]


class Accounts:
    """The accounts of one shop, each with a fated gateway of its own."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.desk = shop, Desk(shop.gateway)
        shop.gateways = self.desk
        self.gateways: dict[UUID, Fated] = {}

    def opens(self, gateway: Fated, name: str = "Paper") -> UUID:
        """Add an account that is active and well."""
        id = new_id(NOON)
        account = GatewayAccount(
            id=id,
            gateway="paper",
            name=name,
            base_url=None,
            reference=None,
            livemode=False,
            status=AccountStatus.ACTIVE,
            credentials=b"sealed",
            webhook_secrets=None,
            version=1,
            verified_at=NOON,
            created_at=NOON,
        )
        with self.shop.db.transaction(self.shop.tenant) as uow:
            uow.gateway_accounts.add(account)
        self.desk.of_account[id] = self.gateways[id] = gateway
        return id

    def saves(
        self, subscriber: Subscriber, account: UUID, *, default: bool = False, at: datetime = NOON
    ) -> UUID:
        """Give the customer a method that this account charges."""
        method = self.shop.adds_method(subscriber.customer_id, "tok_ok", at=at, default=default)
        with self.shop.db.transaction(self.shop.tenant) as uow:
            uow.connection.execute(
                "update payment_methods set gateway = 'paper', gateway_account_id = %s"
                " where id = %s",
                [account, method],
            )
        return method

    def subscriber(self, *accounts: UUID, at: datetime = NOON) -> Subscriber:
        """A customer with a method at each of these accounts, the first by default."""
        made = self.shop.subscriber(None, at=at)
        for place, account in enumerate(accounts):
            self.saves(made, account, default=place == 0, at=at)
        return made

    def is_set(self, account: UUID, status: AccountStatus, at: datetime) -> None:
        command = ChangeGatewayAccount(self.shop.tenant, account, at, status=status)
        change_gateway_account(command, tools=self.tools)

    @property
    def tools(self) -> GatewayTools:
        return GatewayTools(self.shop.db, self.desk, vault=NoVault())

    def health(self, account: UUID) -> Health:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            found = uow.gateway_accounts.get(account)
        assert found is not None
        return found.health


class NoVault:
    """Satisfies `khata.ports.vault.Vault`: nothing here is secret."""

    def seal(self, text: str, place: object) -> bytes:
        return text.encode()

    def open(self, sealed: bytes, place: object) -> str:
        return sealed.decode()
