"""Do a share of one tenant's due work: one bounded round, after which others have their turn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.usecases.due_work.do_round import DoRound, do_round
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class DoShare:
    """`only` names the kinds that are asked for; without it all are."""

    tenant: UUID
    at: datetime
    only: frozenset[str] | None = None


def do_share(command: DoShare, *, tools: Tools) -> int:
    """Do one bounded round of what is due by `at`, and return how many things were done.

    None done means that nothing is due, or that others hold what is.
    """
    with tools.db.transaction(command.tenant) as uow:
        kinds = uow.clocks.due_times().by(command.at)
    if command.only is not None:
        kinds &= command.only
    if not kinds:
        return 0
    return do_round(
        DoRound(command.tenant, command.at, kinds, only=command.only, is_share=True), tools=tools
    )
