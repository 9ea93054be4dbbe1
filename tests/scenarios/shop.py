"""A shop: what it sells, to whom, and what its books, mails and parked work say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.core.catalog import Plan, PriceModel, PriceTerms, TaxBehavior
from khata.core.customer import TaxId, TaxIdType
from khata.core.ids import new_id
from khata.core.money import Money
from khata.core.periods import Interval, Unit
from khata.core.places import Address
from khata.core.tax.parties import Lut
from khata.core.tax.states import STATES
from khata.db.reads.books import trial_balance
from khata.db.stores.runs import BillingRun
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.selling.change_registration import (
    ChangeRegistration,
    RegistrationChanges,
    change_registration,
)
from khata.usecases.selling.create_customer import CreateCustomer, create_customer
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice, invoices_of

if TYPE_CHECKING:
    from tests.scenarios.world import World

_ISO = {state.name: state.iso for state in STATES}


class Shop:
    def __init__(self, world: World, tenant: UUID) -> None:
        self.world, self.tenant = world, tenant
        self.db = world.engine.db
        self.plans: dict[str, Plan] = {}

    def sells(
        self,
        name: str,
        *,
        at: Money | Sequence[Money],
        every: str = "month",
        trial_days: int = 0,
        by_the_seat: bool = False,
        tax_inside: bool = False,
        tax_code: str = "998314",
        terms: PriceTerms | None = None,
        **of_product: Any,
    ) -> None:
        """Offer a plan, `every` such as "month" or "2 months", at a price in each currency.

        `terms` hold where a price says more than a flat amount or one of each seat; `of_product`
        says what is sold to GST, where its code does not.
        """
        now, product = self.world.now, new_id(self.world.now)
        create_product(
            CreateProduct(self.tenant, product, now, name, tax_code, None, {}, **of_product),
            db=self.db,
        )
        prices = [at] if isinstance(at, Money) else at
        model = PriceModel.PER_UNIT if by_the_seat else PriceModel.FLAT
        model = model if terms is None else terms.model
        count, _, unit = every.rpartition(" ")
        self.plans[name] = create_plan(
            CreatePlan(
                tenant=self.tenant,
                id=new_id(now),
                at=now,
                product=product,
                name=name,
                code=name.lower().replace(" ", "-"),
                interval=Interval(Unit(unit.removesuffix("s")), int(count or 1)),
                trial_days=trial_days,
                tax_behavior=TaxBehavior.INCLUSIVE if tax_inside else TaxBehavior.EXCLUSIVE,
                prices=[NewPrice(price.currency, model, price.amount, terms) for price in prices],
                metadata={},
            ),
            db=self.db,
        )

    def customer(
        self,
        name: str,
        *,
        state: str | None = "Karnataka",
        country: str = "IN",
        currency: str | None = None,
        zone: str | None = None,
        gstin: str | None = None,
        sez: bool = False,
        vat_id: str | None = None,
        postal_code: str | None = None,
        address: Address | None = None,
        card: str | None = "tok_ok",
    ) -> Customer:
        """Somebody to sell to, with a card on file unless `card` is None."""
        now, id = self.world.now, new_id(self.world.now)
        create_customer(
            CreateCustomer(
                tenant=self.tenant,
                id=id,
                at=now,
                name=name,
                email=f"{name.lower().replace(' ', '.')}@example.com",
                currency=currency,
                timezone=zone,
                country=country,
                state=_ISO[state] if state else None,
                address=address or Address(postal_code=postal_code),
                tax_ids=[TaxId(TaxIdType.IN_GST, gstin)]
                if gstin
                else [TaxId(TaxIdType.GB_VAT if country == "GB" else TaxIdType.EU_VAT, vat_id)]
                if vat_id
                else [],
                sez=sez,
                metadata={},
            ),
            db=self.db,
        )
        if card is not None:
            method = AddPaymentMethod(self.tenant, new_id(now), now, id, "fake", card, True)
            add_payment_method(method, db=self.db, gateways=self.world.engine.gateways)
        return Customer(self, id)

    def has_lut(self, number: str, *, begins: str, ends: str) -> None:
        """Exports and supplies to an SEZ need no tax while the letter holds."""
        lut = Lut(number, date.fromisoformat(begins), date.fromisoformat(ends))
        self.registers(lut=lut)

    def registers(self, **changes: Any) -> None:
        """Change what the shop sells under."""
        [(registration,)] = self.rows("select id from registrations where is_default")
        wanted = RegistrationChanges(**changes)  # type: ignore[typeddict-item]
        command = ChangeRegistration(self.tenant, registration, self.world.now, wanted)
        change_registration(command, db=self.db, pdf=self.world.engine.pdf)

    @property
    def invoices(self) -> list[Invoice]:
        return invoices_of(self)

    @property
    def numbers(self) -> list[str]:
        return [invoice.number for invoice in self.invoices]

    def balance(self, account: str, currency: str = "INR") -> Money:
        """Debits less credits of one account, all time."""
        with self.db.transaction(self.tenant) as uow:
            balances = trial_balance(uow.connection, date.max, currency)
        found = [one.debits - one.credits for one in balances if one.account == account]
        return Money(sum(found), currency)

    def books_balance(self) -> bool:
        """Whether debits equal credits in every currency, and something was booked."""
        with self.db.transaction(self.tenant) as uow:
            balances = trial_balance(uow.connection, date.max)
        currencies = {one.currency for one in balances}
        return bool(currencies) and all(
            sum(one.debit - one.credit for one in balances if one.currency == currency) == 0
            for currency in currencies
        )

    def earned(self) -> dict[str, int]:
        """Revenue by month, in minor units: {"2025-06": 52602, …}."""
        rows: Sequence[tuple[str, int]] = self.rows(
            "select to_char(booked_on, 'YYYY-MM'), sum(case when credit = 'revenue' then amount"
            " else -amount end)::bigint from postings"
            " where 'revenue' in (debit, credit) group by 1 order by 1"
        )
        return dict(rows)

    @property
    def parked(self) -> list[tuple[str, str]]:
        """What is set aside now: code and reason."""
        return [
            (code, reason)
            for code, reason in self.rows(
                "select code, reason from parked where released_at is null order by id"
            )
        ]

    def releases(self) -> None:
        """A person has looked: all parked work may be tried again."""
        for (id,) in self.rows("select id from parked where released_at is null"):
            release_parked(ReleaseParked(self.tenant, id, self.world.now), db=self.db)

    def bills(self, as_of: str, *, batch: int = 500) -> BillingRun:
        """Start a billing run as of a day."""
        now = self.world.now
        run = RunBilling(
            self.tenant, new_id(now), date.fromisoformat(as_of), now, "api", batch=batch
        )
        return run_billing(run, db=self.db)

    def rows(self, sql: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
        return self.world.rows(self.tenant, sql, **parameters)
