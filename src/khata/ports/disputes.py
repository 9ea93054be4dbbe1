"""The wish for a gateway's disputes: they can be read, listed, accepted, and answered."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from khata.core.dispute import SeenDispute
from khata.core.evidence import Evidence
from khata.core.refusal import Kind, Refusal
from khata.ports.gateway import Gateway


class NotTakenByGateway(Refusal):
    """The gateway does not take this answer to a dispute: too late, or not of its form."""

    kind = Kind.CONFLICT


class GatewayDisputes(Protocol):
    """What a gateway tells of disputes and takes about them; `of` a gateway: `disputes_of`.

    Every call may raise NotReached or AnswerLost; any other exception counts as AnswerLost.
    """

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        """Return how a dispute stands; None: the gateway knows no such one.

        `at` is our now, for a gateway that has no clock of its own.
        """
        ...

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        """List every dispute that was opened from `start` on and before `end`."""
        ...

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        """Give in: the payer keeps the money. Accepting again changes nothing.

        Raises: NotTakenByGateway.
        """
        ...

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        """Hand in the evidence, for good; return how the dispute stands after it.

        Raises: NotTakenByGateway.
        """
        ...


def disputes_of(gateway: Gateway) -> GatewayDisputes | None:
    """Return the gateway's disputes; None: it has none that could be asked about."""
    found: GatewayDisputes | None = getattr(gateway, "disputes", None)
    return found
