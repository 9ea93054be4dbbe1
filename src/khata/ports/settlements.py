"""The wish to be told what a gateway paid out: each payout, with its lines."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol, runtime_checkable

from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.ports.gateway import Gateway

__all__ = [
    "LineKind",
    "SeenSettlement",
    "SettlementLine",
    "TellsFailedSettlements",
    "TellsSettlements",
    "failed_settlements_of",
    "settlements_of",
]


@runtime_checkable
class TellsSettlements(Protocol):
    """What a gateway with payouts can tell beside charging. Raises as Gateway's calls do."""

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        """List every payout that was made from `start` on and before `end`, each whole.

        One that is still to be made, or failed, is not listed. `but` are references of payouts that
        are known: they are left out, and their lines are not asked for.
        """
        ...


@runtime_checkable
class TellsFailedSettlements(Protocol):
    """What a gateway can tell whose payouts may fail after they were made."""

    def failed_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        """List payouts of that time that failed, each whole, as they were when they were made.

        What is given back is in a later payout, as a line that names this one. `but`: as above.
        """
        ...


def settlements_of(gateway: Gateway) -> TellsSettlements | None:
    """Return the gateway as one that tells its payouts; None: it says that it cannot."""
    if not gateway.capabilities.settlements:
        return None
    assert isinstance(gateway, TellsSettlements), "its capabilities say so"
    return gateway


def failed_settlements_of(gateway: Gateway) -> TellsFailedSettlements | None:
    """Return the gateway as one that tells which payouts failed; None: none does there."""
    if gateway.capabilities.settlements and isinstance(gateway, TellsFailedSettlements):
        return gateway
    return None
