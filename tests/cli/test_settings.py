"""Settings: where a value comes from, and what production refuses."""

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from khata.settings import Settings, default_data_dir, unknown_variables

IN_PRODUCTION = {
    "KHATA_ENVIRONMENT": "production",
    "KHATA_DATABASE_URL": "postgresql://khata_app:x@db/khata",
    "KHATA_SECRET_KEY": "8f1c5a90e7b34d2688aa61f0c94e7d35",
    "KHATA_PUBLIC_URL": "https://billing.example",
    "KHATA_SMTP_URL": "smtp://mail.example:587",
    "KHATA_MAIL_FROM": "Billing <billing@chai.example>",
    "KHATA_SIGNUP": "closed",
}


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"KHATA_{field.upper()}", raising=False)
        monkeypatch.delenv(f"KHATA_{field.upper()}_FILE", raising=False)


def put(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_nothing_has_to_be_set_to_try_it_out() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.base_url == "http://127.0.0.1:8000"


def test_an_argument_beats_a_variable_and_a_variable_beats_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "port").write_text("7001\n")
    monkeypatch.setenv("KHATA_PORT_FILE", str(tmp_path / "port"))
    assert Settings().port == 7001
    monkeypatch.setenv("KHATA_PORT", "7002")
    assert Settings().port == 7002
    assert Settings(port=7003).port == 7003


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 32 + "\n")
    monkeypatch.setenv("KHATA_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert Settings().secret() == b"k" * 32


def test_a_generated_secret_is_kept_and_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    first = settings.secret()
    assert len(first) == 64
    assert (tmp_path / "new" / "secret.key").read_text().encode() == first
    assert Settings(data_dir=tmp_path / "new").secret() == first
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert Settings(data_dir=tmp_path / "other").secret() != first


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings(
        secret_key="s" * 32,
        database_url="postgresql://khata_app:hush@db/khata",
        smtp_url="smtp://me:hush@mail:587",
    )
    assert "hush" not in repr(settings)
    assert "ssss" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_links_begin_with_an_address_that_a_browser_can_open(host: str, url: str) -> None:
    assert Settings(host=host).base_url == url


def test_production_starts_when_everything_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, IN_PRODUCTION)
    assert Settings().base_url == "https://billing.example"


@pytest.mark.parametrize("left_out", sorted(set(IN_PRODUCTION) - {"KHATA_ENVIRONMENT"}))
def test_production_refuses_a_default(monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    put(monkeypatch, IN_PRODUCTION)
    monkeypatch.delenv(left_out)
    with pytest.raises(ValidationError, match=left_out):
        Settings()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KHATA_SECRET_KEY", "short", "at least 32 characters"),
        ("KHATA_SECRET_KEY", "changeme" * 4, "is not random"),
        ("KHATA_PUBLIC_URL", "http://billing.example", "begin with https"),
        ("KHATA_PUBLIC_URL", "billing.example", "must begin with https"),
        ("KHATA_PORT", "65536", "less than or equal to 65535"),
        ("KHATA_SIGNUP", "maybe", "'open' or 'closed'"),
        ("KHATA_PG_VERSION", "15", "'16' or '18'"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    put(monkeypatch, {**IN_PRODUCTION, name: value})
    with pytest.raises(ValidationError, match=says):
        Settings()


def test_files_lie_in_the_data_folder_or_where_they_are_told_to(tmp_path: Path) -> None:
    in_folder = Settings(data_dir=tmp_path / "with a blank")
    assert in_folder.files_address == f"{tmp_path.as_uri()}/with%20a%20blank/files"
    assert Settings(files_url="s3://papers/khata").files_address == "s3://papers/khata"


def test_an_address_of_files_that_is_none_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match="write s3://bucket/folder"):
        Settings(files_url="ftp://files.example")


def test_a_slip_of_the_pen_is_seen() -> None:
    environment = {"KHATA_PROT": "1", "KHATA_PORT": "1", "KHATA_PORT_FILE": "x", "PATH": "/bin"}
    assert unknown_variables({**environment, "KHATA_TEST_PG": "16"}) == ["KHATA_PROT"]


def test_what_hmrc_is_asked_with_goes_together() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings(hmrc_url="https://api.service.hmrc.gov.uk")
    whole = Settings(hmrc_url="https://hmrc.example", hmrc_client_id="a", hmrc_client_secret="b")
    assert "hmrc_client_secret" not in repr(whole)


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_persons_data_lies_in_their_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_dir() == tmp_path / ".local" / "share" / "khata"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert default_data_dir() == tmp_path / "xdg" / "khata"


def test_roots_data_lies_where_the_servers_user_can_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.access", lambda path, mode: True)
    assert default_data_dir() == Path("/var/lib/khata")
