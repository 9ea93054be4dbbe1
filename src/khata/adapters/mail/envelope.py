"""A letter as the message that goes over the wire (MIME)."""

from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from khata.ports.mailer import Letter, MailRejected


def message_of(letter: Letter) -> EmailMessage:
    """Return the letter as a message: text and HTML as alternatives, then the files.

    Raises: MailRejected, when an address or a header cannot be written.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = letter.sender
        message["To"] = letter.to
        if letter.reply_to:
            message["Reply-To"] = letter.reply_to
        message["Subject"] = letter.subject
        domain = _domain(message)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise MailRejected(f"the letter's head cannot be written: {error}") from error
    message["Message-ID"] = (
        f"<{letter.message_id}>" if letter.message_id else make_msgid(domain=domain)
    )
    if letter.written_at:
        message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for file in letter.attachments:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.filename)
    return message


def _domain(message: EmailMessage) -> str:
    for field in ("From", "To"):
        addresses = message[field].addresses
        if len(addresses) != 1 or not addresses[0].username or not addresses[0].domain:
            raise ValueError(f"{field} needs one address")
    domain: str = message["From"].addresses[0].domain
    return domain
