"""Until when a credit note takes tax back: every row with the law it comes from."""

from datetime import date

import pytest

from khata.core.tax.note_limits import Standing, note_limit

S34 = "CGST Act s.34(2)"
FINANCE_ACT = "CGST Act s.34(2), Finance Act 2022 s.104, Notf. 18/2022-CT"


@pytest.mark.parametrize(
    ("supplied_on", "noted_on", "standing", "law"),
    [
        # The financial year of the supply ends on 31 March; its notes until 30 November after.
        ("2025-04-01", "2025-04-01", Standing.IN_TIME, FINANCE_ACT),
        ("2025-04-01", "2026-10-31", Standing.IN_TIME, FINANCE_ACT),
        ("2025-04-01", "2026-11-01", Standing.CLOSING, FINANCE_ACT),
        ("2025-04-01", "2026-11-30", Standing.CLOSING, FINANCE_ACT),
        ("2025-04-01", "2026-12-01", Standing.TOO_LATE, FINANCE_ACT),
        # The last day of the year and the first of the next are a year apart.
        ("2026-03-31", "2026-10-31", Standing.IN_TIME, FINANCE_ACT),
        ("2026-03-31", "2026-12-01", Standing.TOO_LATE, FINANCE_ACT),
        ("2026-04-01", "2026-12-01", Standing.IN_TIME, FINANCE_ACT),
        ("2026-04-01", "2027-11-30", Standing.CLOSING, FINANCE_ACT),
        ("2026-04-01", "2027-12-01", Standing.TOO_LATE, FINANCE_ACT),
        # January belongs to the year that began in April before.
        ("2026-01-15", "2026-12-01", Standing.TOO_LATE, FINANCE_ACT),
        ("2025-12-31", "2026-11-15", Standing.CLOSING, FINANCE_ACT),
        # Until 30 September 2022 the return for September was the last.
        ("2020-05-01", "2021-09-30", Standing.IN_TIME, S34),
        ("2020-05-01", "2021-10-01", Standing.TOO_LATE, S34),
        ("2021-05-01", "2022-09-30", Standing.IN_TIME, S34),
        # From 1 October 2022 the new day holds for supplies of the year before, too.
        ("2021-05-01", "2022-10-01", Standing.IN_TIME, FINANCE_ACT),
        ("2021-05-01", "2022-11-30", Standing.CLOSING, FINANCE_ACT),
        ("2021-05-01", "2022-12-01", Standing.TOO_LATE, FINANCE_ACT),
        ("2020-05-01", "2022-10-01", Standing.TOO_LATE, FINANCE_ACT),
    ],
)
def test_the_standing_of_a_day(
    supplied_on: str, noted_on: str, standing: Standing, law: str
) -> None:
    on = date.fromisoformat(noted_on)
    limit = note_limit(date.fromisoformat(supplied_on), on=on)
    assert limit.standing(on) is standing, law
    assert limit.source.startswith(S34)


@pytest.mark.parametrize(
    ("annual_return_on", "noted_on", "standing"),
    [
        ("2026-09-15", "2026-08-31", Standing.IN_TIME),  # declared by 11 September
        ("2026-09-15", "2026-09-01", Standing.CLOSING),  # its return is due in October
        ("2026-09-15", "2026-09-15", Standing.CLOSING),
        ("2026-09-15", "2026-09-16", Standing.TOO_LATE),
        ("2026-12-31", "2026-11-30", Standing.CLOSING),  # later than 30 November: changes nothing
        ("2026-12-31", "2026-12-01", Standing.TOO_LATE),
        ("2026-11-20", "2026-10-31", Standing.IN_TIME),
        ("2026-11-20", "2026-11-21", Standing.TOO_LATE),
    ],
)
def test_an_annual_return_that_came_earlier_ends_it(
    annual_return_on: str, noted_on: str, standing: Standing
) -> None:
    """S.34(2): "or the date of furnishing of the relevant annual return, whichever is earlier"."""
    on = date.fromisoformat(noted_on)
    limit = note_limit(
        date(2025, 6, 1), on=on, annual_return_on=date.fromisoformat(annual_return_on)
    )
    assert limit.standing(on) is standing
