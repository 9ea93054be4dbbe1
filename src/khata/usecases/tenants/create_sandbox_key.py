"""Make another secret key of a sandbox, for those who lost theirs or are to have their own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database, entered
from khata.usecases.tenants.create_api_key import add_key


class SandboxArchived(Refusal):
    """The sandbox is kept, but nobody enters it any more; open another one."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreateSandboxKey:
    """`tenant` is the account's first test tenant, `id` the key's, `at` the machine's time."""

    tenant: UUID
    sandbox: UUID
    id: UUID
    at: datetime


def create_sandbox_key(command: CreateSandboxKey, *, db: Database, pepper: bytes) -> str:
    """Keep the new key's hash behind the sandbox's wall and return the key itself, this once.

    Raises: NotFound, SandboxArchived, TooManyApiKeys.
    """
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()  # so that it is not archived meanwhile
        sandbox = uow.sandboxes.get(command.sandbox)
        if sandbox.archived_at is not None:
            raise SandboxArchived(f"The sandbox {sandbox.name} is archived; open another one")
        with entered(uow, command.sandbox) as inside:
            return add_key(inside, command.id, at=command.at, pepper=pepper)
