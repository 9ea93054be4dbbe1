"""What an event is: something that has happened to its subject, with its facts."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """What has happened to its subject. `type` is how the outside spells it."""

    type: ClassVar[str]

    @property
    def subject_id(self) -> UUID:
        """The thing it happened to: by convention the first fact."""
        subject: UUID = getattr(self, _names(type(self))[0])
        return subject

    def facts(self) -> dict[str, Any]:
        """Return the facts as JSON may hold them."""
        return {name: _plain(getattr(self, name)) for name in _names(type(self))}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


_NAMES: dict[str, tuple[str, ...]] = {}  # by type, as they are first asked for


def _names(of: type[Event]) -> tuple[str, ...]:
    found = _NAMES.get(of.type)
    if found is None:
        found = _NAMES[of.type] = tuple(fact.name for fact in fields(of))
    return found
