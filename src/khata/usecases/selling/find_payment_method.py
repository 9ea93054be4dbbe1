"""Find what a gateway knows of a way to pay, before it is kept."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.gateway_account import GatewayAccount, Route, routes_for
from khata.core.ids import public_id
from khata.core.payment_method import SavedMethod
from khata.core.refusal import NotFound, Refusal
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, NotReached, UnknownToken
from khata.ports.gateways import Gateways


class UnknownGateway(Refusal):
    """The engine has no such gateway."""


class FakeGatewayInLiveMode(Refusal):
    """The fake gateway moves no money, so nothing in live mode is collected by it."""


class NoGatewayAccount(Refusal):
    """The tenant has no account with this gateway that takes charges, or has to say which."""


class GatewayDoesNotAnswer(Refusal):
    """The gateway could not say now what it knows of this token."""


class NeedsNoAccount(Refusal):
    """An account was named for a gateway that has none."""


class MethodNotUsable(Refusal):
    """The gateway knows the payment method, and it cannot be charged."""


@dataclass(frozen=True, slots=True)
class FindPaymentMethod:
    """`account` names the tenant's account with the gateway; None: it is chosen by the routes.

    `holder` is the gateway's id of the customer, where its tokens belong to one. `amount` is what
    is to be paid by it at once, in minor units; None: nothing yet, and no rule by amount fits.
    """

    tenant: UUID
    customer: UUID
    gateway: str
    token: str
    account: UUID | None = None
    holder: str | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class FoundMethod:
    """What the gateway said of a token, before anything is stored."""

    account_id: UUID | None
    saved: SavedMethod


def find_payment_method(
    command: FindPaymentMethod, *, db: Database, gateways: Gateways
) -> FoundMethod:
    """Ask the gateway about the token, outside any transaction.

    Raises: UnknownGateway, UnknownToken, FakeGatewayInLiveMode, NoGatewayAccount,
    GatewayDoesNotAnswer, MethodNotUsable, NeedsNoAccount, NotFound (customer, gateway account).
    """
    name = command.gateway
    if name not in gateways.names():
        known = ", ".join(gateways.names())
        raise UnknownGateway(
            f"{name[:40]!r} is not a gateway here; there is {known}", param="gateway"
        )
    if command.account is not None and gateways.vendor(name) is None:
        raise NeedsNoAccount(
            f"The {name} gateway has no accounts; leave gateway_account out",
            param="gateway_account",
        )
    with db.unclaimed.transaction(command.tenant) as uow:
        choices: list[_Choice] = []
        if gateways.vendor(name) is not None:
            choices = _choices(uow, command)
        elif uow.tenants.get().livemode:
            raise FakeGatewayInLiveMode("The fake gateway is for test mode only", param="gateway")
    away: GatewayDoesNotAnswer | None = None
    for choice in choices or [_Choice(None)]:
        try:
            saved = _read(command, choice.account, gateways)
        except GatewayDoesNotAnswer as fault:
            away = away or fault  # another account may know it; else this one is to be asked again
            continue
        if saved is not None and choice.takes(saved):
            return FoundMethod(choice.account.id if choice.account else None, _usable(saved))
    if away is not None:
        raise away
    raise UnknownToken(
        "No payment method has this token; check that it was copied whole", param="token"
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """An account to ask, and the route that led to it."""

    account: GatewayAccount | None
    route: Route | None = None

    def takes(self, saved: SavedMethod) -> bool:
        return self.route is None or self.route.takes(saved.kind)


def _read(
    command: FindPaymentMethod, account: GatewayAccount | None, gateways: Gateways
) -> SavedMethod | None:
    gateway = gateways.of(command.gateway, account)
    if gateway is None:
        raise NoGatewayAccount(
            "The account's credentials cannot be read; enter them anew", param="gateway_account"
        )
    try:
        return gateway.read_method(command.token, holder=command.holder)
    except (NotReached, AnswerLost) as fault:
        raise GatewayDoesNotAnswer(
            f"{command.gateway} does not answer now; try again in a moment", param="gateway"
        ) from fault


def _usable(saved: SavedMethod) -> SavedMethod:
    if not saved.usable:
        why = saved.why_not or "it is not ready to be charged"
        raise MethodNotUsable(f"This payment method cannot be charged: {why}", param="token")
    return saved


def _choices(uow: UnitOfWork, command: FindPaymentMethod) -> list[_Choice]:
    """Return the account that was named, the only one, or those of the routes, in order."""
    if command.account is not None:
        return [_Choice(_named(uow, command.account, command.gateway))]
    accounts = {one.id: one for one in uow.gateway_accounts.active(command.gateway)}
    if not accounts:
        raise NoGatewayAccount(
            f"There is no {command.gateway} account that takes charges; "
            "add one at /v1/gateway_accounts",
            param="gateway",
        )
    if len(accounts) == 1:
        return [_Choice(account) for account in accounts.values()]
    customer = uow.customers.get(command.customer)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer), param="customer")
    fitting = [
        (accounts[id], route)
        for route in routes_for(
            uow.gateway_accounts.routes(),
            currency=customer.currency,
            country=customer.country,
            amount=command.amount,
        )
        for id in route.accounts
        if id in accounts
    ]
    if not fitting:
        raise NoGatewayAccount(
            f"There are {len(accounts)} {command.gateway} accounts and no route chooses one for "
            f"{customer.currency} from {customer.country}; name it",
            param="gateway_account",
        )
    return [_Choice(account, route) for account, route in fitting]


def _named(uow: UnitOfWork, id: UUID, gateway: str) -> GatewayAccount:
    account = uow.gateway_accounts.get(id)
    if account is None or account.gateway != gateway:
        raise NotFound(f"{gateway} account", public_id("ga", id), param="gateway_account")
    if not account.takes_charges:
        raise NoGatewayAccount(
            f"The account {account.name} is disabled; enable it first", param="gateway_account"
        )
    return account
