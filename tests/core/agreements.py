"""Subscriptions and sales that core tests begin from; each test changes what it is about."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from khata.core.catalog import Item, PriceModel
from khata.core.periods import Interval, Period, Unit, start_of_day
from khata.core.renewal import Due
from khata.core.subscription import CollectionMethod, Status, Subscription
from khata.core.tax.parties import Buyer, Lut, Seller
from khata.core.terms import SellerTerms, Terms, TermsOfDay

ZONE = "Asia/Kolkata"
TODAY = date(2025, 2, 10)
AT = datetime(2025, 2, 10, 6, 30, tzinfo=UTC)
KARNATAKA = Seller(
    "IN", "KA", "29ABCCT1234E1ZL", (Lut("AD29", date(2024, 4, 1), date(2025, 3, 31)),)
)


def id_of(n: int) -> UUID:
    return UUID(int=n)


def item(
    amount: int = 100_000,
    *,
    quantity: int = 1,
    position: int = 0,
    model: PriceModel = PriceModel.FLAT,
    tax_code: str = "998314",
) -> Item:
    return Item(
        id_of(50 + position),
        position,
        id_of(60),
        id_of(70 + position),
        f"Plan {position}",
        tax_code,
        model,
        amount,
        quantity,
    )


def terms(buyer: Buyer | None = None, *, seller: Seller = KARNATAKA, on: date = TODAY) -> Terms:
    sold_under = SellerTerms(id_of(3), id_of(4), seller, "INV/{fy}/{n:05}")
    buyer = buyer or Buyer("IN", "KA")
    return TermsOfDay(on, lambda _: sold_under).of(id_of(3), buyer, id_of(5))


def subscription(**changes: Any) -> Subscription:
    """An active monthly one of the 10th, whose renewal of today is due."""
    agreed: dict[str, Any] = {
        "id": id_of(1),
        "customer_id": id_of(2),
        "registration_id": id_of(3),
        "status": Status.ACTIVE,
        "collection_method": CollectionMethod.CHARGE_AUTOMATICALLY,
        "days_until_due": 0,
        "currency": "INR",
        "timezone": ZONE,
        "interval": Interval(Unit.MONTH),
        "tax_behavior": "exclusive",
        "start_on": date(2025, 1, 10),
        "billing_anchor": date(2025, 1, 10),
        "trial_end": None,
        "period": Period(date(2025, 1, 10), TODAY),
        "next_billing_at": start_of_day(TODAY, ZONE),
        "cancel_on": None,
        "cancel_reason": None,
        "canceled_at": None,
        "ended_on": None,
        "payment_method_id": None,
        "billed_on": date(2025, 1, 10),
        "billed_count": 1,
        "mrr": 100_000,
        "created_at": AT,
    }
    return Subscription(**{**agreed, **changes})


def due(
    agreed: Subscription | None = None,
    *items: Item,
    buyer: Buyer | None = None,
    timezone: str | None = None,
) -> Due:
    agreed = agreed or subscription()
    return Due(agreed, items or (item(),), terms(buyer), timezone or agreed.timezone)
