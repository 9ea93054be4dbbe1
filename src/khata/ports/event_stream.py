"""The wish for an event stream: an append-only log outside, which others read at their own pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """What is to be appended. Messages of one `area` and `key` keep their order."""

    place: int  # the caller's own name for it
    area: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The places of what is safely kept; `refused` are areas of which nothing is taken.

    Of all else nothing is known: it is to be published again, and may come twice.
    """

    kept: frozenset[int]
    refused: frozenset[str] = frozenset()
    is_away: bool = False


class EventStream(Protocol):
    def publish(self, messages: Sequence[StreamMessage]) -> Receipt:
        """Append the messages and say what is kept.

        A stream that is away says so once in the log, and once when it is back.
        """
        ...

    def close(self) -> None: ...
