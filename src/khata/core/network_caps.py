"""Network caps: how often one card may be tried, and what forbids another try at all."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final

# For so long a word of the network's is remembered, and tries are counted.
LOOKED_BACK: Final = timedelta(days=30)
# A try that a cap would move on by more than this is not made: the schedule ends there.
LONGEST_WAIT: Final = timedelta(days=14)

_UNTIL_LANDED: Final = timedelta(minutes=5)

_NAMES: Final = {"mc": "mastercard", "master": "mastercard", "master card": "mastercard"}


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `tries` that did not succeed within `window`."""

    network: str
    tries: int
    window: timedelta
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class PastTry:
    """A try of a payment method that did not take money, or has no end yet."""

    at: datetime
    decline_class: str | None
    decline_code: str | None
    is_in_air: bool = False  # it is just being sent: what comes of it is known in a moment


@dataclass(frozen=True, slots=True)
class PastTries:
    """The network of a payment method, and its tries of the last thirty days."""

    brand: str | None
    tries: tuple[PastTry, ...]

    def with_one_more(self, at: datetime) -> "PastTries":
        """Return them with one that is about to be sent."""
        return PastTries(self.brand, (*self.tries, PastTry(at, None, None, is_in_air=True)))


def free_at(past: PastTries, planned: datetime) -> datetime:
    """Return when the method may be tried, from `planned` on.

    Where only tries that are in the air stand against it, it is a few minutes: most of them take
    money, and then they do not count.
    """
    caps = caps_of(past.brand, planned.date())
    then = allowed_at(past.tries, caps, planned)
    landed = tuple(one for one in past.tries if not one.is_in_air)
    if then > planned and allowed_at(landed, caps, planned) == planned:
        return planned + _UNTIL_LANDED
    return then


def caps_of(brand: str | None, on: date) -> tuple[Cap, ...]:
    """Return the caps that hold for a card of this network; for an unknown one all of them.

    Source: network_caps.toml.
    """
    name = (brand or "").strip().lower()
    name = _NAMES.get(name, name)
    holding = tuple(cap for cap in _file()[0] if cap.valid_from <= on)
    return tuple(cap for cap in holding if cap.network == name) or holding


def allowed_at(tries: Sequence[PastTry], caps: Sequence[Cap], planned: datetime) -> datetime:
    """Return the first instant from `planned` on at which one more try breaks no cap.

    By ten in 24 hours, ten tries from 10:00 to 10:09 let the next wait until 10:00 a day later,
    when the first of them has left the window.
    """
    then, moved = planned, True
    while moved:
        moved = False
        for cap in caps:
            within = sorted(one.at for one in tries if one.at > then - cap.window)
            if len(within) >= cap.tries:
                then, moved = within[len(within) - cap.tries] + cap.window, True
    return then


def is_final(decline_class: str | None, decline_code: str | None) -> bool:
    """Say whether an answer forbids another try of the same method, whatever a policy says."""
    return decline_class == "mandate" or decline_code in _file()[1]


def forbidding(tries: Sequence[PastTry]) -> PastTry | None:
    """Return the latest try whose answer forbids another of the same method, or None."""
    found = [one for one in tries if is_final(one.decline_class, one.decline_code)]
    return max(found, key=lambda one: one.at, default=None)


@lru_cache(maxsize=1)
def _file() -> tuple[tuple[Cap, ...], frozenset[str]]:
    text = (files("khata.core") / "network_caps.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    caps = tuple(
        Cap(
            row["network"],
            row["tries"],
            timedelta(hours=row["hours"]),
            row["valid_from"],
            row["source"],
        )
        for row in read["cap"]
    )
    return caps, frozenset(read["never_again"]["codes"])
