"""Write and send the mails that are due: the words are kept first, then the letter leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from uuid import UUID

from khata.core.ids import public_id
from khata.db.reads.documents import invoice_document
from khata.db.reads.letters import facts_of
from khata.db.stores.mails import Queued
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import UnitOfWork
from khata.ports.letters import Written
from khata.ports.mailer import Attachment, Letter, MailDelayed, MailRejected
from khata.usecases.work.tools import Tools

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
    attachments: tuple[Attachment, ...]


def send_due_mails(command: SendDueMails, *, tools: Tools) -> int:
    """Write the due mails and send them, and return how many were taken.

    A mail may leave twice when we die between sending and recording; its Message-Id is then
    the same. Without a mail server the written mail is kept, and is final.
    """
    with tools.db.transaction(command.tenant) as uow:
        mails = uow.mails.take_due(command.at, limit=command.limit)
        outgoing = _written(uow, mails, command, tools) if mails else []
    if not tools.keeps_mail:
        for one in outgoing:
            _send(one, command, tools)
    return len(mails)


def _written(
    uow: UnitOfWork, mails: list[Queued], command: SendDueMails, tools: Tools
) -> list[_Outgoing]:
    facts = facts_of(uow.connection, mails, base_url=tools.base_url)
    name = uow.tenants.get().name
    sender = formataddr((name, tools.mail_from.rpartition("<")[2].rstrip(">")))
    written = [(mail, tools.letters.write(mail.kind, facts[mail.id])) for mail in mails]
    uow.mails.store_written(
        [(mail.id, sender, words) for mail, words in written],
        kept_at=command.at if tools.keeps_mail else None,
    )
    if tools.keeps_mail:
        return []
    return [
        _Outgoing(mail, sender, words, _attachments(uow, mail, tools)) for mail, words in written
    ]


def _attachments(uow: UnitOfWork, mail: Queued, tools: Tools) -> tuple[Attachment, ...]:
    if not mail.attaches_invoice or mail.invoice_id is None:
        return ()
    document = invoice_document(uow.connection, mail.invoice_id, base_url=tools.base_url)
    filename = f"{document.number.replace('/', '-')}.pdf"
    return (Attachment(filename, "application/pdf", tools.pdf.render(document)),)


def _send(one: _Outgoing, command: SendDueMails, tools: Tools) -> None:
    mail = one.mail
    letter = Letter(
        to=mail.recipient,
        sender=one.sender,
        subject=one.words.subject,
        html=one.words.html,
        text=one.words.text,
        attachments=one.attachments,
        message_id=f"{public_id('mail', mail.id)}@khata",
        written_at=mail.created_at,
    )
    try:
        tools.mailer.send(letter)
    except MailRejected as no:
        _finish(command, tools, mail, "failed", error=str(no))
    except MailDelayed as delay:
        if mail.tries >= MOST_TRIES:
            _finish(command, tools, mail, "failed", error=str(delay))
        else:
            wait = FIRST_WAIT * 2 ** (mail.tries - 1)
            _finish(command, tools, mail, "queued", error=str(delay), wait=wait)
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
        uow.mails.finish(mail.id, status, at=command.at, next_try_at=again, error=error)
        if status == "failed":
            work = ParkedWork("mail", mail.id, "mail_failed", error or "", None)
            uow.parked.add([work], command.at)
