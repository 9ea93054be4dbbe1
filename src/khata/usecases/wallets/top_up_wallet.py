"""Top up a wallet: by an invoice that fills it when it is paid, or with granted credit."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg

from khata.core.ids import public_id
from khata.core.money import LARGEST_AMOUNT
from khata.core.periods import day_of, start_of_day
from khata.core.refusal import NotFound, Refusal
from khata.core.subscription import CollectionMethod
from khata.core.top_up import TopUp, TopUpCause
from khata.core.wallet import ExpiryPassed, GrantKind, Wallet
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.wallets.check_advance import check_advance
from khata.usecases.wallets.fill_wallet import fill_wallet
from khata.usecases.wallets.invoice_top_up import invoice_top_up


class TopUpOutOfRange(Refusal):
    """A top-up is above zero, and not more than one line of an invoice may hold."""


@dataclass(frozen=True, slots=True)
class TopUpWallet:
    """`expires_on` is the last day of the customer's calendar on which it may be spent."""

    tenant: UUID
    id: UUID
    at: datetime
    wallet_id: UUID
    amount: int
    paid: bool = True
    expires_on: date | None = None
    priority: int = 50
    name: str | None = None
    currency: str | None = None
    collection_method: CollectionMethod = CollectionMethod.CHARGE_AUTOMATICALLY


def top_up_wallet(command: TopUpWallet, *, db: Database, tools: Tools) -> TopUp:
    """Grant the credit at once, or issue the invoice of the top-up and try to collect it.

    Raises: NotFound, TopUpOutOfRange, TopUpCurrencyDiffers, ExpiryPassed, what issuing an invoice
    refuses, and of an advance VatDueOnAdvance, StateRequired and the other refusals of a place of
    supply.
    """
    top_up = retrying(db, command.tenant, lambda uow: _asked(uow, command))
    if top_up.invoice_id is not None:
        # All is stored and due; a passing trouble here must not look as if nothing had been.
        with suppress(psycopg.OperationalError):
            settle = SettleInvoices(command.tenant, command.at, (top_up.invoice_id,))
            settle_invoices(settle, tools=tools)
    return top_up


class TopUpCurrencyDiffers(Refusal):
    """The top-up names another currency than the wallet holds; amounts are never converted."""


def _asked(uow: UnitOfWork, command: TopUpWallet) -> TopUp:
    wallet = uow.wallets.lock(command.wallet_id)
    top_up = _top_up(uow, wallet, command)
    if command.paid:
        check_advance(uow, wallet, at=command.at)
        return invoice_top_up(uow, wallet, top_up, method=command.collection_method, at=command.at)
    uow.wallets.add_top_up(top_up)
    fill_wallet(uow, wallet, top_up, at=command.at)
    return top_up


def _top_up(uow: UnitOfWork, wallet: Wallet, command: TopUpWallet) -> TopUp:
    if not 0 < command.amount <= LARGEST_AMOUNT:
        raise TopUpOutOfRange(f"A top-up is from 1 to {LARGEST_AMOUNT}", param="amount")
    if command.currency not in (None, wallet.currency):
        raise TopUpCurrencyDiffers(
            f"The wallet holds {wallet.currency}, not {command.currency}", param="currency"
        )
    return TopUp(
        id=command.id,
        wallet_id=wallet.id,
        invoice_id=None,
        kind=GrantKind.PAID if command.paid else GrantKind.GRANTED,
        amount=command.amount,
        priority=command.priority,
        expires_at=_expires_at(uow, wallet, command),
        name=command.name,
        cause=TopUpCause.ASKED,
        created_at=command.at,
    )


def _expires_at(uow: UnitOfWork, wallet: Wallet, command: TopUpWallet) -> datetime | None:
    if command.expires_on is None:
        return None
    customer = uow.customers.get(wallet.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", wallet.customer_id))
    today = day_of(command.at, customer.timezone)
    if command.expires_on < today:
        raise ExpiryPassed(f"{command.expires_on} is over; today is {today}", param="expires_on")
    return start_of_day(command.expires_on + timedelta(days=1), customer.timezone)
