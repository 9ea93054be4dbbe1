"""Before a database has seen a row, references are looked up by the primary key all the same."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from khata.db.embedded.provision import Urls

# What PostgreSQL asks when a row refers to one of these tables; the plan is made once a session.
_REFERRED = """
    prepare referred(uuid, uuid) as
      select 1 from only {} x where tenant_id = $1 and id = $2 for key share of x
"""
_NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("table", ["invoices", "entries", "subscriptions", "customers", "payments"])
def test_a_reference_is_looked_up_by_the_primary_key(
    superuser_url: str, untouched_urls: Urls, table: str
) -> None:
    database = conninfo_to_dict(untouched_urls.owner)["dbname"]
    with psycopg.connect(make_conninfo(superuser_url, dbname=database)) as connection:
        if connection.info.server_version < 180_000:
            pytest.skip("PostgreSQL before 18 waits for autovacuum")
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute(_REFERRED.format(table).encode())
        plan = connection.execute(
            f"explain (costs off) execute referred('{_NOBODY}', '{_NOBODY}')".encode()
        ).fetchall()
    assert any(f"{table}_pkey" in line for (line,) in plan), plan
