"""The base of every "no" khata can say."""

import re
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import ClassVar


class Kind(StrEnum):
    """What sort of no it is; a door turns it into its own answer."""

    INVALID = "invalid"  # what was asked cannot be right, whoever asks and whenever
    NOT_FOUND = "not_found"  # no such thing for this tenant
    CONFLICT = "conflict"  # right in itself, but not in the present state
    UNAUTHENTICATED = "unauthenticated"  # nobody we know
    FORBIDDEN = "forbidden"  # known, but not allowed
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"


class Refusal(Exception):
    """A foreseen no. Its code is the class's name in snake_case and never changes.

    `detail` is a sentence for a person: what was wrong and what to do.
    `param` is the path of the field at fault, as the caller spelled it.
    `retry_after` is how long the same will be refused again, where that is known.
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "refusal"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(
        self, detail: str, *, param: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.param = param
        self.retry_after = retry_after

    @property
    def seconds_to_wait(self) -> int | None:
        """Return `retry_after` as HTTP counts it: whole seconds, at least one."""
        return None if self.retry_after is None else max(1, ceil(self.retry_after.total_seconds()))


def unforeseen(fault: Exception) -> str:
    """Return what a person is told of a fault of ours, which has no words of its own."""
    return f"An unforeseen {type(fault).__name__}; the operator's log has the rest"


class NotFound(Refusal):
    """There is no such object here: the id is unknown, or it is not this tenant's."""

    kind = Kind.NOT_FOUND

    def __init__(self, what: str, public_id: str, *, param: str | None = None) -> None:
        super().__init__(f"No such {what}: {public_id}", param=param)
