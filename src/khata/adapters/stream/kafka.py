"""The stream as topics of Kafka: each event once or more, in the order of its key.

Source: librdkafka, INTRODUCTION.md (idempotent producer); CloudEvents 1.0.2, Kafka binding
(structured mode).
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from khata.ports.event_stream import Receipt, StreamMessage

PATIENCE: Final = 10.0  # seconds that Kafka has to say that it keeps what it was given
MOST_AT_ONCE: Final = 10_000  # messages in memory; who publishes gives fewer at a time

_HEADERS: Final[list[tuple[str, str | bytes | None]]] = [
    ("content-type", b"application/cloudevents+json")
]
_SILENT: Final = "it does not say in time that it keeps what it was given"
_log = structlog.get_logger(__name__)

# librdkafka's own words, of which there are many while a broker is away; ours are one line.
_silence = logging.getLogger("khata.kafka")
_silence.addHandler(logging.NullHandler())
_silence.propagate = False


class KafkaStream:
    """One producer, which connects when the first event is published."""

    def __init__(
        self,
        bootstrap: str,
        topic_prefix: str,
        *,
        options: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._configuration: dict[str, Any] = {
            "linger.ms": 5,
            "compression.type": "lz4",
            **(options or {}),
            "bootstrap.servers": bootstrap,
            "client.id": "khata",
            "enable.idempotence": True,
            "acks": "all",
            # No message is given up alone, for the next of its key would overtake it: all that is
            # not kept in time is taken back together.
            "message.timeout.ms": 0,
            "partitioner": "murmur2_random",  # as the clients of Java choose the partition
            "queue.buffering.max.messages": MOST_AT_ONCE,
            "error_cb": self._hear,
        }
        self._prefix, self._patience = topic_prefix, patience
        self._one_at_a_time = threading.Lock()
        self._producer: Producer | None = None
        self._topics: set[str] = set()
        self._refused: set[str] = set()
        self._fault, self._is_away = _SILENT, False

    def publish(self, messages: Sequence[StreamMessage]) -> Receipt:
        """Give Kafka the messages and say which all its replicas keep."""
        with self._one_at_a_time:
            kept: set[int] = set()
            refused: set[str] = set()
            try:
                left = self._given(messages, kept, refused)
            except (KafkaException, BufferError) as failure:
                self._fault, left = str(failure), True
            taken = [message for message in messages if message.area not in refused]
            is_away = left or len(kept) < len(taken)
            if is_away:
                self._let_go()
            self._say(is_away)
            return Receipt(frozenset(kept), frozenset(refused), is_away)

    def close(self) -> None:
        """Let go of the connections; what was not kept is not there."""
        with self._one_at_a_time:
            self._let_go()

    def _given(self, messages: Sequence[StreamMessage], kept: set[int], refused: set[str]) -> bool:
        """Produce, wait for the reports, and say whether some have not come."""
        if self._producer is None:
            self._producer = Producer(self._configuration, logger=_silence)
        for message in messages:
            topic = f"{self._prefix}.{message.area}"
            if message.area in refused or not self._is_there(self._producer, topic):
                refused.add(message.area)
                continue
            self._producer.produce(
                topic,
                key=message.key.encode(),
                value=message.body,
                headers=_HEADERS,
                on_delivery=self._reporting(message.place, kept),
            )
        return self._producer.flush(self._patience) > 0

    def _is_there(self, producer: Producer, topic: str) -> bool:
        """Ask once for each topic: where one may not be, its events wait, and the others go on."""
        if topic in self._topics:
            return True
        error = producer.list_topics(topic, timeout=self._patience).topics[topic].error
        if error is not None and error.code() != KafkaError.LEADER_NOT_AVAILABLE:
            if topic not in self._refused:
                _log.warning("stream_topic_refused", topic=topic, reason=error.str())
            self._refused.add(topic)
            return False
        self._topics.add(topic)
        self._refused.discard(topic)
        return True

    def _reporting(self, place: int, kept: set[int]) -> Any:
        def report(error: KafkaError | None, _: Message) -> None:
            if error is None:
                kept.add(place)
            else:
                self._fault = error.str()

        return report

    def _hear(self, error: KafkaError) -> None:
        self._fault = error.str()

    def _let_go(self) -> None:
        """Take back what was not kept. A new producer begins with the first of it again."""
        if self._producer is not None:
            self._producer.purge(in_queue=True, in_flight=True)
            self._producer.flush(0)
        self._producer = None
        self._topics.clear()

    def _say(self, is_away: bool) -> None:
        """Tell the log when that changes, and not at every try."""
        if is_away and not self._is_away:
            _log.warning("stream_away", reason=self._fault, what="events wait and are kept")
        elif self._is_away and not is_away:
            _log.info("stream_back")
            self._fault = _SILENT
        self._is_away = is_away


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a Kafka; `fault` is why nothing is."""

    brokers: int = 0
    topics: frozenset[str] = frozenset()
    fault: str = ""


def look_around(bootstrap: str, *, options: Mapping[str, str], seconds: float) -> Sight:
    """Ask a Kafka what it has, and make nothing."""
    heard: list[str] = []
    configuration: dict[str, Any] = {
        **options,
        "bootstrap.servers": bootstrap,
        "client.id": "khata",
        "error_cb": lambda error: heard.append(error.str()),
    }
    try:
        looking = AdminClient(configuration, logger=_silence)
        found = looking.list_topics(timeout=seconds)
        looking.poll(0)
    except KafkaException as failure:
        return Sight(fault=heard[0] if heard else failure.args[0].str())
    return Sight(len(found.brokers), frozenset(found.topics))
