"""Offer an agreement: a link where a customer agrees anew to what a mandate allowed, or allows."""

from dataclasses import replace
from datetime import datetime

from khata.core.ids import new_id
from khata.core.links import SetupLink
from khata.core.mandate import Mandate
from khata.core.mandate_rules import rail_rules
from khata.db.stores.setup_links import SetupLinks
from khata.db.transaction import UnitOfWork
from khata.usecases.visits.write_setup_link import WriteSetupLink, write_setup_link


def offer_agreement(uow: UnitOfWork, mandate: Mandate, *, at: datetime) -> SetupLink | None:
    """Return the link that the customer's mails lead to; one that is open already serves.

    The terms are the same from today on, for as long as they held before. The mandate is written
    down when the customer goes to agree to it. None: nothing goes on that would need one.
    """
    if not uow.mandates.is_needed(mandate.customer_id):
        return None
    kind, before = mandate.kind, mandate.terms
    known = SetupLinks(uow.connection).open_with_terms(mandate.customer_id, kind, at)
    if known is not None:
        return known
    today = rail_rules().day(at)
    end = None if before.end is None else today + (before.end - before.start)
    terms = replace(before, start=today, end=end)
    link = WriteSetupLink(new_id(at), at, mandate.customer_id, kind, None, terms)
    return write_setup_link(uow, link)
