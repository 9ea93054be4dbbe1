"""Give back what is left of an advance, all of it or a part, by a refund voucher."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.advance import OpenAdvance, Part, Voucher, take_part
from khata.core.dispute import check_refundable
from khata.core.document_kind import DocumentKind
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.payment import Attempt, AttemptStatus, Refund, RefundStatus
from khata.core.refusal import Kind, Refusal
from khata.db.stores.attempts import Attempts
from khata.db.stores.disputes import Disputes
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.wallets.give_back_advance import give_back_advance


class NothingToGiveBack(Refusal):
    """Nothing is left of the advance: it was invoiced, given back or has lapsed."""

    kind = Kind.CONFLICT


class AdvanceExceeded(Refusal):
    """More was asked back than is left of the advance (CGST Rules, rule 51)."""


class AdvanceNotRefundable(Refusal):
    """No gateway took so much of the advance: it was paid directly, or has been given back."""

    kind = Kind.CONFLICT


class Way(StrEnum):
    REFUND = "refund"  # back the way it came
    OUTSIDE = "outside"  # by the tenant, where khata does not see it


@dataclass(frozen=True, slots=True)
class RefundAdvance:
    """`id` names the refund voucher; `amount` is with its tax; None: all that is left."""

    tenant: UUID
    id: UUID
    at: datetime
    voucher_id: UUID
    amount: int | None
    reason: str
    settle: Way = Way.REFUND


def refund_advance(command: RefundAdvance, *, db: Database) -> None:
    """Issue the voucher, take the money out of the wallet, and write down its refund.

    Of two at once the second sees what the first has taken.
    Raises: NotFound, NothingToGiveBack, AdvanceExceeded, AdvanceNotRefundable, PaymentDisputed.
    Source: CGST Act s.31(3)(e); CGST Rules, rule 51.
    """
    at = command.at
    with db.transaction(command.tenant) as uow:
        receipt = uow.advances.voucher(command.voucher_id)
        if receipt.kind is not DocumentKind.RECEIPT_VOUCHER:
            raise NothingToGiveBack("A refund voucher is given back already")
        came_by = uow.advances.came_by(receipt.grant_id)
        lock_owed(uow, came_by.invoice_id)
        uow.wallets.lock(receipt.wallet_id)
        part = _part(uow.advances.open_voucher(receipt.id), command)
        by_gateway = command.settle is Way.REFUND
        if by_gateway:
            _send_back(uow, came_by, part.amount, command)
        change = (receipt.wallet_id, receipt.grant_id, -part.amount, "refunded", command.id)
        uow.wallets.move([change], at)
        give_back_advance(
            uow,
            part,
            id=command.id,
            source_id=command.id,
            reason=command.reason,
            given=Account.CUSTOMER_CREDIT if by_gateway else Account.BANK,
            at=at,
        )


def _part(left: OpenAdvance | None, command: RefundAdvance) -> Part:
    if left is None:
        raise NothingToGiveBack("Nothing is left of this advance to be given back")
    amount = left.total if command.amount is None else command.amount
    if not 0 < amount <= left.total:
        raise AdvanceExceeded(
            f"{left.total} minor units are left of this advance, not {amount}: what was invoiced "
            "is credited by a note, and only the rest is given back by a voucher (rule 51)",
            param="amount",
        )
    return take_part(left, amount)[0]


def _send_back(uow: UnitOfWork, receipt: Voucher, amount: int, command: RefundAdvance) -> None:
    """Write down the refunds through the attempts that paid, the newest first.

    `receipt` is the voucher with which the money came: one that a credit note made an advance
    again was received by that too.
    """
    refunds, left = Refunds(uow.connection), amount
    given: dict[UUID, int] = {}
    for one in refunds.of_invoice(receipt.invoice_id):
        if one.status is not RefundStatus.FAILED:
            given[one.attempt_id] = given.get(one.attempt_id, 0) + one.amount
    found = Attempts(uow.connection).of_invoices([receipt.invoice_id])
    attempts = found.get(receipt.invoice_id, [])
    if any(one.payment_id == receipt.source_id for one in attempts):
        attempts = []  # it came by hand beyond the invoice: what a gateway took paid the invoice
    for attempt in reversed(attempts):
        part = min(left, attempt.amount - given.get(attempt.id, 0))
        if attempt.status is not AttemptStatus.SUCCEEDED or not attempt.gateway_reference:
            continue
        if part <= 0:
            continue
        for dispute in Disputes(uow.connection).of_payment(attempt.payment_id):
            check_refundable(dispute)
        refunds.add(_refund(attempt, part, command))
        left -= part
    if left:
        raise AdvanceNotRefundable(
            f"No gateway holds {left} minor units of this advance any more; give them back "
            "yourself, and say outside",
            param="settle",
        )


def _refund(attempt: Attempt, amount: int, command: RefundAdvance) -> Refund:
    return Refund(
        id=new_id(command.at),
        attempt_id=attempt.id,
        invoice_id=attempt.invoice_id,
        gateway=attempt.gateway,
        amount=amount,
        currency=attempt.currency,
        reason=f"refund_voucher_{command.id.hex}",
        number=1,
        status=RefundStatus.SENDING,
        gateway_reference=None,
        ask_at=command.at,
        asks=0,
        created_at=command.at,
        finished_at=None,
    )
