"""Every command line and every variable of the chart, of compose and of the image is khata's."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

from khata.cli.main import app
from khata.settings import Settings, unknown_variables
from tests.deploy.chart import every_pod, pods, values_of
from tests.deploy.stack import own_services, stack
from tests.deploy.tools import FLAVOURS, ROOT

SECRETS = {
    "database-url": "postgresql://khata_app:secret@database/khata",
    "owner-database-url": "postgresql://khata_owner:secret@database/khata",
    "secret-key": "0123456789abcdef" * 4,
    "smtp-url": "smtp://user:secret@mail.example.com:587",
    "broker-url": "amqp://khata:secret@rabbitmq//",
    "metrics-token": "read-the-figures-please",
    "kafka-options": "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN",
}
PROCESSES = {"api", "up", "worker", "scheduler", "relay", "migrate"}


def test_every_command_line_of_the_chart_is_understood() -> None:
    lines = {" ".join(pod.words) for _, pod in every_pod()}
    assert {line.split()[0] for line in lines} == PROCESSES
    assert {line: _fault(line.split()) for line in lines if _fault(line.split())} == {}


def test_every_command_line_of_compose_is_understood() -> None:
    lines = [service["command"] for service in own_services(stack()).values()]
    assert {line[0] for line in lines} == PROCESSES - {"up"}
    assert {" ".join(line): _fault(line) for line in lines if _fault(line)} == {}


@pytest.mark.parametrize("line", ["bill", "worker --queue billing", "worker --concurrency none"])
def test_a_slip_would_be_seen(line: str) -> None:
    assert _fault(line.split())


def test_every_variable_of_the_chart_is_a_setting() -> None:
    named = {name: "x" for _, pod in every_pod() for name in pod.environment}
    assert "KHATA_DATABASE_URL_FILE" in named
    assert unknown_variables(named) == []


def test_every_variable_of_compose_is_a_setting() -> None:
    named = {name: "x" for s in own_services(stack()).values() for name in s["environment"]}
    assert "KHATA_DATABASE_URL_FILE" in named
    assert unknown_variables(named) == []


def test_every_variable_of_the_image_is_a_setting() -> None:
    named = dict.fromkeys(re.findall(r"\b(KHATA_\w+)=", (ROOT / "Dockerfile").read_text()), "x")
    assert len(named) == 5
    assert unknown_variables(named) == []


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda f: f.stem)
def test_the_settings_are_content_with_what_a_pod_is_given(
    flavour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(text)
    for pod in pods(flavour):
        with monkeypatch.context() as environment:
            for name, value in pod.environment.items():
                environment.setenv(name, value.replace("/run/secrets/khata", str(tmp_path)))
            settings = Settings()
        assert settings.environment == "production"
        is_migration = pod.words == ["migrate"]
        assert (settings.owner_database_url is not None) is is_migration
        assert (settings.broker_url is None) is (values_of(flavour)["broker"]["kind"] == "none")


def _fault(words: list[str]) -> str | None:
    """Return what is wrong with `khata words…`, without running it."""
    whole: Any = typer.main.get_command(app)
    try:
        context = whole.make_context("khata", list(words))
        name, command, rest = whole.resolve_command(context, list(words))
        command.make_context(name, rest, parent=context)
    except TyperException as fault:
        return str(fault.format_message())
    return None
