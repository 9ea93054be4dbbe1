"""The machine: settings, secrets, folders, fonts and the mail server."""

import os
import smtplib
import stat
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from khata.cli.doctor.finding import Finding
from khata.settings import Settings, unknown_variables

NEEDED_FONTS = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansDevanagari-Regular.ttf")
SMTP_SECONDS = 5


def settings_known(environment: dict[str, str]) -> Finding:
    """Look for variables that nobody reads."""
    unknown = unknown_variables(environment)
    if unknown:
        return Finding("settings", f"unknown: {', '.join(unknown)}", "correct or unset them")
    return Finding("settings", "every KHATA_ variable is known")


def secret_kept(settings: Settings) -> Finding:
    """Look where the secret key comes from, and who may read it."""
    if settings.secret_key is not None:
        return Finding("secret key", "given by KHATA_SECRET_KEY")
    file = settings.data_dir / "secret.key"
    if not file.exists():
        return Finding("secret key", f"will be made in {file}")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return Finding("secret key", f"others may read {file}", f"chmod 600 {file}")
    return Finding("secret key", f"kept in {file}, for our eyes only")


def folder_writable(settings: Settings) -> Finding:
    """Look whether state can be written."""
    folder = settings.data_dir
    try:
        while not folder.exists():
            folder = folder.parent
        is_ours = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    except PermissionError:  # a folder on the way lets us not even look
        is_ours = False
    if not is_ours:
        return Finding(
            "data folder",
            f"{settings.data_dir} is no folder that we may write to",
            "set KHATA_DATA_DIR to a folder of yours",
        )
    return Finding("data folder", str(settings.data_dir))


def fonts_here() -> Finding:
    """Look for the fonts that ₹ and names in Devanagari need on a PDF."""
    folder = files("khata.adapters.pdf") / "fonts"
    missing = [name for name in NEEDED_FONTS if not (folder / name).is_file()]
    if missing:
        return Finding("fonts", f"missing: {', '.join(missing)}", "install khata again")
    return Finding("fonts", "₹ and देवनागरी can be printed")


def mail_reachable(settings: Settings) -> Finding:
    """Greet the mail server, with the password if there is one; nothing is sent."""
    if settings.smtp_url is None:
        return Finding("mail", "no KHATA_SMTP_URL: mails are kept, none is sent")
    url = urlsplit(settings.smtp_url)  # its form is the settings' to check
    try:
        _greet(url.scheme, url.hostname or "", url.port, url.username, url.password)
    except (OSError, smtplib.SMTPException, ValueError) as failure:
        return Finding(
            "mail",
            f"{url.hostname}: {failure}",
            "check KHATA_SMTP_URL: smtp://user:password@host:587 or smtps://user:password@host:465",
        )
    return Finding("mail", f"{url.hostname} lets us in")


def _greet(
    scheme: str, host: str, port: int | None, user: str | None, password: str | None
) -> None:
    if scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=SMTP_SECONDS)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=SMTP_SECONDS)
    with server:
        server.ehlo()
        if scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
        if user:
            server.login(unquote(user), unquote(password or ""))
        server.noop()
