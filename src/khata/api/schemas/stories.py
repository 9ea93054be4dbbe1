"""The story of a subscription on the wire."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.ids import public_id
from khata.core.instants import spelled
from khata.core.story import Sentence
from khata.core.subscription import Subscription
from khata.core.words import spoken_moment


class SentenceTold(Told):
    """One thing that happened."""

    at: str = Field(description="When, RFC 3339 in UTC", examples=["2026-01-31T03:30:00Z"])
    when: str = Field(
        description="The same by the customer's clock",
        examples=["31 Jan 2026, 09:00 in Asia/Kolkata"],
    )
    text: str = Field(description="What happened", examples=["Became active"])
    detail: str = Field(description="How and why")
    by: str | None = Field(description="Who did it, where that is known", examples=["api"])
    about: str | None = Field(
        description="The invoice, credit note or change it tells of",
        examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )


class StoryObject(Told):
    """What happened to a subscription, in sentences, oldest first."""

    object: Literal["subscription_story"] = "subscription_story"
    livemode: bool = Field(description="Whether it is real, or a test")
    subscription: str = Field(
        description="Whose story it is", examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    timezone: str = Field(description="The customer's", examples=["Asia/Kolkata"])
    sentences: list[SentenceTold] = Field(description="The newest 500 of each kind, in order")

    @classmethod
    def of(cls, subscription: Subscription, told: Sequence[Sentence], livemode: bool) -> Self:
        zone = subscription.timezone
        return cls(
            livemode=livemode,
            subscription=public_id("sub", subscription.id),
            timezone=zone,
            sentences=[
                SentenceTold(
                    at=spelled(sentence.at),
                    when=spoken_moment(sentence.at, zone),
                    text=sentence.text,
                    detail=sentence.detail,
                    by=sentence.by,
                    about=sentence.about,
                )
                for sentence in told
            ],
        )
