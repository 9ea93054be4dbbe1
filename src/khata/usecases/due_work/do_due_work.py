"""Do one tenant's due work: round after round, until nothing is due at an instant."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.usecases.due_work.do_round import DoRound, do_round
from khata.usecases.due_work.tools import Tools

MOST_ROUNDS = 10_000  # a bound against our own bugs: work that makes work without end


class WorkWithoutEnd(RuntimeError):
    """Due work went on making due work at one instant."""


@dataclass(frozen=True, slots=True)
class DoDueWork:
    """`cause` is who asked: scheduler or api."""

    tenant: UUID
    at: datetime
    cause: str = "scheduler"


def do_due_work(command: DoDueWork, *, tools: Tools) -> int:
    """Do what is due by `at` until nothing is, and return how many things were done.

    What others hold at this moment is theirs to do: where nothing else is due, this ends.
    Raises: WorkWithoutEnd.
    """
    tenant, at = command.tenant, command.at
    done = 0
    for _ in range(MOST_ROUNDS):
        with tools.db.transaction(tenant) as uow:
            kinds = uow.clocks.due_times().by(at)
        done_now = do_round(DoRound(tenant, at, kinds, command.cause), tools=tools) if kinds else 0
        if done_now == 0:
            return done
        done += done_now
    raise WorkWithoutEnd(f"tenant {tenant} at {at}: still due after {MOST_ROUNDS} rounds")
