"""Creating subscriptions over the API, beside pgbench making the same statements."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from bench.ground import Ground
from bench.table import Figure, told
from khata.core.ids import parse_id
from khata.core.numbering import financial_year
from khata.db.embedded.binaries import programs
from khata.db.embedded.provision import Urls
from khata.db.embedded.server_user import server_user

CLIENTS = 32
SCRIPT = Path(__file__).with_name("subscribe.sql")


class Shop:
    """A business that signed up over the API, with a plan and a customer for each client."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.opened = ask(self.line(), "POST", "/v1/accounts", _BUSINESS)
        self.key = self.opened["test"]["secret_key"]
        line = self.line()
        product = self.make(line, "products", {"name": "Platform", "tax_code": "998314"})
        self.plan = self.make(line, "plans", {**_PLAN, "product": product})
        self.customers = [
            self.make(line, "customers", {**_CUSTOMER, "name": f"Customer {n}"})
            for n in range(CLIENTS)
        ]

    def line(self) -> http.client.HTTPConnection:
        """Open a connection that is kept alive."""
        return http.client.HTTPConnection(self.host)

    def make(self, line: http.client.HTTPConnection, kind: str, body: Any) -> str:
        return str(ask(line, "POST", f"/v1/{kind}", body, key=self.key)["id"])

    def subscribe(self, line: http.client.HTTPConnection, customer: str) -> None:
        body = {
            "customer": customer,
            "items": [{"plan": self.plan, "quantity": 2}],
            "collection_method": "send_invoice",
            "days_until_due": 15,
        }
        self.make(line, "subscriptions", body)


_BUSINESS = {
    "business_name": "Chai Cloud Pvt Ltd",
    "email": "owner@chai.example",
    "password": "correct horse battery staple",
    "country": "IN",
    "state": "KA",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "gstin": "29ABCCT1234E1ZL",
}
_PLAN = {
    "name": "Platform",
    "code": "platform",
    "interval": "month",
    "prices": [{"currency": "INR", "model": "per_unit", "amount": 100_000}],
}
_CUSTOMER = {"email": "buyer@customers.example", "address": {"country": "IN", "state": "KA"}}


def ask(
    line: http.client.HTTPConnection, method: str, path: str, body: Any, *, key: str = ""
) -> Mapping[str, Any]:
    """Send one request and return what was made. Raises: RuntimeError for any other answer."""
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    line.request(method, path, json.dumps(body), headers)
    answer = line.getresponse()
    told = answer.read()
    if answer.status != 201:
        raise RuntimeError(f"{path}: {answer.status} {told[:300]!r}")
    made: Mapping[str, Any] = json.loads(told)
    return made


def api(here: Ground, seconds: float) -> Iterator[Figure]:
    """Measure one client and 32, each for so long, on connections that are kept alive."""
    with here.empty("api") as urls, _served(urls) as host:
        shop = Shop(host)
        for clients in (1, CLIENTS):
            _load(shop, clients, 1.0)  # what is made once, is made
            times = _load(shop, clients, seconds)
            bare = _pgbench(urls, shop, clients, seconds)
            rate = len(times) / seconds
            p99 = sorted(times)[len(times) * 99 // 100]
            yield told(
                Figure(
                    f"API: subscription with its first invoice, {clients} at once",
                    f"{rate:.0f}/s, p50 {1e3 * median(times):.1f} ms, p99 {1e3 * p99:.1f} ms",
                    f"pgbench {bare:.0f}/s",
                    f"{rate / bare:.2f}; p99 {p99 / median(times):.1f} × p50",
                    "≥ 0.4; p99 < 10 × p50",
                )
            )


@contextmanager
def _served(urls: Urls) -> Iterator[str]:
    """Run `khata api` in a process of its own on this database, and lend its address."""
    folder = Path(tempfile.mkdtemp(prefix="khata-bench-api-"))
    environment = {
        **os.environ,
        "KHATA_DATABASE_URL": urls.app,
        "KHATA_OWNER_DATABASE_URL": urls.owner,
        "KHATA_DATA_DIR": str(folder),
        "KHATA_PORT": "0",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "khata.cli", "api"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        found = None
        for line in process.stdout:
            found = re.search(r"http://(\S+)", line)
            if found:
                break
        assert found, (folder / "log").read_text()[-2000:]
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield found[1]
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _load(shop: Shop, clients: int, seconds: float) -> list[float]:
    """Let so many clients subscribe for so long; return how long each request took."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    def go(customer: str) -> None:
        line = shop.line()
        while (begin := time.perf_counter()) < until:
            shop.subscribe(line, customer)
            times.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=go, args=[who]) for who in shop.customers[:clients]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _pgbench(urls: Urls, shop: Shop, clients: int, seconds: float) -> float:
    """Return the transactions a second of pgbench, each one subscription."""
    folder = Path(tempfile.mkdtemp(prefix="khata-bench-pgbench-"))
    folder.chmod(0o711)
    try:
        program = programs("18", user=server_user(), copies=folder) / "pgbench"
        words = {
            "tenant": parse_id("ten", shop.opened["test"]["tenant"]),
            "hash": sha256(shop.key.encode()).hexdigest(),
            "plan": parse_id("plan", shop.plan),
            "year": financial_year(date(2026, 11, 26), "IN"),
        }
        given = [f"--define={name}={value}" for name, value in words.items()]
        command = [
            str(program),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, 2)}",
            f"--time={max(1, round(seconds))}",
            f"--file={SCRIPT}",
            *given,
            urls.app,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        assert rate is not None, done.stdout
        return float(rate[1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
