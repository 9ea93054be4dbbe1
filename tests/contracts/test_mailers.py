"""One exam for every mailer, then what only SMTP can get wrong. Servers listen on loopback."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from khata.adapters.mail.envelope import message_of
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.mail.smtp import SmtpMailer
from khata.ports.mailer import Attachment, Letter, MailDelayed, Mailer, MailRejected

PDF = b"%PDF-1.7\r\n\x00\xff binary \n.\r\n"  # a lone dot would end a careless transfer
LETTER = Letter(
    to="श्री कृष्णा ट्रेडर्स <asha@traders.example>",
    sender='"Chai Cloud, Bengaluru" <billing@chai.example>',
    reply_to="founder@chai.example",
    subject="Receipt for ₹1,180.00 from Chai Cloud",
    html="<p>धन्यवाद &amp; ₹</p>" + "<b>long</b>" * 200,
    text="Thank you.\n.\nधन्यवाद ₹\n",
    attachments=(Attachment("INV-26-27-00001.pdf", "application/pdf", PDF),),
    written_at=datetime(2026, 4, 30, 9, 0, tzinfo=UTC),
    message_id="mail_0001@chai.example",
)


class Postbox:
    """What a server took, and what it was told to answer."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: dict[str, str] = {}

    async def handle_MAIL(
        self, _s: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, _s: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _s: Any, _session: Any, envelope: Any) -> str:
        if "DATA" not in self.answers:
            self.taken.append(envelope.content)
        return self.answers.get("DATA", "250 OK")

    def only(self) -> EmailMessage:
        (content,) = self.taken
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@contextmanager
def serving(postbox: Postbox, **options: Any) -> Iterator[str]:
    """Serve on a free loopback port; gives `host:port`."""
    controller = Controller(postbox, hostname="127.0.0.1", port=_free_port(), **options)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[str]:
    with serving(postbox) as address:
        yield address


@pytest.fixture(params=["smtp", "kept"])
def mailer(request: pytest.FixtureRequest, server: str) -> Mailer:
    return SmtpMailer(f"smtp://{server}") if request.param == "smtp" else KeptOnly()


def test_a_mailer_takes_a_letter(mailer: Mailer) -> None:
    mailer.send(LETTER)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(LETTER, to="nobody"),
        replace(LETTER, to=""),
        replace(LETTER, to="a@x.example, b@x.example"),
        replace(LETTER, sender="<>"),
        replace(LETTER, subject="Hi\nBcc: thief@x.example"),
        replace(LETTER, to="Asha <asha@x.example>\r\nBcc: thief@x.example"),
    ],
    ids=["no domain", "nobody", "two", "no sender", "subject adds a head", "name adds a head"],
)
def test_a_mailer_rejects_what_is_no_letter(
    mailer: Mailer, postbox: Postbox, wrong: Letter
) -> None:
    with pytest.raises(MailRejected):
        mailer.send(wrong)
    assert postbox.taken == []


def test_what_was_sent_arrives_whole(server: str, postbox: Postbox) -> None:
    SmtpMailer(f"smtp://{server}").send(LETTER)
    message = postbox.only()
    assert message["Subject"] == LETTER.subject
    assert _decoded(postbox.taken[0], "To") == LETTER.to
    assert message["From"].addresses[0].display_name == "Chai Cloud, Bengaluru"
    assert message["Reply-To"] == "founder@chai.example"
    assert message["Message-ID"] == "<mail_0001@chai.example>"
    assert message["Date"].datetime == LETTER.written_at
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html
    (file,) = message.iter_attachments()
    assert file.get_filename() == "INV-26-27-00001.pdf"
    assert file.get_content_type() == "application/pdf"
    assert file.get_content() == PDF


def _decoded(content: bytes, field: str) -> str:
    # Not the newer policy: on Python 3.11 it puts a blank between the halves of a folded name.
    return str(make_header(decode_header(message_from_bytes(content)[field])))


def test_a_letter_without_an_id_gets_one_of_its_senders_domain() -> None:
    first, second = (message_of(replace(LETTER, message_id=None)) for _ in range(2))
    assert str(first["Message-ID"]).endswith("@chai.example>")
    assert first["Message-ID"] != second["Message-ID"]


def test_kept_letters_are_the_latest() -> None:
    mailer = KeptOnly(limit=2)
    for subject in ("one", "two", "three"):
        mailer.send(replace(LETTER, subject=subject))
    assert [letter.subject for letter in mailer.letters] == ["two", "three"]


@pytest.mark.parametrize(
    ("command", "answer", "refusal"),
    [
        ("MAIL", "550 5.7.1 not from you", MailRejected),
        ("MAIL", "451 4.3.0 try later", MailDelayed),
        ("RCPT", "550 5.1.1 no such mailbox", MailRejected),
        ("RCPT", "450 4.2.1 greylisted", MailDelayed),
        ("DATA", "554 5.7.1 looks like spam", MailRejected),
        ("DATA", "452 4.3.1 disk is full", MailDelayed),
    ],
)
def test_a_servers_no_is_final_or_not(
    server: str, postbox: Postbox, command: str, answer: str, refusal: type[Exception]
) -> None:
    postbox.answers[command] = answer
    with pytest.raises(refusal, match=answer):
        SmtpMailer(f"smtp://{server}").send(LETTER)
    assert postbox.taken == []


def test_a_server_that_is_not_there_delays() -> None:
    with pytest.raises(MailDelayed, match="could not be reached"):
        SmtpMailer(f"smtp://127.0.0.1:{_free_port()}").send(LETTER)


def test_a_password_is_shown_only_to_the_right_server_and_only_encrypted(
    server: str, postbox: Postbox
) -> None:
    with pytest.raises(MailDelayed, match="STARTTLS"):
        SmtpMailer(f"smtp://khata:secret@{server}").send(LETTER)
    assert postbox.taken == []


AUTHORITY = trustme.CA()


def _server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


def _client_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def _only_khata(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> Any:
    right = (auth.login, auth.password) == (b"khata", b"p@ss/word")
    return AuthResult(success=right, handled=False)


def test_a_password_goes_through_starttls(postbox: Postbox) -> None:
    with serving(
        postbox,
        tls_context=_server_tls(),
        require_starttls=True,
        authenticator=_only_khata,
        auth_required=True,
    ) as address:
        SmtpMailer(f"smtp://khata:p%40ss%2Fword@{address}", tls=_client_tls()).send(LETTER)
        assert postbox.only()["Subject"] == LETTER.subject
        with pytest.raises(MailDelayed, match="refused our password"):
            SmtpMailer(f"smtp://khata:wrong@{address}", tls=_client_tls()).send(LETTER)


def test_a_certificate_nobody_vouches_for_delays(postbox: Postbox) -> None:
    with serving(postbox, tls_context=_server_tls()) as address:
        with pytest.raises(MailDelayed, match="certificate"):
            SmtpMailer(f"smtp://{address}").send(LETTER)
        SmtpMailer(f"smtp://{address}?starttls=never").send(LETTER)
    assert len(postbox.taken) == 1


def test_smtps_is_encrypted_from_the_first_byte(postbox: Postbox) -> None:
    with serving(postbox, ssl_context=_server_tls()) as address:
        SmtpMailer(f"smtps://{address}", tls=_client_tls()).send(LETTER)
    assert postbox.only()["Subject"] == LETTER.subject


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://x?starttls=perhaps", "localhost:25"]
)
def test_a_url_that_names_no_mail_server_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError):
        SmtpMailer(url)
