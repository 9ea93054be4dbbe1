"""An account is a business; a tenant is that business in one mode, live or test.

A sandbox is one more test tenant of the account, with a name.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from khata.core.periods import day_of, start_of_day
from khata.core.policies import Policies
from khata.core.refusal import Refusal

LONGEST_SANDBOX_NAME: Final = 60


class InvalidSandboxName(Refusal):
    """A sandbox has a name of one line."""


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
    sandbox: str | None = None  # its name in the account; None: the first test tenant, or live


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox as its account sees it. One that is archived is kept and not used any more."""

    id: UUID  # of the tenant that it is
    name: str
    created_at: datetime
    archived_at: datetime | None = None
    frozen_time: datetime | None = None  # where its time stands; None: it is the machine's


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


def sandbox_name(text: str, *, param: str) -> str:
    """Return the name without blanks around it. Raises: InvalidSandboxName."""
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_SANDBOX_NAME or not name.isprintable():
        raise InvalidSandboxName(
            f"A name has 1 to {LONGEST_SANDBOX_NAME} letters, digits and signs", param=param
        )
    return name


def end_of_month(at: datetime, timezone: str) -> datetime:
    """Return the first instant of the month after `at`, in the tenant's zone."""
    today = day_of(at, timezone)
    months = today.year * 12 + today.month
    return start_of_day(date(months // 12, months % 12 + 1, 1), timezone)
