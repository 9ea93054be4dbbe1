"""A campaign told to a person: one sentence for each step that was kept."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from khata.core.campaign import RecoveredBy, Step
from khata.core.decline_codes import reason_for_seller
from khata.core.network_caps import is_final
from khata.core.periods import day_of
from khata.core.words import grouped


def sentence_of(step: str, facts: Mapping[str, Any], *, currency: str, zone: str) -> str:
    """Return the sentence of a step, for the seller. `zone` is whose days are said.

    What the bank keeps to itself (a stolen card, a suspicion) is not said here either.
    """
    return _SENTENCES[Step(step)](facts, currency, zone)


def _declined(facts: Mapping[str, Any], currency: str, zone: str) -> str:
    code = facts["decline_code"]
    tried = f"Try {facts['number']} failed." if facts["attempt_id"] else "Nothing was tried."
    said = f"{tried} {reason_for_seller(code)}"
    next_at = facts.get("next_at")
    if next_at is None:
        return f"{said} That was the last try."
    if is_final(facts["decline_class"], code):
        return f"{said} It is not charged again; the customer has until {_day(next_at, zone)}."
    return f"{said} The next is on {_day(next_at, zone)}."


def _recovered(facts: Mapping[str, Any], currency: str, zone: str) -> str:
    return f"{grouped(facts['amount'], currency)} was paid {_BY[RecoveredBy(facts['by'])]}."


_BY: Final = {
    RecoveredBy.RETRY: "by a retry",
    RecoveredBy.NEW_METHOD: "by a new way to pay",
    RecoveredBy.LINK: "by the customer, on the invoice's page",
    RecoveredBy.BY_HAND: "by hand",
}

_SENTENCES: Final[Mapping[Step, Callable[[Mapping[str, Any], str, str], str]]] = {
    Step.DECLINED: _declined,
    Step.NEW_METHOD: lambda facts, currency, zone: "A new way to pay was there: tried at once.",
    Step.POSTPONED: lambda facts, currency, zone: (
        "The card's network allows no more tries for now: the next is on "
        f"{_day(facts['next_at'], zone)}."
    ),
    Step.ANNOUNCED: lambda facts, currency, zone: (
        f"The customer was told of the try on {_day(facts['next_at'], zone)}."
    ),
    Step.WARNED: lambda facts, currency, zone: (
        f"The customer was warned that service stops on {_day(facts['stops_at'], zone)}."
    ),
    Step.SUSPENDED: lambda facts, currency, zone: "The grace period was over: service stopped.",
    Step.GIVEN_UP: lambda facts, currency, zone: "Given up: nothing more is tried by itself.",
    Step.RECOVERED: _recovered,
}


def _day(instant: str, zone: str) -> str:
    return day_of(datetime.fromisoformat(instant), zone).isoformat()
