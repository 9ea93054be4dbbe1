"""Choose the accounts by which something may be paid now: by the routes, in order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from khata.core.gateway_account import GatewayAccount, routes_for
from khata.core.gateway_health import Circuit
from khata.core.payment_method import MethodKind
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChooseAccounts:
    """`amount` is in minor units. What is None is left open, and rules that ask for it pass by.

    `kind` None: whatever kind the rule takes. `gateway` None: of all gateways. `even_out_of_reach`:
    it is for later, so what is not to be called at this moment is named, too.
    """

    currency: str
    country: str
    at: datetime
    amount: int | None = None
    kind: MethodKind | None = None
    gateway: str | None = None
    even_out_of_reach: bool = False


def choose_accounts(uow: UnitOfWork, wish: ChooseAccounts) -> Sequence[GatewayAccount]:
    """Return the accounts that may be called, the first choice first; each stands once.

    Those of the rules that fit, each followed by what it falls back on; then those that are alone
    with their gateway, of which no rule needs to speak, unless one gives it other amounts. What
    ails comes last, and what is disabled or not to be called now is left out: on a gateway's own
    page nothing was begun with it yet, so any of the others may take its place.
    """
    accounts = {one.id: one for one in uow.gateway_accounts.active(wish.gateway)}
    rules, amount = uow.gateway_accounts.routes(), wish.amount
    routes = routes_for(rules, currency=wish.currency, country=wish.country, amount=amount)
    others = {one.account_id for one in rules if amount and not one.takes_amount(amount)}
    takes = [route for route in routes if wish.kind is None or route.takes(wish.kind)]
    named = [id for route in takes for id in route.accounts]
    of_gateways = Counter(one.gateway for one in accounts.values())
    alone = [
        one.id
        for one in accounts.values()
        if of_gateways[one.gateway] == 1 and one.id not in others
    ]
    chosen = [accounts[id] for id in dict.fromkeys(named + alone) if id in accounts]
    reached = [
        one
        for one in chosen
        if wish.even_out_of_reach or one.health.circuit(wish.at) is not Circuit.OPEN
    ]
    return sorted(reached, key=lambda one: one.health.is_ailing)
