"""Price terms: how a quantity becomes money, as a price says it; checked once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from khata.core.money import LARGEST_AMOUNT
from khata.core.refusal import Refusal

MOST_TIERS = 100
MOST_DECIMALS = 12  # of a minor unit, of a quantity, of a rate
LARGEST_UNITS = Decimal(10**15)
_NOTHING = Decimal(0)


class PriceModel(StrEnum):
    FLAT = "flat"
    PER_UNIT = "per_unit"
    GRADUATED = "graduated"  # each unit at its own tier
    VOLUME = "volume"  # all units at the tier that the quantity falls in
    PACKAGE = "package"  # a begun package is a package
    PERCENTAGE = "percentage"  # of an amount, event by event
    GRADUATED_PERCENTAGE = "graduated_percentage"  # each part of the amount at its tier's rate


TIERED = (PriceModel.GRADUATED, PriceModel.VOLUME, PriceModel.GRADUATED_PERCENTAGE)


class PriceFieldMissing(Refusal):
    """The price model cannot do without this field."""


class PriceFieldNotUsed(Refusal):
    """The price model has no use for this field: one of the two is a mistake."""


class PriceFieldOutOfRange(Refusal):
    """A number of the price lies outside what it may be."""


class TiersMissing(Refusal):
    """A tiered price has from one to 100 tiers."""


class TiersOverlap(Refusal):
    """A unit would fall in two tiers."""


class TiersHaveGap(Refusal):
    """A unit would fall in no tier."""


class LastTierNotOpen(Refusal):
    """The last tier has no end; a quantity beyond it would have no price."""


class MinimumAboveMaximum(Refusal):
    """The least that an event costs is more than the most."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Up to and with `up_to`; None: without end. `rate` is a percentage, of percentage tiers."""

    up_to: Decimal | None
    unit_amount: Decimal = _NOTHING
    flat_amount: int = 0
    rate: Decimal = _NOTHING
    begins: Decimal | None = None  # as asked for; it follows from the tier before


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """All that a price says of amounts, but its currency. Amounts are in minor units.

    `unit_amount` is of the whole (flat), of each unit, or of each package. `rate` is a
    percentage. `minimum` and `maximum` hold for each event; `minimum_commitment` for a period.
    Without `meter_id` it is charged by an item's quantity, in advance; with it by usage, after.
    """

    model: PriceModel
    unit_amount: Decimal = _NOTHING
    tiers: tuple[Tier, ...] = ()
    package_size: Decimal = Decimal(1)
    included: Decimal = _NOTHING  # units that come off first
    rate: Decimal = _NOTHING
    fixed_fee: Decimal = _NOTHING  # for each event
    included_events: int = 0
    included_amount: Decimal = _NOTHING
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    charge_at_zero: bool = False
    prorated: bool = False  # a usage quantity that recurs is charged for its part of a period
    meter_id: UUID | None = None
    setup_fee: int = 0
    minimum_commitment: int = 0

    @property
    def by_usage(self) -> bool:
        return self.meter_id is not None


# What a model needs, and what it may have beside what all may have.
_NEEDS = {
    PriceModel.FLAT: ("unit_amount",),
    PriceModel.PER_UNIT: ("unit_amount",),
    PriceModel.GRADUATED: ("tiers",),
    PriceModel.VOLUME: ("tiers",),
    PriceModel.PACKAGE: ("unit_amount", "package_size"),
    PriceModel.PERCENTAGE: ("rate",),
    PriceModel.GRADUATED_PERCENTAGE: ("tiers",),
}
_MAY_HAVE = {
    PriceModel.FLAT: (),
    PriceModel.PER_UNIT: ("included",),
    PriceModel.GRADUATED: ("included", "charge_at_zero"),
    PriceModel.VOLUME: ("included",),
    PriceModel.PACKAGE: ("included",),
    PriceModel.PERCENTAGE: (
        "fixed_fee",
        "included_events",
        "included_amount",
        "minimum",
        "maximum",
    ),
    PriceModel.GRADUATED_PERCENTAGE: ("included_amount",),
}
_ALL_MAY_HAVE = ("model", "meter_id", "setup_fee", "minimum_commitment")
# What a caller writes for a field, where it is spelled otherwise.
_SPELLED = {"unit_amount": "amount", "meter_id": "meter"}
_AMOUNTS = ("unit_amount", "fixed_fee", "included_amount", "minimum", "maximum")


def checked(asked: PriceTerms, given: Sequence[str], *, param: str = "") -> PriceTerms:
    """Return the terms, or refuse them. `given` are the fields that the caller named.

    `param` is the path before a field's name. Raises: PriceFieldMissing, PriceFieldNotUsed,
    PriceFieldOutOfRange, TiersMissing, TiersOverlap, TiersHaveGap, LastTierNotOpen,
    MinimumAboveMaximum.
    """
    _check_fields(asked, given, param)
    _check_numbers(asked, param)
    if asked.model not in TIERED:
        return asked
    _check_tiers(asked, param)
    return replace(asked, tiers=tuple(replace(tier, begins=None) for tier in asked.tiers))


def _check_fields(asked: PriceTerms, given: Sequence[str], param: str) -> None:
    model = asked.model
    for name in _NEEDS[model]:
        if name not in given:
            kind = TiersMissing if name == "tiers" else PriceFieldMissing
            spelled = _SPELLED.get(name, name)
            raise kind(f"A {model} price needs {spelled}", param=param + spelled)
    used = {*_ALL_MAY_HAVE, *_NEEDS[model], *_MAY_HAVE[model]}
    if asked.by_usage and model is not PriceModel.FLAT:
        used.add("prorated")
    for name in given:
        if name not in used:
            spelled = _SPELLED.get(name, name)
            raise PriceFieldNotUsed(
                f"A {model} price{'' if asked.by_usage else ' by quantity'} has no use for "
                f"{spelled}; leave it out, or choose another model",
                param=param + spelled,
            )


def _check_numbers(asked: PriceTerms, param: str) -> None:
    for name in _AMOUNTS:
        value = getattr(asked, name)
        if value is not None:
            _check_number(value, Decimal(LARGEST_AMOUNT), param + _SPELLED.get(name, name))
    _check_number(asked.rate, Decimal(1000), param + "rate")
    _check_number(asked.included, LARGEST_UNITS, param + "included")
    _check_number(asked.package_size, LARGEST_UNITS, param + "package_size", above=True)
    for name in ("setup_fee", "minimum_commitment", "included_events"):
        _check_number(Decimal(getattr(asked, name)), Decimal(LARGEST_AMOUNT), param + name)
    least, most = asked.minimum, asked.maximum
    if least is not None and most is not None and least > most:
        raise MinimumAboveMaximum(
            f"An event cannot cost at least {least} and at most {most}", param=param + "minimum"
        )


def _check_number(value: Decimal, largest: Decimal, param: str, *, above: bool = False) -> None:
    exponent = value.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or -exponent > MOST_DECIMALS
        or not 0 <= value <= largest
        or (above and value == 0)
    ):
        least = "more than 0" if above else "0"
        raise PriceFieldOutOfRange(
            f"This is a number from {least} to {largest:f} with at most 12 decimals", param=param
        )


def _check_tiers(asked: PriceTerms, param: str) -> None:
    tiers = asked.tiers
    if not 1 <= len(tiers) <= MOST_TIERS:
        raise TiersMissing(
            f"There are {len(tiers)} tiers; from 1 to 100 are asked for", param=f"{param}tiers"
        )
    before: Decimal | None = None
    for position, tier in enumerate(tiers):
        path = f"{param}tiers.{position}"
        _check_tier(asked.model, tier, path)
        _check_begin(tier, before, asked.by_usage, path)
        if tier.up_to is None and position < len(tiers) - 1:
            raise TiersOverlap(
                f"Tier {position + 1} has no end, and another one follows it",
                param=f"{path}.up_to",
            )
        if tier.up_to is not None and tier.up_to <= (before or 0):
            raise TiersOverlap(
                f"Tier {position + 1} ends at {tier.up_to:f}, which is not beyond {before or 0:f}",
                param=f"{path}.up_to",
            )
        before = tier.up_to
    if before is not None:
        raise LastTierNotOpen(
            f"The last tier ends at {before:f}; its up_to is null",
            param=f"{param}tiers.{len(tiers) - 1}.up_to",
        )


def _check_tier(model: PriceModel, tier: Tier, path: str) -> None:
    percentage = model is PriceModel.GRADUATED_PERCENTAGE
    if percentage and tier.unit_amount:
        raise PriceFieldNotUsed("A tier of percentages has a rate", param=f"{path}.unit_amount")
    if not percentage and tier.rate:
        raise PriceFieldNotUsed("A tier of units has a unit_amount", param=f"{path}.rate")
    _check_number(tier.unit_amount, Decimal(LARGEST_AMOUNT), f"{path}.unit_amount")
    _check_number(Decimal(tier.flat_amount), Decimal(LARGEST_AMOUNT), f"{path}.flat_amount")
    _check_number(tier.rate, Decimal(1000), f"{path}.rate")
    if tier.up_to is not None:
        _check_number(tier.up_to, LARGEST_UNITS, f"{path}.up_to")


def _check_begin(tier: Tier, before: Decimal | None, by_usage: bool, path: str) -> None:
    """Check where the caller says that a tier begins, if at all.

    Whole units follow each other: 1 to 10, then from 11. What is measured may have any value:
    there the next may also begin where the last ended, which still belongs to the last.
    """
    if tier.begins is None:
        return
    ended = before or _NOTHING
    is_whole = ended == ended.to_integral_value()
    latest = ended + 1 if is_whole else ended
    earliest = ended if by_usage or before is None or not is_whole else latest
    if tier.begins < earliest:
        raise TiersOverlap(
            f"The tier begins at {tier.begins:f}; the one before ends at {ended:f}",
            param=f"{path}.from",
        )
    if tier.begins > latest or earliest < tier.begins < latest:
        raise TiersHaveGap(
            f"The tier begins at {tier.begins:f}; what is before it ends at {ended:f}",
            param=f"{path}.from",
        )


def is_plain(terms: PriceTerms) -> bool:
    """Say whether a model and a whole unit amount tell all that these terms do."""
    plain = PriceTerms(terms.model, terms.unit_amount)
    simple = terms.model in (PriceModel.FLAT, PriceModel.PER_UNIT)
    return simple and terms == plain and terms.unit_amount == int(terms.unit_amount)


def differing(terms: PriceTerms) -> dict[str, Any]:
    """Return the fields in which the terms differ from saying nothing, by name."""
    silent = PriceTerms(terms.model)
    return {
        field.name: getattr(terms, field.name)
        for field in fields(terms)
        if field.name != "model" and getattr(terms, field.name) != getattr(silent, field.name)
    }
