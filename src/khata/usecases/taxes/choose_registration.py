"""Choose which registration issues: the one that is named, that of a rule, or the default."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from khata.core.customer import Customer
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.registration import Registration
from khata.core.registration_rules import registration_by_rule
from khata.db.transaction import UnitOfWork


def choose_registration(
    uow: UnitOfWork,
    named: UUID | None,
    buyer: Customer,
    *,
    products: Collection[UUID],
    on: date,
) -> Registration:
    """Return the registration for a sale of these products to this buyer.

    One whose place another has taken sells nothing any more: that other one does.
    Raises: NotFound.
    """
    chosen = named
    if chosen is None:
        default, rules = uow.sellers.default_and_rules()
        chosen = registration_by_rule(
            rules, products=products, country=buyer.country, state=buyer.state, on=on
        )
        if chosen is None or chosen == default.id:
            return default
    registration = uow.sellers.get(chosen)
    if registration is None:
        raise NotFound("registration", public_id("reg", chosen), param="registration")
    return uow.sellers.successor_of(chosen) or registration
