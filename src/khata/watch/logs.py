"""Logs: the one place that says how a line is written, ours and those of the libraries.

A line goes to standard error, for answers of commands are on standard output.
"""

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from khata.watch.circumstances import inside, with_circumstances
from khata.watch.masks import masked
from khata.watch.traces import with_trace

__all__ = ["inside", "set_up_logs"]

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]

# Libraries that tell at `info` what our own lines tell already.
TALKATIVE: Final = (
    *("alembic", "amqp", "celery.app.trace", "celery.worker.strategy"),
    *("httpx", "httpcore", "kombu", "urllib3", "uvicorn.access"),
)

_FIRST: Final = ("timestamp", "level", "event", "logger", "process")


def set_up_logs(
    process: str, *, level: Level = "info", format: Format = "text", to: TextIO | None = None
) -> None:
    """Let every line of this process be written in one form from now on, to `to` or stderr."""
    ours: Sequence[Processor] = (
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        with_circumstances,
        with_trace,
        _process_named(process),
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *ours,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    written = _Written(to or sys.stderr)
    written.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=ours, processors=_last(format))
    )
    root = logging.getLogger()
    root.handlers[:] = [written]
    root.setLevel(level.upper())
    _quieten(logging.DEBUG if level == "debug" else logging.WARNING)
    logging.captureWarnings(True)


class _Written(logging.StreamHandler[TextIO]):
    """Writes lines. One that cannot be written is told without what was in it."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say which line was lost; the library would print it, with every secret."""
        fault = sys.exc_info()[0]
        name = fault.__name__ if fault else "fault"
        sys.stderr.write(f"a line of {record.name} was lost: {name}\n")


def _last(format: Format) -> list[Processor]:
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # Frames and the error, without the values in them: those may be secrets.
        structlog.processors.format_exc_info,
        masked,
        _as_line if format == "json" else _for_people(),
    ]


def _for_people() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _as_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Spell a line as JSON, with what every line has first."""
    known = {name: event[name] for name in _FIRST if name in event}
    return json.dumps({**known, **event}, default=str, ensure_ascii=False)


def _process_named(process: str) -> Processor:
    def name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("process", process)
        return event

    return name


def _quieten(level: int) -> None:
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(level)
    for known in ("uvicorn", "uvicorn.error", "celery", "kombu", "alembic"):
        logger: Any = logging.getLogger(known)
        logger.handlers[:] = []  # theirs would say it a second time, in their own form
        logger.propagate = True
    for one in logging.root.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            one.disabled = False  # some library, setting up its own lines, silences all others'
