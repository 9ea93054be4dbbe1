"""Two changes at once of one customer's subscriptions, and of what their plans give."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.entitlements import Combine, Entitlement, Feature, FeatureType
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.entitlements.change_entitlement import ChangeEntitlement, change_entitlement
from khata.usecases.entitlements.create_entitlement import CreateEntitlement, create_entitlement
from khata.usecases.entitlements.create_feature import CreateFeature, create_feature
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from tests.db.crowd import at_once
from tests.db.shop import NOON, Shop, Subscriber

ROUNDS = 6


@pytest.fixture
def shop(db: Database, urls: Urls) -> Shop:
    return Shop(db, FakeGateway(urls.app))


def gives_seats(shop: Shop) -> Entitlement:
    seats = Feature(
        new_id(NOON), "seats", "Seats", FeatureType.LIMIT, "seat", Combine.SUM, None, {}, NOON
    )
    create_feature(CreateFeature(shop.tenant, seats), db=shop.db)
    given = Entitlement(new_id(NOON), shop.plan.id, seats.id, 5, False, False, True, NOON)
    return create_entitlement(CreateEntitlement(shop.tenant, given, NOON), db=shop.db)


def seats(shop: Shop, customer: object) -> object:
    with shop.db.transaction(shop.tenant) as uow:
        row = uow.connection.execute(
            "select held -> 'seats' -> 'value' from customer_entitlements where customer_id = %s",
            [customer],
        ).fetchone()
    return row and row[0]


def test_two_ends_at_once_leave_nothing(shop: Shop) -> None:
    gives_seats(shop)
    for _ in range(ROUNDS):
        one = shop.subscriber(None)
        other = shop._subscribe(one.customer_id, NOON)
        shop._billed(other, NOON)
        assert seats(shop, one.customer_id) == 10
        ends = [
            partial(
                cancel_subscription,
                CancelSubscription(shop.tenant, id, NOON, When.NOW),
                tools=shop.tools,
                db=shop.db,
            )
            for id in (one.subscription_id, other)
        ]
        at_once(ends)
        assert seats(shop, one.customer_id) is None
    versions = [facts["version"] for facts in shop.told("entitlements.changed")]
    assert sorted(set(versions)) == [1, 2, 3, 4]  # two came, two went, each told once
    assert len(versions) == 4 * ROUNDS


def test_a_plan_changes_while_a_subscription_ends(shop: Shop) -> None:
    given = gives_seats(shop)
    stays, goes = shop.subscriber(None), [shop.subscriber(None) for _ in range(ROUNDS)]
    for number, one in enumerate(goes, start=6):
        raises = ChangeEntitlement(shop.tenant, given.id, NOON, {"value": number})
        ends = CancelSubscription(shop.tenant, one.subscription_id, NOON, When.NOW)
        both: list[Callable[[], object]] = [
            partial(change_entitlement, raises, db=shop.db),
            partial(cancel_subscription, ends, tools=shop.tools, db=shop.db),
        ]
        at_once(both)
        assert seats(shop, one.customer_id) is None
        assert seats(shop, stays.customer_id) == number


def test_a_start_meets_a_plan_that_begins_to_give(shop: Shop) -> None:
    """Whichever is first, the customer has it in the end."""
    for number in range(ROUNDS):
        feature = Feature(
            new_id(NOON), f"f{number}", "F", FeatureType.SWITCH, None, Combine.MAX, None, {}, NOON
        )
        create_feature(CreateFeature(shop.tenant, feature), db=shop.db)
        given = Entitlement(new_id(NOON), shop.plan.id, feature.id, True, False, False, True, NOON)
        command = CreateEntitlement(shop.tenant, given, NOON)
        both: list[Callable[[], object]] = [
            partial(shop.subscriber, None),
            partial(create_entitlement, command, db=shop.db),
        ]
        started, _ = at_once(both)
        assert isinstance(started, Subscriber)
        with shop.db.transaction(shop.tenant) as uow:
            entitled = uow.entitlements.of(started.customer_id)
        assert entitled is not None
        assert set(entitled.held) == {f"f{n}" for n in range(number + 1)}


def test_a_plan_begins_to_give_while_its_customer_becomes_active(shop: Shop) -> None:
    """The plan's first gift waits for the first invoice, and then finds it settled."""
    one = shop.subscriber(None)
    _set_status(shop, one, "incomplete")
    with ThreadPoolExecutor(1) as pool:
        with shop.db.transaction(shop.tenant) as uow:
            uow.connection.execute(
                "update subscriptions set status = 'active' where id = %s", [one.subscription_id]
            )
            uow.entitlements.settle([one.customer_id], NOON)
            gift = pool.submit(gives_seats, shop)
            wait([gift], timeout=0.5)  # it is waiting now, or has seen too little
        gift.result(timeout=60)
    assert seats(shop, one.customer_id) == 5


def _set_status(shop: Shop, one: Subscriber, status: str) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute(
            "update subscriptions set status = %s where id = %s", [status, one.subscription_id]
        )


def test_nothing_is_written_where_no_plan_gives_anything(shop: Shop) -> None:
    shop.subscriber(None)
    assert shop.count("customer_entitlements") == 0
    assert shop.told("entitlements.changed") == []
