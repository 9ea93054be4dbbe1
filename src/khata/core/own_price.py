"""A price of a customer's own: it stands before the plan's for whom it was agreed with."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from khata.core.catalog import Plan, Price
from khata.core.refusal import Kind, Refusal


class OwnPriceEnded(Refusal):
    """The price of the customer's own holds no longer, or would end before it began."""

    kind = Kind.CONFLICT


class OwnPriceCurrency(Refusal):
    """A customer is billed in one currency; an own price is in that one."""


class OwnPriceOverlaps(Refusal):
    """The customer has a price of its own for this plan on one of these days."""

    kind = Kind.CONFLICT


def price_for(
    plan: Plan, currency: str, own: Mapping[UUID, Price], *, param: str | None = None
) -> Price:
    """Return what a customer gets now: its own price of the plan, or else the plan's.

    Raises: NoPriceInCurrency.
    """
    found = own.get(plan.id)
    if found is not None and found.currency == currency:
        return found
    return plan.price_in(currency, param=param)


def check_free(
    others: Sequence[Price], valid_from: date, valid_until: date | None, *, param: str
) -> None:
    """Refuse days on which another price of the customer's own holds. Raises: OwnPriceOverlaps."""
    for other in others:
        assert other.valid_from is not None
        ends_before = other.valid_until is not None and other.valid_until <= valid_from
        begins_after = valid_until is not None and other.valid_from >= valid_until
        if not ends_before and not begins_after:
            until = f" until {other.valid_until}" if other.valid_until else ""
            raise OwnPriceOverlaps(
                f"There is one from {other.valid_from}{until}; end that first", param=param
            )
