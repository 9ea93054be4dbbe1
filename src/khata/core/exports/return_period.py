"""The month, or the quarter, that a return of GST is filed for."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class ReturnPeriod:
    """A tax period, named by its last month; `months` is 3 for who files by the quarter.

    Source: CGST Act s.37, s.39; CGST Rules, rules 59, 61 and 61A.
    """

    year: int
    month: int  # 1 to 12, the last of the period
    months: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or self.months not in (1, 3):
            raise ValueError(f"{self.month}, {self.months} name no tax period")
        if self.months == 3 and self.month % 3 != 0:
            raise ValueError("quarters end with March, June, September and December")

    @classmethod
    def of(cls, day: date) -> "ReturnPeriod":
        """Return the month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def named(cls, text: str) -> "ReturnPeriod":
        """Return the month that "2026-10" names. Raises: ValueError."""
        year, _, month = text.partition("-")
        return cls(int(year), int(month))

    @property
    def fp(self) -> str:
        """Spell it as the portal does: 062025."""
        return f"{self.month:02}{self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.month - self.months + 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last
