"""Mail through an SMTP server, told by a URL."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from khata.adapters.mail.envelope import message_of
from khata.ports.mailer import Letter, MailDelayed, MailRejected

_PORTS = {"smtp": 587, "smtps": 465}
_STARTTLS = ("required", "offered", "never")


class SmtpMailer:
    """Hands letters to an SMTP server; satisfies `khata.ports.mailer.Mailer`.

    `smtp://user:password@host:587` asks for STARTTLS when it has a password to protect, and
    takes it when offered otherwise; `?starttls=required|offered|never` says it outright.
    `smtps://` is encrypted from the first byte. User and password are percent-encoded.
    """

    def __init__(
        self, url: str, *, tls: ssl.SSLContext | None = None, timeout_seconds: float = 20
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("an SMTP URL reads smtp://user:password@host:587 or smtps://…")
        self._encrypted = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        usual = "required" if self._user else "offered"
        self._starttls = parse_qs(parts.query).get("starttls", [usual])[0]
        if self._starttls not in _STARTTLS:
            raise ValueError(f"starttls is one of {', '.join(_STARTTLS)}")
        self._tls = tls or ssl.create_default_context()
        self._timeout = timeout_seconds

    def send(self, letter: Letter) -> None:
        """Hand the letter to the server. Raises: MailRejected, MailDelayed."""
        message = message_of(letter)
        with _told_plainly(), self._connection() as server:
            self._greet(server)
            server.send_message(message)

    def _connection(self) -> smtplib.SMTP:
        if self._encrypted:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=self._tls
            )
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not self._encrypted and self._starttls != "never":
            if server.has_extn("starttls"):
                server.starttls(context=self._tls)
            elif self._starttls == "required":
                raise MailDelayed(f"{self._host} offers no STARTTLS, and we may not go without")
        if self._user:
            server.login(self._user, self._password)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn smtplib's many errors into our two: 5xx about the letter is final, the rest is not.

    Source: RFC 5321, 4.2.1 (4yz transient, 5yz permanent).
    """
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        # The password is wrong, not the letter: it goes when somebody has mended the settings.
        raise MailDelayed(f"the server refused our password ({error.smtp_code})") from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _by_code(code, said) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRejected(f"the server cannot take it: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailDelayed(f"the mail server could not be reached: {error}") from error


def _by_code(code: int, said: bytes | str) -> MailRejected | MailDelayed:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kind = MailRejected if 500 <= code < 600 else MailDelayed
    return kind(f"the mail server said {code} {words}")
