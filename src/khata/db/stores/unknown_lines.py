"""Lines of booked payouts that were of nothing known here, and may be of something by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.settlement import LineKind, MatchedLine, SeenSettlement, SettlementLine
from khata.db.rows import Connection
from khata.db.stores.settlements import findings_told

# The payouts are locked first, in the order of their ids: two who look at once find each line once.
_HELD = """
    select s.id from settlements s
     where s.tenant_id = current_tenant() and s.account_id = %(account)s
       and s.status = 'booked' and s.agreement = 'differs'
       and exists (select from settlement_lines l
                    where l.tenant_id = s.tenant_id and l.settlement_id = s.id
                      and {unknown})
     order by s.id for no key update
"""
_UNKNOWN = """
    l.verdict = 'unknown_here' and l.kind in ('payment', 'refund', 'adjustment')
    and (%(reference)s::text is null or l.of_reference = %(reference)s)
    and (exists (select from refunds r
                   join attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
                  where r.tenant_id = l.tenant_id and l.kind = 'refund'
                    and r.gateway_reference = l.of_reference
                    and a.gateway_account_id = %(account)s)
      or exists (select from attempts a
                  where a.tenant_id = l.tenant_id and l.kind = 'payment'
                    and a.gateway_reference = l.of_reference
                    and a.gateway_account_id = %(account)s and a.status = 'succeeded')
      or exists (select from settlements f
                  where f.tenant_id = l.tenant_id and l.kind = 'adjustment'
                    and f.account_id = %(account)s and f.reference = l.of_reference
                    and f.failed_on is not null))
"""
_LINES = f"""
    select l.settlement_id, l.position, s.reference as settlement, s.amount, s.currency, s.paid_at,
           s.findings, l.reference, l.kind, l.of_reference as of, l.gross, l.fee, l.tax, l.charged,
           l.charged_currency, l.happened_at, l.words
      from settlement_lines l
      join settlements s on s.tenant_id = l.tenant_id and s.id = l.settlement_id
     where l.tenant_id = current_tenant() and s.id = any(%(held)s) and {_UNKNOWN}
     order by s.paid_at, s.id, l.position
"""
_LINE = (
    "reference", "kind", "of", "gross", "fee", "tax", "charged", "charged_currency", "happened_at",
    "words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnknownLines:
    """A payout with those of its lines that may be known by now, and where these stand."""

    settlement_id: UUID
    seen: SeenSettlement
    positions: Sequence[int]
    findings: Sequence[dict[str, Any]]


class UnknownSettlementLines:
    """Table settlement_lines, of what is in suspense."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, account_id: UUID, reference: str | None) -> list[UnknownLines]:
        """Lock payouts of an account whose lines name what is known by now, and return these.

        `reference`: only lines that name this payment or refund; None: whichever.
        """
        asked = {"account": account_id, "reference": reference}
        held = [row[0] for row in self._connection.execute(_HELD.format(unknown=_UNKNOWN), asked)]
        if not held:
            return []
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_LINES, {**asked, "held": held}).fetchall()
        payouts: dict[UUID, list[dict[str, Any]]] = {}
        for row in rows:
            payouts.setdefault(row["settlement_id"], []).append(row)
        return [_lines(id, of_payout) for id, of_payout in payouts.items()]

    def known(self, of: UnknownLines, position: int, one: MatchedLine, *, found_id: UUID) -> None:
        """Write what a line was found to be, and the fact that its entry books."""
        assert one.ours is not None, "it was found"
        self._connection.execute(
            """update settlement_lines set verdict = %s, attempt_id = %s, refund_id = %s,
                      found_id = %s where settlement_id = %s and position = %s""",
            [
                one.verdict,
                one.ours.id if one.ours.kind is LineKind.PAYMENT else None,
                one.ours.id if one.ours.kind is LineKind.REFUND else None,
                found_id,
                of.settlement_id,
                position,
            ],
        )

    def agree(self, of: UnknownLines, found: Sequence[MatchedLine]) -> bool:
        """Write what differs still, and return whether nothing does any more."""
        names = {one.line.of for one in found}
        left = [
            one
            for one in of.findings
            if one["difference"] != "unknown_here" or one["reference"] not in names
        ] + findings_told(found, of.seen.currency)
        self._connection.execute(
            "update settlements set findings = %s, agreement = %s where id = %s",
            [Jsonb(left), "differs" if left else "agrees", of.settlement_id],
        )
        return not left


def _lines(id: UUID, rows: Sequence[dict[str, Any]]) -> UnknownLines:
    first = rows[0]
    lines = [
        SettlementLine(**{**{name: row[name] for name in _LINE}, "kind": LineKind(row["kind"])})
        for row in rows
    ]
    seen = SeenSettlement(
        first["settlement"], first["amount"], first["currency"], first["paid_at"], None, lines
    )
    return UnknownLines(id, seen, [row["position"] for row in rows], first["findings"])
