"""A shop with thousands of subscriptions that fall due at one instant, written set by set."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from khata.core.catalog import PriceModel, TaxBehavior
from khata.core.ids import new_id
from khata.core.periods import Interval, Unit
from khata.core.places import Address
from khata.db.transaction import Database
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.tenants.open_account import OpenAccount, open_account

BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
DUE = datetime(2025, 2, 9, 18, 30, tzinfo=UTC)  # midnight of 10 February in India

_CUSTOMERS = """
    with party as (
      insert into parties (id, facts, created_at)
      values (gen_random_uuid(),
              '{"name": "Fleet", "country": "IN", "state": "KA", "address": {}}', %(at)s)
      returning id)
    insert into customers (id, name, currency, timezone, country, state, party_id, created_at)
    select gen_random_uuid(), 'C' || n, %(currency)s, 'Asia/Kolkata', 'IN', 'KA', party.id, %(at)s
      from party, generate_series(1, %(count)s) n
"""
_METHODS = """
    insert into payment_methods (id, customer_id, gateway, token, is_default, created_at)
    select gen_random_uuid(), id, 'fake', 'tok_ok', true, %(at)s from customers
"""
_SUBSCRIPTIONS = """
    insert into subscriptions (id, customer_id, registration_id, status, collection_method,
      days_until_due, currency, timezone, interval, interval_count, tax_behavior, start_on,
      billing_anchor, period_start, period_end, next_billing_at, created_at)
    select gen_random_uuid(), c.id, r.id, 'active', %(how)s, 0, %(currency)s, 'Asia/Kolkata',
           'month', 1, 'exclusive', '2025-01-10', '2025-01-10', '2025-01-10', '2025-02-10',
           %(due)s, %(at)s
      from customers c, registrations r where r.is_default
"""
_ITEMS = """
    insert into subscription_items (id, subscription_id, position, plan_id, price_id, quantity)
    select gen_random_uuid(), s.id, 0, p.plan_id, p.id, 1 from subscriptions s, prices p
"""


class Fleet:
    """A test tenant in Karnataka; `size` subscriptions at 1,000.00 + 18 % are due at DUE."""

    def __init__(
        self, db: Database, size: int, *, by_card: bool = False, currency: str = "INR"
    ) -> None:
        self.db, self.tenant, self.live = db, new_id(BEFORE), new_id(BEFORE)
        account = OpenAccount(
            account=new_id(BEFORE),
            test_tenant=self.tenant,
            live_tenant=self.live,
            at=BEFORE,
            business_name="Fleet",
            email=f"{self.tenant.hex}@fleet.example",
            password="correct horse battery staple",
            country="IN",
            state="KA",
            timezone="Asia/Kolkata",
            currency="INR",
            gstin="29ABCCT1234E1ZL",
            address=Address(),
        )
        open_account(account, db=db, pepper=b"a pepper for fleets, 32 bytes long")
        self._sell(currency)
        how = "charge_automatically" if by_card else "send_invoice"
        with db.transaction(self.tenant) as uow:
            for sql in (_CUSTOMERS, *([_METHODS] if by_card else []), _SUBSCRIPTIONS, _ITEMS):
                uow.connection.execute(
                    sql.encode(),
                    {
                        "at": BEFORE,
                        "due": DUE,
                        "count": size,
                        "how": how,
                        "currency": currency,
                    },
                )

    def _sell(self, currency: str) -> None:
        product = new_id(BEFORE)
        create_product(
            CreateProduct(self.tenant, product, BEFORE, "Pro", "998314", None, {}), db=self.db
        )
        create_plan(
            CreatePlan(
                tenant=self.tenant,
                id=new_id(BEFORE),
                at=BEFORE,
                product=product,
                name="Pro",
                code="pro",
                interval=Interval(Unit.MONTH),
                trial_days=0,
                tax_behavior=TaxBehavior.EXCLUSIVE,
                prices=[NewPrice(currency, PriceModel.FLAT, 100_000)],
                metadata={},
            ),
            db=self.db,
        )

    @property
    def registration(self) -> UUID:
        id: UUID = self.one("select id from registrations where is_default")
        return id

    def one(self, sql: str, **parameters: Any) -> Any:
        """The only column of the only row."""
        [(value,)] = self.rows(sql, **parameters)
        return value

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.db.transaction(self.tenant) as uow:
            return uow.connection.execute(sql.encode(), parameters).fetchall()
