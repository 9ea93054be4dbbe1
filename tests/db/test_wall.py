"""The wall from inside: two shops lived the same story, and neither sees or touches the other."""

from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from obstore.store import MemoryStore
from psycopg import sql

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.schema.tenancy import APPEND_ONLY, BEFORE_THE_WALL
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.wiring import Engine
from tests.db.rows_of_areas import collects, tells_of_taxes, uses
from tests.scenarios.funds import Wallet, offers
from tests.scenarios.gifts import Gifts
from tests.scenarios.shop import Shop
from tests.scenarios.webhook import Webhook
from tests.scenarios.world import StandingClock, World, inr

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def shops(urls: Urls) -> Iterator[tuple[Shop, Shop]]:
    """Ours and theirs: each has rows in every table."""
    gateway = FakeGateway(urls.app)
    engine = Engine(
        settings=Settings(),
        db=Database(urls.app),
        clock=StandingClock(),
        gateways=WithoutAccounts({"fake": gateway}),
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
        closing=(gateway,),
    )
    yield traded(World(engine)), traded(World(engine))
    engine.close()


def traded(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.has_lut("AD290424001234X", begins="2024-04-01", ends="2025-03-31")
    gifts = Gifts(shop)
    gifts.knows("sso", "switch")
    gifts.on("Pro", "sso", True)
    asha = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    ravi = shop.customer("Ravi", card="tok_pending")
    lata = shop.customer("Lata", card=None)
    world.today_is("2025-01-10")
    webhook = Webhook(shop)
    offers(shop, "TEA", percent="10", plans=("Pro",))
    Wallet.opened(asha).gets(inr("300.00"), paid=False)
    Wallet.opened(asha, tax_code="998314", priority=90).gets(inr("118.00"))
    asha.subscribes_to("Pro", coupons=["TEA"])
    ravi.subscribes_to("Pro")
    lata.subscribes_to("Pro", pays_by="transfer", days_to_pay=60)
    ravi.latest_invoice.is_voided()  # and its money goes back
    assert webhook.sends() > 0
    shop.rows("update subscriptions set billed_on = '2025-02-10', billed_count = 400 returning 1")
    world.wait_until("2025-02-11")
    assert [code for code, _ in shop.parked] == ["too_many_invoices"] * 3
    shop.rows(
        "insert into idempotency_keys (key, endpoint, fingerprint, object_id, created_at)"
        " values ('k', 'POST /v1/plans', '', gen_random_uuid(), '2025-02-11') returning 1"
    )
    shop.rows(
        "insert into trials_had (customer_id, product_id, subscription_id, created_at)"
        " select %(id)s, product_id, id, '2025-02-11' from plans returning 1",
        id=asha.id,
    )
    invoice = asha.latest_invoice.id
    credit_invoice(
        CreditInvoice(shop.tenant, new_id(world.now), world.now, invoice, "A gift"), db=shop.db
    )
    shop.rows(
        "insert into credit_recognitions (credit_note_line_id, month_end, amount)"
        " select id, '2025-03-01', 1 from credit_note_lines returning 1"
    )
    shop.rows(
        "insert into scheduled_changes (id, subscription_id, kind, status, effective_on, wish,"
        " actor, created_at) select id, id, 'items', 'canceled', '2025-03-01', '{}', 'api',"
        " '2025-02-11' from subscriptions returning 1"
    )
    shop.rows(
        "insert into invoice_items (id, customer_id, currency, tax_behavior, kind, description,"
        " tax_code, quantity, unit_amount, amount, period_start, period_end, full_start, full_end,"
        " created_at) select id, id, 'INR', 'exclusive', 'one_time', 'x', '998314', 1, 1, 1,"
        " '2025-02-11', '2025-02-12', '2025-02-11', '2025-02-12', '2025-02-11' from customers"
        " returning 1"
    )
    uses(shop)
    tells_of_taxes(shop)
    collects(shop)
    bills_several(shop)
    gives_out(shop, world, invoice)
    with shop.db.transaction(shop.tenant) as uow:
        uow.credit.give(asha.id, "INR", 59_000, "credit_note", invoice, world.now)
    return shop


def gives_out(shop: Shop, world: World, invoice: UUID) -> None:
    give_out = GiveOutDocument(shop.tenant, invoice, world.now)
    give_out_document(give_out, tools=world.engine.tools)
    with shop.db.transaction(shop.tenant) as uow:
        uow.renderings.want([invoice], world.now)
        assert uow.bells.ring("billing", 1, world.now, lost_before=world.now)
        uow.stream.add([world_event(shop)], world.now)


def bills_several(shop: Shop) -> None:
    shop.rows(
        "insert into invoice_subscriptions (invoice_id, subscription_id, period_start, period_end)"
        " select id, subscription_id, '2024-01-01', '2024-02-01' from invoices"
        " where subscription_id is not null limit 1 returning 1"
    )


def world_event(shop: Shop) -> UUID:
    [(id,)] = shop.rows("select id from events order by id limit 1")
    event: UUID = id
    return event


@pytest.fixture(scope="module")
def tables(superuser_url: str, urls: Urls, shops: tuple[Shop, Shop]) -> list[str]:
    """Every table behind the wall; both shops have rows in each, or nothing would be proved."""
    with psycopg.connect(over_the_wall(superuser_url, urls)) as connection:
        found = connection.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
            " and a.attname = 'tenant_id' and not c.relname = any(%s) order by 1",
            [list(BEFORE_THE_WALL)],
        ).fetchall()
        names = [row[0] for row in found]
        for name in names:
            count = sql.SQL("select count(distinct tenant_id) from {} where tenant_id = any(%s)")
            row = connection.execute(
                count.format(sql.Identifier(name)), [[shop.tenant for shop in shops]]
            ).fetchone()
            assert row == (2,), name
    assert len(names) >= 30
    return names


def over_the_wall(superuser_url: str, urls: Urls) -> str:
    return superuser_url.rpartition("/")[0] + "/" + urls.app.rpartition("/")[2]


def test_nothing_of_theirs_is_seen(tables: list[str], shops: tuple[Shop, Shop]) -> None:
    ours, theirs = shops
    with ours.db.transaction(ours.tenant) as uow:
        for table in tables:
            seen = run(uow.connection, "select distinct tenant_id from {}", table).fetchall()
            assert seen == [(ours.tenant,)], table
            named = run(
                uow.connection, "select 1 from {} where tenant_id = %s", table, theirs.tenant
            )
            assert named.fetchall() == [], table


def test_who_names_no_tenant_sees_nothing(tables: list[str], shops: tuple[Shop, Shop]) -> None:
    with shops[0].db.before_the_wall() as connection:
        for table in tables:
            assert run(connection, "select 1 from {} limit 1", table).fetchall() == [], table


def test_nothing_of_theirs_is_changed(tables: list[str], shops: tuple[Shop, Shop]) -> None:
    ours, theirs = shops
    for table in sorted(set(tables) - set(APPEND_ONLY)):
        for change in (
            "update {} set tenant_id = tenant_id where tenant_id = %s",
            "delete from {} where tenant_id = %s",
        ):
            with ours.db.transaction(ours.tenant) as uow:
                assert run(uow.connection, change, table, theirs.tenant).rowcount == 0, table


def test_no_row_is_put_behind_their_wall(tables: list[str], shops: tuple[Shop, Shop]) -> None:
    ours, theirs = shops
    insert = """insert into {0} overriding user value select (json_populate_record(
        r, json_build_object('tenant_id', %s::text))).* from {0} r limit 1"""
    for table in tables:
        refused(ours, insert, table, theirs.tenant, "row-level security")
    for table in sorted(set(tables) - set(APPEND_ONLY)):
        refused(ours, "update {} set tenant_id = %s", table, theirs.tenant, "row-level security")


def test_no_row_points_at_one_of_theirs(
    superuser_url: str, urls: Urls, shops: tuple[Shop, Shop]
) -> None:
    """Even for whom the policies do not hold: the keys themselves carry the tenant."""
    ours, theirs = shops
    with psycopg.connect(over_the_wall(superuser_url, urls)) as connection:
        keys = connection.execute(_KEYS).fetchall()
        assert len(keys) > 30
        for child, column, parent in keys:
            point = sql.SQL(
                "update {0} set {1} = (select id from {2} where tenant_id = %s limit 1)"
                " where ctid = (select ctid from {0} where tenant_id = %s limit 1)"
            ).format(*(sql.Identifier(name) for name in (child, column, parent)))
            connection.execute("set constraints all immediate")
            with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
                connection.execute(point, [theirs.tenant, ours.tenant])


_KEYS = """
    select con.conrelid::regclass::text, a.attname, con.confrelid::regclass::text
      from pg_constraint con
      join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[2]
     where con.contype = 'f' and con.connamespace = 'public'::regnamespace
       and array_length(con.conkey, 1) = 2
     order by 1, 2
"""


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["update {} set tenant_id = tenant_id", "delete from {}"])
def test_what_is_booked_cannot_be_changed(
    shops: tuple[Shop, Shop], table: str, change: str
) -> None:
    refused(shops[0], change, table, None, "permission denied")


def test_nothing_can_be_truncated(tables: list[str], shops: tuple[Shop, Shop]) -> None:
    for table in tables:
        refused(shops[0], "truncate {} cascade", table, None, "permission denied")


def test_support_reads_one_tenant_and_writes_nothing(
    tables: list[str], urls: Urls, shops: tuple[Shop, Shop]
) -> None:
    ours, _ = shops
    with psycopg.connect(urls.support) as connection:
        for table in tables:
            assert run(connection, "select 1 from {} limit 1", table).fetchall() == [], table
        connection.execute("select set_config('khata.tenant', %s, true)", [str(ours.tenant)])
        for table in tables:
            seen = run(connection, "select distinct tenant_id from {}", table).fetchall()
            assert seen == [(ours.tenant,)], table
        connection.rollback()
        connection.execute("set default_transaction_read_only = off")
        connection.commit()
        connection.execute("select set_config('khata.tenant', %s, false)", [str(ours.tenant)])
        connection.commit()
        for table in tables:
            for change in ("update {} set tenant_id = tenant_id", "delete from {}", "truncate {}"):
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    connection.transaction(),
                ):
                    run(connection, change, table)


def run(
    connection: Connection, statement: LiteralString, table: str, *parameters: Any
) -> psycopg.Cursor[tuple[Any, ...]]:
    return connection.execute(sql.SQL(statement).format(sql.Identifier(table)), parameters)


def refused(
    shop: Shop, statement: LiteralString, table: str, parameter: UUID | None, why: str
) -> None:
    """The database itself says no, and says why."""
    parameters = [] if parameter is None else [parameter]
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match=why),
        shop.db.transaction(shop.tenant) as uow,
    ):
        run(uow.connection, statement, table, *parameters)
