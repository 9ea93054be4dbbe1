"""The relay: places are shared fairly, what breaks hinders no other, and its end is clean."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from khata.adapters.clock import SystemClock
from khata.adapters.files.object_files import FolderFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.adapters.webhooks import HttpWebhookSender
from khata.core.addresses import read_networks
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.wiring import Engine
from khata.worker.relay import run_relay
from khata.worker.webhooks import Due, Places, WebhookDuty
from tests.webhooks.receiver import Received, Receiver, receiving
from tests.webhooks.teller import Teller

TENANTS = [uuid4() for _ in range(4)]


def due(tenant: int, *, failing: bool = False) -> Due:
    return Due(TENANTS[tenant], uuid4(), failing)


def chosen(places: Places, waiting: list[Due]) -> Counter[UUID]:
    """Look again and again until no place is left; who has how many, by tenant."""
    while [*places.choose(waiting)]:
        pass
    taken: Counter[UUID] = Counter()
    for one, calls in places.taken.items():
        taken[one.tenant] += calls
    return taken


def test_an_endpoint_has_four_places_and_a_tenant_eight() -> None:
    assert chosen(Places(), [due(0)]) == {TENANTS[0]: 4}
    assert chosen(Places(), [due(0) for _ in range(5)]) == {TENANTS[0]: 8}


def test_tenants_have_their_turns() -> None:
    waiting = [due(0) for _ in range(50)] + [due(1), due(2), due(3)]
    first = [one.tenant for one, _ in zip(Places().choose(waiting), range(4), strict=False)]
    assert first == TENANTS
    taken = chosen(Places(), waiting)
    assert taken.total() == 16
    assert min(taken[tenant] for tenant in TENANTS) >= 2


def test_those_that_fail_may_all_hang_and_leave_places_to_the_others() -> None:
    places = Places()
    failing = [due(n % 4, failing=True) for n in range(40)]
    assert chosen(places, failing).total() == 4
    assert chosen(places, [due(0), due(1), due(2)]).total() == 16


def test_a_place_that_is_left_can_be_taken_again() -> None:
    places, one = Places(), due(0)
    assert chosen(places, [one]) == {one.tenant: 4}
    assert places.full() == [one.endpoint]
    places.leave(one)
    assert places.full() == []
    assert [*places.choose([one])] == [one]


@pytest.fixture
def engine(db: Database, urls: Urls, tmp_path: Path) -> Iterator[Engine]:
    """An engine that may reach this machine, and gives up soon."""
    gateway = FakeGateway(urls.app)
    yield Engine(
        settings=Settings(secret_key="a secret for tests, 32 bytes and more"),
        db=db,
        clock=SystemClock(),
        gateways=WithoutAccounts({"fake": gateway}),
        files=FolderFiles(tmp_path),
        pdf=TypstRenderer(),
        mailer=KeptOnly(),
        webhooks=HttpWebhookSender(allowed=read_networks("127.0.0.0/8"), seconds=10),
    )
    gateway.close()


class Relay:
    """A relay on a thread, until the block ends."""

    def __init__(self, engine: Engine) -> None:
        self.stop = threading.Event()
        self._thread = threading.Thread(target=run_relay, args=(engine, self.stop))

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join()


def arrives(receiver: Receiver, count: int) -> None:
    """Wait until so many have arrived. Fails after three minutes."""
    enough = threading.Event()
    for _ in range(1800):
        if len(receiver.received) >= count:
            return
        enough.wait(0.1)
    raise AssertionError(f"only {len(receiver.received)} of {count} arrived")


def test_what_happens_arrives(engine: Engine, shop: Teller, receiver: Receiver) -> None:
    shop.endpoint(url=receiver.url)
    with Relay(engine):
        events = shop.happens(*range(100))
        arrives(receiver, 100)
    assert sorted(receiver.ids) == sorted(events)
    assert shop.statuses() == ["succeeded"] * 100


def test_endpoints_that_hang_delay_nobody(
    engine: Engine, db: Database, shop: Teller, receiver: Receiver
) -> None:
    let_go = threading.Event()
    with receiving() as hanging:

        def hangs(received: Received) -> int:
            let_go.wait(60)
            return 200

        hanging.answers = hangs
        others = [Teller(db) for _ in range(6)]
        for other in others:
            for _ in range(3):
                other.endpoint(url=hanging.url)
            other.happens(*range(10))
        shop.endpoint(url=receiver.url)
        shop.happens(*range(200))
        with Relay(engine):
            arrives(receiver, 200)
            let_go.set()
    assert shop.statuses() == ["succeeded"] * 200


def test_a_tenant_whose_secrets_do_not_open_hinders_no_other(
    engine: Engine, db: Database, shop: Teller, receiver: Receiver
) -> None:
    broken = Teller(db)
    broken.endpoint(url=receiver.url)
    broken.rows("update webhook_endpoints set secret = 'nonsense' returning 1")
    broken.happens(1)
    shop.endpoint(url=receiver.url)
    events = shop.happens(1, 2)
    with Relay(engine):
        arrives(receiver, 2)
    assert sorted(receiver.ids) == sorted(events)
    assert broken.statuses() == ["pending"]


def test_who_is_told_to_stop_ends_what_is_in_the_air_and_hands_back_the_rest(
    engine: Engine, shop: Teller, receiver: Receiver
) -> None:
    in_the_air, let_go = threading.Event(), threading.Event()

    def slow(received: Received) -> int:
        in_the_air.set()
        let_go.wait(60)
        return 200

    receiver.answers = slow
    endpoint = shop.endpoint(url=receiver.url)
    shop.happens(1, 2, 3)
    with Relay(engine) as relay:
        assert in_the_air.wait(60)
        relay.stop.set()
        let_go.set()
    statuses = Counter(shop.statuses())
    assert statuses["succeeded"] == len(receiver.received) >= 1
    assert statuses["pending"] == 3 - statuses["succeeded"]
    if statuses["pending"]:
        assert shop.is_due(SystemClock().now()) == [endpoint]  # at once, not after a lease


def test_a_duty_that_breaks_hinders_no_other(engine: Engine) -> None:
    stop, asked = threading.Event(), []

    def breaks(engine: Engine, stop: threading.Event) -> int:
        raise RuntimeError("broken")

    def counts(engine: Engine, stop: threading.Event) -> int:
        asked.append(stop.is_set())
        if len(asked) == 3:
            stop.set()
        return 1

    run_relay(engine, stop, duties_of_it=(breaks, counts))
    assert asked == [False, False, False, True]  # once more, to end what it began


def test_a_database_that_is_away_is_waited_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, asked = threading.Event(), []

    def away(*_: object) -> list[object]:
        asked.append(1)
        if len(asked) == 2:
            stop.set()
        raise ConnectionError

    monkeypatch.setattr(engine.db, "ask", away)
    run_relay(engine, stop, duties_of_it=(WebhookDuty(),))
    assert len(asked) == 2
