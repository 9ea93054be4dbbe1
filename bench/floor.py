"""The floor: the same renewals by one hand-written statement a batch, on one connection."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from bench.crowd import RUN_AT, RUN_ON, TENANT
from bench.processor import server_seconds
from khata.core.numbering import financial_year

BATCH = 2_000  # of 500, 1,000, 2,000 and 10,000 the fastest


@dataclass(frozen=True, slots=True)
class FloorRun:
    invoices: int
    seconds: float
    processor_seconds: float


def run_floor(app_url: str, tenants: Sequence[UUID] = (TENANT,)) -> FloorRun:
    """Bill the crowd behind `app_url` as the app's role, behind the same wall."""
    statement = Path(__file__).with_name("floor.sql").read_bytes()
    with psycopg.connect(app_url, autocommit=True) as connection:
        begin, spent = time.perf_counter(), server_seconds(connection)
        invoices = 0
        for tenant in tenants:
            while batch := _batch(connection, statement, tenant):
                invoices += batch
                if batch < BATCH:
                    break
        seconds = time.perf_counter() - begin
        return FloorRun(invoices, seconds, server_seconds(connection) - spent)


def _batch(connection: psycopg.Connection, statement: bytes, tenant: UUID) -> int:
    parameters = {
        "at": RUN_AT,
        "limit": BATCH,
        "year": financial_year(RUN_ON, "IN"),
        "today": RUN_ON,
    }
    connection.execute(f"begin; select set_config('khata.tenant', '{tenant}', true)".encode())
    row = connection.execute(statement, parameters).fetchone()
    connection.execute("commit")
    assert row is not None
    return int(row[0])
