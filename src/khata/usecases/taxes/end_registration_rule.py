"""End a rule of which registration issues."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.registration_rules import BadRegistrationRule
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class EndRegistrationRule:
    tenant: UUID
    id: UUID
    valid_to: date  # the last day


def end_registration_rule(command: EndRegistrationRule, *, db: Database) -> None:
    """Let the rule hold no longer than to a day; subscriptions keep their registration.

    Raises: NotFound, BadRegistrationRule.
    """
    with db.transaction(command.tenant) as uow:
        row = uow.registration_rules.row(command.id)
        if row is None:
            raise NotFound("registration rule", public_id("rrl", command.id))
        if command.valid_to < row["valid_from"]:
            raise BadRegistrationRule(
                f"The rule would end on {command.valid_to}, before it begins", param="valid_to"
            )
        uow.registration_rules.end(command.id, command.valid_to)
