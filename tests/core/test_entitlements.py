"""What a customer may use, by tables: the examples of docs/entitlements.md, worked by hand."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from khata.core.entitlements import (
    UNLIMITED,
    Combine,
    DowngradeBelowUse,
    Entitlement,
    Feature,
    FeatureDiffers,
    FeatureType,
    Grant,
    Held,
    Value,
    changes_service,
    check_entitlement,
    check_feature,
    check_limits,
    decide_entitlements,
)
from khata.core.subscription import Status

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 1, 31, tzinfo=UTC)


def grant(value: Value, **different: Any) -> Grant:
    """Seats, of an active subscription, one of its item, unless it is said otherwise."""
    facts: dict[str, Any] = {
        "code": "seats",
        "type": FeatureType.LIMIT,
        "combine": Combine.MAX,
        "unit": "seat",
        "meter": None,
        "per_unit": False,
        "while_paused": False,
        "guards_use": True,
        "quantity": 1,
        "subscription_id": ONE,
        "status": Status.ACTIVE,
    }
    return Grant(**(facts | different | {"value": value}))


def switch(value: bool, **different: Any) -> Grant:
    return grant(value, code="sso", type=FeatureType.SWITCH, unit=None, **different)


def value(*grants: Grant) -> Value | None:
    """What the only feature comes to; None where it is not given at all."""
    decided = decide_entitlements(grants)
    assert len(decided) <= 1
    return next((held.value for held in decided.values()), None)


@pytest.mark.parametrize(
    ("status", "has"),
    [
        (Status.INCOMPLETE, False),
        (Status.TRIALING, True),
        (Status.ACTIVE, True),
        (Status.PAST_DUE, True),  # grace: service goes on while it is tried again
        (Status.UNPAID, False),
        (Status.PAUSED, False),
        (Status.CANCELED, False),
    ],
)
def test_service_follows_the_state(status: Status, has: bool) -> None:
    assert value(grant(5, status=status)) == (5 if has else None)


@pytest.mark.parametrize("status", Status)
def test_what_is_kept_while_paused_is_kept_then_only(status: Status) -> None:
    kept = value(grant(5, status=status, while_paused=True)) is not None
    plain = value(grant(5, status=status)) is not None
    assert kept is (plain or status is Status.PAUSED)


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([switch(True)], True),
        ([switch(False)], False),
        ([switch(False), switch(True, subscription_id=TWO)], True),  # on where any gives it
        ([switch(True, status=Status.UNPAID), switch(False)], False),
        ([grant(5), grant(20)], 20),
        ([grant(5), grant(UNLIMITED), grant(20)], UNLIMITED),
        ([grant(0)], 0),  # known, and none of it
        ([grant(5, combine=Combine.SUM), grant(20, combine=Combine.SUM)], 25),
        ([grant(5, combine=Combine.SUM), grant(UNLIMITED, combine=Combine.SUM)], UNLIMITED),
        ([grant(5, per_unit=True, quantity=12)], 60),  # 5 for each of 12 seats
        ([grant(5, per_unit=True, quantity=0)], 0),
        ([grant(5, per_unit=False, quantity=12)], 5),
        ([grant(5, per_unit=True, quantity=3), grant(10)], 15),  # the larger of 15 and 10
        (
            [
                grant(5, combine=Combine.SUM, per_unit=True, quantity=3),
                grant(10, combine=Combine.SUM),
            ],
            25,
        ),
        ([], None),
    ],
)
def test_several_come_to_one(grants: list[Grant], expected: Value | None) -> None:
    found = value(*grants)
    assert found == expected
    assert type(found) is type(expected)  # 1 is not True, and 0 is not False


@pytest.mark.parametrize(
    ("grants", "sources"),
    [
        ([grant(5), grant(20, subscription_id=TWO)], (TWO,)),  # the largest one's
        ([grant(20), grant(20, subscription_id=TWO)], (ONE, TWO)),
        ([switch(False), switch(True, subscription_id=TWO)], (TWO,)),
        (
            [grant(5, combine=Combine.SUM), grant(20, combine=Combine.SUM, subscription_id=TWO)],
            (ONE, TWO),
        ),
        (
            [
                grant(5, combine=Combine.SUM),
                grant(UNLIMITED, combine=Combine.SUM, subscription_id=TWO),
            ],
            (TWO,),
        ),
    ],
)
def test_it_is_told_where_it_comes_from(grants: list[Grant], sources: tuple[UUID, ...]) -> None:
    [held] = decide_entitlements(grants).values()
    assert held.subscriptions == sources


def test_what_is_stored_is_read_back() -> None:
    for held in decide_entitlements([grant(UNLIMITED), switch(True)]).values():
        assert Held.of(held.told()) == held


def test_the_order_of_what_is_given_is_no_matter() -> None:
    grants = [grant(5), switch(True), grant(20, subscription_id=TWO), switch(False)]
    assert decide_entitlements(grants) == decide_entitlements(grants[::-1])
    assert list(decide_entitlements(grants)) == ["seats", "sso"]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (None, Status.INCOMPLETE, False),
        (Status.INCOMPLETE, Status.ACTIVE, True),
        (Status.TRIALING, Status.ACTIVE, False),
        (Status.ACTIVE, Status.PAST_DUE, False),
        (Status.PAST_DUE, Status.ACTIVE, False),
        (Status.PAST_DUE, Status.UNPAID, True),
        (Status.UNPAID, Status.CANCELED, False),
        (Status.PAUSED, Status.CANCELED, True),  # a part may have been kept
        (Status.ACTIVE, Status.PAUSED, True),
    ],
)
def test_only_some_moves_are_looked_at(before: Status | None, after: Status, changes: bool) -> None:
    assert changes_service(before, after) is changes


@pytest.mark.parametrize(
    ("before", "after", "used", "refused"),
    [
        ([grant(10)], [grant(5)], 7, True),
        ([grant(10)], [grant(5)], 5, False),  # as many as are left
        ([grant(10)], [grant(5)], 0, False),
        ([grant(10)], [grant(5, guards_use=False)], 7, True),  # the plan before forbids it
        ([grant(10, guards_use=False)], [grant(5)], 7, True),  # the plan after forbids it
        ([grant(10, guards_use=False)], [grant(5, guards_use=False)], 7, False),
        ([grant(10)], [], 1, True),
        ([grant(UNLIMITED)], [grant(5)], 7, True),
        ([grant(10)], [grant(UNLIMITED)], 70, False),
        ([grant(5)], [grant(5)], 7, False),  # above it already, and not made worse
        ([grant(5)], [grant(6)], 7, False),
        ([grant(5, per_unit=True, quantity=4)], [grant(5, per_unit=True, quantity=3)], 16, True),
        ([grant(5, per_unit=True, quantity=4)], [grant(5, per_unit=True, quantity=3)], 15, False),
        ([grant(10)], [grant(4), grant(8, subscription_id=TWO)], 7, False),  # another's holds
        ([grant(10, status=Status.UNPAID)], [grant(5, status=Status.UNPAID)], 7, False),
        ([switch(True)], [switch(False)], 7, False),  # a switch is not in use by number
    ],
)
def test_terms_below_what_is_in_use(
    before: list[Grant], after: list[Grant], used: int, refused: bool
) -> None:
    if not refused:
        check_limits(after, {"seats": used, "sso": used}, before)
        return
    with pytest.raises(DowngradeBelowUse, match=f"{used} of seats are in use"):
        check_limits(after, {"seats": used}, before)


def feature(type: FeatureType, **different: Any) -> Feature:
    facts: dict[str, Any] = {
        "id": ONE,
        "code": "seats",
        "name": "Seats",
        "unit": None,
        "combine": Combine.MAX,
        "meter": None,
        "metadata": {},
        "created_at": NOW,
    }
    return Feature(type=type, **(facts | different))


@pytest.mark.parametrize(
    ("type", "given", "per_unit", "param"),
    [
        (FeatureType.SWITCH, True, False, None),
        (FeatureType.SWITCH, 1, False, "value"),
        (FeatureType.SWITCH, UNLIMITED, False, "value"),
        (FeatureType.SWITCH, True, True, "per_unit"),
        (FeatureType.LIMIT, 5, True, None),
        (FeatureType.LIMIT, UNLIMITED, False, None),
        (FeatureType.LIMIT, UNLIMITED, True, "per_unit"),
        (FeatureType.LIMIT, True, False, "value"),
        (FeatureType.METERED, 5, False, None),
        (FeatureType.METERED, False, False, "value"),
    ],
)
def test_a_value_fits_its_feature(
    type: FeatureType, given: Value, per_unit: bool, param: str | None
) -> None:
    entitlement = Entitlement(ONE, ONE, ONE, given, per_unit, False, True, NOW)
    if param is None:
        check_entitlement(feature(type), entitlement)
        return
    with pytest.raises(FeatureDiffers) as refusal:
        check_entitlement(feature(type), entitlement)
    assert refusal.value.param == param


@pytest.mark.parametrize(
    ("type", "different", "param"),
    [
        (FeatureType.SWITCH, {}, None),
        (FeatureType.SWITCH, {"unit": "seat"}, "unit"),
        (FeatureType.LIMIT, {"unit": "seat"}, None),
        (FeatureType.LIMIT, {"meter": "calls"}, "meter"),
        (FeatureType.METERED, {"meter": "calls", "unit": "call"}, None),
        (FeatureType.METERED, {"unit": "call"}, "meter"),
    ],
)
def test_a_feature_hangs_together(
    type: FeatureType, different: dict[str, Any], param: str | None
) -> None:
    if param is None:
        check_feature(feature(type, **different))
        return
    with pytest.raises(FeatureDiffers) as refusal:
        check_feature(feature(type, **different))
    assert refusal.value.param == param
