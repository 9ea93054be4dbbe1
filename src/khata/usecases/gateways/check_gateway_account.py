"""Check that a gateway account's credentials still let it in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_health import Trouble
from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.ports.gateway_vendor import BadCredentials, GatewayVendor
from khata.ports.vault import Place, SealBroken
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.gateways.try_credentials import GatewayNotReached, try_credentials


@dataclass(frozen=True, slots=True)
class CheckGatewayAccount:
    tenant: UUID
    id: UUID
    now: datetime


def check_gateway_account(command: CheckGatewayAccount, *, tools: GatewayTools) -> None:
    """Try the credentials and note when; an account that was ailing is well again.

    One that lets nobody in ails from then on, as when a charge had found it out.

    Raises: NotFound, BadCredentials, GatewayNotReached.
    """
    with tools.db.unclaimed.transaction(command.tenant) as uow:
        account = uow.gateway_accounts.get(command.id)
    vendor = tools.gateways.vendor(account.gateway) if account else None
    if account is None or vendor is None:
        raise NotFound("gateway account", public_id("ga", command.id))
    place = Place("gateway_accounts", "credentials", account.id)
    try:
        credentials = json.loads(tools.vault.open(account.credentials, place))
    except SealBroken as broken:
        raise BadCredentials(
            "The credentials cannot be read any more, as the installation's secret key was "
            "changed; enter them anew",
            param="credentials",
        ) from broken
    trouble, no = _tried(vendor, credentials, account)
    with tools.db.unclaimed.transaction(command.tenant) as uow:
        clock = uow.clocks.get()
    at = command.now if clock is None else clock.frozen_time
    if no is None:
        with tools.db.transaction(command.tenant) as uow:
            uow.gateway_accounts.verified(command.id, command.now)
    note_call(NoteCall(command.tenant, account, trouble, at), db=tools.db.unclaimed)
    if no is not None:
        raise no


def _tried(
    vendor: GatewayVendor, credentials: Mapping[str, str], account: GatewayAccount
) -> tuple[Trouble | None, Refusal | None]:
    """Return what is wrong with the account, if anything is, and the refusal that says it."""
    try:
        try_credentials(vendor, credentials, base_url=account.base_url, livemode=account.livemode)
    except BadCredentials as no:
        return Trouble.REFUSED, no
    except GatewayNotReached as no:
        return Trouble.NOT_REACHED, no
    return None, None
