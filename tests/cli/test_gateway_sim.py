"""`khata gateway-sim`: it says how to be let in, and behaves as the vendor does."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.ports.gateway_vendor import BadCredentials


@contextmanager
def running(vendor: str) -> Iterator[tuple[str, str]]:
    """Yield what it says, and where it listens."""
    command = [sys.executable, "-m", "khata.cli", "gateway-sim", vendor, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        said = "".join(lines)
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said
        yield said, found[0]
        process.terminate()
        assert process.wait(20) == 0


def test_a_pretend_stripe_lets_in_whom_it_names() -> None:
    with running("stripe") as (said, url):
        [account] = re.findall(r"gateway_accounts  '(.*)'", said)
        body = json.loads(account)
        assert (body["gateway"], body["base_url"]) == ("stripe", url)
        facts = StripeVendor().check(body["credentials"], base_url=url)
        assert facts.livemode is False
        with pytest.raises(BadCredentials):
            StripeVendor().check({"secret_key": "sk_test_somebodyElse"}, base_url=url)


def test_its_clock_is_moved_over_the_wire() -> None:
    with running("stripe") as (_, url):
        moved = httpx.post(f"{url}/_sim/clock", json={"now": "2027-01-01T00:00:00+00:00"})
        assert moved.json()["now"] == "2027-01-01T00:00:00+00:00"
        assert httpx.get(f"{url}/_sim/nothing").status_code == 404
