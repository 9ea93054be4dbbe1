"""Traces: one from the call of the API through the outbox to the worker, by OpenTelemetry.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set: then nothing of OpenTelemetry is even loaded, and
every function here returns at once. What is named here is what the W3C calls `traceparent`.
Source: W3C Trace Context, level 1.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Link, Tracer

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# A later version than 00 may say more at its end.
_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)"
)

Kind = Literal["internal", "server", "client", "producer", "consumer"]


class Marked(Protocol):
    """A piece of a trace that more can be said of."""

    def set_attribute(self, key: str, value: Any) -> None: ...
    def update_name(self, name: str) -> None: ...
    def end(self) -> None: ...


class _Nothing:
    """What is said of a piece while nobody listens."""

    def set_attribute(self, key: str, value: Any) -> None: ...
    def update_name(self, name: str) -> None: ...
    def end(self) -> None: ...


_NOTHING: Final = _Nothing()
_tracer: "Tracer | None" = None


def is_asked_for(environment: Mapping[str, str] | None = None) -> bool:
    """Say whether the environment names a place to send traces to."""
    variables = os.environ if environment is None else environment
    if variables.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return any(variables.get(name) for name in ENDPOINTS)


def set_up_traces(process: str, version: str, *, to: "SpanProcessor | None" = None) -> None:
    """Send what happens in this process to the collector that the environment names, or to `to`.

    Sampling, headers, time-outs and the service's name are OpenTelemetry's own variables.
    """
    global _tracer
    if to is None and not is_asked_for():
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "khata")}
    about = {**named, "service.version": version, "khata.process": process}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(to or _to_the_collector())
    _tracer = provider.get_tracer("khata", version)


def end_traces() -> None:
    """Send what has not left yet, and trace no more."""
    global _tracer
    provider = getattr(_tracer, "span_processor", None)
    _tracer = None
    if provider is not None:
        provider.force_flush(5_000)
        provider.shutdown()


def are_on() -> bool:
    """Say whether anybody listens."""
    return _tracer is not None


@contextmanager
def piece(
    name: str,
    *,
    kind: Kind = "internal",
    after: str | None = None,
    because_of: Iterable[str | None] = (),
    **attributes: Any,
) -> Iterator[Marked]:
    """Trace the block as one piece of what is going on here.

    `after` is the traceparent of what it continues; `because_of` are those of what led to it and
    is another trace: a batch has many. An exception that leaves the block marks it as failed.
    """
    if _tracer is None:
        yield _NOTHING
        return
    from opentelemetry.trace import SpanKind, StatusCode

    with _tracer.start_as_current_span(
        name,
        context=_context_of(after),
        kind=SpanKind[kind.upper()],
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
        links=_links(because_of),
        record_exception=False,  # its message may hold what must not leave; the log masks it
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def continue_each(
    name: str, traceparents: Iterable[str | None], *, kind: Kind = "consumer", **attributes: Any
) -> None:
    """Leave in each of these traces a mark that this happened, linked to the piece it was part of.

    For work that is done in batches: the batch is one piece, and each cause has a trace.
    """
    if _tracer is None:
        return
    here = traceparent()
    for one in sorted({given for given in traceparents if given}):
        if here is not None and here.split("-")[1] == one.split("-")[1]:
            continue  # the batch itself is in that trace
        with piece(name, kind=kind, after=one, because_of=[here], **attributes):
            pass


def only_of(traceparents: Iterable[str | None]) -> str | None:
    """Return the traceparent that all of these are, where they are one."""
    distinct = set(traceparents)
    return distinct.pop() if len(distinct) == 1 else None


def traceparent() -> str | None:
    """Return the place in the trace where we are, as it travels; None where nothing is traced."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def read_traceparent(given: str) -> tuple[str, str] | None:
    """Return trace and span of a `traceparent`; None when it is none."""
    found = _TRACEPARENT.match(given)
    if found is None or (given.startswith("00") and found.end() != len(given)):
        return None
    if not found[1].strip("0") or not found[2].strip("0"):
        return None
    return found[1], found[2]


def with_trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Add trace_id and span_id to a line that is written inside a piece (for structlog)."""
    here = traceparent()
    if here is not None:
        _, event["trace_id"], event["span_id"], _ = here.split("-")
    return event


def _to_the_collector() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())


def _context_of(given: str | None) -> "Context | None":
    if given is None or read_traceparent(given) is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": given})


def _links(traceparents: Iterable[str | None]) -> "list[Link]":
    from opentelemetry.trace import Link, get_current_span

    contexts = (_context_of(one) for one in sorted({given for given in traceparents if given}))
    return [Link(get_current_span(c).get_span_context()) for c in contexts if c is not None]
