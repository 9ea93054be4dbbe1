"""`khata api`, `khata worker`, `khata scheduler`: the engine's doors, each a process of its own."""

import threading
from contextlib import closing
from typing import Annotated

import typer

from khata.cli.listening import listen
from khata.cli.options import DataDir, Host, Port, settings_with
from khata.cli.terminal import answers, fail, foreseen
from khata.core.queues import Queue
from khata.settings import Settings


def api(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Answer requests: API, dashboard and hosted pages, and nothing else.

    What is due is done by `khata worker`, and rung for by `khata scheduler`.
    """
    with foreseen():
        listener, settings = listen(settings_with(host=host, port=port, data_dir=data_dir))
        from khata.cli.engine import engine_for
        from khata.cli.serving import answer_requests
        from khata.worker.observed import observed, told_as

        told_as("api", settings)
        with closing(listener), engine_for(settings) as (engine, _), observed(engine, "api"):
            answer_requests(engine, listener, ready=lambda url: answers.print(f"api at {url}"))


def worker(
    queues: Annotated[
        str, typer.Option(help="Which queues, with commas.", metavar="Q,Q…")
    ] = ",".join(Queue),
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Shares done at once.")] = 1,
    data_dir: DataDir = None,
) -> None:
    """Do what is due: take from the queues of KHATA_BROKER_URL. Any number may run.

    The queues are billing, payments, documents, notify and exports. SIGTERM
    lets the shares that are under way finish, and hands back what does not.
    """
    with foreseen():
        settings = _with_broker(settings_with(data_dir=data_dir))
        names = _queues(queues)
        from khata.cli.engine import engine_for
        from khata.worker.celery_worker import work_forever
        from khata.worker.observed import observed, told_as
        from khata.worker.processes import alive

        told_as("worker", settings)
        # The engine here only watches; each process that works opens its own.
        with (
            engine_for(settings) as (engine, place),
            observed(engine, "worker"),
            alive(engine, "worker", names),
        ):
            work_forever(settings, place.urls, names, concurrency)


def scheduler(data_dir: DataDir = None) -> None:
    """Ask the database what is due and ring for it on KHATA_BROKER_URL.

    Any number may run at once; without one, due work waits.
    """
    with foreseen():
        settings = _with_broker(settings_with(data_dir=data_dir))
        from khata.cli.engine import engine_for
        from khata.worker.broker import Broker
        from khata.worker.observed import observed, told_as
        from khata.worker.processes import alive
        from khata.worker.scheduler import schedule_forever

        told_as("scheduler", settings)
        assert settings.broker_url is not None
        with (
            engine_for(settings) as (engine, _),
            observed(engine, "scheduler"),
            closing(Broker(settings.broker_url)) as broker,
            alive(engine, "scheduler"),
        ):
            answers.print(f"scheduler rings on {broker.name}", markup=False)
            schedule_forever(engine, broker, threading.Event())


def _with_broker(settings: Settings) -> Settings:
    if settings.broker_url is None:
        fail(
            "broker_missing",
            "set KHATA_BROKER_URL, such as redis://localhost:6379/0 or amqp://localhost; "
            "without a broker, `khata up` does all in one process",
        )
    return settings


def _queues(given: str) -> list[str]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Queue)]
    if unknown or not names:
        fail(
            "unknown_queue",
            f"{', '.join(unknown) or 'nothing'} is no queue; they are {', '.join(Queue)}",
        )
    return names
