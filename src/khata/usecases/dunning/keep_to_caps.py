"""Keep to caps: a retry that would break a network's cap is moved past it, or is the end."""

from dataclasses import replace
from uuid import UUID

from khata.core.dunning import GiveUp, Retry
from khata.core.dunning_terms import DunningTerms
from khata.core.network_caps import LONGEST_WAIT, free_at
from khata.db.transaction import UnitOfWork


def keep_to_caps(
    uow: UnitOfWork, retry: Retry, payment_method_id: UUID | None, terms: DunningTerms
) -> Retry | GiveUp:
    """Return the retry as the card's network allows it, counted over all invoices of the card."""
    if payment_method_id is None:
        return retry
    past = uow.dunning.past_tries([payment_method_id], retry.at).get(payment_method_id)
    if past is None:
        return retry
    then = free_at(past, retry.at)
    if then - retry.at > LONGEST_WAIT:
        return GiveUp(terms.after_last_retry)
    return replace(retry, at=then, is_moved=then > retry.at)
