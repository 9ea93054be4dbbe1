"""What is logged, as a machine reads it: a line is a JSON object."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog

from khata.watch.logs import set_up_logs


@dataclass
class Logged:
    written: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.written.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def log_lines(
    *, process: str = "api", level: Literal["debug", "info"] = "info"
) -> Iterator[Logged]:
    """Write the log to memory until the block ends, and put everything back then."""
    root = logging.getLogger()
    handlers, was = list(root.handlers), root.level
    logged = Logged()
    set_up_logs(process, level=level, format="json", to=logged.written)
    try:
        yield logged
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(was)
        logging.captureWarnings(False)
