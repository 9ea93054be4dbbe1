"""Brokers of a trial's own, which it may stop, kill and empty."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from trials.ports import free_port, wait_for_port

RABBIT = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class Broker(Protocol):
    """A broker that a trial may hurt; its address stays the same."""

    name: str
    url: str

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Redis:
    name = "redis"

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    @staticmethod
    def is_here() -> bool:
        return shutil.which("redis-server") is not None

    def start(self) -> None:
        """Start it with what it had in memory gone: it keeps nothing."""
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for_port(self._port)

    def stop(self) -> None:
        """Kill it: what is in its memory is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Empty it under everybody's hands."""
        command = ["redis-cli", "-p", str(self._port), "flushall"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class RabbitMQ:
    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        self._home = folder / "rabbit"
        self._home.mkdir()
        self._port, self._epmd, self._dist = free_port(), free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        if os.geteuid() == 0:
            shutil.chown(self._home, "rabbitmq", "rabbitmq")

    @staticmethod
    def is_here() -> bool:
        return Path(RABBIT).exists()

    def start(self) -> None:
        """Start it with the queues and messages that it had: they are on its disk."""
        command = [RABBIT]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups", RABBIT]
        with open(os.devnull, "ab") as nowhere:
            self._process = subprocess.Popen(
                command, env=self._environment(), stdout=nowhere, stderr=nowhere
            )
        wait_for_port(self._port, 120)

    def stop(self) -> None:
        """Stop it, and its port mapper, which outlives it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None
            time.sleep(0.5)

    def bury(self) -> None:
        """Stop it for good."""
        self.stop()
        command = ["epmd", "-port", str(self._epmd), "-kill"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _environment(self) -> dict[str, str]:
        home = str(self._home)
        return {
            **os.environ,
            "HOME": home,
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"khata-{self._port}@localhost",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": home,
            "RABBITMQ_LOG_BASE": home,
            "RABBITMQ_PID_FILE": f"{home}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/plugins",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    broker = Redis(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    broker = RabbitMQ(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.bury()
