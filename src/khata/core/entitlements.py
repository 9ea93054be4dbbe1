"""Entitlements: what a customer may use, decided from the subscriptions that are in service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status

LARGEST_LIMIT: Final = 10**15

# What is past due is still served; what was given up, paused, or has not begun is not.
SERVED: Final = frozenset({Status.TRIALING, Status.ACTIVE, Status.PAST_DUE})


class FeatureType(StrEnum):
    SWITCH = "switch"  # on or off
    LIMIT = "limit"  # so many at a time, such as seats
    METERED = "metered"  # so much in a period, counted by a meter


class Combine(StrEnum):
    """What several limits of one customer come to."""

    MAX = "max"  # the largest holds
    SUM = "sum"  # they add up


class Unlimited(StrEnum):
    UNLIMITED = "unlimited"


UNLIMITED: Final = Unlimited.UNLIMITED
Value = bool | int | Unlimited


class FeatureCodeTaken(Refusal):
    """Another feature of this tenant has the code."""

    kind = Kind.CONFLICT


class FeatureInUse(Refusal):
    """The feature stands on a plan; take it off there first."""

    kind = Kind.CONFLICT


class FeatureDiffers(Refusal):
    """What is said of the feature does not fit its type."""


class AlreadyEntitled(Refusal):
    """The plan has this feature already; change the entitlement that is there."""

    kind = Kind.CONFLICT


class DowngradeBelowUse(Refusal):
    """More is in use than the new terms would allow."""

    kind = Kind.CONFLICT


def changes_service(before: Status | None, after: Status) -> bool:
    """Say whether a move may change what the customer has: pauses may keep a part of it."""
    return (before in SERVED) is not (after in SERVED) or Status.PAUSED in (before, after)


@dataclass(frozen=True, slots=True)
class Feature:
    """Something a plan may give. `meter` is the code of the meter that counts a metered one."""

    id: UUID
    code: str
    name: str
    type: FeatureType
    unit: str | None
    combine: Combine
    meter: str | None
    metadata: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one plan gives of one feature.

    `per_unit`: so much for each unit of the item's quantity. `while_paused`: also while the
    subscription is paused. `guards_use`: a change that leaves less than is in use is refused.
    """

    id: UUID
    plan_id: UUID
    feature_id: UUID
    value: Value
    per_unit: bool
    while_paused: bool
    guards_use: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What one item of one subscription gives of a feature."""

    code: str
    type: FeatureType
    combine: Combine
    unit: str | None
    meter: str | None
    value: Value
    per_unit: bool
    while_paused: bool
    guards_use: bool
    quantity: int
    subscription_id: UUID
    status: Status

    @property
    def is_served(self) -> bool:
        return self.status in SERVED or (self.status is Status.PAUSED and self.while_paused)

    @property
    def given(self) -> Value:
        """Return what the item gives: the value, times its quantity where that is agreed."""
        if self.per_unit and type(self.value) is int:
            return self.value * self.quantity
        return self.value


@dataclass(frozen=True, slots=True)
class Held:
    """What a customer has of one feature, and the subscriptions that it comes from."""

    type: FeatureType
    value: Value
    unit: str | None
    meter: str | None
    subscriptions: tuple[UUID, ...]

    def told(self) -> dict[str, Any]:
        """Return it as JSON may hold it."""
        return {
            "type": self.type.value,
            "value": self.value,
            "unit": self.unit,
            "meter": self.meter,
            "subscriptions": [str(id) for id in self.subscriptions],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `told` wrote."""
        return cls(
            FeatureType(stored["type"]),
            value_of(stored["value"]),
            stored["unit"],
            stored["meter"],
            tuple(UUID(id) for id in stored["subscriptions"]),
        )


@dataclass(frozen=True, slots=True)
class Entitled:
    """The one row of a customer. `version` counts the changes of what is held, not of its use."""

    customer_id: UUID
    version: int
    held: Mapping[str, Held]  # by the feature's code
    used: Mapping[str, int]
    changed_at: datetime | None


def value_of(stored: Any) -> Value:
    """Read a value as JSON holds it: true, false, a whole number or "unlimited"."""
    return stored if isinstance(stored, bool | int) else Unlimited(stored)


def decide_entitlements(grants: Sequence[Grant]) -> dict[str, Held]:
    """Return what the grants come to, by the feature's code.

    Only what is served counts. A switch is on where any gives it; limits are the largest of all
    or their sum, as the feature says; unlimited is more than any number.
    Source: docs/entitlements.md
    """
    served: dict[str, list[Grant]] = {}
    for grant in grants:
        if grant.is_served:
            served.setdefault(grant.code, []).append(grant)
    return {code: _held(served[code]) for code in sorted(served)}


def _held(grants: Sequence[Grant]) -> Held:
    first, value = grants[0], _combined(grants)
    adds = first.type is not FeatureType.SWITCH and first.combine is Combine.SUM
    if value is UNLIMITED or not adds:
        sources = {grant.subscription_id for grant in grants if grant.given == value}
    else:
        sources = {grant.subscription_id for grant in grants}
    return Held(first.type, value, first.unit, first.meter, tuple(sorted(sources)))


def _combined(grants: Sequence[Grant]) -> Value:
    values = [grant.given for grant in grants]
    if grants[0].type is FeatureType.SWITCH:
        return any(value is True for value in values)
    if any(value is UNLIMITED for value in values):
        return UNLIMITED
    numbers = [int(value) for value in values]
    return sum(numbers) if grants[0].combine is Combine.SUM else max(numbers)


def check_entitlement(feature: Feature, entitlement: Entitlement) -> None:
    """Refuse a value that the feature's type has no place for. Raises: FeatureDiffers."""
    is_switch = feature.type is FeatureType.SWITCH
    if is_switch is not isinstance(entitlement.value, bool):
        asked = "true or false" if is_switch else 'a whole number or "unlimited"'
        raise FeatureDiffers(f"{feature.code} is a {feature.type}: give {asked}", param="value")
    if entitlement.per_unit and type(entitlement.value) is not int:
        raise FeatureDiffers("Only a number can be counted for each unit", param="per_unit")


def check_feature(feature: Feature) -> None:
    """Refuse facts that the type has no use for. Raises: FeatureDiffers."""
    if feature.type is FeatureType.SWITCH and feature.unit is not None:
        raise FeatureDiffers("A switch is on or off and has no unit", param="unit")
    is_metered = feature.type is FeatureType.METERED
    if is_metered is (feature.meter is None):
        wrong = "needs the code of its meter" if is_metered else "is not counted by a meter"
        raise FeatureDiffers(f"A {feature.type} feature {wrong}", param="meter")


def check_limits(after: Sequence[Grant], used: Mapping[str, int], before: Sequence[Grant]) -> None:
    """Refuse terms that allow less than is in use, where the plan before or after forbids that.

    What is above its limit already may stay so, as long as the limit is not lowered.
    Raises: DowngradeBelowUse.
    """
    old, new = decide_entitlements(before), decide_entitlements(after)
    guarded = {grant.code for grant in (*before, *after) if grant.guards_use and grant.is_served}
    for code in sorted(guarded):
        if code not in old or old[code].type is FeatureType.SWITCH:
            continue
        left = new[code].value if code in new else 0
        if left is UNLIMITED or not _is_less(left, old[code].value):
            continue
        if used.get(code, 0) > int(left):
            raise DowngradeBelowUse(
                f"{used[code]} of {code} are in use, and the new terms allow {int(left)}; "
                "free some first, or keep the larger plan",
                param="items",
            )


def _is_less(left: Value, before: Value) -> bool:
    return before is UNLIMITED or int(left) < int(before)
