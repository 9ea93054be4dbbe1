"""What waits for the next invoice, when its days are not used after all: the rest is let go."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.charge import Charge, LineKind
from khata.core.crediting import Unused, began_at
from khata.core.periods import Period
from khata.core.proration import ProrationPolicy, Share, share_of
from khata.core.waiting import WaitingItem

# A change on a period's first day charges the whole fee.
_OF_A_PERIOD = frozenset({LineKind.FEE, LineKind.PRORATION})


def let_go(
    waiting: Sequence[WaitingItem],
    subscription_id: UUID,
    unused: Unused | None,
    *,
    items: Collection[UUID] | None = None,
) -> tuple[tuple[UUID, ...], tuple[Charge, ...]]:
    """Return what is withdrawn of a subscription's waiting charges, and what is charged instead.

    A change that waits to be billed is no document yet: of what is unused nothing need be
    credited, and what was used is charged as the share that it is. `items`: only of these.
    Rounds: as a credit would, so that the customer pays the same.
    """
    if unused is None or unused.policy is ProrationPolicy.NONE:
        return (), ()
    withdrawn, instead = [], []
    for one in waiting:
        charge = one.charge
        if one.subscription_id != subscription_id or charge.kind not in _OF_A_PERIOD:
            continue
        if charge.period.end <= unused.start or (items is not None and charge.item_id not in items):
            continue
        withdrawn.append(one.id)
        used = _used(charge, unused)
        if used.amount:
            instead.append(used)
    return tuple(withdrawn), tuple(instead)


def _used(charge: Charge, unused: Unused) -> Charge:
    """Return what is charged of it after all; of a day that only seconds divide, too."""
    start = max(charge.period.start, unused.start)
    begins_at = unused.begins_at if start == unused.start else None
    rest = _measured(charge, Period(start, charge.period.end), unused, begins_at)
    whole = _measured(charge, charge.period, unused, began_at(charge.basis))
    part = min(rest.part, whole.part)
    share = Share(whole.policy, part, max(whole.part, 1), whole.unit)
    kept = replace(share, part=share.whole - part)
    return replace(
        charge,
        description=f"{charge.description}, {kept.words} used",
        amount=charge.amount - share.of(charge.amount),
        period=Period(charge.period.start, max(start, charge.period.start + timedelta(days=1))),
        basis={"rule": "rest", "of": charge.amount, **kept.told()},
    )


def _measured(charge: Charge, part: Period, unused: Unused, begins_at: datetime | None) -> Share:
    return share_of(
        part, full=charge.full, policy=unused.policy, zone=unused.zone, begins_at=begins_at
    )
