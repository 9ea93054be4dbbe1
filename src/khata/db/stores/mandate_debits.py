"""Debits by mandate as rows: what payers were told, what was tried, what they opted out of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khata.core.debit_plan import Ask, DebitState, History, Notice, OptOut, PastDebit
from khata.core.dunning import DeclineClass
from khata.core.payment import AttemptStatus
from khata.core.payment_method import MethodKind
from khata.db.rows import Connection, insert_rows

_LONGEST_CYCLE = timedelta(days=400)  # what lies further back is of no cycle that still runs


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be kept. `told_by` is `gateway` (by itself) or `request` (as we asked it to)."""

    id: UUID
    mandate_id: UUID
    payment_id: UUID
    invoice_id: UUID
    amount: int
    currency: str
    cycle_on: date | None
    told_by: str
    told_at: datetime | None
    debit_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewDebit:
    """An attempt that debits a mandate."""

    attempt_id: UUID
    mandate_id: UUID
    invoice_id: UUID
    notice_id: UUID | None
    cycle_on: date | None
    debit_at: datetime
    tries: int = 1


@dataclass(frozen=True, slots=True)
class AskedNotice:
    """A notice that a gateway was asked for, and the payment that is to be debited on it."""

    id: UUID
    payment_id: UUID
    told_at: datetime | None
    debit_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """When a gateway account was last called to debit a customer by a rail."""

    customer_id: UUID
    account_id: UUID | None
    kind: MethodKind
    at: datetime


class MandateDebits:
    """Tables debit_notices, mandate_debits and mandate_opt_outs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def histories(self, mandate_ids: Sequence[UUID], *, at: datetime) -> dict[UUID, History]:
        """Return what has been of each of these mandates, which are locked."""
        ids = list(mandate_ids)
        debits: dict[UUID, list[PastDebit]] = {id: [] for id in ids}
        notices: dict[UUID, list[Notice]] = {id: [] for id in ids}
        opt_outs: dict[UUID, list[OptOut]] = {id: [] for id in ids}
        since = at - _LONGEST_CYCLE
        for id, invoice, debit_at, cycle_on, tries, *ended in self._connection.execute(
            """select d.mandate_id, d.invoice_id, d.debit_at, d.cycle_on, d.tries, a.status,
                      a.decline_class, a.decline_code
                 from mandate_debits d
                 join attempts a on a.tenant_id = d.tenant_id and a.id = d.attempt_id
                where d.mandate_id = any(%s) and d.debit_at > %s order by d.attempt_id""",
            [ids, since],
        ):
            debits[id].append(PastDebit(invoice, _state(*ended), debit_at, cycle_on, tries))
        for id, *notice in self._connection.execute(
            """select mandate_id, id, invoice_id, amount, currency, told_at, debit_at,
                      opted_out_at is not null, reference
                 from debit_notices where mandate_id = any(%s) and debit_at > %s order by id""",
            [ids, since],
        ):
            notices[id].append(Notice(*notice))
        for id, *opt_out in self._connection.execute(
            "select mandate_id, cycle_on, invoice_id from mandate_opt_outs"
            " where mandate_id = any(%s) order by id",
            [ids],
        ):
            opt_outs[id].append(OptOut(*opt_out))
        return {id: History(debits[id], notices[id], opt_outs[id]) for id in ids}

    def handed_in(self, mandate_ids: Sequence[UUID], *, since: datetime) -> list[HandedIn]:
        """Return by account and rail when a debit of each customer was handed in last.

        What certainly reached nobody is left out. `since` keeps out what is too long ago.
        """
        rows = self._connection.execute(
            """select d.customer_id, a.gateway_account_id, a.method_kind, max(a.created_at)
                 from mandate_debits b
                 join mandates d on d.tenant_id = b.tenant_id and d.id = b.mandate_id
                 join attempts a on a.tenant_id = b.tenant_id and a.id = b.attempt_id
                where b.mandate_id = any(%s) and a.created_at > %s
                  and (a.status <> 'failed' or a.decline_class is distinct from %s)
                group by 1, 2, 3""",
            [list(mandate_ids), since, DeclineClass.GATEWAY_DOWN],
        )
        return [HandedIn(row[0], row[1], MethodKind(row[2]), row[3]) for row in rows]

    def space(self, payment_id: UUID, until: datetime, at: datetime) -> None:
        """Keep that a payment waits for another debit of its customer, as its story tells."""
        self._connection.execute(
            """insert into spacings (payment_id, until_at, created_at) values (%s, %s, %s)
               on conflict (tenant_id, payment_id) do update
                  set until_at = excluded.until_at, created_at = excluded.created_at""",
            [payment_id, until, at],
        )

    def add_notices(self, notices: Sequence[NewNotice]) -> None:
        insert_rows(self._connection, "debit_notices", [_row(one) for one in notices])

    def add(self, debits: Sequence[NewDebit]) -> None:
        insert_rows(self._connection, "mandate_debits", [_row(one) for one in debits])

    def was_told(self, notice_id: UUID, *, reference: str | None, at: datetime) -> None:
        """Note that the gateway has told the payer."""
        self._connection.execute(
            "update debit_notices set told_at = %s, reference = %s where id = %s",
            [at, reference, notice_id],
        )

    def was_taken_up(self, notice_id: UUID, *, reference: str) -> None:
        """Note that the gateway is going to tell the payer, and says later whether it did."""
        self._connection.execute(
            "update debit_notices set reference = %s where id = %s", [reference, notice_id]
        )

    def by_reference(self, account_id: UUID, reference: str) -> AskedNotice | None:
        """Return the notice that a gateway account knows by this reference, or None."""
        row = self._connection.execute(
            """select n.id, n.payment_id, n.told_at, n.debit_at, n.created_at
                 from debit_notices n
                 join mandates d on d.tenant_id = n.tenant_id and d.id = n.mandate_id
                 join payment_methods m
                   on m.tenant_id = d.tenant_id and m.id = d.payment_method_id
                where n.reference = %s and m.gateway_account_id = %s""",
            [reference, account_id],
        ).fetchone()
        return None if row is None else AskedNotice(*row)

    def has_tried(self, attempt_id: UUID, tries: int) -> None:
        """Count as many tries as the gateway says that a debit took, where that is more."""
        self._connection.execute(
            "update mandate_debits set tries = greatest(tries, %s) where attempt_id = %s",
            [tries, attempt_id],
        )

    def planned(self, mandate_id: UUID) -> tuple[UUID, date | None] | None:
        """Return invoice and cycle of the latest notice that nothing has come of yet."""
        row = self._connection.execute(
            """select n.invoice_id, n.cycle_on from debit_notices n
                 join payments p on p.tenant_id = n.tenant_id and p.id = n.payment_id
                where n.mandate_id = %s and n.opted_out_at is null
                  and p.status in ('scheduled', 'processing')
                order by n.id desc limit 1""",
            [mandate_id],
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def opt_out(self, mandate_id: UUID, opt_out: Mapping[str, Any], *, at: datetime) -> list[UUID]:
        """Keep that the payer does not want to be debited; `opt_out` has the table's columns.

        Returns the payments of whose debits the payer had been told.
        """
        insert_rows(
            self._connection,
            "mandate_opt_outs",
            [{**opt_out, "mandate_id": mandate_id, "created_at": at}],
        )
        rows = self._connection.execute(
            """update debit_notices set opted_out_at = %s
                where mandate_id = %s and opted_out_at is null
                  and (cycle_on = %s or invoice_id = %s) returning payment_id""",
            [at, mandate_id, opt_out["cycle_on"], opt_out["invoice_id"]],
        )
        return [row[0] for row in rows]

    def forget(self, mandate_id: UUID, payment_method_id: UUID, at: datetime) -> None:
        """Delete what was kept of the way to pay; facts for the audit stay.

        Attempts that may still end need what they were made with, until they have ended.
        """
        self._connection.execute(
            """update payment_methods set token = 'forgotten', holder = null, brand = null,
                      last4 = null, expiry_month = null, expiry_year = null, facts = '{}'
                where id = %s""",
            [payment_method_id],
        )
        self._connection.execute(
            """update attempts a set token = 'forgotten', holder = null, method_facts = '{}'
                 from mandate_debits d
                where d.mandate_id = %s and a.tenant_id = d.tenant_id and a.id = d.attempt_id
                  and a.finished_at is not null
                  and (a.late_until is null or a.late_until < %s)""",
            [mandate_id, at],
        )


def _state(status: str, decline_class: str | None, decline_code: str | None) -> DebitState:
    if status == AttemptStatus.SUCCEEDED:
        return DebitState.SUCCEEDED
    if status != AttemptStatus.FAILED:
        return DebitState.OPEN
    if decline_class == DeclineClass.GATEWAY_DOWN:
        return DebitState.UNREACHED
    return DebitState.OPTED_OUT if decline_code == Ask.OPTED_OUT else DebitState.FAILED


def _row(one: NewNotice | NewDebit) -> dict[str, Any]:
    return {name: getattr(one, name) for name in type(one).__dataclass_fields__}
