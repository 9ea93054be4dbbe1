"""Confirmations: what a tenant has said of sales tax in a state, by which alone it is charged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from khata.core.refusal import Kind, Refusal

HIGHEST = 30  # percent, of all jurisdictions together; Alaska's highest is below 10


class BadTaxConfirmation(Refusal):
    """A confirmation that could not be applied, or that says nothing."""


class TaxConfirmationsOverlap(Refusal):
    """Two confirmations would decide the same sales on one day."""

    kind = Kind.CONFLICT


class UsedBy(StrEnum):
    """Whose use of the service is taxed so; a customer with an EIN is a business."""

    ANYONE = "anyone"
    BUSINESS = "business"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One whose tax it is: the state, a county, a city, a district."""

    name: str
    percent: Fraction


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How software as a service is taxed in a state, or where its postal codes begin so.

    `taxable_percent` is the part of the price that is taxed: 80 in Texas, 0 where it is not.
    """

    state: str
    postal_prefix: str  # "" : all of the state
    used_by: UsedBy
    taxable_percent: int
    jurisdictions: tuple[Jurisdiction, ...]
    valid_from: date
    valid_to: date | None
    source: str

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def rate_of(self, one: Jurisdiction) -> Fraction:
        """Return the percent of the whole price that a jurisdiction's tax comes to."""
        return one.percent * self.taxable_percent / 100


def confirmed(
    confirmations: Iterable[Confirmation],
    *,
    state: str,
    postal_code: str | None,
    business: bool,
    on: date,
) -> Confirmation | None:
    """Return what decides in a place on a day: the longest postal code, then the closest use."""
    use = UsedBy.BUSINESS if business else UsedBy.CONSUMER
    fitting = [
        one
        for one in confirmations
        if one.state == state
        and one.holds(on)
        and one.used_by in (UsedBy.ANYONE, use)
        and (postal_code or "").startswith(one.postal_prefix)
    ]
    return max(
        fitting,
        key=lambda one: (len(one.postal_prefix), one.used_by is use),
        default=None,
    )


def check_confirmation(new: Confirmation, others: Iterable[Confirmation]) -> None:
    """Refuse what could not be applied. Raises: BadTaxConfirmation, TaxConfirmationsOverlap."""
    if new.postal_prefix and not (new.postal_prefix.isascii() and new.postal_prefix.isdigit()):
        raise BadTaxConfirmation("A postal code begins with digits", param="postal_prefix")
    if not 0 <= new.taxable_percent <= 100:
        raise BadTaxConfirmation("From 0 to 100 percent are taxed", param="taxable_percent")
    if bool(new.jurisdictions) is not bool(new.taxable_percent):
        raise BadTaxConfirmation(
            "What is taxed has a rate of each jurisdiction; what is not (0 percent) has none",
            param="jurisdictions",
        )
    _check_rates(new)
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise BadTaxConfirmation(
            f"It would end on {new.valid_to}, before it begins", param="valid_to"
        )
    for other in others:
        same = (other.state, other.postal_prefix) == (new.state, new.postal_prefix)
        meets = new.valid_from <= (other.valid_to or date.max) and other.valid_from <= (
            new.valid_to or date.max
        )
        if same and meets and other.used_by is new.used_by:
            raise TaxConfirmationsOverlap(
                f"{new.state} is confirmed from {other.valid_from} to "
                f"{other.valid_to or 'further notice'}; end that one first",
                param="valid_from",
            )


def _check_rates(new: Confirmation) -> None:
    names = [one.name for one in new.jurisdictions]
    if len(set(names)) < len(names):
        raise BadTaxConfirmation("Each jurisdiction is named once", param="jurisdictions")
    for place, one in enumerate(new.jurisdictions):
        param = f"jurisdictions.{place}.percent"
        if one.percent <= 0:
            raise BadTaxConfirmation("A rate is above 0 percent", param=param)
        if (new.rate_of(one) * 10_000).denominator != 1:
            raise BadTaxConfirmation(
                f"{new.taxable_percent} percent of this rate has more than four decimals",
                param=param,
            )
    if sum(one.percent for one in new.jurisdictions) > HIGHEST:
        raise BadTaxConfirmation(f"No sales tax is above {HIGHEST} percent", param="jurisdictions")
