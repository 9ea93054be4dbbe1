"""Deliveries: queued once, sent in order, tried again, and never left behind."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from khata.core.events import InvoiceVoided
from khata.core.ids import parse_id
from khata.core.webhooks import DeliveryStatus
from khata.db.stores.webhook_deliveries import TakenDelivery, Tried, WebhookDeliveries
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.webhooks.send_due_webhooks import (
    LEASE,
    SendDueWebhooks,
    send_due_webhooks,
)
from tests.db.crowd import at_once
from tests.webhooks.post import BROKEN, BUSY, GOOD, SILENT
from tests.webhooks.teller import LATER, NOW, Teller

SECOND = timedelta(seconds=1)


def test_an_event_is_sent_at_once_whatever_the_tenants_clock_says(shop: Teller) -> None:
    endpoint = shop.endpoint()
    [event] = shop.happens(1, at=LATER)  # a test tenant lives in 2027
    assert shop.is_due(NOW) == [endpoint]
    assert shop.sends_all(endpoint, at=NOW) == [event]
    assert shop.statuses() == ["succeeded"]
    assert shop.is_due(NOW + timedelta(days=9)) == []


def test_what_is_sent_can_be_verified(shop: Teller) -> None:
    endpoint = shop.endpoint()
    [event] = shop.happens(1)
    now = datetime.fromtimestamp(int(NOW.timestamp()), UTC)
    shop.sends(endpoint, at=now)
    [message] = shop.post.sent
    webhook = Webhook(shop.secret)
    assert message.headers["webhook-timestamp"] == str(int(now.timestamp()))
    signed = webhook.sign(event, now, message.body.decode())
    assert message.headers["webhook-signature"] == signed
    assert f'"id":"{event}"'.encode() in message.body
    assert b'"type":"invoice.voided"' in message.body
    assert b'"livemode":false' in message.body
    assert b'"sequence":1' in message.body


def test_each_endpoint_gets_what_it_wants(shop: Teller) -> None:
    every, paid, none = shop.endpoint("*"), shop.endpoint("invoice.paid"), shop.endpoint("month.*")
    shop.happens(1)
    shop.is_paid(2)
    assert [len(shop.sends_all(each)) for each in (every, paid, none)] == [2, 1, 0]


def test_an_event_that_is_reacted_to_twice_is_queued_once(shop: Teller) -> None:
    endpoint = shop.endpoint()
    [event] = shop.happens(1)
    shop.sends_all(endpoint)
    with shop.db.transaction(shop.tenant) as uow:
        uow.events.wait_again(parse_id("evt", event))
    assert react_to_events(ReactToEvents(shop.tenant, LATER), db=shop.db) == 1
    assert shop.sends_all(endpoint) == []


def test_what_is_about_one_thing_leaves_in_order(shop: Teller) -> None:
    endpoint = shop.endpoint()
    first, other, second, third = shop.happens(1, 2, 1, 1)
    shop.post.next = [BROKEN]
    assert shop.sends_all(endpoint) == [first, other]  # what is about another does not wait
    assert shop.is_due(NOW + SECOND) == []
    [fourth] = shop.happens(1)
    assert shop.is_due(NOW + SECOND) == []
    at = NOW + 6 * SECOND
    assert shop.sends_all(endpoint, at=at) == [first, second, third, fourth]
    assert shop.statuses() == ["succeeded"] * 5


def test_who_fails_to_the_end_no_longer_holds_up_the_next(shop: Teller) -> None:
    endpoint = shop.endpoint()
    first, second = shop.happens(1, 1)
    at, tries = NOW, []
    shop.post.next = [BROKEN] * 10
    for _ in range(10):
        [tried] = [shop.sends_all(endpoint, at=at)[0]]
        tries.append(tried)
        at += timedelta(hours=25)
        shop.rows("update webhook_endpoints set failing_since = null returning 1")
    assert tries == [first] * 10
    assert shop.statuses() == ["failed", "succeeded"]
    assert shop.post.ids == [first] * 10 + [second]


def test_each_try_is_later_and_is_in_the_log(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    shop.post.next = [BROKEN, BROKEN]
    waits = []
    at = NOW
    for _ in range(2):
        assert shop.sends(endpoint, at=at) == 1
        [(next_try_at,)] = shop.rows("select next_try_at from webhook_deliveries")
        waits.append(next_try_at - at - BROKEN.took)
        assert shop.sends(endpoint, at=next_try_at - SECOND) == 0
        at = next_try_at
    assert waits == [5 * SECOND, 300 * SECOND]
    assert shop.sends(endpoint, at=at) == 1
    log = shop.rows("select status_code, answer, took_ms from webhook_tries order by id")
    assert log == [(500, "oops", 20), (500, "oops", 20), (200, "thanks", 20)]
    [one] = shop.rows("select status, tries, last_status_code, next_try_at from webhook_deliveries")
    assert one == ("succeeded", 3, 200, None)
    assert len(set(shop.post.ids)) == 1  # the same webhook-id at each try
    assert len({message.headers["webhook-timestamp"] for message in shop.post.sent}) == 3


def test_a_killed_relay_leaves_what_is_sent_again_when_its_lease_ends(shop: Teller) -> None:
    endpoint = shop.endpoint()
    [event] = shop.happens(1)

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    shop.post.next = [GOOD]
    send, shop.post.send = shop.post.send, killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        shop.sends(endpoint)
    shop.post.send = send  # type: ignore[method-assign]
    assert shop.sends(endpoint, at=NOW + LEASE - SECOND) == 0
    assert shop.sends_all(endpoint, at=NOW + LEASE) == [event]


def test_two_relays_take_nothing_twice(shop: Teller) -> None:
    endpoint = shop.endpoint()
    events = shop.happens(*range(60))
    while sum(at_once([lambda: shop.sends(endpoint, limit=10)] * 4)):
        pass
    assert sorted(shop.post.ids) == sorted(events)


def test_a_late_record_says_nothing_of_what_another_took(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    slow = take(shop, endpoint)
    assert shop.sends(endpoint, at=NOW + LEASE) == 1
    with shop.db.transaction(shop.tenant) as uow:
        uow.webhook_deliveries.hand_back([slow])
    assert shop.statuses() == ["succeeded"]
    assert shop.is_due(NOW + LEASE) == []


def test_an_endpoint_that_hangs_ends_the_batch_and_is_left_in_peace(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(*range(10))
    shop.post.next = [SILENT]
    assert shop.sends(endpoint) == 1
    assert shop.is_due(NOW + SILENT.took + 4 * SECOND) == []
    assert shop.is_due(NOW + SILENT.took + 5 * SECOND) == [endpoint]
    assert shop.sends(endpoint, at=NOW + SILENT.took + 5 * SECOND) == 10


def test_its_own_wish_for_peace_is_kept(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1, 2)
    shop.post.next = [BUSY]
    assert shop.sends(endpoint) == 1
    assert shop.is_due(NOW + 120 * SECOND) == []
    assert shop.is_due(NOW + 121 * SECOND) == [endpoint]


def test_whoever_is_over_hands_back_what_was_not_sent(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1, 2, 3)
    command = SendDueWebhooks(shop.tenant, endpoint, NOW)
    is_over = iter([False, True]).__next__
    assert send_due_webhooks(command, tools=shop.tools, is_over=is_over) == 1
    assert shop.is_due(NOW) == [endpoint]
    assert len(shop.sends_all(endpoint)) == 2


MOMENT = 0.4  # seconds in which who does not wait for another is long done


def test_news_that_is_stored_while_the_one_before_it_ends_is_woken(shop: Teller) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    taken = take(shop, endpoint)
    with shop.db.transaction(shop.tenant) as uow:
        uow.events.add([InvoiceVoided(shop.invoice(1), endpoint)], LATER)
        uow.webhook_deliveries.queue([(endpoint, uow.past_events.last_of(shop.invoice(1)))], LATER)
        ending = threading.Thread(target=record, args=(shop, endpoint, taken))
        ending.start()
        ending.join(MOMENT)  # it waits for us, or it would not see what we have stored
    ending.join()
    assert shop.statuses() == ["succeeded", "pending"]
    assert shop.is_due() == [endpoint]


def test_news_that_is_stored_after_the_one_before_it_has_ended_waits_for_nobody(
    shop: Teller,
) -> None:
    endpoint = shop.endpoint()
    shop.happens(1)
    taken = take(shop, endpoint)
    with shop.db.transaction(shop.tenant) as uow:
        uow.webhook_deliveries.record(endpoint, [well(taken)])
        telling = threading.Thread(target=shop.happens, args=(1,))
        telling.start()
        telling.join(MOMENT)
    telling.join()
    assert shop.statuses() == ["succeeded", "pending"]
    assert shop.is_due() == [endpoint]


def take(shop: Teller, endpoint: UUID) -> TakenDelivery:
    with shop.db.transaction(shop.tenant) as uow:
        [taken] = uow.webhook_deliveries.take_due(endpoint, NOW, until=NOW + LEASE, limit=1)
    return taken


def record(shop: Teller, endpoint: UUID, taken: TakenDelivery) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        uow.webhook_deliveries.record(endpoint, [well(taken)])


def well(taken: TakenDelivery) -> Tried:
    return Tried(taken, NOW, "", "", GOOD, DeliveryStatus.SUCCEEDED, None)


def test_the_question_skips_from_endpoint_to_endpoint(shop: Teller) -> None:
    """Of many endpoints each is found, and those that are passed over are not."""
    endpoints = [shop.endpoint() for _ in range(5)]
    shop.happens(*range(20))
    assert sorted(shop.is_due()) == sorted(endpoints)
    rows = shop.db.ask("select * from tenants_with_webhooks_due(%s, 1000, %s)", NOW, endpoints[:3])
    assert {row[1] for row in rows if row[0] == shop.tenant} == set(endpoints[3:])


def deliveries(shop: Teller) -> list[UUID]:
    return [row[0] for row in shop.rows("select id from webhook_deliveries order by id")]


def test_nothing_is_queued_without_endpoints(shop: Teller) -> None:
    shop.happens(1)
    assert deliveries(shop) == []
    with shop.db.transaction(shop.tenant) as uow:
        WebhookDeliveries(uow.connection).queue([], NOW)
