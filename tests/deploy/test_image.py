"""The Dockerfile: what hadolint thinks of it, and what it promises."""

import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.deploy.tools import ROOT, missing

DOCKERFILE = (ROOT / "Dockerfile").read_text()
HEALTHY = ROOT / "deploy" / "image" / "healthy"


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.exists():
        missing("hadolint is not installed: make deploy-tools")
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_it_is_nobody_of_a_fixed_number_and_one_entry_point() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert 'ENTRYPOINT ["khata"]\nCMD ["up"]\n' in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE


def test_no_secret_is_built_in() -> None:
    assert not re.search(r"(password|secret|token|_URL)\w*=", DOCKERFILE, re.IGNORECASE)
    assert DOCKERFILE.count("--no-default-groups") == DOCKERFILE.count("uv sync") == 2


def test_what_is_copied_is_sent_to_the_builder() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in ignore if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert "*" in ignore
    assert names
    for name in names:
        assert (ROOT / name).exists()
        assert any(name == path or name.startswith(f"{path}/") for path in sent), name


@pytest.mark.parametrize(
    ("state", "asked", "is_well"),
    [
        ("well", [], True),
        ("well", ["/readyz"], True),
        ("not ready", [], True),
        ("not ready", ["/readyz"], False),
        ("gone", [], False),
    ],
)
@pytest.mark.parametrize("variable", ["KHATA_PORT", "KHATA_METRICS_PORT"])
def test_the_health_check_asks_the_process(
    variable: str, state: str, asked: list[str], is_well: bool
) -> None:
    with HTTPServer(("127.0.0.1", 0), _answering(state)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        if state == "gone":
            server.shutdown()
            server.socket.close()
        variables = {"KHATA_PORT": "1", "KHATA_METRICS_PORT": "1", variable: str(port)}
        ran = subprocess.run([sys.executable, HEALTHY, *asked], env={**os.environ, **variables})
        if state != "gone":
            server.shutdown()
    assert (ran.returncode == 0) is is_well


def _answering(state: str) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_well = state == "well" or self.path == "/healthz"
            self.send_response(200 if is_well else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Answering
