"""A seller's duty to register its invoices, as it stands before an invoice is drawn up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from khata.core.e_invoice.applicability import SellerStanding, is_above, is_bound
from khata.core.e_invoice.dated import ExemptClass
from khata.core.exports.document_rows import party_of
from khata.core.exports.inv01 import seller_breaks
from khata.core.exports.tax_document import TaxParty

PartyFacts = Callable[[UUID], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Portal:
    """A connection to a portal, as far as it decides what is sent there: from which day on."""

    voluntary: bool
    exempt_as: ExemptClass | None
    valid_from: date


@dataclass(frozen=True, slots=True)
class EInvoiceDuty:
    """It is held by who has it; `facts_of` returns what a document tells of a party."""

    standing: SellerStanding
    facts_of: PartyFacts
    _sellers: dict[UUID, tuple[TaxParty, bool]] = field(default_factory=dict)

    def seller(self, party_id: UUID) -> tuple[TaxParty, bool]:
        """Return the seller, and whether a portal takes it as it is told; looked at once."""
        if party_id not in self._sellers:
            party = party_of(self.facts_of(party_id))
            self._sellers[party_id] = party, not seller_breaks(party)
        return self._sellers[party_id]


def duty_of(
    turnovers: Mapping[str, int],
    portal: Portal | None,
    facts_of: PartyFacts,
    *,
    livemode: bool,
    on: date,
    exempt_as: ExemptClass | None = None,
) -> EInvoiceDuty | None:
    """Return what holds a seller's invoices of a day to e-invoices, or None where nothing does.

    `turnovers` are paise by financial year, `24-25`; `exempt_as` is the registration's own class,
    beside what its connection says. A seller without a connection is held to it in live mode only:
    what a sandbox bills is registered nowhere.
    Source: CGST Rules, rule 48(4); Notf. 13/2020-CT as amended.
    """
    if portal is None and not livemode:
        return None
    standing = standing_on(turnovers, portal, exempt_as, on=on)
    return EInvoiceDuty(standing, facts_of) if is_bound(standing, on) else None


def standing_on(
    turnovers: Mapping[str, int],
    portal: Portal | None,
    exempt_as: ExemptClass | None = None,
    *,
    on: date,
) -> SellerStanding:
    """Return what decides about a seller on a day; `turnovers` are paise by year, `24-25`."""
    return SellerStanding(
        {f"20{year}": paise // 100 for year, paise in turnovers.items()},
        exempt_as or (portal.exempt_as if portal else None),
        portal is not None and portal.voluntary and on >= portal.valid_from,
    )


def above_on(
    turnovers: Mapping[str, int],
    portal: Portal | None,
    exempt_as: ExemptClass | None = None,
    *,
    on: date,
) -> SellerStanding | None:
    """Return the standing of a seller above the threshold of a day, exempt or not; else None."""
    standing = standing_on(turnovers, portal, exempt_as, on=on)
    return standing if is_above(standing, on) else None
