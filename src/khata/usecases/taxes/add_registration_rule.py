"""Add a rule of which registration issues where none is named."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.places import known_country, known_state
from khata.core.refusal import NotFound
from khata.core.registration_rules import RegistrationRule, check_rule
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class AddRegistrationRule:
    tenant: UUID
    at: datetime
    rule: RegistrationRule


def add_registration_rule(command: AddRegistrationRule, *, db: Database) -> None:
    """Add the rule; subscriptions that there are keep their registration.

    Raises: NotFound, UnknownCountry, UnknownState, BadState, BadRegistrationRule.
    """
    rule = command.rule
    check_rule(rule)
    if rule.country is not None:
        country = known_country(rule.country, param="country")
        rule = replace(rule, state=known_state(rule.state, country=country, param="state"))
    with db.transaction(command.tenant) as uow:
        if uow.sellers.get(rule.registration_id) is None:
            id = public_id("reg", rule.registration_id)
            raise NotFound("registration", id, param="registration")
        if rule.product_id is not None and uow.catalog.product(rule.product_id) is None:
            raise NotFound("product", public_id("prod", rule.product_id), param="product")
        uow.registration_rules.add(rule, command.at)
