"""Change a gateway account: its name, and whether it takes charges."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.gateway_account import AccountStatus
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.usecases.gateways.add_gateway_account import NameTaken
from khata.usecases.gateways.take_up_payments import take_up_payments
from khata.usecases.gateways.tools import GatewayTools


@dataclass(frozen=True, slots=True)
class ChangeGatewayAccount:
    """`at` is the tenant's time. What is None stays."""

    tenant: UUID
    id: UUID
    at: datetime
    name: str | None = None
    status: AccountStatus | None = None


def change_gateway_account(command: ChangeGatewayAccount, *, tools: GatewayTools) -> None:
    """Change it; disabled, it takes no new charge, and what was begun is still asked about.

    Payments that fall due meanwhile wait for it, and are taken up when it is enabled.

    Raises: NotFound, NameTaken.
    """
    with tools.db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        account = uow.gateway_accounts.get(command.id, lock=True)
        if account is None:
            raise NotFound("gateway account", public_id("ga", command.id))
        if command.name is not None and command.name != account.name:
            if uow.gateway_accounts.name_taken(command.name):
                raise NameTaken(
                    f"There is a gateway account named {command.name} already", param="name"
                )
            uow.gateway_accounts.rename(account.id, command.name)
        if command.status is not None:
            uow.gateway_accounts.set_status(account.id, command.status)
            if command.status is AccountStatus.ACTIVE:
                take_up_payments(uow, account.id, at=command.at)
