"""Traces: one from the call of the API through reactions, gateway and PDF to the mail."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from khata.adapters.gateways.watched import WatchedGateway
from khata.adapters.pdf.watched import WatchedRenderer
from khata.api.app import create_app
from khata.ports.gateways import WithoutAccounts
from khata.ports.mailer import Letter
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.watch.traces import (
    continue_each,
    end_traces,
    is_asked_for,
    only_of,
    piece,
    read_traceparent,
    set_up_traces,
    traceparent,
)
from khata.wiring import Engine
from khata.worker import task_figures
from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up
from tests.log_lines import Logged

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"


class Pieces:
    """What has been traced, as a collector would get it."""

    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        set_up_traces("api", "1.2.3", to=SimpleSpanProcessor(self._kept))

    @property
    def all(self) -> Sequence[ReadableSpan]:
        return self._kept.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [one for one in self.all if one.name == name]

    def names_in(self, trace: str) -> set[str]:
        return {one.name for one in self.all if trace_of(one) == trace}


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def span_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


@pytest.fixture
def pieces() -> Iterator[Pieces]:
    yield Pieces()
    end_traces()


class Postbox:
    """A mail server that takes everything."""

    def send(self, letter: Letter) -> None:
        assert letter.to


@pytest.fixture
def watched(engine: Engine) -> Engine:
    """The engine as `open_engine` makes it, with a mail server."""
    fake = engine.gateways.of("fake", None)
    assert fake is not None
    return replace(
        engine,
        gateways=WithoutAccounts({"fake": WatchedGateway("fake", fake)}),
        pdf=WatchedRenderer(engine.pdf),
        mailer=Postbox(),
        settings=engine.settings.model_copy(update={"smtp_url": "smtp://mail.example:587"}),
    )


@pytest.fixture
def trader(watched: Engine) -> Seller:
    """A seller with a customer who has a card, and a price."""
    seller = sign_up(create_app(watched))
    seller.one("payment_methods")
    return seller


def subscribe(seller: Seller) -> Any:
    body = BODIES["POST /v1/subscriptions"](seller)
    answer = seller.post("/v1/subscriptions", body, traceparent=CALLER)
    assert answer.status_code == 201, answer.text
    return answer


def live_on(engine: Engine, seller: Seller) -> None:
    """Do what is due, as another process would: outside any trace."""
    do_due_work(DoDueWork(seller.tenant, engine.now(seller.tenant)), tools=engine.tools)


def test_one_trace_leads_from_the_call_to_the_mail(
    watched: Engine, trader: Seller, pieces: Pieces
) -> None:
    subscribe(trader)
    live_on(watched, trader)
    assert pieces.names_in(TRACE) >= {
        "POST /v1/subscriptions",
        "react to events",
        "send attempt",
        "gateway charge",
        "write mail",
        "send mail",
        "pdf render",
    }
    [called] = pieces.named("POST /v1/subscriptions")
    assert called.parent is not None
    assert f"{called.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert called.attributes is not None
    assert called.attributes["http.response.status_code"] == 201
    [charged] = pieces.named("gateway charge")
    assert charged.attributes == {"khata.gateway": "fake"}


def test_a_mail_of_an_event_that_was_not_traced_has_no_foreign_trace(
    watched: Engine, trader: Seller, pieces: Pieces
) -> None:
    end_traces()
    subscribe(trader)
    later = Pieces()
    live_on(watched, trader)
    assert later.named("send mail")
    assert TRACE not in {trace_of(one) for one in later.all}


def test_a_batch_leaves_a_mark_in_each_trace_that_led_to_it(
    watched: Engine, trader: Seller, pieces: Pieces
) -> None:
    customers = [f"00-{TRACE[:-1]}{n}-00f067aa0ba902b7-01" for n in "123"]
    with watched.db.transaction(trader.tenant) as uow:
        made = uow.connection.execute("select id, facts from events limit 1").fetchone()
    assert made is None  # nothing has happened yet
    subscribe(trader)
    with watched.db.transaction(trader.tenant) as uow:
        uow.connection.execute(
            """update events e set reacted_at = null, traceparent = (%s::text[])[n.n]
                 from (select id, 1 + row_number() over (order by id) %% 3 as n from events) n
                where n.id = e.id""",
            [customers],
        )
    at = watched.now(trader.tenant)
    with piece("a look"):
        assert react_to_events(ReactToEvents(trader.tenant, at), db=watched.db) >= 3
    [batch] = [one for one in pieces.named("react to events") if trace_of(one) != TRACE]
    assert {f"{link.context.span_id:016x}" for link in batch.links} == {"00f067aa0ba902b7"}
    assert len(batch.links) == 3
    marks = pieces.named("reaction")
    assert {trace_of(one) for one in marks} == {one.split("-")[1] for one in customers}
    for mark in marks:
        assert [f"{link.context.span_id:016x}" for link in mark.links] == [span_of(batch)]


def test_lines_tell_their_trace(trader: Seller, pieces: Pieces, logged: Logged) -> None:
    subscribe(trader)
    [line] = [one for one in logged.lines if one.get("trace_id") == TRACE]
    assert (line["event"], line["route"]) == ("request", "/v1/subscriptions")
    assert line["span_id"] == span_of(pieces.named("POST /v1/subscriptions")[0])


def test_a_message_carries_its_trace_to_the_task(pieces: Pieces) -> None:
    with piece("ring"):
        headers = task_figures.traced_headers()
    request = SimpleNamespace(delivery_info={"routing_key": "billing"}, headers=headers)
    task: Any = SimpleNamespace(name="khata.answer_bell", request=request)
    task_figures.begun(task_id="t", task=task, kwargs={})
    inside = traceparent()
    task_figures.ended(task_id="t")
    assert traceparent() is None
    [ring], [run] = pieces.named("ring"), pieces.named("task khata.answer_bell")
    assert trace_of(ring) == trace_of(run)
    assert inside is not None
    assert inside.split("-")[2] == span_of(run)


def test_what_fails_is_marked_and_its_message_stays_here(pieces: Pieces) -> None:
    with pytest.raises(ValueError), piece("it"):
        raise ValueError("canary")
    [it] = pieces.named("it")
    assert not it.status.is_ok
    assert it.attributes == {"error.type": "ValueError"}
    assert "canary" not in it.to_json()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (CALLER, (TRACE, "00f067aa0ba902b7")),
        ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7-01-canary", None),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", (TRACE, "00f067aa0ba902b7")),
        ("canary", None),
        ("", None),
    ],
)
def test_what_callers_call_a_traceparent(given: str, read: tuple[str, str] | None) -> None:
    assert read_traceparent(given) == read


@pytest.mark.parametrize(
    ("variables", "is_on"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_the_environment_says_whether_anybody_listens(
    variables: dict[str, str], is_on: bool
) -> None:
    assert is_asked_for(variables) is is_on


def test_without_a_listener_nothing_is_traced_or_even_loaded() -> None:
    source = """
import sys
from khata.api.app import create_app
from khata.wiring import open_engine
from khata.watch.traces import continue_each, piece, set_up_traces, traceparent
set_up_traces("api", "1")
with piece("it", after="x", because_of=["y"]) as it:
    it.set_attribute("a", 1)
    continue_each("that", ["z"])
    assert traceparent() is None
print([name for name in sys.modules if name.startswith("opentelemetry.") and
       name.split(".")[1] in ("sdk", "exporter", "proto")])
"""
    told = subprocess.run(
        [sys.executable, "-c", source],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[]\n", told.stdout


def test_causes_that_are_one_and_causes_that_are_many() -> None:
    assert only_of([CALLER, CALLER]) == CALLER
    assert only_of([CALLER, None]) is None
    assert only_of([]) is None
    continue_each("nobody listens", [CALLER])
