"""The stream tried out: 10,000 events, two relays that are killed on the way, and what Kafka got.

`python -m trials.stream`; KHATA_TEST_KAFKA names a broker, else it is librdkafka's mock cluster.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.db.transaction import Database
from tests.stream.cluster import GIVEN, Cluster, mock_cluster, read_all
from tests.stream.crowd import broken_order, still_waiting, waiting

BATCH = 100
TENANTS, EACH = 5, 10


def main() -> int:
    """Publish them all and say what came; exit code 1 if one is lost or out of order."""
    asked = _asked()
    subjects = asked.events // (TENANTS * EACH)
    events = TENANTS * subjects * EACH
    prefix, begin = f"t{uuid4().hex}", time.monotonic()
    with _ground() as urls, _kafka() as kafka:
        db = Database(urls.app)
        waiting(db, tenants=TENANTS, subjects=subjects, each=EACH)
        assert still_waiting(db) == events
        kills = _published_by_mortals(db, urls, kafka, prefix, seconds=asked.every)
        written = read_all(kafka.bootstrap, f"{prefix}.subscription")
        db.close()
    ids = {body["id"] for _, body in written}
    broken = broken_order(written)
    print(
        f"{len(ids):,} of {events:,} events, {len(written) - len(ids):,} of them twice; "
        f"{len(broken)} out of order; {kills} relays killed; "
        f"{time.monotonic() - begin:.0f} s on {'a broker' if GIVEN else 'the mock cluster'}"
    )
    return 0 if len(ids) == events and not broken else 1


def _published_by_mortals(
    db: Database, urls: Urls, kafka: Cluster, prefix: str, *, seconds: float
) -> int:
    """Run two relays, kill one after the other at a random moment, until nothing waits."""
    command = [sys.executable, "-m", "tests.stream.relay"]
    command += [urls.app, kafka.bootstrap, prefix, str(BATCH)]
    relays = [subprocess.Popen(command) for _ in range(2)]
    kills = 0
    try:
        while left := still_waiting(db):
            while left and left == still_waiting(db):
                time.sleep(0.02)
            time.sleep(random.uniform(0, seconds))
            relays[kills % 2].kill()
            relays[kills % 2].wait()
            relays[kills % 2] = subprocess.Popen(command)
            kills += 1
    finally:
        for relay in relays:
            relay.kill()
            relay.wait()
    return kills


@contextmanager
def _ground() -> Iterator[Urls]:
    with tempfile.TemporaryDirectory(prefix="khata-trial-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as server:
            urls = provision(server.url(), "khata")
            migrate(urls.owner)
            yield urls


@contextmanager
def _kafka() -> Iterator[Cluster]:
    if GIVEN:
        yield Cluster(GIVEN)
        return
    with mock_cluster() as cluster:
        yield cluster


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trials.stream", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=1.0, help="seconds a relay lives, at most")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
