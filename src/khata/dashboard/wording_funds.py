"""How pages spell coupons, discounts, wallets and credit notes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from khata.core.words import grouped
from khata.dashboard.wording import day

_WALLET_CAUSES: Final = {
    "top_up": "Topped up by",
    "over_payment": "Paid beyond an invoice",
    "grant": "Granted",
    "invoice": "Spent on",
    "invoice_voided": "Back from",
    "credit_note": "Given back by",
    "refunded": "Given back to the customer",
    "expired": "Expired",
}
_NOTE_CAUSES: Final = {
    "change": "A change of plans",
    "cancel": "An end before the period's",
    "pause": "A pause",
    "anchor": "Another billing day",
    "usage": "Usage that came late",
    "manual": "A person",
}
_ENDED: Final = {"used": "used up", "lapsed": "over", "removed": "removed"}


class OffTerms(Protocol):
    """What a coupon, or a discount that it became, takes off."""

    @property
    def percent(self) -> Decimal | None: ...
    @property
    def amount(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...


class Lasting(Protocol):
    """How long a coupon lasts."""

    @property
    def duration(self) -> str: ...
    @property
    def months(self) -> int | None: ...
    @property
    def cycles(self) -> int | None: ...


class Redeemable(Protocol):
    """Whether a coupon can still be redeemed."""

    @property
    def archived_at(self) -> datetime | None: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def max_redemptions(self) -> int | None: ...
    @property
    def redeemed(self) -> int: ...


class Endable(Protocol):
    """Whether a discount goes on."""

    @property
    def ended_by(self) -> str | None: ...


def taken_off(terms: OffTerms) -> str:
    """Spell what is taken off: 25 %, or ₹100.00."""
    if terms.percent is not None:
        return f"{terms.percent.normalize():f} %"
    assert terms.amount is not None
    assert terms.currency is not None
    return grouped(terms.amount, terms.currency)


def lasting(terms: Lasting) -> str:
    if terms.duration == "once":
        return "for one invoice"
    if terms.duration == "forever":
        return "for ever"
    count, unit = (terms.months, "month") if terms.months else (terms.cycles, "period")
    return f"for {count} {unit}{'' if count == 1 else 's'}"


def coupon_status(coupon: Redeemable, today: date) -> str:
    if coupon.archived_at is not None:
        return "archived"
    if coupon.expires_on is not None and coupon.expires_on < today:
        return "expired"
    if coupon.max_redemptions is not None and coupon.redeemed >= coupon.max_redemptions:
        return "used up"
    return "usable"


def discount_status(discount: Endable) -> str:
    return "in force" if discount.ended_by is None else _ENDED[discount.ended_by]


def wallet_cause(cause: str) -> str:
    return _WALLET_CAUSES.get(cause, cause.replace("_", " ").capitalize())


def note_cause(cause: str) -> str:
    return _NOTE_CAUSES.get(cause, cause.capitalize())


def last_day_at(until: datetime, zone: str) -> str:
    """Spell the last day before an instant, in a zone: what expires is spent until then."""
    return day((until - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date())


def iso_day(text: str) -> str:
    return day(date.fromisoformat(text))


def iso_last_day(end: str) -> str:
    return day(date.fromisoformat(end) - timedelta(days=1))


FUND_FILTERS = {
    "taken_off": taken_off, "lasting": lasting, "coupon_status": coupon_status,
    "discount_status": discount_status, "wallet_cause": wallet_cause, "note_cause": note_cause,
    "last_day_at": last_day_at, "iso_day": iso_day, "iso_last_day": iso_last_day,
}  # fmt: skip
