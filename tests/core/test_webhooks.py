"""Webhooks: what a try means for its delivery and for its endpoint, and which news goes where."""

from datetime import UTC, datetime, timedelta

import pytest

from khata.core.webhooks import (
    SPAN,
    Disabled,
    Health,
    Outcome,
    UnknownEvents,
    check_filters,
    disabled_by,
    goes_to_all,
    health_after,
    matches,
    next_try,
)

NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def answered(status_code: int, retry_after: timedelta | None = None) -> Outcome:
    return Outcome(SECOND, status_code=status_code, retry_after=retry_after)


def unanswered(error: str = "timeout") -> Outcome:
    return Outcome(SECOND, error=error)


@pytest.mark.parametrize(
    ("tries", "wait"),
    list(
        enumerate(
            [
                5 * SECOND,
                5 * MINUTE,
                30 * MINUTE,
                2 * HOUR,
                5 * HOUR,
                10 * HOUR,
                14 * HOUR,
                20 * HOUR,
                24 * HOUR,
            ],
            1,
        )
    ),
)
def test_the_waits_grow_and_differ_by_a_fifth_at_most(tries: int, wait: timedelta) -> None:
    assert next_try(tries, at=NOON, chance=0) == NOON + wait
    assert next_try(tries, at=NOON, chance=0.5) == NOON + wait * 1.1
    assert next_try(tries, at=NOON, chance=1) == NOON + wait * 1.2


def test_the_tenth_try_is_the_last() -> None:
    assert next_try(10, at=NOON, chance=0) is None
    assert timedelta(hours=75, minutes=35, seconds=5) == SPAN


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_is_success(status: int) -> None:
    assert answered(status).succeeded


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 304, 307, 308, 400, 404, 410, 500])
def test_everything_else_is_failure(status: int) -> None:
    assert not answered(status).succeeded
    assert health_after(Health(), answered(status), NOON).failing_since == NOON


def test_a_success_heals() -> None:
    ill = Health(NOON - HOUR, 7, NOON)
    assert health_after(ill, answered(200), NOON) == Health()


def test_a_failure_keeps_since_when() -> None:
    ill = health_after(Health(NOON - HOUR, 1, None), answered(500), NOON)
    assert ill == Health(NOON - HOUR, 2, None)


@pytest.mark.parametrize(
    ("failures", "rest"),
    [(0, 5), (1, 10), (2, 20), (5, 160), (6, 300), (7, 300), (10_000, 300)],
)
@pytest.mark.parametrize("outcome", [answered(429), answered(502), answered(504), unanswered()])
def test_an_endpoint_that_is_down_or_overloaded_is_left_in_peace(
    outcome: Outcome, failures: int, rest: int
) -> None:
    after = health_after(Health(NOON, failures, None), outcome, NOON)
    assert after.slow_until == NOON + rest * SECOND


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_what_fails_for_one_event_slows_no_other(status: int) -> None:
    assert health_after(Health(), answered(status, HOUR), NOON).slow_until is None


@pytest.mark.parametrize(
    ("wish", "rest"),
    [(0, 5), (1, 5), (90, 90), (3600, 3600), (3601, 3600), (10**9, 3600)],
)
def test_its_own_wish_is_honoured_within_bounds(wish: int, rest: int) -> None:
    after = health_after(Health(), answered(503, wish * SECOND), NOON)
    assert after.slow_until == NOON + rest * SECOND


def test_410_disables_at_once() -> None:
    assert disabled_by(Health(NOON, 1, None), answered(410), NOON) is Disabled.GONE


@pytest.mark.parametrize(
    ("since", "outcome", "because"),
    [
        (SPAN, answered(500), Disabled.FAILING),
        (SPAN, unanswered(), Disabled.FAILING),
        (SPAN + HOUR, answered(301), Disabled.FAILING),
        (SPAN - SECOND, answered(500), None),
        (2 * SPAN, answered(200), None),
    ],
)
def test_a_whole_schedule_of_failures_disables(
    since: timedelta, outcome: Outcome, because: Disabled | None
) -> None:
    assert disabled_by(Health(NOON - since, 9, None), outcome, NOON) is because


@pytest.mark.parametrize(
    ("filters", "type", "goes"),
    [
        (["*"], "invoice.paid", True),
        (["invoice.*"], "invoice.paid", True),
        (["invoice.*"], "invoicex.paid", False),
        (["invoice.paid"], "invoice.paid", True),
        (["invoice.paid"], "invoice.finalized", False),
        (["payment.*", "invoice.paid"], "invoice.paid", True),
        ([], "invoice.paid", False),
    ],
)
def test_filters(filters: list[str], type: str, goes: bool) -> None:
    assert matches(filters, type) is goes


def test_repeats_are_left_out_of_filters() -> None:
    assert check_filters(["invoice.*", "*", "invoice.*"]) == ("invoice.*", "*")


@pytest.mark.parametrize("wrong", ["invoice", "invoice.*.*", "inv*", "invoices.*", "", ".*", "**"])
def test_a_filter_that_matches_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(UnknownEvents) as refused:
        check_filters(["*", wrong])
    assert refused.value.param == "events[1]"


def test_a_test_of_one_endpoint_is_no_news_for_others() -> None:
    assert not goes_to_all("webhook_endpoint.tested")
    assert goes_to_all("webhook_endpoint.disabled")
