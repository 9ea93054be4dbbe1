"""Where a consumer is: items of evidence, of which two that agree decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class EvidenceType(StrEnum):
    """Source: Implementing Regulation (EU) 282/2011, article 24f."""

    BILLING_ADDRESS = "billing_address"  # (a)
    IP = "ip"  # (b)
    BANK = "bank"  # (c) where the account is
    CARD = "card"  # (c) where the card was given out
    SIM = "sim"  # (d)
    PHONE = "phone"  # (e) the fixed line
    OTHER = "other"  # (f)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item: what it says, from when, and where that was learned."""

    type: EvidenceType
    country: str
    captured_at: str | None = None  # RFC 3339
    source: str | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept, without what is not known."""
        kept = {
            "type": self.type.value,
            "country": self.country,
            "captured_at": self.captured_at,
            "source": self.source,
        }
        return {key: value for key, value in kept.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Location:
    """Where a consumer is taken to be: `items` say so, `conflict` whether another disagrees.

    Two `items` are what the law asks for; one is enough below 100,000 euros a year.
    """

    country: str
    items: tuple[Evidence, ...]
    conflict: bool


def locate(address: str, evidence: Sequence[Evidence]) -> Location:
    """Return where a consumer is, by the address of its invoices and what else is known.

    The country that most items name is taken, if two of different types do; else the address
    stands. Of two that are named equally often, the address decides.
    Source: Implementing Regulation (EU) 282/2011, articles 24b(d), 24f.
    """
    items = [Evidence(EvidenceType.BILLING_ADDRESS, address)]
    latest = {one.type: one for one in evidence}  # of a type the last that was learned
    items += [one for type, one in latest.items() if type is not EvidenceType.BILLING_ADDRESS]
    counts: dict[str, int] = {}
    for one in items:
        counts[one.country] = counts.get(one.country, 0) + 1
    most = max(counts.values())
    if most < 2 or counts[address] == most:
        country = address
    else:
        country = next(one.country for one in items if counts[one.country] == most)
    return Location(
        country,
        tuple(one for one in items if one.country == country),
        conflict=len(counts) > 1,
    )


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """An item of evidence that was recorded about a customer."""

    id: UUID
    customer_id: UUID
    type: EvidenceType
    country: str
    captured_at: datetime
    source: str | None
    created_at: datetime
