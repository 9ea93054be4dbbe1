"""Fairness: one tenant with much to do beside many with little, and those alone."""

from collections.abc import Iterator

from bench.ground import Ground
from bench.table import Figure, told
from bench.worker import at_once


def fairness(here: Ground, large: int, small: int, each: int) -> Iterator[Figure]:
    """Measure when `small` tenants of `each` are done, beside one of `large` and without it.

    By bells, as a scheduler and a worker do it: billing, and what follows from the invoices.
    """
    with here.crowd(0, *([each] * small)) as crowd, here.clone(crowd, "alone") as urls:
        (alone,) = at_once("1", urls.app, 1, str(small + 1))
    with here.crowd(large, *([each] * small)) as crowd, here.clone(crowd, "beside") as urls:
        (beside,) = at_once("1", urls.app, 1, str(small + 1))
    yield told(
        Figure(
            f"fairness: {small} tenants of {each} done, beside one of {large:,}",
            f"{beside.small_done:.1f} s",
            f"alone {alone.small_done:.1f} s",
            f"{beside.small_done / alone.small_done:.2f}",
            "≤ 1.5",
        )
    )
