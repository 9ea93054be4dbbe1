"""What a customer is told of an ending, and up to which day there was service."""

from datetime import date

import pytest

from khata.core.endings import (
    AT_ONCE,
    AT_PERIOD_END,
    GIVEN_UP,
    last_day_of_service,
    reason_for_customer,
)


@pytest.mark.parametrize(
    ("ended_on", "period_end", "last"),
    [
        (date(2025, 2, 10), date(2025, 2, 10), date(2025, 2, 9)),  # a period used up
        (date(2025, 2, 12), date(2025, 2, 10), date(2025, 2, 9)),  # no later period was opened
        (date(2025, 1, 20), date(2025, 2, 10), date(2025, 1, 20)),  # now, in mid-period
        (date(2025, 1, 20), None, date(2025, 1, 20)),  # before it began
    ],
)
def test_the_last_day_of_service(ended_on: date, period_end: date | None, last: date) -> None:
    assert last_day_of_service(ended_on, period_end) == last


def test_causes_are_told_in_sentences_and_own_words_are_not_told() -> None:
    for cause in (AT_PERIOD_END, GIVEN_UP):
        sentence = reason_for_customer(cause)
        assert sentence is not None
        assert sentence.endswith(".")
        assert cause not in sentence
    for untold in (AT_ONCE, "suspected of fraud", "", None):
        assert reason_for_customer(untold) is None
