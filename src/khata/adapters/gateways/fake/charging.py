"""A charge as the fake gateway takes it up, and as it answers for it."""

from datetime import datetime

from khata.adapters.gateways.fake.charge_book import Charge
from khata.adapters.gateways.fake.fates import LATE_SUCCESS, Fate, disputed_after, fee_of
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import ChargeRequest


def new_charge(request: ChargeRequest, fate: Fate, at: datetime) -> Charge:
    """Return a charge whose end its fate says."""
    becomes = fate.becomes
    return Charge(
        request,
        reference=f"fake_{request.attempt_id.hex}",
        outcome=fate.outcome,
        fee=fee_of(request.amount),
        decline_class=fate.decline_class,
        decline_code=fate.decline_code,
        late_until=at + LATE_SUCCESS if fate.late else None,
        becomes=becomes.outcome if becomes else None,
        becomes_at=at + becomes.after if becomes else None,
        created_at=at,
    )


def answer_of(charge: Charge, at: datetime) -> Answer:
    """Return what is told of a charge at an instant."""
    outcome = charge.outcome_at(at)
    if outcome is Outcome.SUCCEEDED:
        request = charge.request
        after = disputed_after(request.token)
        return Answer(
            outcome,
            charge.reference,
            fee=charge.fee,
            amount=request.amount,
            currency=request.currency,
            look_again_at=None if after is None else charge.created_at + after,
        )
    if outcome is Outcome.PENDING:
        return Answer(outcome, charge.reference)
    return Answer(
        outcome,
        charge.reference,
        decline_class=charge.decline_class,
        decline_code=charge.decline_code,
        late_until=charge.late_until,
    )
