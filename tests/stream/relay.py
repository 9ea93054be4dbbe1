"""A relay that has the stream's duty alone, as a process that can be killed."""

import sys
import threading

from obstore.store import MemoryStore

from khata.adapters.clock import SystemClock
from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.adapters.stream.kafka import KafkaStream
from khata.db.transaction import Database
from khata.ports.event_stream import EventStream
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.wiring import Engine
from khata.worker.stream import publish_round


def engine_with(db: Database, stream: EventStream) -> Engine:
    return Engine(
        settings=Settings(),
        db=db,
        clock=SystemClock(),
        gateways=WithoutAccounts({}),
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
        stream=stream,
    )


def main(app_url: str, bootstrap: str, prefix: str, batch: str) -> None:
    stream = KafkaStream(bootstrap, prefix)
    engine, stop = engine_with(Database(app_url), stream), threading.Event()
    while True:
        publish_round(engine, stream, stop, batch=int(batch))
        stop.wait(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
