"""The story of a payment's dunning: its campaign and its steps, oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.campaign import Campaign
from khata.db.reads.views import views
from khata.db.rows import Connection
from khata.db.stores.dunning import Dunning


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it was kept; its facts are ids, words and instants."""

    step: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CampaignView:
    campaign: Campaign
    policy_name: str | None
    steps: tuple[StepView, ...]


def campaign_of(connection: Connection, payment_id: UUID) -> CampaignView | None:
    """Return the campaign of the invoice that a payment is for; None: it has never failed."""
    row = connection.execute(
        "select invoice_id from payments where id = %s", [payment_id]
    ).fetchone()
    campaign = None if row is None else Dunning(connection).campaign(row[0])
    if campaign is None:
        return None
    policy = None
    if campaign.policy_id is not None:
        found = Dunning(connection).policy(campaign.policy_id)
        policy = None if found is None else found.name
    steps = views(
        connection,
        StepView,
        "select step, at, facts from dunning_steps where invoice_id = %(invoice)s order by at, id",
        invoice=campaign.invoice_id,
    )
    return CampaignView(campaign, policy, tuple(steps))
