"""Give evidence against a dispute: keep it, and hand it in at the gateway."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.dispute import NEEDS_AN_ANSWER, Dispute, SeenDispute, check_answerable
from khata.core.evidence import (
    MEDIA_TYPES,
    Evidence,
    EvidenceFile,
    EvidenceText,
    Topic,
    check_evidence,
)
from khata.core.ids import new_id
from khata.core.payment import SaidBy
from khata.db.stores.dispute_evidence import DisputeEvidence, KeptEvidence
from khata.db.stores.disputes import Disputes
from khata.ports.disputes import GatewayDisputes, NotTakenByGateway
from khata.ports.files import file_key
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.disputes.speak_with_gateway import speak_with_gateway
from khata.usecases.disputes.tools import DisputeTools


@dataclass(frozen=True, slots=True)
class GiveEvidence:
    """`submit` hands it in at once, with what was kept before; gateways take it once, for good."""

    tenant: UUID
    id: UUID
    at: datetime
    evidence: Evidence
    submit: bool = True


def give_evidence(command: GiveEvidence, *, tools: DisputeTools) -> None:
    """Keep texts and files, then send all that was not sent yet, and record how it stands.

    The gateway is asked first: where it awaits no answer any more, nothing is sent. What it does
    not take stays kept.
    Raises: NotFound, NotEvidence, DisputeEnded, NotTakenByGateway, GatewayDidNotAnswer, FilesAway.
    """
    tenant = command.tenant
    if command.evidence.texts or command.evidence.files or not command.submit:
        check_evidence(command.evidence)
    with tools.db.transaction(tenant) as uow:
        dispute = Disputes(uow.connection).get(command.id)
        check_answerable(dispute)
    pieces = _pieces(command)
    for piece, file in zip(
        pieces[len(command.evidence.texts) :], command.evidence.files, strict=True
    ):
        assert piece.file_key is not None
        tools.files.put(piece.file_key, file.content)
    with tools.db.transaction(tenant) as uow:
        DisputeEvidence(uow.connection).add(pieces)
    if command.submit:
        _hand_in(command, dispute, tools)


def _hand_in(command: GiveEvidence, dispute: Dispute, tools: DisputeTools) -> None:
    tenant, at = command.tenant, command.at
    with tools.db.unclaimed.transaction(tenant) as uow:
        unsent = [one for one in DisputeEvidence(uow.connection).of(dispute.id) if not one.sent_at]
    evidence = _evidence(unsent, tools)
    check_evidence(evidence)

    def say(gateway: GatewayDisputes) -> tuple[SeenDispute, bool]:
        now = gateway.read_dispute(dispute.reference, at=at)
        if now is None:
            raise NotTakenByGateway("The gateway does not know this dispute any more")
        if now.status not in NEEDS_AN_ANSWER:
            return now, False
        return gateway.send_evidence(dispute.reference, evidence, at=at), True

    seen, was_sent = speak_with_gateway(dispute, say, tenant=tenant, at=at, tools=tools)
    record = RecordDispute(tenant, dispute.account_id, seen, at, SaidBy.SYNC)
    after = record_dispute(record, db=tools.db)
    assert after is not None, "it is kept, so it is ours"
    if not was_sent:
        check_answerable(after)
    with tools.db.transaction(tenant) as uow:
        disputes = Disputes(uow.connection)
        held = disputes.lock(dispute.id)
        disputes.change(replace(held, evidence_sent_at=at))
        DisputeEvidence(uow.connection).sent([one.id for one in unsent], at)


def _pieces(command: GiveEvidence) -> list[KeptEvidence]:
    at, of = command.at, command.id
    pieces = [
        KeptEvidence(new_id(at), of, "text", one.topic, one.text, None, None, None, None, None, at)
        for one in command.evidence.texts
    ]
    for file in command.evidence.files:
        id = new_id(at)
        name = f"{id}.{MEDIA_TYPES[file.media_type]}"
        pieces.append(
            KeptEvidence(
                id,
                of,
                "file",
                file.topic,
                None,
                file.filename,
                file.media_type,
                len(file.content),
                file_key(command.tenant, "disputes", str(of), name),
                None,
                at,
            )
        )
    return pieces


def _evidence(pieces: list[KeptEvidence], tools: DisputeTools) -> Evidence:
    texts, files = [], []
    for piece in pieces:
        topic = Topic(piece.topic)
        if piece.text is not None:
            texts.append(EvidenceText(topic, piece.text))
        elif piece.file_key and piece.filename and piece.media_type:
            content = tools.files.get(piece.file_key)
            if content is not None:
                files.append(EvidenceFile(topic, piece.filename, piece.media_type, content))
    return Evidence(tuple(texts), tuple(files))
