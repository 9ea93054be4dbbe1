"""The stream: Kafka answers, its topics take events, and none waits for long."""

from datetime import datetime, timedelta

import psycopg

from khata.adapters.stream.bootstrap import kafka_options
from khata.cli.doctor.finding import Finding
from khata.core.event_wire import area_of
from khata.core.events import EVENT_TYPES
from khata.settings import Settings

KAFKA_SECONDS = 5.0
LONGEST_WAIT = timedelta(minutes=5)


def kafka_reachable(settings: Settings) -> Finding:
    """Ask Kafka for its brokers and for our topics; nothing is published."""
    if settings.kafka_bootstrap is None:
        return Finding("kafka", "no KHATA_KAFKA_BOOTSTRAP: events are kept, and not streamed")
    from khata.adapters.stream.kafka import look_around

    topics = {f"{settings.kafka_topic_prefix}.{area_of(type)}" for type in EVENT_TYPES}
    sight = look_around(
        settings.kafka_bootstrap,
        options=kafka_options(settings.kafka_options or ""),
        seconds=KAFKA_SECONDS,
    )
    if sight.fault:
        return Finding(
            "kafka",
            f"{settings.kafka_bootstrap}: {sight.fault}",
            "check KHATA_KAFKA_BOOTSTRAP and KHATA_KAFKA_OPTIONS, and that it is up",
        )
    brokers = f"{sight.brokers} broker{'s' if sight.brokers > 1 else ''}"
    missing = sorted(topics - sight.topics)
    if missing:
        # No fault: where Kafka may make topics by itself, the first event makes each.
        return Finding("kafka", f"{brokers}; not there yet: {', '.join(missing)}")
    return Finding("kafka", f"{brokers}, all {len(topics)} topics")


def stream_kept_up(settings: Settings, app_url: str, now: datetime) -> Finding:
    """Look how many events wait for the stream, and how long."""
    with psycopg.connect(app_url, connect_timeout=10) as connection:
        row = connection.execute("select pending, oldest from stream_lag()").fetchone()
    assert row is not None
    pending, oldest = row
    if pending and settings.kafka_bootstrap is None:
        return Finding(
            "stream",
            f"{pending:,} events wait for a stream that is not set up",
            "set KHATA_KAFKA_BOOTSTRAP again, or ignore them",
        )
    if oldest is not None and now - oldest > LONGEST_WAIT:
        minutes = (now - oldest) // timedelta(minutes=1)
        return Finding(
            "stream",
            f"{pending:,} events wait, the oldest for {minutes:,} minutes",
            "see that `khata relay` runs, and what it says of the stream in its log",
        )
    return Finding("stream", f"{pending:,} events wait for it" if pending else "no event waits")
