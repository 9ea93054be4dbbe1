"""Plan debits: each payment that is to come by a mandate passes through the planner first."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.debit_plan import (
    Debit,
    DebitState,
    History,
    Notice,
    PastDebit,
    Plan,
    Telling,
    Wanted,
    plan,
)
from khata.core.ids import new_id
from khata.core.mandate import Mandate
from khata.core.mandate_rules import rail_rules
from khata.core.payment import Attempt
from khata.db.stores.mandate_debits import HandedIn, NewDebit, NewNotice
from khata.db.stores.payment_methods import Payable
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import Capabilities

_LONGEST_SPACING = timedelta(days=3)  # no gateway keeps debits farther apart


@dataclass(frozen=True)
class Planning:
    """The mandates of some payments, locked, with all that has been of them.

    What is planned of one payment is known to the next of the same mandate.
    """

    mandates: dict[UUID, Mandate]
    histories: dict[UUID, History]
    notices: list[NewNotice]
    debits: list[NewDebit]
    at: datetime
    handed_in: list[HandedIn] = field(default_factory=list)
    spaced: dict[UUID, datetime] = field(default_factory=dict)

    def of(self, way: Payable, wanted: Wanted, can: Capabilities) -> Plan | None:
        """Return how the amount is debited; None: the way to pay carries no mandate."""
        mandate = self.mandates.get(way.mandate_id) if way.mandate_id else None
        if mandate is None:
            return None
        telling = Telling(
            way.kind in can.tells_ahead,
            can.notice.get(way.kind, timedelta()),
            can.own_tries.get(way.kind, 1),
        )
        history, rules = self.histories[mandate.id], rail_rules()
        return plan(mandate, wanted, history, telling=telling, rules=rules, at=self.at)

    def spaced_until(self, way: Payable, can: Capabilities) -> datetime | None:
        """Return until when the gateway takes no other debit of this customer; None: it does.

        That holds where it tells the payer by itself: of two that are nearer it fails one. Another
        mandate of the customer's counts as much as this one, and another rail, too.
        """
        mandate = self.mandates[way.mandate_id] if way.mandate_id else None
        if mandate is None or way.kind not in can.spacing:
            return None
        until = [
            one.at + can.spacing[one.kind]
            for one in self.handed_in
            if (one.customer_id, one.account_id) == (mandate.customer_id, way.account_id)
            and one.kind in can.spacing
        ]
        latest = max(until, default=self.at)
        return latest if latest > self.at else None

    def space(self, payment_id: UUID, until: datetime) -> None:
        """Note that a payment waits for another's debit."""
        self.spaced[payment_id] = until

    def tell(self, way: Payable, wanted: Wanted, debit: Debit, *, payment_id: UUID) -> NewNotice:
        """Write down that the payer is to be told; whether they were, the gateway has to say."""
        return self._notice(way, wanted, debit, payment_id, told_by="request", told_at=None)

    def open(
        self, way: Payable, wanted: Wanted, debit: Debit, attempt: Attempt, can: Capabilities
    ) -> None:
        """Write down that the attempt debits the mandate, and what the gateway tells by itself.

        It counts as many tries as the gateway may make of it.
        """
        assert way.mandate_id is not None
        notice_id = debit.notice.id if debit.notice else None
        if notice_id is None and debit.told_at is not None:
            payment_id = attempt.payment_id
            notice_id = self._notice(
                way, wanted, debit, payment_id, told_by="gateway", told_at=self.at
            ).id
        tries = can.own_tries.get(way.kind, 1)
        self.debits.append(
            NewDebit(
                attempt.id,
                way.mandate_id,
                wanted.invoice_id,
                notice_id,
                debit.cycle_on,
                debit.at,
                tries,
            )
        )
        past = PastDebit(wanted.invoice_id, DebitState.OPEN, debit.at, debit.cycle_on, tries)
        customer = self.mandates[way.mandate_id].customer_id
        self.handed_in.append(HandedIn(customer, way.account_id, way.kind, self.at))
        history = self.histories[way.mandate_id]
        self.histories[way.mandate_id] = replace(history, debits=[*history.debits, past])

    def store(self, uow: UnitOfWork) -> None:
        """Write what was planned; attempts are written before."""
        uow.mandate_debits.add_notices(self.notices)
        uow.mandate_debits.add(self.debits)
        for payment_id, until in self.spaced.items():
            uow.mandate_debits.space(payment_id, until, self.at)

    def _notice(
        self,
        way: Payable,
        wanted: Wanted,
        debit: Debit,
        payment_id: UUID,
        *,
        told_by: str,
        told_at: datetime | None,
    ) -> NewNotice:
        assert way.mandate_id is not None
        notice = NewNotice(
            new_id(self.at),
            way.mandate_id,
            payment_id,
            wanted.invoice_id,
            wanted.amount,
            wanted.currency,
            debit.cycle_on,
            told_by,
            told_at,
            debit.at,
            self.at,
        )
        self.notices.append(notice)
        history = self.histories[way.mandate_id]
        known = Notice(
            notice.id,
            notice.invoice_id,
            notice.amount,
            notice.currency,
            told_at,
            debit.at,
        )
        self.histories[way.mandate_id] = replace(history, notices=[*history.notices, known])
        return notice


def plan_debits(uow: UnitOfWork, ways: Iterable[Payable], *, at: datetime) -> Planning:
    """Lock the mandates of these ways to pay and read what has been of each.

    Payments and invoices are locked before them; two debits of one mandate are planned one after
    the other, whoever plans them, and so are those of all mandates of one customer.
    """
    ids = sorted({way.mandate_id for way in ways if way.mandate_id is not None})
    if not ids:
        return Planning({}, {}, [], [], at)
    beside = uow.mandates.beside(ids)
    mandates = uow.mandates.lock_all(beside)
    histories = uow.mandate_debits.histories(ids, at=at)
    handed_in = uow.mandate_debits.handed_in(beside, since=at - _LONGEST_SPACING)
    return Planning(mandates, histories, [], [], at, handed_in)
