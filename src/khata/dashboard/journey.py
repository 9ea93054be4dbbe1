"""A journey of the test clock: the main figures as they were when it set out, to be compared.

They travel in the page's address, as a journey may outlast many requests, and are signed with the
session's token, as whoever sends somebody a link must not choose what it tells.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from khata.dashboard.viewer import Viewer
from khata.dashboard.wording import moment, short_money
from khata.db.reads import metrics, overview
from khata.db.reads.metrics import Sum

_NONE = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """One main figure in words; `before` is None unless a journey has just ended."""

    name: str
    now: str
    before: str | None = None


def figures(
    connection: psycopg.Connection[TupleRow], viewer: Viewer, was: str = ""
) -> list[Figure]:
    """Return the main figures; beside them what they were when the journey of `was` set out."""
    before = _opened(was, viewer)
    return [
        Figure(name, now, before.get(name)) for name, now in _spelled(connection, viewer).items()
    ]


def set_out(connection: psycopg.Connection[TupleRow], viewer: Viewer) -> str:
    """Return the figures as they are, closed, to be carried to the journey's end."""
    body = json.dumps(_spelled(connection, viewer)).encode()
    return f"{base64.urlsafe_b64encode(body).decode()}.{_seal(body, viewer)}"


def _spelled(connection: psycopg.Connection[TupleRow], viewer: Viewer) -> dict[str, str]:
    mrr = metrics.mrr(connection, viewer.today)
    owed, overdue = overview.receivable(connection, viewer.today)
    return {
        "Time": moment(viewer.now, viewer.zone),
        "MRR": _sums(mrr),
        "Paying customers": str(sum(total.count for total in mrr)),
        "Owed to you": _sums(owed),
        "of it overdue": _sums(overdue),
    }


def _sums(sums: Iterable[Sum]) -> str:
    return ", ".join(short_money(s.amount, s.currency) for s in sums if s.amount) or _NONE


def _opened(was: str, viewer: Viewer) -> dict[str, str]:
    """Return the figures that were carried along; nothing where they are not ours."""
    text, _, seal = was.partition(".")
    try:
        body = base64.urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, binascii.Error):
        return {}
    if not hmac.compare_digest(_seal(body, viewer).encode(), seal.encode(errors="replace")):
        return {}
    carried: dict[str, str] = json.loads(body)
    return carried


def _seal(body: bytes, viewer: Viewer) -> str:
    return hmac.new(viewer.token.encode(), b"journey" + body, hashlib.sha256).hexdigest()[:32]
