"""`khata irp-sim`: it says whom it lets in, and registers and signs for those."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from khata.adapters.irp.nic import Credentials, NicRegistry
from khata.ports.invoice_registry import Registered
from tests.contracts.irp.candidates import asked
from tests.core.e_invoice.papers import between_states

AT = datetime(2026, 4, 20, 6, 30, tzinfo=UTC)


@contextmanager
def running(*options: str) -> Iterator[tuple[str, str]]:
    """Yield what it says, and where it listens."""
    command = [sys.executable, "-m", "khata.cli", "irp-sim", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(4))
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said
        yield said, found[0]
        process.terminate()
        assert process.wait(20) == 0


def test_whom_it_names_can_register_a_document() -> None:
    with running("--any-age") as (said, url):
        users = re.findall(r"(\w{15})  client (\S+) / (\S+)  user (\S+) / (\S+)", said)
        gstin, client, secret, user, password = users[0]
        httpx.post(f"{url}/_sim/clock", json={"now": AT.isoformat()})
        keys = httpx.get(f"{url}/_sim/keys").json()
        registry = NicRegistry(
            Credentials(client, secret, user, password, gstin),
            base_url=url,
            portal_key=keys["login"].encode(),
            signing_keys=[keys["signing"].encode()],
            now=lambda: AT,
        )
        told = registry.generate(asked(between_states()))
        assert isinstance(told, Registered)
        books = httpx.get(f"{url}/_sim/books").json()
        assert [one["irn"] for one in books["documents"]] == [told.irn]
        httpx.post(f"{url}/_sim/down", json={"on": True})
        assert httpx.get(f"{url}/eicore/v1.03/Invoice/irn/x").json()["ErrorDetails"] == [
            {"ErrorCode": "GSPGSTDOWN", "ErrorMessage": "The GST system is down"}
        ]
        assert httpx.post(f"{url}/_sim/disputes", json={}).status_code == 404
        registry.close()
