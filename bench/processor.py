"""Processor time and memory: what a run cost, whoever else was busy on the machine."""

import os
import resource
import sys
from pathlib import Path

import psycopg


def server_seconds(connection: psycopg.Connection) -> float:
    """Return the processor time the server has spent on this connection so far.

    The server runs on this machine and shows its processes under /proc; elsewhere 0.
    """
    status = Path(f"/proc/{connection.info.backend_pid}/stat")
    if not status.exists():
        return 0.0
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_megabytes() -> float:
    """Return the most memory this process ever held, in 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # the peak of getrusage would begin with our parent's
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
