"""Follow terms: which dunning terms an invoice goes by, from its plans or from the tenant."""

from uuid import UUID

from khata.core.campaign import Campaign
from khata.core.dunning_terms import DunningTerms, Followed, most_patient
from khata.db.transaction import UnitOfWork


def follow_terms(uow: UnitOfWork, invoice_id: UUID, campaign: Campaign | None) -> Followed:
    """Return the terms that the invoice's campaign follows.

    One that has begun keeps its policy in the version of that day; the tenant's own policies have
    no versions, and hold as they are now. A new one follows the most patient of its plans.
    """
    policies = uow.tenants.get().policies
    if campaign is None:
        return most_patient(uow.dunning.candidates(invoice_id, policies))
    if campaign.policy_id is None or campaign.policy_version is None:
        return Followed(DunningTerms.of(policies))
    terms = uow.dunning.version(campaign.policy_id, campaign.policy_version)
    return Followed(terms, campaign.policy_id, campaign.policy_version)
