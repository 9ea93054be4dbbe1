"""Circumstances: what every line that is logged inside a block says beside its own words.

A door opens a block; what it learns later (whose key this is) goes into the same block, also from
the thread that an endpoint runs on: the values are one dict, which the copies of a context share.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from khata.core.ids import public_id

_about: ContextVar[dict[str, Any] | None] = ContextVar("khata_circumstances", default=None)


@contextmanager
def inside(**facts: Any) -> Iterator[None]:
    """Say these facts in every line until the block ends, beside those of the blocks around it."""
    before = _about.set({**(_about.get() or {}), **facts})
    try:
        yield
    finally:
        _about.reset(before)


@contextmanager
def work_of(tenant: UUID, *, livemode: bool | None = None, **facts: Any) -> Iterator[None]:
    """Say in every line of the block whose work it is."""
    with inside(**_named(tenant, livemode), **facts):
        yield


def learned(tenant: UUID, *, livemode: bool) -> None:
    """Say from now on, in the block that is open, who is asking."""
    about = _about.get()
    if about is not None:
        about.update(_named(tenant, livemode))


def circumstances() -> Mapping[str, Any]:
    """Return what is to be said here."""
    return _about.get() or {}


def with_circumstances(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Add to a line what is not said in it (a processor of structlog)."""
    for name, fact in circumstances().items():
        event.setdefault(name, fact)
    return event


def _named(tenant: UUID, livemode: bool | None) -> dict[str, Any]:
    named: dict[str, Any] = {"tenant": public_id("ten", tenant)}
    if livemode is not None:
        named["mode"] = "live" if livemode else "test"
    return named
