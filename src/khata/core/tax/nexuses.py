"""Nexuses: where else a seller is registered to collect tax, and on which days."""

from collections.abc import Sequence
from itertools import pairwise

from khata.core.refusal import Kind, Refusal
from khata.core.tax.elsewhere import foreign_taxes
from khata.core.tax.parties import Nexus
from khata.core.tax.us_states import us_states


class BadNexus(Refusal):
    """Nobody taxes there by a registration of that kind, or its days are no days."""


class NexusesOverlap(Refusal):
    """Two registrations in one place would hold on the same day."""

    kind = Kind.CONFLICT


def checked_nexuses(given: Sequence[Nexus], *, param: str) -> tuple[Nexus, ...]:
    """Return them by place and day. Raises: BadNexus, NexusesOverlap."""
    for place, one in enumerate(given):
        _check(one, f"{param}.{place}")
    found = sorted(given, key=lambda one: (one.country, one.state or "", one.valid_from))
    for before, after in pairwise(found):
        same = (before.country, before.state) == (after.country, after.state)
        if same and (before.valid_to is None or before.valid_to >= after.valid_from):
            raise NexusesOverlap(
                f"{before.number} and {after.number} would both hold on {after.valid_from}: end "
                "the one before the other begins",
                param=param,
            )
    return tuple(found)


def _check(one: Nexus, param: str) -> None:
    if one.valid_to is not None and one.valid_to < one.valid_from:
        raise BadNexus(
            f"It would end on {one.valid_to}, before it begins", param=f"{param}.valid_to"
        )
    if one.country == "US":
        known = us_states().get(one.state or "")
        if known is None or not known.taxes:
            raise BadNexus(
                f"{one.state or 'No state'} levies no sales tax: name a state that does",
                param=f"{param}.state",
            )
        return
    rows = [row for row in foreign_taxes().get(one.country, ()) if row.country == one.country]
    if not rows:
        raise BadNexus(
            f"No tax of {one.country} is on file here; VAT of the Union and the United Kingdom "
            "goes by vat_registrations, GST of India by the tax number",
            param=f"{param}.country",
        )
    by_state = {state for row in rows if row.by_state for state in row.states}
    if one.state is not None and one.state not in by_state:
        raise BadNexus(
            f"{one.country} has no tax of {one.state}'s own on file: leave the state out",
            param=f"{param}.state",
        )
