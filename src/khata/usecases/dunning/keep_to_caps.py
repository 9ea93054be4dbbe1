"""Keep to caps: a retry that would break a network's cap is moved past it, or is the end."""

from dataclasses import replace
from uuid import UUID

from khata.core.dunning import GiveUp, Retry
from khata.core.dunning_terms import DunningTerms
from khata.core.network_caps import LONGEST_WAIT, free_at
from khata.core.working_days import Whereabouts, off_holidays
from khata.db.transaction import UnitOfWork


def keep_to_caps(
    uow: UnitOfWork,
    retry: Retry,
    payment_method_id: UUID | None,
    terms: DunningTerms,
    where: Whereabouts,
) -> Retry | GiveUp:
    """Return the retry as the card's network allows it, counted over all invoices of the card.

    What a cap moves onto a holiday goes on to the next working day, as far as the caps let it.
    """
    if payment_method_id is None:
        return retry
    past = uow.dunning.past_tries([payment_method_id], retry.at).get(payment_method_id)
    if past is None:
        return retry
    free = free_at(past, retry.at)
    is_moved = free > retry.at
    while (then := off_holidays(terms, free, where)) > free:
        free = free_at(past, then)
    if then - retry.at > LONGEST_WAIT:
        return GiveUp(terms.after_last_retry)
    return replace(retry, at=then, is_moved=is_moved)
