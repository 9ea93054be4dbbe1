"""A pretend gateway's memory beyond its process: what it was asked, to be lived through again.

A gateway that is asked the same at the same times comes to the same books, ids and plans.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from khata.simulators.asked import Request


class Journal:
    """A file of requests and instants, a line each; what a crash cut off at its end is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8")

    def keep(self, at: datetime, request: Request | None = None) -> None:
        """Write down a request, or that the clock came to an instant at which something was due."""
        line: dict[str, object] = {"at": at.isoformat()}
        if request is not None:
            line |= {
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "body": request.body.decode("latin-1"),
            }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def read(self) -> Iterator[tuple[datetime, Request | None]]:
        """Return everything in the order in which it happened; None: only the clock moved."""
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    told = json.loads(line)
                except ValueError:
                    return
                at = datetime.fromisoformat(told.pop("at"))
                yield at, _request(told) if told else None

    def close(self) -> None:
        self._file.close()


def _request(told: dict[str, str]) -> Request:
    body = told.pop("body").encode("latin-1")
    return Request(**told, body=body)  # type: ignore[arg-type]  # as `keep` has written it
