"""Begin an agreement: the payer has read the terms on our page and goes to the gateway."""

from dataclasses import dataclass, replace
from datetime import datetime

from khata.core.ids import new_id
from khata.core.links import SetupLink
from khata.core.mandate import ENDED, RAILS, Consent, Mandate, MandateTermsWrong, ToldBy, moved
from khata.core.mandate_events import event_of
from khata.core.mandate_rules import rail_rules
from khata.core.payment_method import MethodKind
from khata.core.refusal import Kind, Refusal
from khata.core.told_mandate import MandateStatus
from khata.db.stores.setup_links import SetupLinks
from khata.db.transaction import UnitOfWork
from khata.usecases.mandates.write_terms import WriteTerms, write_terms


class LinkIsOver(Refusal):
    """The link was used, canceled, or its time is over; ask the seller for a new one."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class BeginAgreement:
    """`kind` is the rail that the payer has chosen; `consent` what they were shown."""

    link: SetupLink
    kind: MethodKind
    consent: Consent | None
    at: datetime


def begin_agreement(uow: UnitOfWork, command: BeginAgreement) -> Mandate | None:
    """Return the link's mandate, locked, now `pending_authorisation` with the proof of what was
    shown; None: the link names no terms, or none that a mandate of this rail could have.

    It is written down now, if it was not when the link was made, or if a bank has said no to the
    one before: who wants to try again may. Raises: LinkIsOver, where it was withdrawn or agreed to.
    """
    link, at, rules = command.link, command.at, rail_rules()
    before = uow.mandates.lock(link.mandate_id) if link.mandate_id else None
    mandate = _awaited(uow, before, command)
    if mandate is None:
        return None
    terms = replace(mandate.terms, start=max(mandate.terms.start, rules.day(at)))
    moves = []
    if mandate.status is MandateStatus.CREATED:
        mandate, move = moved(
            mandate,
            MandateStatus.PENDING_AUTHORISATION,
            id=new_id(at),
            told_by=ToldBy.CUSTOMER,
            cause="went to the gateway to agree",
            at=at,
            rules=rules,
        )
        moves.append(move)
    mandate = replace(mandate, terms=terms, consent=command.consent or mandate.consent)
    uow.mandates.change(mandate, moves)
    return mandate


def _awaited(uow: UnitOfWork, before: Mandate | None, command: BeginAgreement) -> Mandate | None:
    """Return the mandate that waits for the payer's yes: the link's, or a new one."""
    link, at = command.link, command.at
    if before is not None and before.kind is command.kind:
        if before.status in (MandateStatus.CREATED, MandateStatus.PENDING_AUTHORISATION):
            return before
        if before.status is not MandateStatus.REJECTED:
            raise LinkIsOver("This link is not valid any more; ask for a new one")
    if link.mandate is None or command.kind not in RAILS:
        return None
    terms = replace(link.mandate, start=max(link.mandate.start, rail_rules().day(at)))
    write = WriteTerms(new_id(at), at, link.customer_id, command.kind, terms)
    try:
        written = write_terms(uow, write)
    except MandateTermsWrong:
        return None  # the gateway is asked for them all the same, and says what it takes
    if before is not None and before.status not in ENDED:
        _let_go(uow, before, at)
    SetupLinks(uow.connection).agrees_to(link.id, written.id)
    return written


def _let_go(uow: UnitOfWork, before: Mandate, at: datetime) -> None:
    """End what waited for a yes by another rail than the one that was chosen then."""
    after, move = moved(
        before,
        MandateStatus.REVOKED,
        id=new_id(at),
        told_by=ToldBy.CUSTOMER,
        cause="another way to pay was chosen",
        at=at,
        rules=rail_rules(),
    )
    uow.mandates.change(after, [move])
    event = event_of(after, cause=move.cause)
    uow.events.add([event] if event else [], at)
