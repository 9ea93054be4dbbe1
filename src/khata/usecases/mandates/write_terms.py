"""Write terms down: a mandate that its payer is to agree to, in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.mandate import Consent, Mandate, MandateMove, ToldBy, check_terms, next_look
from khata.core.mandate_events import MandateCreated
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class WriteTerms:
    id: UUID
    at: datetime
    customer: UUID
    kind: MethodKind
    terms: MandateTerms
    category: Category = Category.GENERAL
    consent: Consent | None = None


def write_terms(uow: UnitOfWork, command: WriteTerms) -> Mandate:
    """Return the mandate, `created`: nobody has agreed to it yet. Raises: MandateTermsWrong."""
    rules, at, terms = rail_rules(), command.at, command.terms
    check_terms(terms, command.kind, today=rules.day(at), rules=rules)
    status = MandateStatus.CREATED
    mandate = Mandate(
        command.id,
        command.customer,
        None,
        command.kind,
        terms,
        command.category,
        status,
        None,
        command.consent,
        next_look(terms, status, after=at, rules=rules),
        at,
    )
    move = MandateMove(new_id(at), mandate.id, None, status, ToldBy.SELLER, "terms written", at)
    uow.mandates.add(mandate, [move])
    uow.events.add([MandateCreated(mandate.id, mandate.customer_id)], at)
    return mandate
