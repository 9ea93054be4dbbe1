"""Receive what a gateway tells by itself: verified on its raw bytes, kept once, applied later."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_event import GatewayEvent
from khata.core.ids import new_id, public_id
from khata.core.refusal import NotFound
from khata.core.signing_secrets import SigningSecret, valid_of
from khata.ports.gateway_vendor import NotSigned
from khata.ports.vault import Place, SealBroken
from khata.usecases.gateways.tools import GatewayTools
from khata.watch import figures

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiveGatewayEvent:
    """`headers` have lower-case names. `now` is the machine's time, `at` the tenant's."""

    tenant: UUID
    gateway: str
    account_id: UUID
    headers: Mapping[str, str]
    body: bytes
    now: datetime
    at: datetime


def receive_gateway_event(command: ReceiveGatewayEvent, *, tools: GatewayTools) -> bool:
    """Keep the event, due at once; False where it had come before.

    What is not signed for this very account has no effect, and is counted.
    Raises: NotFound (no such account of this gateway), NotSigned.
    """
    with tools.db.transaction(command.tenant) as uow:
        account = uow.gateway_accounts.get(command.account_id)
    vendor = tools.gateways.vendor(command.gateway)
    if account is None or vendor is None or account.gateway != command.gateway:
        raise NotFound("gateway account", public_id("ga", command.account_id))
    try:
        told = vendor.read_event(
            command.headers,
            command.body,
            secrets=_secrets(account, command, tools),
            received_at=command.now,
            credentials=_credentials(account, tools),
            base_url=account.base_url,
        )
        _check_whose(told, account)
    except NotSigned as refused:
        figures.gateway_events.happened(command.gateway, "refused")
        _log.warning("gateway_event_refused", gateway=command.gateway, why=str(refused))
        raise
    with tools.db.transaction(command.tenant) as uow:
        is_new = uow.gateway_events.keep(
            told,
            id=new_id(command.at),
            account_id=account.id,
            body=command.body,
            received_at=command.now,
            due_at=command.at,
        )
    figures.gateway_events.happened(command.gateway, "kept" if is_new else "repeated")
    return is_new


def _secrets(
    account: GatewayAccount, command: ReceiveGatewayEvent, tools: GatewayTools
) -> list[str]:
    """Return the valid secrets. Raises: NotSigned, where there is none to verify with."""
    valid: list[SigningSecret] = []
    if account.webhook_secrets is not None:
        place = Place("gateway_accounts", "webhook_secrets", account.id)
        with suppress(SealBroken):
            valid = valid_of(tools.vault.open(account.webhook_secrets, place), at=command.now)
    if not valid:
        raise NotSigned("This account has no webhook secret that could be verified with")
    return [one.secret for one in valid]


def _credentials(account: GatewayAccount, tools: GatewayTools) -> Mapping[str, str]:
    """Return the credentials. Raises: NotSigned, where they cannot be read any more."""
    place = Place("gateway_accounts", "credentials", account.id)
    try:
        opened: Mapping[str, str] = json.loads(tools.vault.open(account.credentials, place))
    except SealBroken:
        raise NotSigned("This account's credentials cannot be read any more") from None
    return opened


def _check_whose(told: GatewayEvent, account: GatewayAccount) -> None:
    """Raises: NotSigned, where the event says that it is another account's or another mode's."""
    if told.account and account.reference and told.account != account.reference:
        raise NotSigned("The event belongs to another account of the gateway")
    if told.livemode is not None and told.livemode != account.livemode:
        raise NotSigned("The event is of the other mode, live or test")
