"""Processor time: what a run cost, whoever else was busy on the machine."""

import os
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
