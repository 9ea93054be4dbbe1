"""Usage: events as they are sent, what of them is refused, and how each is measured."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from khata.core.metering import Aggregation, Meter, Property, counts, spelled
from khata.core.refusal import Kind, Refusal

MOST_EVENTS = 1_000
LARGEST_VALUE = Decimal(10**15)
MOST_DECIMALS = 12
LONGEST_ID = 128
# What stands in an address as it is.
TRANSACTION_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:@=+~-]{{0,{LONGEST_ID - 1}}}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)


class UsageEventTooEarly(Refusal):
    """The event lies further ahead than a clock may be wrong."""


class UsageEventTooLate(Refusal):
    """The event is older than what is still accepted."""


class UsageValueMissing(Refusal):
    """The event lacks what its meter counts."""


class UsageNotANumber(Refusal):
    """What the meter counts has to be a number with at most 12 decimals."""


class UsageEventDiffers(Refusal):
    """Another event with other content has this transaction id."""

    kind = Kind.CONFLICT


class MeterArchived(Refusal):
    """The meter takes no more events."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class UsageWindow:
    """How far from now the time of an event may lie."""

    back: timedelta = timedelta(days=35)
    ahead: timedelta = timedelta(minutes=5)


WINDOW = UsageWindow()


# These two are made for each of thousands, and a tuple in a third of the time of another class.
class UsageEvent(NamedTuple):
    """An event as it is sent, with the meter that it names."""

    transaction_id: str
    customer_id: UUID
    meter: Meter
    at: datetime
    value: Decimal | None
    properties: Mapping[str, Property]

    @property
    def content(self) -> "Content":
        return Content(self.customer_id, self.meter.id, self.at, self.value, self.properties)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """All that an event says beside its id. True and 1 are not the same; 1.0 and 1 are."""

    customer_id: UUID
    meter_id: UUID
    at: datetime
    value: Decimal | None
    properties: Mapping[str, Property]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((self.customer_id, self.meter_id, self.at))

    def _said(self) -> tuple[object, ...]:
        kinds = {name: type(value) for name, value in self.properties.items()}
        return self.customer_id, self.meter_id, self.at, self.value, self.properties, kinds


class MeasuredEvent(NamedTuple):
    """An event with what its meter makes of it; `counted` is False where a filter kept it out."""

    event: UsageEvent
    counted: bool
    measure: Decimal
    key: str | None


def check_time(
    at: datetime, *, now: datetime, window: UsageWindow = WINDOW, param: str | None = None
) -> None:
    """Refuse what lies outside the window; its edges are inside.

    Raises: UsageEventTooEarly, UsageEventTooLate.
    """
    if at > now + window.ahead:
        minutes = int(window.ahead.total_seconds() // 60)
        raise UsageEventTooEarly(
            f"The event is more than {minutes} minutes ahead of {now.isoformat()}", param=param
        )
    if at < now - window.back:
        raise UsageEventTooLate(
            f"The event is more than {window.back.days} days before {now.isoformat()}", param=param
        )


def doubtful(event: UsageEvent, *, now: datetime) -> bool:
    """Say whether only a repeat of what is stored could be taken: it is late, or its meter is not.

    A repeat stays harmless for ever, so that a sender need not know what arrived.
    """
    return event.at < now - WINDOW.back or event.meter.archived_at is not None


def measured(
    events: Sequence[UsageEvent], *, now: datetime, known: Collection[str] = ()
) -> list[MeasuredEvent]:
    """Return what each event's meter counts of it, or refuse them all for the first that fails.

    `known` are ids that are stored: whoever stores these compares them, so they may be late.
    Raises: UsageEventTooEarly, UsageEventTooLate, UsageValueMissing, UsageNotANumber,
    UsageEventDiffers (two events of these have one id), MeterArchived.
    """
    found: dict[str, MeasuredEvent] = {}
    earliest, latest = now - WINDOW.back, now + WINDOW.ahead
    for position, event in enumerate(events):
        id = event.transaction_id
        before = found.get(id)
        if before is not None:
            if before.event.content != event.content:
                raise differs(id, position)
            continue
        if id not in known:
            if not earliest <= event.at <= latest:
                check_time(event.at, now=now, param=f"events.{position}.timestamp")
            if event.meter.archived_at is not None:
                raise MeterArchived(
                    f"{event.meter.code} is archived", param=f"events.{position}.meter"
                )
        found[id] = _measured(event, position)
    return list(found.values())


def differs(transaction_id: str, position: int) -> UsageEventDiffers:
    """Return the refusal of an id that stands for something else already."""
    return UsageEventDiffers(
        f"{transaction_id} was used for another event; a correction voids that one, and is sent "
        "under an id of its own",
        param=f"events.{position}.transaction_id",
    )


def _measured(event: UsageEvent, position: int) -> MeasuredEvent:
    meter = event.meter
    value = event.value
    if value is not None:
        value = _number(value, position, "value")
    if not counts(meter, event.properties):
        return MeasuredEvent(event, False, _NOTHING, None)
    if meter.aggregation is Aggregation.COUNT:
        return MeasuredEvent(event, True, _ONE, None)
    if meter.field is None:
        if value is None:
            raise UsageValueMissing(
                f"The meter {meter.code} counts the value of an event",
                param=f"events.{position}.value",
            )
        return MeasuredEvent(event, True, value, None)
    of = event.properties.get(meter.field)
    if of is None:
        raise UsageValueMissing(
            f"The meter {meter.code} counts the property {meter.field}",
            param=f"events.{position}.properties.{meter.field}",
        )
    if meter.aggregation is Aggregation.UNIQUE:
        return MeasuredEvent(event, True, _NOTHING, spelled(of))
    return MeasuredEvent(event, True, _number(of, position, f"properties.{meter.field}"), None)


_NOTHING, _ONE = Decimal(0), Decimal(1)


def _number(of: Property | Decimal, position: int, field: str) -> Decimal:
    """Read a number. Raises: UsageNotANumber."""
    number = of if isinstance(of, Decimal) else _read(of)
    if number is None or not number.is_finite() or not -LARGEST_VALUE <= number <= LARGEST_VALUE:
        raise UsageNotANumber(
            f"A number up to {LARGEST_VALUE:f} is asked for", param=f"events.{position}.{field}"
        )
    if _is_too_fine(number):
        raise UsageNotANumber(
            f"A number has at most {MOST_DECIMALS} decimals", param=f"events.{position}.{field}"
        )
    return number


def _read(of: Property) -> Decimal | None:
    if isinstance(of, bool) or (isinstance(of, str) and not _NUMBER.fullmatch(of)):
        return None
    return Decimal(of)


def _is_too_fine(number: Decimal) -> bool:
    """Say whether a number is spelled with more decimals than are kept.

    Its exponent says so, but takes long to ask for, and a short text without one has not room.
    """
    text = str(number)
    if len(text) <= len("0.") + MOST_DECIMALS and "E" not in text:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent > MOST_DECIMALS
