"""A levy: the tax of another state than India on a sale, beside or instead of its GST."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from khata.core.tax.cross_rates import CrossRate
from khata.core.tax.gst import Head
from khata.core.tax.location import Evidence


class Regime(StrEnum):
    VAT = "vat"
    SALES_TAX = "sales_tax"
    GST = "gst"  # of another country than India


class LevyTreatment(StrEnum):
    TAXABLE = "taxable"
    REVERSE_CHARGE = "reverse_charge"  # the buyer owes it to its state
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_REGISTERED = "not_registered"  # due, but the seller is not registered to collect it


class Rounding(StrEnum):
    """What one rounding is of."""

    LINE = "line"
    RATE_GROUP = "rate_group"  # all lines of a document at one rate


@dataclass(frozen=True, slots=True)
class NationalVat:
    """The VAT of a document in minor units of its state's currency, and the rate that gave it."""

    tax: int
    rate: CrossRate

    def stored(self) -> dict[str, Any]:
        """Return it as an invoice keeps it with its levy."""
        return {
            "currency": self.rate.unit,
            "tax": self.tax,
            "of": self.rate.of,
            "rate": f"{self.rate.rate:f}",
            "on": self.rate.on.isoformat(),
            "source": self.rate.source,
        }


@dataclass(frozen=True, slots=True)
class Levy:
    """What was decided about a sale by the law of one state, with that law and a sentence.

    `country` and `state` are whose tax it is, or would be. `currency` is that state's own.
    `seller_id` and `buyer_id` are the numbers that a document must show for it. `warning` is the
    name of what the seller has to look at; `conflict` says that evidence of the place disagrees.
    `beyond` is set below a threshold: the sale that crosses it is above it already. `national` is
    set where a document is in another currency than its state's and has to tell the tax in that.
    `asks` says that a provider has to be asked; `quote` is the key of its answer, whose taxes are
    `quoted`.
    """

    regime: Regime
    country: str
    treatment: LevyTreatment
    law: str
    reason: str
    heads: tuple[Head, ...] = ()
    state: str | None = None
    scheme: str | None = None
    wording: str | None = None
    rounding: Rounding = Rounding.RATE_GROUP
    currency: str | None = None
    seller_id: str | None = None
    buyer_id: str | None = None
    warning: str | None = None
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)
    conflict: bool = False
    beyond: "Beyond | None" = None
    national: NationalVat | None = None
    asks: str | None = None
    quote: str | None = None
    quoted: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """Return it as an invoice keeps it."""
        kept: dict[str, Any] = {
            "regime": self.regime.value,
            "country": self.country,
            "state": self.state,
            "treatment": self.treatment.value,
            "scheme": self.scheme,
            "names": sorted({head.name for head in self.heads} | set(self.quoted)),
            "rounding": self.rounding.value,
            "wording": self.wording,
            "currency": self.currency,
            "seller_id": self.seller_id,
            "buyer_id": self.buyer_id,
            "law": self.law,
            "reason": self.reason,
            "warning": self.warning,
            "conflict": self.conflict,
        }
        if self.evidence:
            kept["evidence"] = [one.stored() for one in self.evidence]
        if self.national is not None:
            kept["national"] = self.national.stored()
        return {key: value for key, value in kept.items() if value not in (None, False, [])}


@dataclass(frozen=True, slots=True)
class Beyond:
    """What holds instead for a sale that comes to more than `room`, in euro cents without tax."""

    room: int
    levy: Levy


def grouped_names(stored: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the heads of a kept levy that are rounded once for all lines of a document."""
    if not stored or stored.get("rounding") != Rounding.RATE_GROUP:
        return frozenset()
    return frozenset(stored.get("names", ()))
