"""Rests: a tenant whose work fails is looked at less and less often, so that others have turns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

LONGEST = 256  # looks: about five minutes where nothing else is to be done


@dataclass(slots=True)
class Rests:
    """Counted in looks, not in time: each failure in a row doubles the rest that follows it."""

    _fails: dict[UUID, int] = field(default_factory=dict)
    _looks_left: dict[UUID, int] = field(default_factory=dict)

    def resting(self) -> Sequence[UUID]:
        """Return who is to be passed over at this look, which is counted."""
        for tenant, left in list(self._looks_left.items()):
            if left == 0:
                del self._looks_left[tenant]
            else:
                self._looks_left[tenant] = left - 1
        return list(self._looks_left)

    def failed(self, tenant: UUID) -> None:
        fails = self._fails[tenant] = self._fails.get(tenant, 0) + 1
        self._looks_left[tenant] = min(2**fails, LONGEST)

    def went_well(self, tenant: UUID) -> None:
        self._fails.pop(tenant, None)
