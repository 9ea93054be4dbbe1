"""The wish for mail: a letter goes in and leaves the building, or we learn why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class MailRejected(Exception):
    """The letter will never be taken as it is: a wrong address, a refused sender."""


class MailDelayed(Exception):
    """The letter was not taken this time; the same letter may be taken later."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a letter."""

    filename: str
    media_type: str  # "application/pdf"
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one reader, in HTML and in plain text.

    `to`, `sender` and `reply_to` are addresses, with a name if wished: `Asha <asha@shop.example>`.
    `message_id` names the letter to the mail servers on its way: the same letter, the same id.
    """

    to: str
    sender: str
    subject: str
    html: str
    text: str
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    written_at: datetime | None = None
    message_id: str | None = None  # "mail_06f3k…@billing.shop.example"


class Mailer(Protocol):
    """Hands a letter on. Raises: MailRejected, MailDelayed."""

    def send(self, letter: Letter) -> None: ...
