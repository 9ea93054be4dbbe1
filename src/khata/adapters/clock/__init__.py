"""The machine's clock: the one place in khata that reads it."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the machine's time in UTC; satisfies `khata.ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251
