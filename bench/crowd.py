"""A crowd: tenants' customers, each with a subscription of three items that is due now."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg

from khata.core.catalog import PriceModel, TaxBehavior
from khata.core.ids import new_id
from khata.core.periods import Interval, Unit
from khata.core.places import Address
from khata.core.tax.gstin import check_character
from khata.core.tax.states import state_by_iso
from khata.db.transaction import Database
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.tenants.open_account import OpenAccount, open_account

TENANT = UUID("0190a000-0000-7000-8000-000000000001")
OPENED = datetime(2025, 6, 1, 6, 30, tzinfo=UTC)
RUN_AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # noon in India
RUN_ON = date(2026, 11, 24)
ZONE = "Asia/Kolkata"
EMAIL, PASSWORD = "owner@chai.example", "correct horse battery"

# Of ten customers six are in the seller's own state, and seven are businesses with a GSTIN.
STATES = ("KA", "KA", "KA", "KA", "KA", "KA", "MH", "TN", "DL", "WB")
BUSINESSES = (True, True, True, True, False, False, True, True, True, False)

# Name, SAC, price model and price in paise; a crowd's subscription has one of each.
PLANS = (
    ("Platform", "997331", PriceModel.FLAT, 1_499_00),
    ("Seats", "998314", PriceModel.PER_UNIT, 249_00),
    ("Storage, 10 GB", "998315", PriceModel.PER_UNIT, 37_45),
)


def tenants_of(sizes: Sequence[int]) -> list[UUID]:
    """Return the ids of as many tenants as there are sizes; the first is TENANT."""
    return [UUID(int=TENANT.int + n) for n in range(len(sizes))]


def gather(sizes: Sequence[int], *, app_url: str, superuser_url: str) -> None:
    """Make the tenants and their catalogue, and for each as many due customers as `sizes` says.

    The first tenant is made by the engine's use-cases, and the others are copies of it.
    """
    db = Database(app_url, size=1)
    try:
        _open(db)
        for name, tax_code, model, amount in PLANS:
            _sell(db, name, tax_code, model, amount)
    finally:
        db.close()
    with psycopg.connect(superuser_url) as connection:
        connection.execute("select setseed(0.5)")
        # Its first months are closed: a month has passed, and not a year and a half at once.
        connection.execute("update tenants set next_close_at = '2026-12-01'")
        tenants = tenants_of(sizes)
        if len(tenants) > 1:
            _copy(connection, tenants[1:])
        for tenant, count in zip(tenants, sizes, strict=True):
            _fill(connection, tenant, count)


def _copy(connection: psycopg.Connection, tenants: Sequence[UUID]) -> None:
    """Make tenants that have what the first has before it has customers."""
    for table in ("tenants", "parties", "registrations", "products", "plans", "prices"):
        named = connection.execute(
            "select string_agg(quote_ident(attname), ', ') from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " and attname <> 'tenant_id' and attgenerated = ''",
            [table],
        ).fetchone()
        assert named is not None
        connection.execute(
            f"insert into {table} (tenant_id, {named[0]})"
            f" select another, {named[0]} from {table}, unnest(%s::uuid[]) another"
            " where tenant_id = %s".encode(),
            [list(tenants), TENANT],
        )


def _fill(connection: psycopg.Connection, tenant: UUID, count: int) -> None:
    statement = Path(__file__).with_name("crowd.sql").read_text()
    connection.execute("select set_config('khata.tenant', %s, false)", [str(tenant)])
    connection.execute("create temporary table gstins (n integer primary key, value text)")
    with connection.cursor().copy("copy gstins from stdin") as rows:
        for n in range(count):
            if BUSINESSES[n % 10]:
                rows.write_row((n, _gstin(n)))
    connection.execute(
        statement.replace(":count", str(count)).replace(":states", _array()).encode()
    )
    connection.execute("drop table gstins, crowd")


def _open(db: Database) -> None:
    account = OpenAccount(
        account=new_id(OPENED),
        test_tenant=TENANT,
        live_tenant=new_id(OPENED),
        at=OPENED,
        business_name="Chai Cloud Pvt Ltd",
        email=EMAIL,
        password=PASSWORD,
        country="IN",
        state="KA",
        timezone=ZONE,
        currency="INR",
        gstin=_gstin(10_000_000),  # beyond every customer's
        address=Address("12, MG Road", None, "Bengaluru", "560001"),
    )
    open_account(account, db=db, pepper=b"pepper")


def _sell(db: Database, name: str, tax_code: str, model: PriceModel, amount: int) -> None:
    product = new_id(OPENED)
    create_product(CreateProduct(TENANT, product, OPENED, name, tax_code, None, {}), db=db)
    create_plan(
        CreatePlan(
            TENANT,
            new_id(OPENED),
            OPENED,
            product,
            name,
            name.split(",")[0].lower(),
            Interval(Unit.MONTH),
            0,
            TaxBehavior.EXCLUSIVE,
            [NewPrice("INR", model, amount)],
            {},
        ),
        db=db,
    )


def _gstin(n: int) -> str:
    """Return a GSTIN of the n-th customer's state, with a PAN of its own and the right end."""
    state = state_by_iso(STATES[n % 10])
    letters = "".join(chr(65 + n // 9_999 // 26**place % 26) for place in range(3))
    first14 = f"{state.code}{letters}CT{1 + n % 9_999:04}E1Z"
    return first14 + check_character(first14)


def _array() -> str:
    return "array[" + ", ".join(f"'{state}'" for state in STATES) + "]"
