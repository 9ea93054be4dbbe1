"""Which registration issues an invoice, where nobody names one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.refusal import Refusal


class BadRegistrationRule(Refusal):
    """A rule that would fit everything, or ends before it begins."""


@dataclass(frozen=True, slots=True)
class RegistrationRule:
    """What is None fits anything: whatever is sold, wherever the customer is."""

    id: UUID
    registration_id: UUID
    product_id: UUID | None
    country: str | None  # the customer's, ISO 3166-1 alpha-2
    state: str | None
    valid_from: date
    valid_to: date | None

    def fits(
        self, *, products: Collection[UUID], country: str, state: str | None, on: date
    ) -> bool:
        """Say whether it fits: of products, one sold is enough."""
        return (
            (self.product_id is None or self.product_id in products)
            and self.country in (None, country)
            and self.state in (None, state)
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )

    @property
    def exactness(self) -> tuple[bool, bool, bool]:
        return self.product_id is not None, self.state is not None, self.country is not None


def registration_by_rule(
    rules: Iterable[RegistrationRule],
    *,
    products: Collection[UUID],
    country: str,
    state: str | None,
    on: date,
) -> UUID | None:
    """Return the registration of the rule that fits best; None leaves it to the default.

    A rule of a product goes before one of a state, that before one of a country; of two alike,
    the one that began later.
    """
    fitting = [
        rule for rule in rules if rule.fits(products=products, country=country, state=state, on=on)
    ]
    best = max(fitting, key=lambda rule: (rule.exactness, rule.valid_from, rule.id), default=None)
    return None if best is None else best.registration_id


def check_rule(rule: RegistrationRule) -> None:
    """Refuse a rule that decides nothing. Raises: BadRegistrationRule."""
    if rule.product_id is None and rule.country is None:
        raise BadRegistrationRule(
            "A rule names a product or a country; what fits everything is the default",
            param="country",
        )
    if rule.state is not None and rule.country is None:
        raise BadRegistrationRule("A state is a country's: name that", param="country")
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise BadRegistrationRule(
            f"The rule would end on {rule.valid_to}, before it begins", param="valid_to"
        )
