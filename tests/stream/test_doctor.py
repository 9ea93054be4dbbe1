"""What the doctor says of the stream: who answers, what is missing, and how long events wait."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from khata.cli.doctor.stream import kafka_reachable, stream_kept_up
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.settings import Settings
from tests.db.fleet import DUE
from tests.stream.cluster import Cluster
from tests.stream.crowd import waiting


def test_a_kafka_that_answers_and_one_that_does_not(
    kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khata.cli.doctor.stream.KAFKA_SECONDS", 10.0)
    assert "not streamed" in kafka_reachable(Settings()).seen
    prefix = f"t{uuid4().hex}"
    here = Settings(kafka_bootstrap=kafka.bootstrap, kafka_topic_prefix=prefix)
    found = kafka_reachable(here)
    assert found.is_well
    assert f"{prefix}.invoice" in found.seen
    monkeypatch.setattr("khata.cli.doctor.stream.KAFKA_SECONDS", 0.5)
    gone = kafka_reachable(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert not gone.is_well
    assert "127.0.0.1:1" in gone.seen
    odd = Settings(kafka_bootstrap="127.0.0.1:1", kafka_options="no.such.option=1")
    assert "no.such.option" in kafka_reachable(odd).seen


def test_events_that_wait_for_long_are_told_of(db: Database, untouched_urls: Urls) -> None:
    settings = Settings(kafka_bootstrap="kafka:9092")
    assert stream_kept_up(settings, untouched_urls.app, DUE).seen == "no event waits"
    waiting(db, tenants=1, subjects=3, each=1)
    soon = stream_kept_up(settings, untouched_urls.app, DUE + timedelta(minutes=4))
    late = stream_kept_up(settings, untouched_urls.app, DUE + timedelta(minutes=90))
    assert (soon.is_well, soon.seen) == (True, "3 events wait for it")
    assert late.seen == "3 events wait, the oldest for 90 minutes"
    assert "khata relay" in late.remedy
    assert not stream_kept_up(Settings(), untouched_urls.app, DUE).is_well


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kafka_bootstrap": "http://kafka:9092"}, "kafka_bootstrap"),
        ({"kafka_options": "acks=0"}, "kafka_options"),
        ({"kafka_topic_prefix": "a b"}, "kafka_topic_prefix"),
    ],
)
def test_settings_that_cannot_be_used_are_told(given: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings(**given)  # type: ignore[arg-type]
    assert wrong.value.errors()[0]["loc"] == (field,)
