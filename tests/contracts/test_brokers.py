"""One exam for every broker: what is rung arrives as ids, waits in its own queue, and is counted.

Needs redis-server and rabbitmq-server on this machine; where KHATA_CI is set, one that is missing
fails its exam instead of being left out.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from khata.core.queues import Queue
from khata.db.stores.bells import Bell
from khata.worker.broker import DEAD, MOST_DELIVERIES, Broker, BrokerAway, celery_app
from trials.brokers import Broker as Hurtable
from trials.brokers import RabbitMQ, Redis, rabbitmq, redis
from trials.many_machines import folder_for_all
from trials.ports import free_port

Opener = Callable[[Path], AbstractContextManager[Hurtable]]
OPEN: dict[str, tuple[Callable[[], bool], Opener]] = {
    "redis": (Redis.is_here, redis),
    "rabbitmq": (RabbitMQ.is_here, rabbitmq),
}


@pytest.fixture(scope="module", params=list(OPEN))
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a broker with nothing in it."""
    is_here, opened = OPEN[request.param]
    if not is_here() and not os.environ.get("KHATA_CI"):
        pytest.skip(f"no {request.param} on this machine")
    with folder_for_all() as folder, opened(folder) as broker:
        yield broker.url


@pytest.fixture
def broker(url: str) -> Iterator[Broker]:
    opened = Broker(url)
    yield opened
    with opened.app.connection_for_read() as connection:
        for queue in opened.app.conf.task_queues:
            queue(connection.default_channel).declare()
            queue(connection.default_channel).purge()
    opened.close()


def taken(broker: Broker, queue: Queue) -> tuple[dict[str, Any], str]:
    """Take the next message out of a queue: the words it carries, and how they were written."""
    with broker.app.connection_for_read() as connection:
        [one] = [known for known in broker.app.conf.task_queues if known.name == queue]
        message = one(connection.default_channel).get(no_ack=True)
        assert message is not None
        (positional, named, _), how = message.payload, message.content_type
        assert positional == []
        return named, how


def test_what_is_rung_arrives_in_its_queue_as_ids_and_nothing_else(broker: Broker) -> None:
    tenant = uuid4()
    broker.ring(Bell(tenant, "payments", 2, 7))
    assert taken(broker, Queue.PAYMENTS) == (
        {"tenant": str(tenant), "queue": "payments", "lane": 2, "ring": 7},
        "application/json",
    )


def test_what_waits_is_counted_by_queue(broker: Broker) -> None:
    for queue in ("billing", "billing", "notify"):
        broker.ring(Bell(uuid4(), queue, 1, 1))
    waiting = broker.waiting()
    assert {queue.value: waiting[queue] for queue in Queue} == {
        "billing": 2,
        "payments": 0,
        "documents": 0,
        "notify": 1,
        "exports": 0,
    }


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_said_to_be(scheme: str) -> None:
    broker = Broker(f"{scheme}://khata:secret@127.0.0.1:{free_port()}/")
    with pytest.raises(BrokerAway) as away:
        broker.ring(Bell(uuid4(), "billing", 1, 1))
    with pytest.raises(BrokerAway):
        broker.waiting()
    assert "secret" not in str(away.value)


def test_on_rabbitmq_nothing_is_dropped_in_silence() -> None:
    """Quorum queues; what is delivered too often goes where it is seen; publishing is confirmed."""
    conf = celery_app("amqp://localhost").conf
    queues = {queue.name: queue.queue_arguments for queue in conf.task_queues}
    assert set(queues) == {*Queue, DEAD}
    for name in Queue:
        assert queues[name] == {
            "x-queue-type": "quorum",
            "x-delivery-limit": MOST_DELIVERIES,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": DEAD,
        }
    assert queues[DEAD] == {"x-queue-type": "quorum"}
    assert conf.broker_transport_options == {"confirm_publish": True}


def test_rabbitmq_puts_aside_what_is_given_back_time_and_again(url: str, broker: Broker) -> None:
    if not url.startswith("amqp"):
        assert DEAD not in broker.waiting()  # there it is the bell that counts
        return
    with broker.app.connection_for_write() as connection:
        for queue in broker.app.conf.task_queues:
            queue(connection.default_channel).declare()
    broker.ring(Bell(uuid4(), "billing", 1, 1))
    with broker.app.connection_for_read() as connection:
        [one] = [known for known in broker.app.conf.task_queues if known.name == "billing"]
        billing = one(connection.default_channel)
        deliveries = 0
        for _ in range(200):
            message = billing.get()
            if message is not None:
                deliveries += 1
                message.requeue()
            elif broker.waiting()[DEAD]:
                break
    assert deliveries == MOST_DELIVERIES + 1
    assert broker.waiting()[DEAD] == 1


@pytest.mark.parametrize("url", ["redis://localhost:6379/0", "sqs://", "amqp://localhost"])
def test_every_transport_takes_one_message_at_a_time_and_confirms_it_at_the_end(url: str) -> None:
    conf = celery_app(url).conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_time_limit > conf.task_soft_time_limit > 0
