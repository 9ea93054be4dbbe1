"""Add an account with a gateway, once its credentials have been tried."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.core.signing_secrets import SigningSecret, spelled
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.ports.gateways import Gateways
from khata.ports.vault import Place
from khata.usecases.gateways.allow_base_url import allow_base_url
from khata.usecases.gateways.reconcile_gateway_account import want_day
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.gateways.try_credentials import try_credentials


class NoSuchVendor(Refusal):
    """Khata speaks with no gateway of this name that has accounts."""


class NameTaken(Refusal):
    """Another gateway account of the tenant has this name."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class AddGatewayAccount:
    """`at` is the tenant's time, and `now` the machine's."""

    tenant: UUID
    id: UUID
    at: datetime
    now: datetime
    gateway: str
    name: str | None
    credentials: Mapping[str, str]
    webhook_secret: str | None
    base_url: str | None


def add_gateway_account(command: AddGatewayAccount, *, tools: GatewayTools) -> GatewayAccount:
    """Keep the account, its secrets sealed: none of them is ever told again.

    Raises: NoSuchVendor, BaseUrlNotAllowed, BadCredentials, WrongMode, GatewayNotReached,
    NameTaken.
    """
    vendor = tools.gateways.vendor(command.gateway)
    if vendor is None:
        raise NoSuchVendor(
            f"{command.gateway[:40]!r} has no accounts here; there is {_vendors(tools.gateways)}",
            param="gateway",
        )
    base_url = allow_base_url(command.base_url, vendor, tools)
    with tools.db.unclaimed.transaction(command.tenant) as uow:
        livemode = uow.tenants.get().livemode
    facts = try_credentials(vendor, command.credentials, base_url=base_url, livemode=livemode)
    place = Place("gateway_accounts", "credentials", command.id)
    secrets = None
    if command.webhook_secret is not None:
        secrets = tools.vault.seal(
            spelled([SigningSecret(command.webhook_secret)]),
            Place("gateway_accounts", "webhook_secrets", command.id),
        )
    account = GatewayAccount(
        id=command.id,
        gateway=command.gateway,
        name=command.name or command.gateway,
        base_url=base_url,
        reference=facts.reference,
        livemode=livemode,
        status=AccountStatus.ACTIVE,
        credentials=tools.vault.seal(json.dumps(dict(command.credentials)), place),
        webhook_secrets=secrets,
        version=1,
        verified_at=command.now,
        created_at=command.at,
    )
    with tools.db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        if uow.gateway_accounts.name_taken(account.name):
            raise NameTaken(
                f"There is a gateway account named {account.name} already; name this one",
                param="name",
            )
        uow.gateway_accounts.add(account)
        if livemode:  # a test clock's days are not the gateway's
            zone = uow.tenants.get().timezone
            want_day(uow, account.id, day_of(command.at, zone), zone, at=command.at)
            if vendor.capabilities.settlements:
                since, tomorrow = command.at, command.at + timedelta(days=1)
                SettlementFetches(uow.connection).want(account.id, since, tomorrow)
    return account


def _vendors(gateways: Gateways) -> str:
    named = [name for name in gateways.names() if gateways.vendor(name) is not None]
    return ", ".join(named) or "none"
