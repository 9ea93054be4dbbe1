"""Open a sandbox: one more test tenant of the account, which begins like the first one."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.account import Tenant, end_of_month, sandbox_name
from khata.core.ids import new_ids
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database, UnitOfWork, entered
from khata.usecases.tenants.furnish_tenant import furnish_tenant


class SandboxFromElsewhere(Refusal):
    """Sandboxes are opened with a key of the account's first test tenant, and with no other."""

    kind = Kind.FORBIDDEN


class SandboxNameTaken(Refusal):
    """A sandbox of the account that is open has this name."""

    kind = Kind.CONFLICT


class TooManySandboxes(Refusal):
    """The account has as many open sandboxes as this installation lets it have."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class OpenSandbox:
    """`tenant` is the account's first test tenant, `at` the machine's time, in which it begins.

    `most` is how many open ones an account may have.
    """

    tenant: UUID
    id: UUID
    at: datetime
    name: str
    most: int


def open_sandbox(command: OpenSandbox, *, db: Database, pepper: bytes) -> str:
    """Open it and return its first secret key, told this once.

    Its business, policies, looks and default registration are copies of the first test tenant's
    as they are now; it sells nothing and knows nobody yet, and its numbers begin at one.
    Raises: SandboxFromElsewhere, InvalidSandboxName, SandboxNameTaken, TooManySandboxes.
    """
    command = replace(command, name=sandbox_name(command.name, param="name"))
    with db.transaction(command.tenant) as uow:
        own = uow.tenants.lock()  # of many who open one at once, each is counted
        _refuse(own, uow, command)
        return _furnish_alike(own, uow, command, pepper)


def _refuse(own: Tenant, uow: UnitOfWork, command: OpenSandbox) -> None:
    if own.livemode or own.sandbox is not None:
        raise SandboxFromElsewhere(
            "Sandboxes are opened with a key of the account's first test tenant; this key is of "
            + ("live mode" if own.livemode else "a sandbox")
        )
    there = uow.sandboxes.open()
    if command.name.lower() in {one.name.lower() for one in there}:
        raise SandboxNameTaken(
            f"There is a sandbox {command.name}; choose another name", param="name"
        )
    if len(there) >= command.most:
        raise TooManySandboxes(f"The account has {command.most} sandboxes; archive one first")


def _furnish_alike(own: Tenant, uow: UnitOfWork, command: OpenSandbox, pepper: bytes) -> str:
    registration_id, party_id = new_ids(command.at, 2)
    registration = replace(
        uow.sellers.default(), id=registration_id, party_id=party_id, created_at=command.at
    )
    policies, branding = uow.tenants.policies_stored(), uow.tenants.branding()
    tenant = replace(
        own,
        id=command.id,
        sandbox=command.name,
        next_close_at=end_of_month(command.at, own.timezone),
        created_at=command.at,
    )
    with entered(uow, command.id) as inside:
        key = furnish_tenant(inside, tenant, registration, pepper=pepper)
        inside.tenants.change(name=own.name, email=own.email, policies=policies, branding=branding)
    return key
