"""A Kafka to try things on: librdkafka's mock cluster, or the one that KHATA_TEST_KAFKA names."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

GIVEN = os.environ.get("KHATA_TEST_KAFKA")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where it is, and the process that can be stopped and continued, if it is ours."""

    bootstrap: str
    process: "subprocess.Popen[str] | None" = None

    @contextmanager
    def away(self) -> Iterator[None]:
        """Answer nobody for a while: connections stay open, and nothing comes through them."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def mock_cluster() -> Iterator[Cluster]:
    """Run three brokers in a process of their own."""
    command = [sys.executable, "-m", "tests.stream.cluster"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield Cluster(process.stdout.readline().strip(), process)
    finally:
        process.kill()
        process.communicate()


def read_all(bootstrap: str, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """Every message of a topic, as key and body; the order within a partition is kept."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "log_level": 0,
        }
    )
    try:
        found = consumer.list_topics(topic, timeout=SECONDS).topics[topic]
        partitions = [TopicPartition(topic, id, OFFSET_BEGINNING) for id in found.partitions]
        consumer.assign(partitions)
        messages, ended = [], 0
        while ended < len(partitions):
            message = consumer.poll(SECONDS)
            assert message is not None, topic
            if message.error():
                ended += 1  # the end of a partition is told as an error
                continue
            assert message.headers() == [("content-type", b"application/cloudevents+json")]
            key, body = message.key(), message.value()
            assert key is not None
            assert body is not None
            messages.append((key.decode(), orjson.loads(body)))
        return messages
    finally:
        consumer.close()


def main() -> None:
    brokers = Producer({"bootstrap.servers": "mock:1", "test.mock.num.brokers": 3, "log_level": 0})
    found = brokers.list_topics(timeout=SECONDS).brokers.values()
    print(",".join(f"{one.host}:{one.port}" for one in found), flush=True)
    sys.stdin.read()  # until whoever began us ends


if __name__ == "__main__":
    main()
