"""The shop of the story: Chai Cloud Pvt Ltd opens its account and lays out what it sells."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Final
from uuid import UUID

from khata.cli.demo.cast import gstin
from khata.core.catalog import PriceModel, TaxBehavior
from khata.core.coupon import Duration
from khata.core.discounts import Scope
from khata.core.ids import new_id, new_ids
from khata.core.periods import Interval, Unit
from khata.core.places import Address
from khata.core.tax.parties import Lut
from khata.db.stores.sessions import Sessions
from khata.usecases.coupons.create_coupon import CreateCoupon, create_coupon
from khata.usecases.selling.change_registration import ChangeRegistration, change_registration
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.selling.create_registration import CreateRegistration, create_registration
from khata.usecases.tenants.change_account import ChangeAccount, change_account
from khata.usecases.tenants.open_account import OpenAccount, open_account
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock
from khata.wiring import Engine

NAME: Final = "Chai Cloud Pvt Ltd"
EMAIL: Final = "founder@chai.example"
ZONE: Final = "Asia/Kolkata"
_GSTIN: Final = "29ABCCT1234E1ZL"
_ADDRESS: Final = Address("4th Floor, 12 Church Street", "Ashok Nagar", "Bengaluru", "560001")
_BRANCH: Final = Address("SCO 120, Sector 17-B", None, "Chandigarh", "160017")
_BANK: Final = {
    "account_name": NAME,
    "account_number": "50200012345678",
    "ifsc": "HDFC0000076",
    "bank": "HDFC Bank, MG Road, Bengaluru",
    "swift": "HDFCINBB",
}
LUTS: Final = {2025: "AD290425012345X", 2026: "AD290326067890Y"}  # by financial year


_WEEK, _MONTH, _YEAR = Interval(Unit.WEEK), Interval(Unit.MONTH), Interval(Unit.YEAR)


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan of the shop. `prices` in minor units by currency."""

    code: str
    name: str
    product: str
    model: PriceModel
    prices: Mapping[str, int]
    interval: Interval = _MONTH
    trial_days: int = 0
    tax: TaxBehavior = TaxBehavior.EXCLUSIVE


_FLAT, _SEAT = PriceModel.FLAT, PriceModel.PER_UNIT
_PRODUCTS: Final = {"Chai Cloud": "998314", "Chai Hosting": "998315"}
_OFFERS: Final = (
    Offer("starter", "Starter", "Chai Cloud", _FLAT, {"INR": 99_900}),
    Offer("team", "Team, per seat", "Chai Cloud", _SEAT, {"INR": 45_000, "USD": 900, "EUR": 850}),
    Offer(
        "team-yearly", "Team yearly, per seat", "Chai Cloud", _SEAT,
        {"INR": 4_50_000, "USD": 9_000, "EUR": 8_500}, _YEAR,
    ),
    Offer(
        "premium-yearly", "Premium yearly", "Chai Cloud", _FLAT,
        {"INR": 59_99_900, "USD": 79_900}, _YEAR,
    ),
    Offer("growth", "Growth", "Chai Cloud", _FLAT, {"INR": 2_49_900, "USD": 4_900}, trial_days=14),
    Offer("home", "Home", "Chai Cloud", _FLAT, {"INR": 29_900}, tax=TaxBehavior.INCLUSIVE),
    Offer("hosting-weekly", "Hosting, weekly", "Chai Hosting", _FLAT, {"INR": 75_000}, _WEEK),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop as the story needs it. `branches` are registrations beside the default, by state."""

    tenant: UUID
    user: UUID
    test_key: str
    password: str
    plans: Mapping[str, UUID]
    registration: UUID
    branches: Mapping[str, UUID]


def open_shop(engine: Engine, at: datetime) -> Shop:
    """Open the account, freeze its time at `at`, register, and lay out every plan."""
    account, tenant, live = new_ids(at, 3)
    password = secrets.token_urlsafe(12)
    command = OpenAccount(
        account=account,
        test_tenant=tenant,
        live_tenant=live,
        at=at,
        business_name=NAME,
        email=EMAIL,
        password=password,
        country="IN",
        state="KA",
        timezone=ZONE,
        currency="INR",
        gstin=_GSTIN,
        address=_ADDRESS,
    )
    opened = open_account(command, db=engine.db, pepper=engine.settings.secret())
    set_test_clock(SetTestClock(tenant, new_id(at), at), db=engine.db)
    _furnish(engine, tenant, at)
    with engine.db.transaction(tenant) as uow:
        registration = uow.sellers.default().id
    write_down_lut(engine, tenant, registration, at.year, at)
    _offer_coupons(engine, tenant, at)
    return Shop(
        tenant=tenant,
        user=_founder(engine),
        test_key=opened.test_key,
        password=password,
        plans=_lay_out(engine, tenant, at),
        registration=registration,
        branches={"CH": _branch(engine, tenant, at)},
    )


def write_down_lut(
    engine: Engine, tenant: UUID, registration: UUID, year: int, at: datetime
) -> None:
    """Let the registration export under the letter of the financial year that begins in `year`.

    Source: CGST Rules, rule 96A; a letter holds for one financial year.
    """
    lut = Lut(LUTS[year], date(year, 4, 1), date(year + 1, 3, 31))
    change_registration(
        ChangeRegistration(tenant, registration, at, {"lut": lut}), db=engine.db, pdf=engine.pdf
    )


def _offer_coupons(engine: Engine, tenant: UUID, at: datetime) -> None:
    """A fifth off for three months at Diwali, and a hundred rupees off once for a friend."""
    for code, name, percent, amount, months, expires_on in (
        ("DIWALI20", "Diwali, a fifth off", Decimal(20), None, 3, date(2025, 10, 31)),
        ("FRIEND100", "From a friend", None, 10_000, None, None),
    ):
        command = CreateCoupon(
            tenant=tenant,
            id=new_id(at),
            at=at,
            code=code,
            name=name,
            scope=Scope.INVOICE,
            percent=percent,
            amount=amount,
            currency="INR" if amount else None,
            duration=Duration.REPEATING if months else Duration.ONCE,
            months=months,
            cycles=None,
            max_redemptions=None,
            max_per_customer=1,
            expires_on=expires_on,
            minimum=None,
            plan_ids=[],
            metadata={},
        )
        create_coupon(command, db=engine.db)


def _furnish(engine: Engine, tenant: UUID, at: datetime) -> None:
    svg = files("khata.cli.demo").joinpath("logo.svg").read_bytes()
    branding = {
        "logo": f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}",
        "upi_vpa": "chaicloud@hdfcbank",
        "bank": _BANK,
    }
    command = ChangeAccount(tenant, at, {"branding": branding})
    change_account(command, db=engine.db, pdf=engine.pdf)


def _branch(engine: Engine, tenant: UUID, at: datetime) -> UUID:
    """Register in Chandigarh too: sold from there, a customer there pays CGST and UTGST."""
    id = new_id(at)
    command = CreateRegistration(
        tenant=tenant,
        id=id,
        at=at,
        legal_name=NAME,
        country="IN",
        state="CH",
        tax_id_type="in_gst",
        tax_id=gstin("CH", _GSTIN[2:12]),
        address=_BRANCH,
        lut=None,
        series={"invoice": "CH/{fy}/{n:05}"},
        default=False,
    )
    create_registration(command, db=engine.db, pdf=engine.pdf)
    return id


def _lay_out(engine: Engine, tenant: UUID, at: datetime) -> dict[str, UUID]:
    products = {}
    for name, tax_code in _PRODUCTS.items():
        products[name] = new_id(at)
        product = CreateProduct(tenant, products[name], at, name, tax_code, None, {})
        create_product(product, db=engine.db)
    plans = {}
    for offer in _OFFERS:
        plans[offer.code] = new_id(at)
        plan = CreatePlan(
            tenant=tenant,
            id=plans[offer.code],
            at=at,
            product=products[offer.product],
            name=offer.name,
            code=offer.code,
            interval=offer.interval,
            trial_days=offer.trial_days,
            tax_behavior=offer.tax,
            prices=[NewPrice(code, offer.model, sum) for code, sum in offer.prices.items()],
            metadata={},
        )
        create_plan(plan, db=engine.db)
    return plans


def _founder(engine: Engine) -> UUID:
    with engine.db.before_the_wall() as connection:
        person = Sessions(connection).person_named(EMAIL)
    assert person is not None  # the account was opened a moment ago
    return person.id
