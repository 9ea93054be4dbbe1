"""Rotate what opens a gateway account: its credentials, its address, what signs its webhooks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.signing_secrets import SigningSecret, rotated, spelled, valid_of
from khata.db.stores.attempts import Attempts
from khata.db.transaction import UnitOfWork
from khata.ports.gateway_vendor import AccountFacts, GatewayVendor
from khata.ports.vault import Place, SealBroken
from khata.usecases.gateways.allow_base_url import allow_base_url
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.take_up_payments import take_up_payments
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.gateways.try_credentials import try_credentials


class AnotherAccount(Refusal):
    """The new credentials are another account's: what was begun with this one would be lost."""


class AttemptsOpen(Refusal):
    """Nobody can say whose the new credentials are, and money is on its way."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class RotateGatewayAccount:
    """`now` is the machine's time. What is None stays.

    `base_url`, together with credentials, is where a stand-in listens from now on.
    """

    tenant: UUID
    id: UUID
    now: datetime
    credentials: Mapping[str, str] | None = None
    webhook_secret: str | None = None
    base_url: str | None = None


def rotate_gateway_account(command: RotateGatewayAccount, *, tools: GatewayTools) -> None:
    """Replace what is given; the webhook secret before it is good for three more days.

    New credentials that are let in make an account well that was ailing.

    Raises: NotFound, BadCredentials, WrongMode, GatewayNotReached, AnotherAccount,
    AttemptsOpen, BaseUrlNotAllowed.
    """
    with tools.db.unclaimed.transaction(command.tenant) as uow:
        account = uow.gateway_accounts.get(command.id)
    vendor = tools.gateways.vendor(account.gateway) if account else None
    if account is None or vendor is None:
        raise NotFound("gateway account", public_id("ga", command.id))
    if command.base_url is not None:
        account = replace(account, base_url=allow_base_url(command.base_url, vendor, tools))
    facts = None
    if command.credentials is not None:
        credentials = {**_settings(account, vendor, tools), **command.credentials}
        command = replace(command, credentials=credentials)
        facts = try_credentials(
            vendor, credentials, base_url=account.base_url, livemode=account.livemode
        )
        if account.reference and facts.reference and facts.reference != account.reference:
            raise AnotherAccount(
                f"These belong to {facts.reference}, and this account is {account.reference}; "
                "add the other one as an account of its own",
                param="credentials",
            )
    with tools.db.transaction(command.tenant) as uow:
        held = uow.gateway_accounts.get(command.id, lock=True)
        if held is None:
            raise NotFound("gateway account", public_id("ga", command.id))
        if facts is not None and not (held.reference and facts.reference):
            _check_nothing_open(uow, held)
        if facts is not None:
            held = replace(held, base_url=account.base_url)
        uow.gateway_accounts.rotate(_rotated(held, command, facts, tools))
        clock = uow.clocks.get()
        at = command.now if clock is None else clock.frozen_time
        if facts is not None:  # what could not be read is read again
            take_up_payments(uow, held.id, at=at)
    if facts is not None:
        note_call(NoteCall(command.tenant, held, None, at), db=tools.db)


def _settings(
    account: GatewayAccount, vendor: GatewayVendor, tools: GatewayTools
) -> Mapping[str, str]:
    """Return how the account is used so far, which a new key does not change."""
    place = Place("gateway_accounts", "credentials", account.id)
    try:
        known = json.loads(tools.vault.open(account.credentials, place))
    except SealBroken:
        return {}
    names = [field.name for field in vendor.fields if field.is_setting]
    return {name: known[name] for name in names if name in known}


def _check_nothing_open(uow: UnitOfWork, account: GatewayAccount) -> None:
    """Raises: AttemptsOpen. Asked about under another account, they would seem never sent."""
    count = Attempts(uow.connection).open_at(account.id)
    if count:
        raise AttemptsOpen(
            f"{account.gateway} does not say whose these credentials are, and {count} attempts of "
            "this account are open; rotate when they have ended, or enter credentials that tell it",
            param="credentials",
        )


def _rotated(
    account: GatewayAccount,
    command: RotateGatewayAccount,
    facts: AccountFacts | None,
    tools: GatewayTools,
) -> GatewayAccount:
    if command.credentials is not None and facts is not None:
        place = Place("gateway_accounts", "credentials", account.id)
        account = replace(
            account,
            credentials=tools.vault.seal(json.dumps(dict(command.credentials)), place),
            version=account.version + 1,
            verified_at=command.now,
            reference=account.reference or facts.reference,
        )
    if command.webhook_secret is not None:
        place = Place("gateway_accounts", "webhook_secrets", account.id)
        valid = _valid(account, place, command.now, tools)
        secrets = rotated(valid, command.webhook_secret, at=command.now)
        sealed = tools.vault.seal(spelled(secrets), place)
        account = replace(account, webhook_secrets=sealed)
    return account


def _valid(
    account: GatewayAccount, place: Place, now: datetime, tools: GatewayTools
) -> list[SigningSecret]:
    """Return the secrets so far; none where the installation's key was changed: they are lost."""
    if account.webhook_secrets is None:
        return []
    try:
        return valid_of(tools.vault.open(account.webhook_secrets, place), at=now)
    except SealBroken:
        return []
