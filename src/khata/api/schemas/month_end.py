"""The end of a month on the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.month_end import Check, is_clean


class MonthCheckTold(Told):
    """One thing to look at."""

    code: str = Field(description="Its name, which never changes", examples=["suspense_empty"])
    status: Literal["done", "open", "wrong"] = Field(
        description="`open`: something is left to do. `wrong`: the books do not agree with what "
        "they are about"
    )
    message: str = Field(description="The same in words", examples=["Settlement suspense is empty"])

    @classmethod
    def of(cls, check: Check) -> Self:
        return cls.model_validate(
            {"code": check.code, "status": check.standing.value, "message": check.words}
        )


class MonthEndObject(Told):
    """What to look at before a month is called closed, and how each stands."""

    object: Literal["month_end"] = "month_end"
    livemode: bool = Field(description="Whether it is real, or a test")
    last_day: date = Field(description="The month's last day", examples=["2026-10-31"])
    clean: bool = Field(description="Whether nothing is left to do")
    checks: list[MonthCheckTold] = Field(description="Each check, in the order one does them")

    @classmethod
    def told(cls, checks: Sequence[Check], *, last_day: date, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            last_day=last_day,
            clean=is_clean(checks),
            checks=[MonthCheckTold.of(check) for check in checks],
        )
