"""The broker: queues that survive it, and messages that carry ids only.

What is due is a column; a message is a doorbell. So nothing here need be kept: a broker that
loses all its messages loses two minutes (see answer_bell.LOST_AFTER).
"""

from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.utils.url import maybe_sanitize_url

from khata.adapters.broker.sight import BrokerAway, BrokerSight
from khata.core import queues
from khata.core.queues import DEAD
from khata.db.stores.bells import Bell
from khata.worker.task_figures import traced_headers

__all__ = ["DEAD", "Broker", "BrokerAway", "Rings", "celery_app"]

ANSWER: Final = "khata.answer_bell"
MOST_DELIVERIES: Final = 5

SOFT_LIMIT: Final = 100  # seconds that one share may take, less than LOST_AFTER
HARD_LIMIT: Final = 110
SEEN_AGAIN: Final = 120  # Redis hands a message out again that nobody has confirmed for so long
CONNECT_SECONDS: Final = 5


class Rings(Protocol):
    """Whoever carries a bell to a worker."""

    def ring(self, bell: Bell) -> None:
        """Send one message. Raises: BrokerAway."""


class Broker:
    """Where bells are rung."""

    def __init__(self, url: str) -> None:
        self.name = maybe_sanitize_url(url)
        self.app = celery_app(url)
        self._sight = BrokerSight(url)
        connection = self.app.connection_for_write()  # which connects to nothing yet
        self._errors = (*connection.connection_errors, *connection.channel_errors)

    def ring(self, bell: Bell) -> None:
        """Send one message. Raises: BrokerAway."""
        message = {
            "tenant": str(bell.tenant),
            "queue": bell.queue,
            "lane": bell.lane,
            "ring": bell.ring,
        }
        try:
            self.app.send_task(
                ANSWER, kwargs=message, queue=bell.queue, retry=False, headers=traced_headers()
            )
        except (OSError, OperationalError, *self._errors) as failure:
            raise BrokerAway(f"{self.name}: {failure}") from failure

    def waiting(self) -> dict[str, int]:
        """Return how many messages wait in each queue, the dead ones too. Raises: BrokerAway."""
        return self._sight.lengths(queue.name for queue in self.app.conf.task_queues)

    def close(self) -> None:
        """Let go of every connection."""
        self.app.close()


def celery_app(url: str) -> Celery:
    """Return the Celery app on this broker, with its queues and without its tasks."""
    is_amqp = urlsplit(url).scheme in ("amqp", "amqps", "pyamqp")
    app = Celery("khata", broker=url, set_as_current=False)
    app.conf.update(
        task_queues=_queues(is_amqp),
        task_default_queue=queues.Queue.BILLING.value,
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=SOFT_LIMIT,
        task_time_limit=HARD_LIMIT,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=CONNECT_SECONDS,
        broker_transport_options=_transport_options(is_amqp),
    )
    return app


def _queues(is_amqp: bool) -> list[Queue]:
    """Return every queue; those of RabbitMQ are replicated, and drop nothing silently."""
    if not is_amqp:
        return [Queue(queue.value, Exchange("khata"), queue.value) for queue in queues.Queue]
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": MOST_DELIVERIES,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": DEAD,
    }
    living = [
        Queue(queue.value, Exchange("khata"), queue.value, queue_arguments=arguments)
        for queue in queues.Queue
    ]
    return [*living, Queue(DEAD, Exchange(DEAD), DEAD, queue_arguments={"x-queue-type": "quorum"})]


def _transport_options(is_amqp: bool) -> dict[str, Any]:
    if is_amqp:
        return {"confirm_publish": True}  # a message that is rung for is in the queue
    return {
        "visibility_timeout": SEEN_AGAIN,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": 2 * CONNECT_SECONDS,
        "health_check_interval": CONNECT_SECONDS,
    }
