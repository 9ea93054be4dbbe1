"""The engine of these tests: the real one, with the fake gateway and a clock that only steps."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from obstore.store import MemoryStore

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.adapters.vault import AesVault
from khata.adapters.webhooks import HttpWebhookSender
from khata.adapters.webhooks.resolver import NoSuchHost
from khata.core.addresses import Address, read_address
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.settings import Settings
from khata.wiring import Engine
from tests.paper_gateway import PaperVendor, Paying
from tests.willing_portals import WillingPortals


class SteppingClock:
    """A second later each time it is read, so that no two objects are of one instant."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            self._now += timedelta(seconds=1)
            return self._now


def _resolve(host: str, seconds: float) -> Sequence[Address]:
    """Names of these tests lead to the public, but for those that are called otherwise."""
    if host.startswith("nowhere."):
        raise NoSuchHost(host)
    inside = {"inside.example": "127.0.0.1", "metadata.example": "169.254.169.254"}
    return [read_address(inside.get(host, "1.1.1.1"))]


@contextmanager
def engine_on(db: Database, urls: Urls) -> Iterator[Engine]:
    """Put an engine on this database until the block ends."""
    gateway = Paying(urls.app)
    yield Engine(
        settings=Settings(
            secret_key="a secret for tests, 32 bytes and more", database_url=urls.app
        ),
        db=db,
        clock=SteppingClock(datetime(2026, 1, 31, 3, 30, tzinfo=UTC)),
        gateways=GatewayDesk(
            AesVault(b"a secret for tests, 32 bytes and more"),
            (PaperVendor(gateway),),
            {"fake": gateway},
        ),
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
        webhooks=HttpWebhookSender(resolve=_resolve),
        irps=WillingPortals(),
    )
    gateway.close()
