"""Find the ways in which a payer can be sent to a gateway's own page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from khata.core.gateway_account import GatewayAccount, Route, routes_for
from khata.core.gateway_health import Circuit
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.core.visiting import can_carry
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import Gateway
from khata.ports.gateways import Gateways

_FAKE = "fake"

# In this order they are offered.
_KINDS = (MethodKind.CARD, MethodKind.UPI, MethodKind.WALLET, MethodKind.EMANDATE)


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of paying, and at which account a page for it is opened."""

    kind: MethodKind
    gateway: str
    account: GatewayAccount | None
    purposes: frozenset[Purpose]
    has_upi_links: bool

    @property
    def can_pay(self) -> bool:
        return Purpose.PAY in self.purposes

    @property
    def can_save(self) -> bool:
        """The way can be saved, with nothing paid."""
        return Purpose.SAVE in self.purposes

    @property
    def can_save_when_paying(self) -> bool:
        return Purpose.PAY_AND_SAVE in self.purposes


@dataclass(frozen=True, slots=True)
class PayerSought:
    """For whom a way is sought. `amount` is in minor units; 0: nothing is paid."""

    currency: str
    country: str
    amount: int
    at: datetime


def find_ways(uow: UnitOfWork, sought: PayerSought, *, gateways: Gateways) -> list[Way]:
    """Return one way for each kind that the tenant's accounts can offer this payer now.

    Accounts that a route names for the currency, the country and the amount come first, each
    followed by what it falls back on, for nothing is saved there yet; then those that are alone
    with their gateway, unless their routes are for other amounts. One that ails is passed by. The
    fake gateway serves in test mode what none of them does.
    """
    found: dict[MethodKind, Way] = {}
    amount, currency = sought.amount, sought.currency
    for name, account, route, gateway in _choices(uow, gateways, sought):
        if amount and gateway.obstacle(amount, currency) is not None:
            continue
        currencies = gateway.capabilities.currencies
        if currencies is not None and currency not in currencies:
            continue
        for kind, purposes in gateway.capabilities.visits.items():
            fits = can_carry(kind, currency) and (route is None or route.takes(kind))
            if fits and kind not in found:
                upi = gateway.capabilities.upi_links
                found[kind] = Way(kind, name, account, purposes, upi)
    return [found[kind] for kind in _KINDS if kind in found]


_Choice = tuple[str, GatewayAccount | None, Route | None, Gateway]


def _choices(uow: UnitOfWork, gateways: Gateways, sought: PayerSought) -> Iterator[_Choice]:
    accounts = uow.gateway_accounts.active()
    can = {one.id: one for one in accounts if one.health.circuit(sought.at) is not Circuit.OPEN}
    routes = uow.gateway_accounts.routes()
    amount = sought.amount or None
    fitting = routes_for(routes, currency=sought.currency, country=sought.country, amount=amount)
    for route in fitting:
        for id in route.accounts:
            if id in can:
                yield from _with_pages(gateways, can[id], route)
    others = {one.account_id for one in routes if amount and not one.takes_amount(amount)}
    for account in can.values():
        if _is_alone(account, accounts) and account.id not in others:
            yield from _with_pages(gateways, account, None)
    fake = None if uow.tenants.get().livemode else gateways.of(_FAKE, None)
    if fake is not None and fake.capabilities.visits:
        yield _FAKE, None, None, fake


def _is_alone(account: GatewayAccount, accounts: Sequence[GatewayAccount]) -> bool:
    return sum(other.gateway == account.gateway for other in accounts) == 1


def _with_pages(
    gateways: Gateways, account: GatewayAccount, route: Route | None
) -> Iterator[_Choice]:
    gateway = gateways.of(account.gateway, account)
    if gateway is not None and gateway.capabilities.visits:
        yield account.gateway, account, route, gateway
