"""Questions of the pages of payouts: the list, one with its books, and the lines that may be it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged
from khata.db.reads.closeup import PostingCloseup
from khata.db.reads.settlements import STANDING
from khata.db.reads.views import views


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A payout in the list; `words` is the first thing that does not agree."""

    id: UUID
    reference: str
    account: str
    gateway: str
    amount: int
    currency: str
    fees: int
    paid_on: date
    arrived_on: date | None
    standing: str
    words: str | None
    finding_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BankCandidate:
    """A line of the bank's statement that may be a payout."""

    id: UUID
    booked_on: date
    account: str
    text: str


def settlements(
    connection: Connection, cursor: Cursor, *, status: str | None = None
) -> Page[SettlementRow]:
    """Return payouts, those that were stored last first."""
    return paged(
        connection,
        SettlementRow,
        cursor,
        f"""
        select t.* from (
          select s.id, s.reference, g.name as account, g.gateway, s.amount, s.currency,
                 coalesce((select sum(l.fee + l.tax) from settlement_lines l
                            where l.tenant_id = s.tenant_id
                              and l.settlement_id = s.id), 0)::bigint as fees,
                 s.paid_on, s.arrived_on, {STANDING} as standing, s.findings->0->>'words' as words,
                 jsonb_array_length(s.findings) as finding_count, s.created_at
            from settlements s
            join gateway_accounts g on g.tenant_id = s.tenant_id and g.id = s.account_id) t
        """,
        "(%(status)s::text is null or t.standing = %(status)s)",
        status=status,
    )


def postings(connection: Connection, settlement: UUID) -> list[PostingCloseup]:
    """Return what was booked of a payout: what left, what was known later, and its arrival."""
    return views(
        connection,
        PostingCloseup,
        """
        with facts as (
          select %(settlement)s::uuid as id, 'settlement_paid_out' as kind
          union all
          select %(settlement)s, 'settlement_failed'
          union all
          select found_id, 'settlement_line_cleared' from settlement_lines
           where settlement_id = %(settlement)s and found_id is not null
          union all
          select coalesce(u.again_id, u.bank_transaction_id),
                 case when u.again_id is null then 'settlement_arrived'
                      else 'settlement_arrived_again' end
            from (select id as bank_transaction_id, again_id, settlement_id from bank_transactions
                  union all
                  select bank_transaction_id, again_id, settlement_id from bank_unmatches) u
           where u.settlement_id = %(settlement)s
          union all
          select id, 'settlement_not_arrived' from bank_unmatches
           where settlement_id = %(settlement)s)
        select e.kind, p.booked_on, p.debit, p.credit, p.amount, p.currency
          from facts f
          join entries e on e.source_id = f.id and e.kind = f.kind
          join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
         order by e.booked_on, e.id, p.position
        """,
        settlement=settlement,
    )


def bank_candidates(connection: Connection, amount: int, currency: str) -> list[BankCandidate]:
    """Return lines of the same money that are no payout yet, the newest first."""
    return views(
        connection,
        BankCandidate,
        """
        select id, booked_on, account, trim(reference || ' ' || narration) as text
          from bank_transactions
         where settlement_id is null and amount = %(amount)s and currency = %(currency)s
         order by booked_on desc, id desc limit 20
        """,
        amount=amount,
        currency=currency,
    )
