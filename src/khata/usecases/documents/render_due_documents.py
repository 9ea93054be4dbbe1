"""Render the invoices that mails wait for, so that sending only attaches them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.core.refusal import Refusal, unforeseen
from khata.db.stores.parked import ParkedWork
from khata.db.stores.renderings import Rendering
from khata.ports.files import FilesAway
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.due_work.tools import Tools
from khata.watch.traces import are_on, piece

_log = structlog.get_logger(__name__)

MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)  # doubled after each try


@dataclass(frozen=True, slots=True)
class RenderDueDocuments:
    """`limit` bounds a share: a document takes some 20 ms, and a store in the cloud as much."""

    tenant: UUID
    at: datetime
    limit: int = 50


def render_due_documents(command: RenderDueDocuments, *, tools: Tools) -> int:
    """Render and keep what is due, and return how many were taken.

    One that breaks is tried five times and then parked, and its mails go on as they would
    without: no mail is lost over its document.
    """
    with tools.db.transaction(command.tenant) as uow:
        due = uow.renderings.take_due(command.at, limit=command.limit)
        about = uow.events.traceparent_about
        causes = {one.id: about(one.invoice_id) for one in due} if are_on() else {}
    done: list[Rendering] = []
    for begun, rendering in enumerate(due):
        try:
            with piece("render ahead", after=causes.get(rendering.id)):
                if _rendered(rendering, command, tools):
                    done.append(rendering)
        except FilesAway as away:
            _log.error("files_away", reason=str(away))
            _wait(due[begun:], str(away), command, tools)
            break
    with tools.db.transaction(command.tenant) as uow:
        uow.renderings.end(done, command.at)
    return len(due)


def _rendered(rendering: Rendering, command: RenderDueDocuments, tools: Tools) -> bool:
    """Say whether there is nothing left to do. Raises: FilesAway."""
    if rendering.tries > MOST_TRIES:
        _failed(rendering, "Its worker died each time, or took too long", command, tools)
        return False
    give_out = GiveOutDocument(command.tenant, rendering.invoice_id, command.at)
    try:
        give_out_document(give_out, tools=tools)
    except (FilesAway, psycopg.OperationalError):
        raise
    except Refusal:
        return True  # it is told where it was refused; the mail hears the same
    except Exception as fault:
        _log.exception("document_not_rendered")
        _failed(rendering, unforeseen(fault), command, tools)
        return False
    return True


def _failed(rendering: Rendering, error: str, command: RenderDueDocuments, tools: Tools) -> None:
    at = command.at
    with tools.db.transaction(command.tenant) as uow:
        if rendering.tries < MOST_TRIES:
            uow.renderings.try_at(rendering.id, _next(rendering, at), error)
            return
        uow.renderings.try_at(rendering.id, None, error)
        uow.parked.add([ParkedWork("document", rendering.id, "document_failed", error, None)], at)
        uow.renderings.let_mails_go([rendering], at)


def _wait(due: Sequence[Rendering], error: str, command: RenderDueDocuments, tools: Tools) -> None:
    """Wait for the store; who waited for long leaves it to the mails, which wait themselves."""
    with tools.db.transaction(command.tenant) as uow:
        uow.renderings.end([one for one in due if one.tries >= MOST_TRIES], command.at)
        for rendering in due:
            if rendering.tries < MOST_TRIES:
                uow.renderings.try_at(rendering.id, _next(rendering, command.at), error)


def _next(rendering: Rendering, at: datetime) -> datetime:
    wait: timedelta = FIRST_WAIT * 2 ** (rendering.tries - 1)
    return at + wait
