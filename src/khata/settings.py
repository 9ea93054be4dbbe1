"""Every setting of khata, read from the environment: KHATA_ and the field's name in capitals.

Each may come from a file instead: KHATA_SECRET_KEY_FILE names the file that holds the key.
"""

import os
import secrets
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from khata.adapters.broker.address import broker_address
from khata.adapters.files.address import files_address
from khata.adapters.mail.smtp import SmtpMailer
from khata.adapters.stream.bootstrap import bootstrap_servers, kafka_options
from khata.adapters.tax_ids.addresses import RegisterAddresses
from khata.core.addresses import read_networks
from khata.db.address import database_address

PREFIX = "KHATA_"
SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16
NEVER_DEFAULT_IN_PRODUCTION = (
    "database_url",
    "secret_key",
    "public_url",
    "smtp_url",
    "mail_from",
    "signup",
)


class UnreadableFile(Exception):
    """A file that a variable names cannot be read."""

    def __init__(self, variable: str, sentence: str) -> None:
        super().__init__(sentence)
        self.variable = variable


def default_data_dir() -> Path:
    """Return where state lives by default: root's must be reachable by `nobody`."""
    if os.geteuid() == 0 and os.access("/var/lib", os.W_OK):
        return Path("/var/lib/khata")
    own = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(own) / "khata"


class Settings(RegisterAddresses):
    """How this installation is set up. Production refuses what was left at its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = Field(
        default="development",
        description="production refuses defaults that are only fit for trying out",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL 16 or newer as the app role; without it, the embedded server",
    )
    owner_database_url: str | None = Field(
        default=None,
        repr=False,
        description="the same database as its owner; only migrations need it",
    )
    support_database_url: str | None = Field(
        default=None, repr=False, description="the same database as the read-only support role"
    )
    pg_version: Literal["16", "18"] = Field(default="18", description="which embedded PostgreSQL")
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="embedded database, generated secrets and files",
    )
    host: str = Field(default="127.0.0.1", description="the address that the web server listens on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="its port; 0 takes any that is free"
    )
    public_url: str | None = Field(
        default=None, description="what customers' browsers call this installation, without a slash"
    )
    signup: Literal["open", "closed"] = Field(
        default="open", description="whether anybody may create an account over the API"
    )
    max_sandboxes: int = Field(
        default=50,
        ge=0,
        le=10_000,
        description="how many open sandboxes an account may have beside its first test tenant",
    )
    secret_key: str | None = Field(
        default=None,
        repr=False,
        min_length=SHORTEST_SECRET,
        description="signs links and keys hashes; made and kept in data_dir when not given",
    )
    broker_url: str | None = Field(
        default=None,
        repr=False,
        description="redis://… or amqp://…: rings for workers on other machines; none is needed",
    )
    kafka_bootstrap: str | None = Field(
        default=None,
        description="host:port,host:port of a Kafka that gets every event; none is needed",
    )
    kafka_topic_prefix: str = Field(
        default="khata",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="what the names of its topics begin with: khata.invoice, khata.payment, …",
    )
    kafka_options: str | None = Field(
        default=None,
        repr=False,
        description="how to sign in there: librdkafka's own options, name=value, one a line",
    )
    tenant_lanes: int = Field(
        default=2,
        ge=1,
        le=64,
        description="of one queue, how many shares a tenant may have at once",
    )
    bell_lost_after: int = Field(
        default=120,
        ge=5,
        le=3600,
        description="seconds after which a bell that no worker has answered is rung again",
    )
    grace_seconds: int = Field(
        default=20,
        ge=1,
        le=600,
        description="what a worker that is told to stop may still finish in",
    )
    files_url: str | None = Field(
        default=None,
        description="s3://, gs://, az:// or file:///…: where PDFs are kept; else in data_dir",
    )
    smtp_url: str | None = Field(
        default=None,
        repr=False,
        description="smtp://user:password@host:587 or smtps://…:465; without it mail is only kept",
    )
    mail_from: str = Field(
        default="khata <billing@localhost>",
        description="the sender when a tenant has none of its own",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="whose X-Forwarded-For is believed: addresses and networks, with commas",
    )
    webhook_allow: str = Field(
        default="",
        description="networks of yours that webhooks may reach as well, over plain http and on any "
        "port, with commas: 127.0.0.0/8 while developing",
    )
    gateway_stand_ins: str | None = Field(
        default=None,
        description="addresses that may take a gateway's place, with commas, such as "
        "http://127.0.0.1:9001; while developing, all of this machine; in production none",
    )
    gateway_event_days: int = Field(
        default=90,
        ge=7,
        le=3650,
        description="days for which what gateways send to us is kept to the byte; then its hash",
    )
    declines_folder: Path | None = Field(
        default=None,
        description="tables of yours that say what gateways' decline codes mean, in place of "
        "ours: stripe.toml, razorpay.toml, paypal.toml",
    )
    mandates_folder: Path | None = Field(
        default=None,
        description="a folder with limits, notices, tries and hours of debits by mandate of yours, "
        "in place of ours: india.toml",
    )
    metrics_token: str | None = Field(
        default=None,
        repr=False,
        min_length=SHORTEST_TOKEN,
        description="lets others than this machine read /metrics, as Authorization: Bearer",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="where worker, scheduler and relay answer /healthz, /readyz and /metrics",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least important line that is written"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="for people or for machines"
    )

    @property
    def base_url(self) -> str:
        """What links in mails and pages begin with."""
        if self.public_url is not None:
            return self.public_url
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def files_address(self) -> str:
        """Where files are kept: the store that is named, or a folder in the data folder."""
        return self.files_url or (self.data_dir.absolute() / "files").as_uri()

    def stand_ins(self) -> tuple[str, ...]:
        """Return where a gateway's stand-in may be: what is set; else only while developing."""
        if self.gateway_stand_ins is not None:
            return tuple(one.strip().rstrip("/") for one in self.gateway_stand_ins.split(","))
        if self.environment == "production":
            return ()
        return ("http://127.0.0.1", "http://localhost")

    def secret(self) -> bytes:
        """Return the secret key; without one given, the key of the data folder, made once."""
        if self.secret_key is not None:
            return self.secret_key.encode()
        return _kept_secret(self.data_dir / "secret.key")

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// while trying out)")
        return url.rstrip("/") if url else url

    @field_validator("database_url", "owner_database_url", "support_database_url")
    @classmethod
    def _of_postgresql(cls, url: str | None) -> str | None:
        return None if url is None else database_address(url)

    @field_validator("broker_url")
    @classmethod
    def _of_a_broker(cls, url: str | None) -> str | None:
        return None if url is None else broker_address(url)

    @field_validator("files_url")
    @classmethod
    def _of_a_file_store(cls, url: str | None) -> str | None:
        return None if url is None else files_address(url)

    @field_validator("kafka_bootstrap")
    @classmethod
    def _of_kafka(cls, servers: str | None) -> str | None:
        return None if servers is None else bootstrap_servers(servers)

    @field_validator("kafka_options")
    @classmethod
    def _of_librdkafka(cls, lines: str | None) -> str | None:
        if lines is not None:
            kafka_options(lines)
        return lines

    @field_validator("smtp_url")
    @classmethod
    def _of_a_mail_server(cls, url: str | None) -> str | None:
        if url is not None:
            SmtpMailer(url)  # which reads it, and calls nobody yet
        return url

    @field_validator("mail_from")
    @classmethod
    def _of_one_sender(cls, sender: str) -> str:
        try:
            message = EmailMessage(policy=SMTP)
            message["From"] = sender
            (one,) = message["From"].addresses
            is_whole = bool(one.username and one.domain)
        except (ValueError, IndexError, HeaderParseError):
            is_whole = False
        if not is_whole:
            raise ValueError("is not one sender; write Chai Cloud <billing@chai.example>")
        return sender

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, given: str) -> str:
        # Everybody may not be trusted: each caller would choose what it is counted under.
        for part in given.split(","):
            try:
                ip_network(part.strip())
            except ValueError:
                raise ValueError(
                    f"{part.strip()!r} is neither an address nor a network such as 10.0.0.0/8"
                ) from None
        return given

    @field_validator("gateway_stand_ins")
    @classmethod
    def _web_addresses(cls, given: str | None) -> str | None:
        for one in (given or "").split(","):
            if one.strip() and not one.strip().startswith(("http://", "https://")):
                raise ValueError(f"{one.strip()!r} must begin with https:// or http://")
        return given

    @field_validator("webhook_allow")
    @classmethod
    def _networks(cls, given: str) -> str:
        try:
            read_networks(given)
        except ValueError as wrong:
            raise ValueError(f"{wrong}; write networks such as 127.0.0.0/8, ::1") from None
        return given

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment != "production":
            return self
        missing = [n for n in NEVER_DEFAULT_IN_PRODUCTION if n not in self.model_fields_set]
        if missing:
            names = ", ".join(PREFIX + name.upper() for name in missing)
            raise ValueError(f"production needs these set: {names}")
        if not str(self.public_url).startswith("https://"):
            raise ValueError("production needs KHATA_PUBLIC_URL to begin with https://")
        if len(set(str(self.secret_key))) < SHORTEST_SECRET // 4:
            raise ValueError("KHATA_SECRET_KEY is not random: use `openssl rand -hex 32`")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look at arguments first, then at variables, then at the files that variables name."""
        return init_settings, env_settings, _NamedFiles(settings_cls)


def unknown_variables(environment: dict[str, str]) -> list[str]:
    """Return variables that look like ours and are none: mostly slips of the pen."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    ours = [name for name in environment if name.startswith(PREFIX)]
    return sorted(
        n for n in ours if n not in known and not n.startswith(("KHATA_TEST_", "KHATA_CI"))
    )


class _NamedFiles(PydanticBaseSettingsSource):
    """KHATA_X_FILE: the value of X is what that file holds."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        name = os.environ.get(variable)
        return (_text_of(name, variable) if name else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        values = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in values.items() if value is not None}


def _text_of(name: str, variable: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else "it is not text"
        raise UnreadableFile(variable, f"{name} cannot be read: {why}") from failure


@cache  # every request of the API asks for it
def _kept_secret(file: Path) -> bytes:
    if not file.exists():
        _keep(file, secrets.token_hex(SHORTEST_SECRET))
    return file.read_text().strip().encode()


def _keep(file: Path, secret: str) -> None:
    """Write a secret that only we may read; whoever writes first, wins."""
    if not file.parent.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.parent.chmod(0o711)  # the embedded server's user may have to walk through
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as text:
        text.write(secret)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
