"""An account is a business; a tenant is that business in one mode, test or live."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.periods import day_of, start_of_day
from khata.core.policies import Policies


@dataclass(frozen=True, slots=True)
class Tenant:
    """A business in one mode."""

    id: UUID
    account_id: UUID
    livemode: bool
    name: str
    email: str
    country: str
    state: str | None
    timezone: str
    currency: str
    policies: Policies
    next_close_at: datetime  # when the running month is closed and its revenue recognised
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A secret key as it is remembered: enough to tell it apart, not enough to use it."""

    id: UUID
    prefix: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None = None

    @classmethod
    def of(cls, secret: str, *, id: UUID, at: datetime) -> "ApiKey":
        """Return what is remembered of a new secret key, beside its hash."""
        return cls(id, secret[:8], secret[-4:], at)


def end_of_month(at: datetime, timezone: str) -> datetime:
    """Return the first instant of the month after `at`, in the tenant's zone."""
    today = day_of(at, timezone)
    months = today.year * 12 + today.month
    return start_of_day(date(months // 12, months % 12 + 1, 1), timezone)
