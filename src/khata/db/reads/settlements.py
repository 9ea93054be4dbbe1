"""Questions about payouts, the bank's statement, and what stands in clearing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from khata.db.reads.lists import Filter, Listing
from khata.db.reads.views import views
from khata.db.rows import Connection
from khata.db.stores.bank import BANK_FIELDS, BankTransaction, bank_transaction_of


@dataclass(frozen=True, slots=True)
class SettlementView:
    """A payout as it is told. `standing` is one word for where its money is."""

    id: UUID
    account_id: UUID
    reference: str
    amount: int
    currency: str
    paid_at: datetime
    paid_on: date
    bank_reference: str | None
    is_itemised: bool
    agreement: str
    findings: Sequence[dict[str, Any]]
    arrived_on: date | None
    arrived_by: str | None
    failed_on: date | None
    created_at: datetime
    standing: str
    fee: int
    tax: int
    bank_transaction_id: UUID | None
    account: str  # its name
    gateway: str


# Where the money of a settlement `s` is; one of nothing has nowhere to arrive.
STANDING: Final = """case when s.status = 'quarantined' then 'quarantined'
                          when s.failed_on is not null then 'failed'
                          when s.arrived_on is null and s.amount <> 0 then 'in_transit'
                          else 'in_bank' end"""

_SOURCE: Final = f"""(
    select s.*, g.name as account, g.gateway, b.id as bank_transaction_id, {STANDING} as standing,
           coalesce(l.fee, 0)::bigint as fee, coalesce(l.tax, 0)::bigint as tax
      from settlements s
      join gateway_accounts g on g.tenant_id = s.tenant_id and g.id = s.account_id
      left join bank_transactions b on b.tenant_id = s.tenant_id and b.settlement_id = s.id
      left join lateral (select sum(fee) as fee, sum(tax) as tax from settlement_lines l
                          where l.tenant_id = s.tenant_id and l.settlement_id = s.id) l on true
) v"""
_FIELDS: Final = """id, account_id, reference, amount, currency, paid_at, paid_on, bank_reference,
    is_itemised, agreement, findings, arrived_on, arrived_by, failed_on, created_at, standing,
    fee, tax, bank_transaction_id, account, gateway"""

_ACCOUNT = Filter("account_id = %s", prefix="ga", refers="gateway_accounts", what="gateway account")

SETTLEMENTS: Listing[SettlementView] = Listing(
    source=_SOURCE,
    fields=_FIELDS,
    of=lambda row: SettlementView(**row),
    prefix="set",
    what="settlement",
    filters={
        "account": _ACCOUNT,
        "status": Filter("standing = %s"),
        "agreement": Filter("agreement = %s"),
    },
)

BANK_TRANSACTIONS: Listing[BankTransaction] = Listing(
    source="bank_transactions",
    fields=BANK_FIELDS,
    of=bank_transaction_of,
    prefix="bt",
    what="bank transaction",
    filters={
        "matched": Filter("(settlement_id is not null) = %s"),
        "bank_account": Filter("account = %s"),
    },
)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a payout, and what it is here."""

    reference: str
    kind: str
    of_reference: str | None
    gross: int
    fee: int
    tax: int
    charged: int | None
    charged_currency: str | None
    verdict: str
    attempt_id: UUID | None
    refund_id: UUID | None
    invoice_id: UUID | None
    invoice: str | None
    words: str

    @property
    def net(self) -> int:
        return self.gross - self.fee - self.tax


def lines_of(connection: Connection, settlement_id: UUID) -> list[LineView]:
    """Return the lines of a payout, in the gateway's order, each with its invoice."""
    return views(
        connection,
        LineView,
        """
        select l.reference, l.kind, l.of_reference, l.gross, l.fee, l.tax, l.charged,
               l.charged_currency, l.verdict, l.attempt_id, l.refund_id, i.id as invoice_id,
               i.number as invoice, l.words
          from settlement_lines l
          left join refunds r on r.tenant_id = l.tenant_id and r.id = l.refund_id
          left join attempts a on a.tenant_id = l.tenant_id and a.id = l.attempt_id
          left join invoices i on i.tenant_id = l.tenant_id
                              and i.id = coalesce(a.invoice_id, r.invoice_id)
         where l.settlement_id = %(id)s order by l.position
        """,
        id=settlement_id,
    )


@dataclass(frozen=True, slots=True)
class ClearingView:
    """What a gateway account holds for us, in minor units; negative: we owe it."""

    account_id: UUID
    account: str
    gateway: str
    currency: str
    balance: int


def clearing(connection: Connection, as_of: date) -> list[ClearingView]:
    """Return what stands in clearing at the end of a day, by account and currency."""
    return views(
        connection,
        ClearingView,
        """
        select c.account_id, g.name as account, g.gateway, c.currency,
               sum(c.debits - c.credits)::bigint as balance
          from clearing_days c
          join gateway_accounts g on g.tenant_id = c.tenant_id and g.id = c.account_id
         where c.booked_on <= %(as_of)s
         group by 1, 2, 3, 4 order by 2, 4
        """,
        as_of=as_of,
    )
