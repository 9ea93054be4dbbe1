"""Parked work on the wire."""

from typing import Final, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.reads.happenings import ParkedView

ParkedKind = Literal[
    "subscription",
    "payment",
    "attempt",
    "refund",
    "reconciliation",
    "settlement",
    "reminder",
    "mail",
    "event",
    "document",
    "job",
]

_PREFIXES: Final[dict[str, str]] = {
    "subscription": "sub",
    "payment": "pay",
    "attempt": "att",
    "refund": "re",
    "reconciliation": "rec",
    "settlement": "set",
    "reminder": "rem",
    "mail": "mail",
    "event": "evt",
    "document": "doc",
    "job": "job",
}


class ParkedObject(Told):
    """Work set aside with its reason until a person looks; everything else goes on."""

    id: str = Field(examples=["park_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["parked"] = "parked"
    livemode: bool = Field(description="Whether it is real, or a test")
    kind: ParkedKind = Field(description="What is set aside", examples=["subscription"])
    subject: str = Field(description="Which one", examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    code: str = Field(description="Why, as a name that never changes", examples=["state_required"])
    reason: str = Field(description="Why, as a sentence")
    resume_at: At | None = Field(description="When it was due, and will be again once released")
    released_at: At | None = Field(description="When it was taken up again, or had come to an end")
    released_by: Literal["person", "end"] | None = Field(
        description="Who took it up: a person, or nobody, for nothing was left to do"
    )
    created: Created

    @classmethod
    def of(cls, view: ParkedView, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("park", view.id),
                "livemode": livemode,
                "kind": view.kind,
                "subject": public_id(_PREFIXES[view.kind], view.subject_id),
                "code": view.code,
                "reason": view.reason,
                "resume_at": view.resume_at,
                "released_at": view.released_at,
                "released_by": view.released_by,
                "created": view.at,
            }
        )
