"""Metering: what events of usage come to over a stretch of time, exactly, by a meter's rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from khata.core.money import half_up
from khata.core.refusal import Kind, Refusal

DECIMALS = 12  # of a quantity that is priced
HOUR = timedelta(hours=1)  # of UTC: what sums of events are kept for
Property = str | int | bool


class Aggregation(StrEnum):
    SUM = "sum"
    COUNT = "count"
    UNIQUE = "unique"  # how many different values of a property
    MAX = "max"
    LATEST = "latest"
    WEIGHTED_SUM = "weighted_sum"  # each level, for the share of the period that it held


# These go on from where the period before ended, where the meter says so.
CARRIED = (Aggregation.SUM, Aggregation.LATEST, Aggregation.WEIGHTED_SUM)


class MeterCodeTaken(Refusal):
    """Another meter of this tenant has the code."""

    kind = Kind.CONFLICT


class MeterFieldNeeded(Refusal):
    """To count what is unique, the meter has to say of which property."""


class MeterFieldNotUsed(Refusal):
    """A meter that counts events looks at none of their properties."""


class MeterCannotCarry(Refusal):
    """What is counted, unique or the most begins anew with each period."""


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """Only events whose property has one of these values are counted."""

    property: str
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """How usage is counted. `field` is the property that is counted; None: the event's value."""

    id: UUID
    code: str
    name: str
    aggregation: Aggregation
    field: str | None
    filters: tuple[PropertyFilter, ...]
    resets: bool
    created_at: datetime
    archived_at: datetime | None = None


def checked_meter(meter: Meter) -> Meter:
    """Return the meter, or refuse it.

    Raises: MeterFieldNeeded, MeterFieldNotUsed, MeterCannotCarry.
    """
    if meter.aggregation is Aggregation.UNIQUE and meter.field is None:
        raise MeterFieldNeeded("Name the property whose values are counted", param="field")
    if meter.aggregation is Aggregation.COUNT and meter.field is not None:
        raise MeterFieldNotUsed("Leave the field out: events are counted", param="field")
    if not meter.resets and meter.aggregation not in CARRIED:
        raise MeterCannotCarry(
            "Only sum, latest and weighted_sum go on from the period before", param="resets"
        )
    return meter


def counts(meter: Meter, properties: Mapping[str, Property]) -> bool:
    """Say whether an event with these properties passes all filters of the meter."""
    for one in meter.filters:
        value = properties.get(one.property)
        if value is None or spelled(value) not in one.one_of:
            return False
    return True


def spelled(value: Property) -> str:
    """Return a property as text, as filters and unique values compare it."""
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Measured:
    """One event as it is counted; `position` is the order of arrival, which decides ties."""

    at: datetime
    value: Decimal = Decimal(0)
    key: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begins` up to, but not including, `ends`: an instant on an edge is the next one's."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True, slots=True)
class Measure:
    """What was used in a stretch, before it is a quantity (see as_quantity).

    `events` are what the meter counts of each event inside, in their order, where that is asked.
    """

    usage: Fraction
    events: tuple[Decimal, ...] = ()


def aggregated(meter: Meter, events: Sequence[Measured], stretch: Stretch) -> Fraction:
    """Return what the events come to in the stretch, by reading each; earlier ones are carried.

    The windows that are kept beside events (see Piece) give the same without reading them.
    """
    ordered = sorted(events, key=lambda event: (event.at, event.position))
    inside = [one for one in ordered if stretch.begins <= one.at < stretch.ends]
    earlier = [] if meter.resets else [one for one in ordered if one.at < stretch.begins]
    match meter.aggregation:
        case Aggregation.COUNT:
            return Fraction(len(inside))
        case Aggregation.UNIQUE:
            return Fraction(len({one.key for one in inside}))
        case Aggregation.SUM:
            return sum((Fraction(one.value) for one in earlier + inside), Fraction(0))
        case Aggregation.MAX:
            return max((Fraction(one.value) for one in inside), default=Fraction(0))
        case Aggregation.LATEST:
            return Fraction((earlier + inside)[-1].value) if earlier + inside else Fraction(0)
        case _:
            level = earlier[-1].value if earlier else Decimal(0)
            pieces = [Piece(one.at, one.at, Decimal(0), one.value) for one in inside]
            return weighted(pieces, stretch, level)


@dataclass(frozen=True, slots=True)
class Piece:
    """A level's way from `begins` to `ends`: what it held, value × seconds, and where it ended."""

    begins: datetime
    ends: datetime
    held: Decimal
    level: Decimal


def weighted(pieces: Sequence[Piece], stretch: Stretch, level: Decimal) -> Fraction:
    """Return Σ level × share of the stretch for which it held, with `level` at its beginning.

    The pieces stand in order; between two of them the level of the first holds. Time is real
    elapsed time, to the microsecond: a day on which clocks are changed has 23 or 25 hours.
    A stretch of no length holds nothing.
    """
    if not stretch.length:
        return Fraction(0)
    held, now, at = Fraction(0), Fraction(level), stretch.begins
    for piece in pieces:
        held += now * seconds(piece.begins - at) + Fraction(piece.held)
        now, at = Fraction(piece.level), piece.ends
    held += now * seconds(stretch.ends - at)
    return held / seconds(stretch.length)


def hour_of(at: datetime) -> datetime:
    """Return the beginning of the hour, of UTC, in which an instant lies."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def seconds(length: timedelta) -> Fraction:
    """Return a length of time in seconds, exactly."""
    return Fraction(length // timedelta(microseconds=1), 1_000_000)


def as_quantity(usage: Fraction) -> Decimal:
    """Return usage as a quantity that a price takes: never below zero, 12 decimals.

    Rounds: half up, where a weighted sum has no end of decimals.
    """
    if usage <= 0:
        return Decimal(0)
    whole = half_up(usage.numerator * 10**DECIMALS, usage.denominator)
    return Decimal(whole).scaleb(-DECIMALS).normalize()
