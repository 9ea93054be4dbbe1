"""Disputes of the fake gateway: a payer complains, and the bank decides by the answer's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.fake.charge_book import Charge, ChargeBook, OwnCursor
from khata.adapters.gateways.fake.fates import disputed_after
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence
from khata.core.payment import Outcome
from khata.ports.disputes import NotTakenByGateway

FEE: Final = 1_500  # minor units; it stays with the gateway, whoever wins
ANSWERED_WITHIN: Final = timedelta(days=10)  # else it is lost
LOOKED_AT_FOR: Final = timedelta(days=5)  # what an answer says that is none of the two below
# Evidence whose words contain one of these decides at once, as with Stripe's tests.
WINS: Final = "winning_evidence"
LOSES: Final = "losing_evidence"

_REFERENCE: Final = re.compile(r"fakedp_[0-9a-f]{32}", re.ASCII)
_DISPUTES: Final = (
    "select d.reference, d.opened_at, d.due_by, d.answered_at, d.decision, d.decided_at,"
    " d.attempt_id, c.reference as charge, c.amount, c.currency from fake_gateway.disputes d"
    " join fake_gateway.charges c on c.merchant = d.merchant and c.attempt_id = d.attempt_id"
)


@dataclass(frozen=True, slots=True)
class DisputeBook:
    """Reads and writes fake_gateway.disputes; satisfies `khata.ports.disputes.GatewayDisputes`.

    The money is taken when a dispute is opened, and comes back, but for the fee, where it is won.
    """

    charges: ChargeBook

    def told_of(self, charge: Charge, *, at: datetime) -> tuple[str, ...]:
        """Return the dispute that a charge's token says it meets, once its time has come."""
        after = disputed_after(charge.request.token)
        if after is None or charge.outcome_at(at) is not Outcome.SUCCEEDED:
            return ()
        opens_at = charge.created_at + after
        if at < opens_at:
            return ()
        return (self.open(charge.request.merchant, charge.request.attempt_id, at=opens_at),)

    def open(self, merchant: str, attempt_id: UUID, *, at: datetime) -> str:
        """Let the payer complain about a charge, once; return the dispute's name."""
        reference = f"fakedp_{attempt_id.hex}"
        with self.charges.transaction() as cursor:
            cursor.execute(
                "insert into fake_gateway.disputes"
                " (merchant, attempt_id, reference, opened_at, due_by)"
                " values (%s, %s, %s, %s, %s) on conflict do nothing",
                [merchant, attempt_id, reference, at, at + ANSWERED_WITHIN],
            )
        return reference

    def decide(self, reference: str, decision: str, *, at: datetime) -> None:
        """Let the payer's bank decide, `won` or `lost` for the merchant."""
        with self.charges.transaction() as cursor:
            _decide(cursor, reference, decision, at=at)

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        if not _REFERENCE.fullmatch(reference):
            return None
        with self.charges.transaction() as cursor:
            return _seen(cursor, reference, at=at)

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        """List those of all merchants, as they stand at the end of that time."""
        with self.charges.transaction() as cursor:
            rows = cursor.execute(
                f"{_DISPUTES} where d.opened_at >= %s and d.opened_at < %s"
                " order by d.opened_at, d.attempt_id",
                [start, end],
            ).fetchall()
        yield from (_stands(row, at=end) for row in rows)

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        with self.charges.transaction() as cursor:
            seen = _held(cursor, reference, at=at)
            if seen.status is DisputeStatus.WON:
                raise NotTakenByGateway("The fake gateway has decided it for you already")
            if seen.status is DisputeStatus.LOST:
                return seen
            _decide(cursor, reference, "lost", at=at)
            return _held(cursor, reference, at=at)

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        with self.charges.transaction() as cursor:
            seen = _held(cursor, reference, at=at)
            if seen.status is not DisputeStatus.NEEDS_RESPONSE:
                raise NotTakenByGateway("The fake gateway awaits no answer to this dispute")
            cursor.execute(
                "update fake_gateway.disputes set answered_at = %s where reference = %s",
                [at, reference],
            )
            if WINS in evidence.words:
                _decide(cursor, reference, "won", at=at)
            else:
                is_plain = LOSES not in evidence.words
                decided_at = at + LOOKED_AT_FOR if is_plain else at
                _decide(cursor, reference, "lost", at=decided_at)
            return _held(cursor, reference, at=at)


def _held(cursor: OwnCursor, reference: str, *, at: datetime) -> SeenDispute:
    """Return a dispute, which nobody else changes until the transaction ends."""
    cursor.execute(
        "select 1 from fake_gateway.disputes where reference = %s for update", [reference]
    )
    seen = _seen(cursor, reference, at=at)
    if seen is None:
        raise NotTakenByGateway("The fake gateway knows no such dispute")
    return seen


def _seen(cursor: OwnCursor, reference: str, *, at: datetime) -> SeenDispute | None:
    row = cursor.execute(f"{_DISPUTES} where d.reference = %s", [reference]).fetchone()
    return None if row is None else _stands(row, at=at)


def _decide(cursor: OwnCursor, reference: str, decision: str, *, at: datetime) -> None:
    cursor.execute(
        "update fake_gateway.disputes set decision = %s, decided_at = %s where reference = %s",
        [decision, at, reference],
    )


def _stands(row: dict[str, Any], *, at: datetime) -> SeenDispute:
    status = _status(row, at)
    return SeenDispute(
        row["reference"],
        row["charge"],
        row["amount"],
        row["currency"],
        status,
        "fraudulent",
        row["opened_at"],
        phase="chargeback",
        due_by=row["due_by"],
        taken=0 if status is DisputeStatus.WON else row["amount"],
        fee=FEE,
        ours=row["attempt_id"],
    )


def _status(row: dict[str, Any], at: datetime) -> DisputeStatus:
    if row["decision"] is not None and at >= row["decided_at"]:
        return DisputeStatus(row["decision"])
    if row["answered_at"] is not None:
        return DisputeStatus.UNDER_REVIEW
    return DisputeStatus.LOST if at >= row["due_by"] else DisputeStatus.NEEDS_RESPONSE
