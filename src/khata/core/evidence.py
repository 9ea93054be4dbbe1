"""Evidence: what the seller says and shows against a dispute."""

from dataclasses import dataclass
from enum import StrEnum

from khata.core.refusal import Refusal

LARGEST_FILE = 650_000  # bytes: with base64 around it, what one request can hold
MOST_PIECES = 20
LONGEST_TEXT = 20_000  # characters over all texts: what every gateway takes

# What all gateways take. Sources: docs.stripe.com/disputes/best-practices (PDF, JPEG, PNG),
# razorpay.com/docs/api/documents (the same), PayPal Disputes v1 (and GIF, TXT).
MEDIA_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


class NotEvidence(Refusal):
    """This can be no evidence: it is empty, too large, or no file that gateways take."""


class Topic(StrEnum):
    """What a piece of evidence is about."""

    EXPLANATION = "explanation"
    CUSTOMER_COMMUNICATION = "customer_communication"
    PROOF_OF_SERVICE = "proof_of_service"
    ACTIVITY_LOG = "activity_log"
    RECEIPT = "receipt"
    REFUND_POLICY = "refund_policy"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EvidenceText:
    topic: Topic
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    topic: Topic
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is sent at once."""

    texts: tuple[EvidenceText, ...]
    files: tuple[EvidenceFile, ...]

    @property
    def words(self) -> str:
        """Return all texts as one, each under its topic where there are several."""
        if len(self.texts) == 1:
            return self.texts[0].text
        return "\n\n".join(
            f"{one.topic.replace('_', ' ').capitalize()}: {one.text}" for one in self.texts
        )


def check_evidence(evidence: Evidence) -> None:
    """Refuse what no gateway would take, by its own bytes and not by what it is called.

    Raises: NotEvidence.
    """
    count = len(evidence.texts) + len(evidence.files)
    if not count:
        raise NotEvidence("Say something, or add a file", param="texts")
    if count > MOST_PIECES:
        raise NotEvidence(f"At most {MOST_PIECES} texts and files at once", param="texts")
    if len(evidence.words) > LONGEST_TEXT:
        raise NotEvidence(f"The texts are longer than {LONGEST_TEXT:,} characters", param="texts")
    for place, file in enumerate(evidence.files):
        param = f"files.{place}.content"
        beginning = _BEGINNINGS.get(file.media_type)
        if beginning is None or not file.content.startswith(beginning):
            raise NotEvidence("A file is a PDF, a JPEG or a PNG, and says so", param=param)
        if len(file.content) > LARGEST_FILE:
            raise NotEvidence(f"A file has at most {LARGEST_FILE:,} bytes", param=param)
