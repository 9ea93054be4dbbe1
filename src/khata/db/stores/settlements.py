"""Settlements as rows: payouts with their lines, booked or set aside, and whether they arrived."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.bank_matching import WaitingSettlement
from khata.core.settlement import (
    Finding,
    LineKind,
    MatchedLine,
    OurMoney,
    SeenSettlement,
    Verdict,
    differing,
)
from khata.db.rows import Connection, insert_rows

SETTLEMENT_FIELDS = """id, account_id, reference, amount, currency, paid_at, paid_on,
    bank_reference, is_itemised, status, agreement, findings, arrived_on, arrived_by, failed_on,
    created_at"""


class SettlementStatus(StrEnum):
    BOOKED = "booked"
    QUARANTINED = "quarantined"  # its lines are not its sum: nothing of it is booked


@dataclass(frozen=True, slots=True)
class StoredSettlement:
    """A payout as it was told, and what came of it. `findings` as they were told, in words."""

    id: UUID
    account_id: UUID
    reference: str
    amount: int
    currency: str
    paid_at: datetime
    paid_on: date
    bank_reference: str | None
    is_itemised: bool
    status: SettlementStatus
    agreement: str
    findings: Sequence[dict[str, Any]]
    arrived_on: date | None
    arrived_by: str | None
    failed_on: date | None  # the day that it is booked back on: the bank did not take it
    created_at: datetime


_SETTLED_IN = """
    select l.settlement_id from settlement_lines l
      join settlements s on s.tenant_id = l.tenant_id and s.id = l.settlement_id
     where l.tenant_id = {of}.tenant_id and l.{column} = {of}.id and s.status = 'booked'
       and l.verdict <> 'settled_before' and l.settlement_id <> %(this)s limit 1
"""
_OURS = f"""
    select a.id, 'payment' as kind, a.gateway_reference, a.amount, a.currency,
           a.status = 'succeeded',
           ({_SETTLED_IN.format(of="a", column="attempt_id")} )
      from attempts a
     where a.tenant_id = current_tenant() and a.gateway_account_id = %(account)s
       and a.gateway = %(gateway)s and a.gateway_reference = any(%(payments)s)
    union all
    select r.id, 'refund', r.gateway_reference, r.amount, r.currency, r.status = 'succeeded',
           ({_SETTLED_IN.format(of="r", column="refund_id")} )
      from refunds r join attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
     where r.tenant_id = current_tenant() and a.gateway_account_id = %(account)s
       and r.gateway_reference = any(%(refunds)s)
    union all
    select d.id, 'dispute', d.reference, d.amount, d.currency, true, null
      from disputes d
     where d.tenant_id = current_tenant() and d.account_id = %(account)s
       and d.reference = any(%(disputes)s)
    union all
    select s.id, 'adjustment', s.reference, abs(s.amount), s.currency, true,
           (select l.settlement_id from settlement_lines l
             where l.tenant_id = s.tenant_id and l.kind = 'adjustment'
               and l.of_reference = s.reference and l.verdict in ('matched', 'amount_differs')
               and l.settlement_id <> %(this)s limit 1)
      from settlements s
     where s.tenant_id = current_tenant() and s.account_id = %(account)s
       and s.failed_on is not null and s.reference = any(%(adjustments)s)
"""
_MISSING = """
    select a.id, 'payment', a.gateway_reference, a.amount, a.currency, true, null
      from attempts a
     where a.tenant_id = current_tenant() and a.gateway_account_id = %(account)s
       and a.status = 'succeeded' and a.gateway_reference is not null
       and a.finished_at > %(after)s and a.finished_at <= %(until)s
       and a.created_at > %(after)s - interval '30 days'
       and not exists (select from settlement_lines l
                        where l.tenant_id = a.tenant_id and l.attempt_id = a.id)
     order by a.id limit 100
"""
# What a line in another currency than was charged comes to is a person's to look at.
_FOUND_DISPUTES = """
    with held as (
      select id, currency from settlements
       where tenant_id = current_tenant() and account_id = %s and status = 'booked'
         and agreement = 'differs' order by id for no key update)
    update settlement_lines l
       set verdict = case when abs(l.gross) = d.amount then 'matched' else 'amount_differs' end
      from held s, disputes d
     where l.tenant_id = current_tenant() and l.settlement_id = s.id and l.kind = 'dispute'
       and l.verdict = 'unknown_here' and l.charged is null
       and d.tenant_id = l.tenant_id and d.reference = l.of_reference and d.currency = s.currency
       and d.account_id = (select account_id from settlements t
                            where t.tenant_id = l.tenant_id and t.id = s.id)
    returning l.settlement_id, d.id, l.gross - l.fee - l.tax, s.currency
"""
_FORGET_FINDINGS = """
    with left_over as (
      select coalesce(jsonb_agg(f), '[]'::jsonb) as findings
        from settlements s, jsonb_array_elements(s.findings) f
       where s.id = %(settlement)s
         and not exists (select from settlement_lines l
                          where l.settlement_id = s.id and l.kind = 'dispute'
                            and l.verdict = 'matched' and l.of_reference = f->>'reference'))
    update settlements s set findings = left_over.findings,
           agreement = case when left_over.findings = '[]'::jsonb then 'agrees' else 'differs' end
      from left_over where s.id = %(settlement)s
"""


class Settlements:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, account_id: UUID, since: datetime) -> set[str]:
        """Return the references of an account's payouts from `since` on that are booked."""
        rows = self._connection.execute(
            "select reference from settlements where account_id = %s and paid_at >= %s"
            " and status = 'booked'",
            [account_id, since],
        )
        return {row[0] for row in rows}

    def oldest_quarantined(self, account_id: UUID) -> datetime | None:
        row = self._connection.execute(
            "select min(paid_at) from settlements where account_id = %s and status = 'quarantined'",
            [account_id],
        ).fetchone()
        return row[0] if row else None

    def claim(
        self, id: UUID, account_id: UUID, seen: SeenSettlement, paid_on: date, at: datetime
    ) -> UUID | None:
        """Return the row of a payout, locked and made where there was none; None: it is booked.

        Whoever claims the same payout at the same time waits here, and then finds it booked.
        """
        self._connection.execute(
            """insert into settlements (id, account_id, reference, amount, currency, paid_at,
                      paid_on, bank_reference, is_itemised, status, agreement, created_at)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'quarantined', 'differs', %s)
               on conflict (tenant_id, account_id, reference) do nothing""",
            [
                id,
                account_id,
                seen.reference,
                seen.amount,
                seen.currency,
                seen.paid_at,
                paid_on,
                seen.bank_reference,
                seen.is_itemised,
                at,
            ],
        )
        row = self._connection.execute(
            "select id, status from settlements where account_id = %s and reference = %s"
            " for no key update",
            [account_id, seen.reference],
        ).fetchone()
        assert row is not None, "it was made a moment ago"
        return None if row[1] == "booked" else row[0]

    def ours(
        self, account_id: UUID, gateway: str, seen: SeenSettlement, this: UUID
    ) -> dict[tuple[LineKind, str], OurMoney]:
        """Return what of ours the lines name, by kind and reference.

        That is payments, refunds, disputes, and payouts that failed and are given back.
        """

        def named(kind: LineKind) -> list[str]:
            return [line.of for line in seen.lines if line.kind is kind and line.of]

        return self._money(
            _OURS,
            account=account_id,
            gateway=gateway,
            this=this,
            payments=named(LineKind.PAYMENT),
            refunds=named(LineKind.REFUND),
            disputes=named(LineKind.DISPUTE),
            adjustments=named(LineKind.ADJUSTMENT),
        )

    def found_disputes(self, account_id: UUID) -> list[tuple[UUID, UUID, int, str]]:
        """Let lines that were of nothing known be those of disputes that are known by now.

        Returns each line's settlement, its dispute, its net in minor units and its currency. A
        settlement of which nothing differs any more agrees.
        """
        rows = self._connection.execute(_FOUND_DISPUTES, [account_id]).fetchall()
        for settlement_id in {row[0] for row in rows}:
            self._connection.execute(_FORGET_FINDINGS, {"settlement": settlement_id})
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def agrees(self, id: UUID) -> bool:
        row = self._connection.execute(
            "select agreement from settlements where id = %s", [id]
        ).fetchone()
        return row is not None and row[0] == "agrees"

    def missing(self, account_id: UUID, after: datetime, until: datetime) -> list[OurMoney]:
        """Return payments taken after one instant, until another, that no payout has."""
        found = self._money(_MISSING, account=account_id, after=after, until=until)
        return list(found.values())

    def paid_before(self, account_id: UUID, paid_at: datetime) -> datetime | None:
        """Return when the payout before this one was made; None: it is the first."""
        row = self._connection.execute(
            "select max(paid_at) from settlements where account_id = %s and paid_at < %s"
            " and status = 'booked'",
            [account_id, paid_at],
        ).fetchone()
        return row[0] if row else None

    def write(
        self,
        id: UUID,
        seen: SeenSettlement,
        paid_on: date,
        matched: Sequence[MatchedLine],
        findings: Sequence[Finding],
        status: SettlementStatus,
    ) -> None:
        """Write a payout as it was told now, with its lines, in the place of what was."""
        self._connection.execute(
            """update settlements set amount = %s, currency = %s, paid_at = %s, paid_on = %s,
                      bank_reference = %s, is_itemised = %s, status = %s, agreement = %s,
                      findings = %s where id = %s""",
            [
                seen.amount,
                seen.currency,
                seen.paid_at,
                paid_on,
                seen.bank_reference,
                seen.is_itemised,
                status,
                "differs" if findings else "agrees",
                Jsonb([_told(one) for one in findings]),
                id,
            ],
        )
        self._connection.execute("delete from settlement_lines where settlement_id = %s", [id])
        rows = [_line_row(id, position, one) for position, one in enumerate(matched, start=1)]
        insert_rows(self._connection, "settlement_lines", rows)

    def get(self, id: UUID, *, lock: bool = False) -> StoredSettlement | None:
        locking = " for no key update" if lock else ""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {SETTLEMENT_FIELDS} from settlements where id = %s{locking}", [id]
            ).fetchone()
        return settlement_of(row) if row else None

    def named(self, account_id: UUID, reference: str) -> StoredSettlement | None:
        """Lock and return an account's payout by the gateway's id of it; None: it is not known."""
        row = self._connection.execute(
            "select id from settlements where account_id = %s and reference = %s",
            [account_id, reference],
        ).fetchone()
        return self.get(row[0], lock=True) if row else None

    def known_failed(self, account_id: UUID, since: datetime) -> set[str]:
        """Return the references of an account's payouts from `since` on that are booked back."""
        rows = self._connection.execute(
            "select reference from settlements where account_id = %s and paid_at >= %s"
            " and failed_on is not null",
            [account_id, since],
        )
        return {row[0] for row in rows}

    def failed(self, id: UUID, on: date) -> None:
        self._connection.execute("update settlements set failed_on = %s where id = %s", [on, id])

    def in_transit(self, *, limit: int) -> list[WaitingSettlement]:
        """Lock and return what is booked and was not seen in the bank, the oldest first."""
        rows = self._connection.execute(
            """select id, amount, currency, paid_on, bank_reference from settlements
                where arrived_on is null and status = 'booked' and amount <> 0
                  and failed_on is null
                order by paid_on, id limit %s for no key update""",
            [limit],
        )
        return [WaitingSettlement(*row) for row in rows]

    def arrived(self, id: UUID, on: date, by: str) -> None:
        self._connection.execute(
            "update settlements set arrived_on = %s, arrived_by = %s where id = %s", [on, by, id]
        )

    def not_arrived(self, id: UUID) -> None:
        """Let it be on its way again."""
        self._connection.execute(
            "update settlements set arrived_on = null, arrived_by = null where id = %s", [id]
        )

    def overdue(self, until: date) -> list[tuple[UUID, str]]:
        """Return what was paid out until a day and is in transit still: id and reference."""
        rows = self._connection.execute(
            """select id, reference from settlements
                where arrived_on is null and status = 'booked' and amount <> 0 and paid_on <= %s
                  and failed_on is null
                order by paid_on, id limit 100""",
            [until],
        )
        return [(row[0], row[1]) for row in rows]

    def _money(
        self, question: str, **values: Collection[str] | object
    ) -> dict[tuple[LineKind, str], OurMoney]:
        rows = self._connection.execute(question, values).fetchall()
        money = [OurMoney(row[0], LineKind(row[1]), *row[2:]) for row in rows]
        return {(one.kind, one.reference): one for one in money}


def settlement_of(row: dict[str, Any]) -> StoredSettlement:
    """Return what a row with the columns of SETTLEMENT_FIELDS says."""
    return StoredSettlement(**{**row, "status": SettlementStatus(row["status"])})


def findings_told(matched: Sequence[MatchedLine], currency: str) -> list[dict[str, Any]]:
    """Return what differs of these lines, as a payout keeps it."""
    return [_told(one) for one in differing(matched, currency)]


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "difference": finding.difference,
        "reference": finding.reference,
        "currency": finding.currency,
        "ours": finding.ours,
        "theirs": finding.theirs,
        "words": finding.words,
    }


def _line_row(settlement_id: UUID, position: int, one: MatchedLine) -> dict[str, Any]:
    line, ours = one.line, one.ours if one.verdict is not Verdict.UNKNOWN_HERE else None
    return {
        "settlement_id": settlement_id,
        "position": position,
        "reference": line.reference,
        "kind": line.kind,
        "of_reference": line.of,
        "gross": line.gross,
        "fee": line.fee,
        "tax": line.tax,
        "charged": line.charged,
        "charged_currency": line.charged_currency,
        "happened_at": line.happened_at,
        "words": line.words,
        "verdict": one.verdict,
        "attempt_id": ours.id if ours and ours.kind is LineKind.PAYMENT else None,
        "refund_id": ours.id if ours and ours.kind is LineKind.REFUND else None,
    }
