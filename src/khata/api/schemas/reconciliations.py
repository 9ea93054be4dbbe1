"""Reconciliations on the wire."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Day, Told
from khata.core.ids import public_id
from khata.core.reconciliation import Difference
from khata.db.stores.reconciliations import Reconciliation

AgreementName = Literal["due", "agrees", "differs"]


class ReconcileDay(Asked):
    """Which day."""

    day: Day = Field(description="In the time zone of the business", examples=["2026-01-31"])


class FindingObject(Told):
    """One place where the two sides say different things."""

    difference: Literal[
        "money_without_attempt",
        "money_not_booked",
        "attempt_without_money",
        "amount_differs",
        "currency_differs",
        "fee_differs",
        "refund_differs",
    ] = Field(description="Which difference")
    attempt: str | None = Field(description="Our attempt, where there is one")
    reference: str | None = Field(description="The gateway's id of the payment")
    currency: str = Field(description="Of both amounts")
    ours: int | None = Field(description="What is here, in minor units; null: nothing")
    theirs: int | None = Field(description="What the gateway has, in minor units; null: nothing")
    words: str = Field(description="The same as a sentence")


class ReconciliationObject(Told):
    """A day of a gateway account: the gateway's list beside our attempts, in both directions."""

    id: str = Field(examples=["rec_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["reconciliation"] = "reconciliation"
    livemode: bool = Field(description="Whether it is about real money")
    account: str = Field(description="The gateway account")
    day: date = Field(description="In the time zone of the business")
    status: AgreementName = Field(description="`due`, or how it ended")
    payments: int | None = Field(description="How many payments the gateway lists of the day")
    findings: list[FindingObject] = Field(description="Every difference")
    ran: Created | None = Field(description="When it was compared")

    @classmethod
    def of(cls, row: Reconciliation, livemode: bool) -> Self:
        return cls(
            id=public_id("rec", row.id),
            livemode=livemode,
            account=public_id("ga", row.account_id),
            day=row.day,
            status=row.status.value,
            payments=row.payments,
            findings=[_finding(one) for one in row.findings],
            ran=row.ran_at,
        )


def _finding(told: dict[str, object]) -> FindingObject:
    attempt = told["attempt"]
    named = public_id("att", UUID(str(attempt))) if attempt else None
    difference = Difference(str(told["difference"])).value
    return FindingObject.model_validate({**told, "attempt": named, "difference": difference})
