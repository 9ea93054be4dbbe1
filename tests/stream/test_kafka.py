"""Kafka, for real as far as librdkafka's mock cluster is: kept, in order, and never lost."""

import signal
import socket
import subprocess
import sys
from collections import Counter
from uuid import uuid4

import orjson
import pytest
from structlog.testing import capture_logs

from khata.adapters.stream.bootstrap import bootstrap_servers, kafka_options
from khata.adapters.stream.kafka import KafkaStream
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.event_stream import StreamMessage
from khata.usecases.stream.publish_waiting import Published, PublishWaiting, publish_waiting
from tests.stream.cluster import Cluster, read_all
from tests.stream.crowd import broken_order, still_waiting, waiting

TENANTS, SUBJECTS, EACH, KILLS = 3, 60, 10, 3  # the short form; the full one is trials/stream.py


@pytest.fixture
def prefix() -> str:
    return f"t{uuid4().hex}"


def message(
    place: int, number: int = 1, *, key: str = "ten_1/sub_1", area: str = "subscription"
) -> StreamMessage:
    body = {"id": f"evt_{place}", "sequence": f"{number:010}"}
    return StreamMessage(place, area, key, orjson.dumps(body))


def test_what_is_kept_is_there_in_the_order_of_its_key(kafka: Cluster, prefix: str) -> None:
    stream = KafkaStream(kafka.bootstrap, prefix)
    messages = [message(n, n // 5 + 1, key=f"ten_1/sub_{n % 5}") for n in range(200)]
    receipt = stream.publish(messages)
    more = stream.publish([message(1, key="ten_1/inv_1", area="invoice")])
    stream.close()
    assert (len(receipt.kept), receipt.is_away, receipt.refused) == (200, False, frozenset())
    assert more.kept == {1}
    written = read_all(kafka.bootstrap, f"{prefix}.subscription")
    assert len(written) == 200
    assert broken_order(written) == []
    assert Counter(key for key, _ in written) == {f"ten_1/sub_{n}": 40 for n in range(5)}
    [(key, body)] = read_all(kafka.bootstrap, f"{prefix}.invoice")
    assert (key, body["id"]) == ("ten_1/inv_1", "evt_1")


def test_a_kafka_that_is_nowhere_is_told_of_once_and_nothing_is_kept() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        stream = KafkaStream(f"127.0.0.1:{taken.getsockname()[1]}", "khata", patience=0.5)
        with capture_logs() as logs:
            for _ in range(3):
                receipt = stream.publish([message(1)])
                assert (receipt.kept, receipt.is_away) == (frozenset(), True)
        stream.close()
    [told] = logs
    assert told["event"] == "stream_away"
    assert told["reason"]


def test_a_kafka_that_goes_away_and_comes_back(mocked: Cluster, prefix: str, db: Database) -> None:
    [tenant] = waiting(db, tenants=1, subjects=20, each=6)
    stream = KafkaStream(mocked.bootstrap, prefix, patience=1.0)
    command = PublishWaiting(tenant, limit=40)
    with capture_logs() as logs:
        assert publish_waiting(command, db=db, stream=stream) == Published(40)
        with mocked.away():
            for _ in range(2):
                done = publish_waiting(command, db=db, stream=stream)
                assert done == Published(0, is_away=True)
            assert still_waiting(db) == 80
        while still_waiting(db):
            publish_waiting(command, db=db, stream=stream)
    stream.close()
    assert [line["event"] for line in logs] == ["stream_away", "stream_back"]
    written = read_all(mocked.bootstrap, f"{prefix}.subscription")
    assert len({body["id"] for _, body in written}) == 120
    assert broken_order(written) == []


def test_relays_that_are_killed_lose_nothing_and_keep_the_order(
    kafka: Cluster, prefix: str, db: Database, untouched_urls: Urls
) -> None:
    waiting(db, tenants=TENANTS, subjects=SUBJECTS, each=EACH)
    all_of_them = TENANTS * SUBJECTS * EACH
    command = [sys.executable, "-m", "tests.stream.relay"]
    command += [untouched_urls.app, kafka.bootstrap, prefix, "50"]
    relays = [subprocess.Popen(command) for _ in range(2)]
    try:
        for kill in range(KILLS):
            left = still_waiting(db)
            while left and left == still_waiting(db):
                assert {relay.poll() for relay in relays} == {None}
            # Something was removed this moment: one of the two is in the middle of the next.
            relays[kill % 2].send_signal(signal.SIGKILL)
            relays[kill % 2].wait()
            relays[kill % 2] = subprocess.Popen(command)
        while still_waiting(db):
            assert {relay.poll() for relay in relays} == {None}
    finally:
        for relay in relays:
            relay.kill()
            relay.wait()
    written = read_all(kafka.bootstrap, f"{prefix}.subscription")
    assert len({body["id"] for _, body in written}) == all_of_them
    assert broken_order(written) == []


@pytest.mark.parametrize(
    "text",
    ["kafka", "kafka:", ":9092", "kafka:0", "kafka:70000", "http://kafka:9092", "a:1,b", ", ,"],
)
def test_what_is_no_list_of_servers_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        bootstrap_servers(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("kafka:9092", "kafka:9092"),
        (" kafka-1.example:9092 , 10.0.0.7:9093,", "kafka-1.example:9092,10.0.0.7:9093"),
        ("[fd00::1]:9092", "[fd00::1]:9092"),
    ],
)
def test_a_list_of_servers_is_read(text: str, read: str) -> None:
    assert bootstrap_servers(text) == read


def test_options_are_read_a_line_each_but_not_those_that_are_ours() -> None:
    lines = "# how to sign in\nsecurity.protocol = SASL_SSL\nsasl.password=a=b\n\n"
    assert kafka_options(lines) == {"security.protocol": "SASL_SSL", "sasl.password": "a=b"}
    for wrong in ("security.protocol", "=x", "acks=0", "partitioner=random"):
        with pytest.raises(ValueError, match=r"name=value|khata's to decide"):
            kafka_options(wrong)
