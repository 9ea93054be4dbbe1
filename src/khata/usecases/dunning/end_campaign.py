"""End a campaign: once, whether the money came, was given up, or is not owed any more."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.campaign import Campaign, RecoveredBy, Step
from khata.core.payment import Attempt, Cause
from khata.db.transaction import UnitOfWork


def end_campaign(
    uow: UnitOfWork, invoice_id: UUID, *, at: datetime, paid_by: Attempt | None, outcome: str = ""
) -> None:
    """End the campaign of an invoice, which is locked; one that never failed has none.

    `paid_by` is the attempt whose money came, None where it did not. What was given up and is paid
    after all is recovered: the figures ask when.
    """
    campaign = uow.dunning.campaign(invoice_id)
    if campaign is None or campaign.recovered_at is not None:
        return
    if paid_by is None:
        if campaign.ended_at is not None:
            return
        uow.dunning.keep(replace(_planless(campaign), ended_at=at, outcome=outcome))
        if outcome == "given_up":
            uow.dunning.note(invoice_id, Step.GIVEN_UP, at, amount=campaign.amount)
        return
    by = _by(campaign, paid_by)
    number = campaign.tries + 1
    # However it came: in parts, with tax withheld, or more than was owed. What was credited since
    # is not owed, and was not recovered.
    credited = uow.dunning.credited_since(invoice_id, campaign.began_at)
    recovered = replace(
        _planless(campaign),
        ended_at=at,
        outcome="recovered",
        recovered_at=at,
        recovered_amount=campaign.amount - credited,
        recovered_by=by.value,
        recovered_try=number,
    )
    uow.dunning.keep(recovered)
    uow.dunning.note(
        invoice_id, Step.RECOVERED, at, number=number, by=by.value, amount=paid_by.amount
    )
    uow.dunning.drop_waiting_mails(invoice_id)


def _planless(campaign: Campaign) -> Campaign:
    return replace(campaign, announces_at=None, warns_at=None, access_ends_at=None)


def _by(campaign: Campaign, attempt: Attempt) -> RecoveredBy:
    if attempt.cause is Cause.CUSTOMER:
        used_link = campaign.link_used_at == attempt.created_at
        return RecoveredBy.LINK if used_link else RecoveredBy.BY_HAND
    same = attempt.payment_method_id == campaign.payment_method_id
    return RecoveredBy.RETRY if same else RecoveredBy.NEW_METHOD
