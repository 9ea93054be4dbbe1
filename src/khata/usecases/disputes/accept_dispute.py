"""Accept a dispute: the payer keeps the money."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.dispute import check_answerable
from khata.core.payment import SaidBy
from khata.db.stores.disputes import Disputes
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.disputes.speak_with_gateway import speak_with_gateway
from khata.usecases.disputes.tools import DisputeTools


@dataclass(frozen=True, slots=True)
class AcceptDispute:
    tenant: UUID
    id: UUID
    at: datetime


def accept_dispute(command: AcceptDispute, *, tools: DisputeTools) -> None:
    """Give in at the gateway, and record how the dispute stands after it.

    That it was wanted is written down first. Where the answer is lost the gateway is asked in
    five minutes; accepting again does no harm.
    Raises: NotFound, DisputeEnded, NotTakenByGateway, GatewayDidNotAnswer.
    """
    with tools.db.transaction(command.tenant) as uow:
        disputes = Disputes(uow.connection)
        dispute = disputes.lock(command.id)
        check_answerable(dispute)
        disputes.change(replace(dispute, accepted_at=command.at))
    seen = speak_with_gateway(
        dispute,
        lambda gateway: gateway.accept_dispute(dispute.reference, at=command.at),
        tenant=command.tenant,
        at=command.at,
        tools=tools,
    )
    record = RecordDispute(command.tenant, dispute.account_id, seen, command.at, SaidBy.SYNC)
    record_dispute(record, db=tools.db)
