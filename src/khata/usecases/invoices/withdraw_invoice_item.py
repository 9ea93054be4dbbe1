"""Withdraw an invoice item that waits for its invoice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database


class ItemNotWaiting(Refusal):
    """The item stands on an invoice already, or was withdrawn."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class WithdrawInvoiceItem:
    tenant: UUID
    id: UUID
    at: datetime


def withdraw_invoice_item(command: WithdrawInvoiceItem, *, db: Database) -> None:
    """Let it not be billed. Raises: NotFound, ItemNotWaiting."""
    with db.transaction(command.tenant) as uow:
        uow.waiting_items.get(command.id)
        if not uow.waiting_items.withdraw(command.id, command.at):
            raise ItemNotWaiting("It is billed or withdrawn already; credit the invoice instead")
