"""Write and send the mails that are due: the words are kept first, then the letter leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from uuid import UUID

import structlog

from khata.core.ids import public_id
from khata.core.refusal import Refusal, unforeseen
from khata.db.reads.letters import facts_of, passed_of
from khata.db.stores.mails import Queued
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import UnitOfWork
from khata.ports.files import FilesAway
from khata.ports.letters import Written
from khata.ports.mailer import Attachment, Letter, MailDelayed, MailRejected
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.due_work.tools import Tools
from khata.watch.traces import are_on, piece

_log = structlog.get_logger(__name__)

MOST_TRIES = 8
FIRST_WAIT = timedelta(minutes=1)  # doubled after each try


@dataclass(frozen=True, slots=True)
class SendDueMails:
    tenant: UUID
    at: datetime
    limit: int = 100


@dataclass(frozen=True, slots=True)
class _Outgoing:
    mail: Queued
    sender: str
    words: Written
    cause: str | None  # the traceparent of the event that asked for it


def send_due_mails(command: SendDueMails, *, tools: Tools) -> int:
    """Write the due mails and send them, and return how many were taken.

    What they say is read now, however long they waited; one that asks for what is not owed any
    more does not leave.
    A mail that breaks on a fault of ours is parked alone. One may leave twice when we die
    between sending and recording; its Message-Id is then the same. Without a mail server the
    written mail is kept, and is final.
    """
    with tools.db.transaction(command.tenant) as uow:
        mails = uow.mails.take_due(command.at, limit=command.limit)
        outgoing = _written(uow, _to_leave(uow, mails, command.at), command, tools)
    if not tools.keeps_mail:
        for one in outgoing:
            with piece("send mail", kind="client", after=one.cause, khata__kind=one.mail.kind):
                _send(one, command, tools)
    return len(mails)


def _to_leave(uow: UnitOfWork, mails: list[Queued], at: datetime) -> list[Queued]:
    passed = passed_of(uow.connection, mails, at) if mails else set()
    uow.mails.drop(passed)
    return [mail for mail in mails if mail.id not in passed]


def _written(
    uow: UnitOfWork, mails: list[Queued], command: SendDueMails, tools: Tools
) -> list[_Outgoing]:
    if not mails:
        return []
    facts = facts_of(uow.connection, mails, base_url=tools.base_url)
    name = uow.tenants.get().name
    shop = formataddr((name, tools.mail_from.rpartition("<")[2].rstrip(">")))
    # What goes to the tenant itself comes from whoever keeps the engine, not from its own shop.
    sender_of = {mail.id: shop if mail.customer_id else tools.mail_from for mail in mails}
    causes = uow.events.traceparents_of([mail.cause for mail in mails]) if are_on() else {}
    written = []
    for mail in mails:
        try:
            with piece("write mail", after=causes.get(mail.cause), khata__kind=mail.kind):
                written.append((mail, tools.letters.write(mail.kind, facts[mail.id])))
        except Exception as fault:
            _log.exception("mail_not_written")
            _give_up(uow, mail, unforeseen(fault), command.at)
    uow.mails.store_written(
        [(mail.id, sender_of[mail.id], words) for mail, words in written],
        kept_at=command.at if tools.keeps_mail else None,
    )
    if tools.keeps_mail:
        return []
    return [
        _Outgoing(mail, sender_of[mail.id], words, causes.get(mail.cause))
        for mail, words in written
    ]


def _attachments(mail: Queued, command: SendDueMails, tools: Tools) -> tuple[Attachment, ...]:
    if mail.credit_note_id is not None:
        note = GiveOutNote(command.tenant, mail.credit_note_id, command.at)
        given = give_out_note(note, tools=tools)
    elif mail.attaches_invoice and mail.invoice_id is not None:
        give_out = GiveOutDocument(command.tenant, mail.invoice_id, command.at)
        given = give_out_document(give_out, tools=tools)
    else:
        return ()
    assert given.content is not None  # nobody has it yet
    filename = f"{given.number.replace('/', '-')}.pdf"
    return (Attachment(filename, "application/pdf", given.content),)


def _letter(one: _Outgoing, command: SendDueMails, tools: Tools) -> Letter:
    mail = one.mail
    return Letter(
        to=mail.recipient,
        sender=one.sender,
        subject=one.words.subject,
        html=one.words.html,
        text=one.words.text,
        attachments=_attachments(mail, command, tools),
        message_id=f"{public_id('mail', mail.id)}@khata",
        written_at=mail.created_at,
    )


def _send(one: _Outgoing, command: SendDueMails, tools: Tools) -> None:
    mail = one.mail
    try:
        tools.mailer.send(_letter(one, command, tools))
    except MailRejected as no:
        _finish(command, tools, mail, "failed", error=str(no))
    except Refusal as no:
        _finish(command, tools, mail, "failed", error=no.detail)
    except (MailDelayed, FilesAway) as delay:
        if mail.tries >= MOST_TRIES:
            _finish(command, tools, mail, "failed", error=str(delay))
        else:
            wait = FIRST_WAIT * 2 ** (mail.tries - 1)
            _finish(command, tools, mail, "queued", error=str(delay), wait=wait)
    except Exception as fault:
        _log.exception("mail_not_sent")
        _finish(command, tools, mail, "failed", error=unforeseen(fault))
    else:
        _finish(command, tools, mail, "sent")


def _finish(
    command: SendDueMails,
    tools: Tools,
    mail: Queued,
    status: str,
    *,
    error: str | None = None,
    wait: timedelta | None = None,
) -> None:
    again = command.at + wait if wait is not None else None
    with tools.db.transaction(command.tenant) as uow:
        if status == "failed":
            _give_up(uow, mail, error or "", command.at)
        else:
            uow.mails.finish(mail.id, status, at=command.at, next_try_at=again, error=error)


def _give_up(uow: UnitOfWork, mail: Queued, error: str, at: datetime) -> None:
    uow.mails.finish(mail.id, "failed", at=at, next_try_at=None, error=error)
    uow.parked.add([ParkedWork("mail", mail.id, "mail_failed", error, None)], at)
