"""How an account fares: five failures in a row, pauses that double, and one call that looks."""

from datetime import UTC, datetime, timedelta

import pytest

from khata.core.gateway_health import (
    LONGEST_LOOK,
    WELL,
    Circuit,
    Health,
    Trouble,
    after_trouble,
    is_to_be_told,
    looked_at,
    pause,
)

NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def failed(times: int, trouble: Trouble = Trouble.NOT_REACHED) -> Health:
    health = WELL
    for _ in range(times):
        health = after_trouble(health, trouble, at=NOON)
    return health


@pytest.mark.parametrize(
    ("trouble", "times", "circuit"),
    [
        (Trouble.NOT_REACHED, 4, Circuit.CLOSED),
        (Trouble.NOT_REACHED, 5, Circuit.OPEN),
        (Trouble.FAULT, 4, Circuit.CLOSED),
        (Trouble.FAULT, 5, Circuit.OPEN),
        (Trouble.REFUSED, 1, Circuit.OPEN),
    ],
)
def test_it_opens_after_five_in_a_row_and_at_once_where_nobody_is_let_in(
    trouble: Trouble, times: int, circuit: Circuit
) -> None:
    health = failed(times, trouble)
    assert health.circuit(NOON) is circuit
    assert not health.is_well


def test_pauses_double_from_a_minute_to_an_hour() -> None:
    minutes = [pause(openings) // MINUTE for openings in range(9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert pause(10_000) == HOUR


def test_each_look_that_fails_doubles_the_pause() -> None:
    health, at = failed(5), NOON
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert health.shut_until == at + minutes * MINUTE
        assert health.circuit(at) is Circuit.OPEN
        at += minutes * MINUTE
        assert health.circuit(at) is Circuit.HALF_OPEN
        health = after_trouble(looked_at(health, at=at), Trouble.NOT_REACHED, at=at)
    assert health.ailing_since == NOON


def test_while_one_looks_the_others_wait_and_what_was_sent_before_lengthens_nothing() -> None:
    health = failed(5)
    late = after_trouble(health, Trouble.NOT_REACHED, at=NOON + MINUTE / 2)
    assert (late.shut_until, late.openings, late.failures) == (NOON + MINUTE, 1, 6)
    looking = looked_at(health, at=NOON + MINUTE)
    assert looking.circuit(NOON + MINUTE) is Circuit.OPEN
    assert looking.circuit(NOON + MINUTE + LONGEST_LOOK) is Circuit.HALF_OPEN  # it died on the way


def test_refused_credentials_are_told_at_once_and_an_outage_after_an_hour() -> None:
    assert is_to_be_told(failed(1, Trouble.REFUSED), at=NOON)
    away = failed(5)
    assert not is_to_be_told(away, at=NOON + HOUR - MINUTE)
    assert is_to_be_told(away, at=NOON + HOUR)
    assert not is_to_be_told(failed(4), at=NOON + HOUR)
    assert not is_to_be_told(Health(5, Trouble.REFUSED, NOON, NOON, 1, told=True), at=NOON)


def test_an_outage_that_turns_out_to_be_a_refusal_is_shut_anew() -> None:
    health = after_trouble(failed(5), Trouble.REFUSED, at=NOON + MINUTE / 2)
    assert health.shut_until == NOON + MINUTE / 2 + 2 * MINUTE
    assert is_to_be_told(health, at=NOON + MINUTE / 2)
