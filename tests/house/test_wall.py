"""The wall, as the database's own catalog tells it: no tenant's table stands outside."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from khata.db.embedded.provision import Urls
from khata.db.wall_breaches import breaches

# Tables that need no tenant: they say which tenant a person may enter, or which steps were made.
# Processes are the engine's own.
BEFORE_THE_WALL = {
    "accounts",
    "users",
    "sessions",
    "sign_in_tries",
    "processes",
    "alembic_version",
}

THE_TENANT = "(tenant_id = current_tenant())"

Catalog = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def catalog(urls: Urls) -> Iterator[Catalog]:
    """The owner's view of the migrated database."""
    with psycopg.connect(urls.owner) as connection:
        yield connection


def column(catalog: Catalog, question: str) -> list[Any]:
    return [row[0] for row in catalog.execute(question.encode()).fetchall()]


def tables(catalog: Catalog) -> set[str]:
    return set(
        column(
            catalog,
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p')",
        )
    )


def tenant_tables(catalog: Catalog) -> set[str]:
    return tables(catalog) - BEFORE_THE_WALL


def test_every_other_table_has_a_tenant(catalog: Catalog) -> None:
    bearing = set(
        column(
            catalog,
            "select table_name from information_schema.columns where table_schema = 'public'"
            " and column_name = 'tenant_id' and is_nullable = 'NO' and data_type = 'uuid'",
        )
    )
    assert len(bearing) > 20
    assert tenant_tables(catalog) - bearing == set()


def test_row_level_security_is_forced_on_every_tenant_table(catalog: Catalog) -> None:
    forced = set(
        column(catalog, "select relname from pg_class where relrowsecurity and relforcerowsecurity")
    )
    assert tenant_tables(catalog) - forced == set()


def test_the_apps_only_policy_compares_the_tenant_both_ways(catalog: Catalog) -> None:
    policies = catalog.execute(
        "select tablename, cmd, permissive, qual, with_check from pg_policies"
        " where schemaname = 'public' and roles && array['public', 'khata_app', 'khata_support']"
        "::name[] order by tablename"
    ).fetchall()
    assert policies == [
        (table, "ALL", "PERMISSIVE", THE_TENANT, THE_TENANT)
        for table in sorted(tenant_tables(catalog))
    ]


def test_other_policies_let_only_the_owner_read(catalog: Catalog) -> None:
    others = catalog.execute(
        "select distinct roles::text, cmd from pg_policies where schemaname = 'public'"
        " and tablename <> 'bells'"  # which it rings: they tell nothing but that work is due
        " and not roles && array['public', 'khata_app', 'khata_support']::name[]"
    ).fetchall()
    assert set(others) <= {("{khata_owner}", "SELECT")}


def test_every_key_of_a_tenant_table_leads_with_the_tenant(catalog: Catalog) -> None:
    led_by_others = catalog.execute(
        "select i.indexrelid::regclass::text from pg_index i"
        " join pg_class c on c.oid = i.indrelid"
        " left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
        " where c.relnamespace = 'public'::regnamespace and i.indisunique"
        " and c.relname <> all(%s) and a.attname is distinct from 'tenant_id'",
        [list(BEFORE_THE_WALL)],
    ).fetchall()
    assert led_by_others == []


def test_every_tenant_table_has_a_primary_key(catalog: Catalog) -> None:
    keyed = set(
        column(catalog, "select conrelid::regclass::text from pg_constraint where contype = 'p'")
    )
    assert tenant_tables(catalog) - keyed == set()


def test_every_reference_between_tenant_tables_carries_the_tenant(catalog: Catalog) -> None:
    crossing = catalog.execute(
        "select con.conname, r.relname from pg_constraint con"
        " join pg_class c on c.oid = con.conrelid join pg_class r on r.oid = con.confrelid"
        " join pg_attribute f on f.attrelid = con.conrelid and f.attnum = con.conkey[1]"
        " join pg_attribute t on t.attrelid = con.confrelid and t.attnum = con.confkey[1]"
        " where con.contype = 'f' and c.relnamespace = 'public'::regnamespace"
        " and c.relname <> all(%(out)s) and r.relname <> all(%(out)s)"
        " and (f.attname <> 'tenant_id' or t.attname <> 'tenant_id')",
        {"out": list(BEFORE_THE_WALL)},
    ).fetchall()
    assert crossing == []


def test_views_see_with_the_askers_eyes(catalog: Catalog) -> None:
    views = catalog.execute(
        "select relname, relkind, coalesce(reloptions::text, '') from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')"
    ).fetchall()
    careless = [n for n, kind, how in views if kind == "m" or "security_invoker=true" not in how]
    assert careless == []


def test_functions_with_the_owners_rights_are_few_and_closed(catalog: Catalog) -> None:
    rows = catalog.execute(
        "select p.proname, p.proconfig::text, has_function_privilege('public', p.oid, 'execute')"
        " from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef"
        " order by 1"
    ).fetchall()
    assert {name for name, _, _ in rows} <= {
        "books_checked",
        "e_invoices_waiting",
        "figures_of_stream",
        "figures_of_webhooks",
        "figures_of_work",
        "new_books_checked",
        "places_of_user",
        "ring_bells",
        "sandboxes_of_account",
        "stream_lag",
        "tenant_of_key",
        "tenant_of_link",
        "tenants_of_user",
        "undo_filing",
        "tenant_of_gateway_account",
        "tenants_to_stream",
        "tenants_with_due_work",
        "tenants_with_old_event_bodies",
        "tenants_with_upkeep_due",
        "tenants_with_webhooks_due",
    }
    for name, settings, open_to_all in rows:
        assert "search_path=pg_catalog, public, pg_temp" in settings, name
        assert not open_to_all, name


@pytest.mark.parametrize("table", ["entries", "postings"])
def test_the_books_can_be_added_to_and_read_and_nothing_else(catalog: Catalog, table: str) -> None:
    rights = column(
        catalog,
        "select privilege_type from information_schema.role_table_grants"
        f" where grantee = 'khata_app' and table_name = '{table}' order by 1",
    )
    assert rights == ["INSERT", "SELECT"]
    columns = column(
        catalog,
        "select distinct privilege_type from information_schema.role_column_grants"
        f" where grantee = 'khata_app' and table_name = '{table}' order by 1",
    )
    assert columns == ["INSERT", "SELECT"]


def test_the_app_can_truncate_nothing_and_refer_to_nothing(catalog: Catalog) -> None:
    rights = column(
        catalog,
        "select distinct privilege_type from information_schema.role_table_grants"
        " where grantee in ('khata_app', 'PUBLIC') and table_schema = 'public' order by 1",
    )
    assert rights == ["DELETE", "INSERT", "SELECT", "UPDATE"]


def test_support_reads_and_does_nothing_else(catalog: Catalog) -> None:
    rights = column(
        catalog,
        "select distinct privilege_type from information_schema.role_table_grants"
        " where grantee = 'khata_support' order by 1",
    )
    assert rights == ["SELECT"]


def test_the_wall_is_whole_for_the_app_and_for_support(urls: Urls) -> None:
    assert breaches(urls.app) == []
    assert breaches(urls.support) == []
