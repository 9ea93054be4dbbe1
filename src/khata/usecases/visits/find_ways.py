"""Find the ways in which a payer can be sent to a gateway's own page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from khata.core.gateway_account import GatewayAccount
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.core.visiting import can_carry
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import Gateway
from khata.ports.gateways import Gateways
from khata.usecases.gateways.choose_accounts import ChooseAccounts, choose_accounts

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


def find_ways(
    uow: UnitOfWork,
    *,
    gateways: Gateways,
    currency: str,
    country: str,
    amount: int,
    at: datetime,
    even_out_of_reach: bool = False,
) -> list[Way]:
    """Return one way for each kind that the tenant's accounts can offer this payer.

    Which account opens the page is chosen as everywhere: by the routes, then what is alone with
    its gateway. What ails is offered last, and not at all while nobody is to call it. The fake
    gateway serves in test mode what none of them does. `amount` is in minor units; 0: nothing is
    paid, and rules for some amounts only are passed over. `even_out_of_reach`: the ways of
    accounts that nobody is to call at this moment are returned, too.
    """
    found: list[Way] = []
    for kind in _KINDS:
        wish = ChooseAccounts(
            currency, country, at, amount or None, kind, even_out_of_reach=even_out_of_reach
        )
        for name, account, gateway in _choices(uow, gateways, wish):
            purposes = gateway.capabilities.visits.get(kind)
            if purposes is not None and _takes(gateway, kind, amount, currency):
                upi = gateway.capabilities.upi_links
                found.append(Way(kind, name, account, purposes, upi))
                break
    return sorted(found, key=lambda way: way.account is not None and way.account.health.is_ailing)


_Choice = tuple[str, GatewayAccount | None, Gateway]


def _choices(uow: UnitOfWork, gateways: Gateways, wish: ChooseAccounts) -> Iterator[_Choice]:
    for account in choose_accounts(uow, wish):
        gateway = gateways.of(account.gateway, account)
        if gateway is not None:
            yield account.gateway, account, gateway
    fake = None if uow.tenants.get().livemode else gateways.of(_FAKE, None)
    if fake is not None:
        yield _FAKE, None, fake


def _takes(gateway: Gateway, kind: MethodKind, amount: int, currency: str) -> bool:
    if amount and gateway.obstacle(amount, currency) is not None:
        return False
    currencies = gateway.capabilities.currencies
    return can_carry(kind, currency) and (currencies is None or currency in currencies)
