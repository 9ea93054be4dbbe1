"""Billing runs on the wire."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Day, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.stores.runs import BillingRun


class BillingRunCreate(Asked):
    """Bill what is due."""

    as_of: Day | None = Field(
        None,
        description="By the end of which day of the account's calendar: at most a year ahead in "
        "test mode, today or before in live mode; else now",
        examples=["2026-02-28"],
    )


class BillingRunObject(Told):
    """One run over everything that was due."""

    id: str = Field(examples=["run_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["billing_run"] = "billing_run"
    livemode: bool = Field(description="Whether it is real, or a test")
    as_of: date = Field(description="The day it billed for", examples=["2026-02-28"])
    status: Literal["running", "completed", "interrupted"] = Field(
        description="How far it is; what an interrupted run had not billed, the next one does",
        examples=["completed"],
    )
    invoices: int = Field(description="How many invoices it made", examples=[1])
    parked: int = Field(description="How many subscriptions it set aside", examples=[0])
    cause: str = Field(description="Who asked: scheduler, clock, api or cli", examples=["api"])
    finished_at: At | None = Field(description="When it was done")
    created: Created

    @classmethod
    def of(cls, run: BillingRun, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("run", run.id),
                "livemode": livemode,
                "as_of": run.as_of,
                "status": run.status,
                "invoices": run.invoices,
                "parked": run.parked,
                "cause": run.cause,
                "finished_at": run.finished_at,
                "created": run.created_at,
            }
        )
