"""`khata events`: what happens, as it happens, and what it looks like."""

import json
import signal
import textwrap
from importlib.metadata import version
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir, settings_with
from khata.cli.terminal import answers, fail, foreseen
from khata.core.event_wire import area_of, cloud_event, event_object
from khata.core.events import EVENT_TYPES, StoredEvent

if TYPE_CHECKING:
    from khata.db.reads.news import News
    from khata.wiring import Engine

PAUSE = 0.5  # seconds between two looks
WIDTH = 80

events = typer.Typer(cls=Group, no_args_is_help=True, help="See what happens.")


@events.callback()
def _group() -> None:
    """See what happens."""


@events.command("schema", cls=Command)
def schema() -> None:
    """Print the AsyncAPI document of all events, as GET /asyncapi.json does."""
    from khata.core.event_document import event_document

    with foreseen():
        prefix = settings_with().kafka_topic_prefix
        document = event_document(version=version("khata"), topic_prefix=prefix)
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


@events.command("tail", cls=Command)
def tail(
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose events.")],
    only: Annotated[
        str | None,
        typer.Option(
            "--type", metavar="TYPE", help="Such as invoice.paid, or invoice.", show_default=False
        ),
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Begin with the first that ever happened.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One CloudEvents envelope a line.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Print a tenant's events as they happen, until Ctrl-C.

    One tenant's, for the wall between tenants holds here too.
    """
    from khata.cli.engine import one_command, tenant_of
    from khata.db.reads.news import News

    if only is not None and not _types(only):
        fail("unknown_event_type", f"{only!r} is no type of event; `khata events schema` has them")
    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        with engine.db.transaction(whose) as uow:
            named = uow.tenants.get()
            news = News(None if from_start else uow.events.last_at())
            if not from_start:
                news.pass_over(uow.connection)
        zone = ZoneInfo(named.timezone)

        def show(event: StoredEvent) -> None:
            if only is not None and event.type not in _types(only):
                return
            if as_json:
                envelope = cloud_event(event, tenant=whose, livemode=named.livemode)
                typer.echo(json.dumps(envelope, ensure_ascii=False))
            else:
                typer.echo(spoken(event, zone))

        # Ctrl-C is heeded between two looks: amid one it would break the connection's dialogue.
        ended = Event()
        before = signal.signal(signal.SIGINT, lambda *_: ended.set())
        try:
            while not ended.is_set():
                if not _shown(engine, whose, news, show):
                    ended.wait(PAUSE)
        finally:
            signal.signal(signal.SIGINT, before)
        answers.print()


def _shown(engine: "Engine", whose: Any, news: "News", show: Any) -> bool:
    with engine.db.transaction(whose) as uow:
        page = news.page(uow.connection)
    for event in page:
        show(event)
    return bool(page)


def spoken(event: StoredEvent, zone: ZoneInfo) -> str:
    """Spell an event for a person: a line of what and when, and its facts, none beyond a column."""
    told = event_object(event, livemode=False)
    when = event.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    head = f"{when}  {event.type}  #{event.sequence}"
    facts = {name: value for name, value in told["facts"].items() if value is not None}
    body = " ".join(f"{name}={value}" for name, value in facts.items())
    lines = textwrap.wrap(
        " ".join(body.split()),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
    )
    return "\n".join([head, *lines])


def _types(only: str) -> set[str]:
    return {type for type in EVENT_TYPES if only in (type, area_of(type))}
