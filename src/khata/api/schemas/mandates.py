"""Mandates on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Day, Id, Instant, Line, Text, Told
from khata.api.schemas.links import ReturnUrl
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.core.mandate import Consent
from khata.core.money import LARGEST_AMOUNT
from khata.db.reads.mandates import MandateMoveView, MandateView

MandateStatusName = Literal[
    "created",
    "pending_authorisation",
    "active",
    "paused",
    "revoked",
    "expired",
    "completed",
    "rejected",
]
FrequencyName = Literal[
    "daily",
    "weekly",
    "fortnightly",
    "monthly",
    "bimonthly",
    "quarterly",
    "half_yearly",
    "yearly",
    "as_presented",
]
CategoryName = Literal["general", "insurance_premium", "mutual_fund", "credit_card_bill"]
RailName = Literal["card", "upi", "emandate"]
ToldByName = Literal["gateway", "customer", "seller", "schedule"]

_RAIL = "By which rail: a card, UPI AutoPay, or a bank account (eNACH)"
_FREQUENCY = "How often it may be debited; as_presented: whenever something is owed"
_CATEGORY = "What is paid for, as far as the law's limits differ by it"


class ConsentGiven(Asked):
    """What proves that the payer agreed."""

    text: Text = Field(
        description="The words that the payer was shown",
        examples=["I agree that Chai Cloud debits up to 15,000 rupees a month by UPI"],
    )
    at: Instant = Field(description="When they agreed", examples=["2026-01-31T09:00:00+05:30"])
    address: Line | None = Field(
        None, description="From which network address", examples=["203.0.113.7"]
    )
    user_agent: Line | None = Field(None, description="With which browser or app")

    def consent(self) -> Consent:
        return Consent(self.text, self.at, self.address, self.user_agent)


class MandateCreate(Asked):
    """Terms that a customer is to agree to."""

    customer: Id = Field(description="Who pays", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    kind: RailName = Field(description=_RAIL, examples=["upi"])
    max_amount: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT)] = Field(
        description="The most of one debit, in minor units with tax; leave room above the price",
        examples=[1500000],
    )
    frequency: FrequencyName = Field(description=_FREQUENCY, examples=["monthly"])
    start: Day | None = Field(None, description="The first day; left out: today")
    end: Day | None = Field(None, description="The last day; left out: as long as the rail allows")
    fixed: bool = Field(False, description="Whether each debit is of exactly max_amount")
    category: CategoryName = Field("general", description=_CATEGORY)
    consent: ConsentGiven | None = Field(None, description="What proves that the payer agreed")
    return_url: ReturnUrl | None = Field(
        None,
        description="Where the payer is sent when they have agreed, with setup_link and status "
        "added; its origin stands in the account's policy return_urls",
        examples=["https://shop.example/thanks"],
    )


class MandateAct(Asked):
    """Who wants it, and why."""

    told_by: Literal["customer", "seller"] = Field(
        "seller", description="Who told it", examples=["customer"]
    )
    reason: Line | None = Field(None, description="Why, for the history", examples=["Too dear"])


class MandateOptOut(Asked):
    """Which debit is not wanted."""

    cycle: Day | None = Field(
        None,
        description="Any day of the cycle; left out: that of the debit that is planned, or the "
        "present one",
    )
    told_by: Literal["customer", "seller"] = Field(
        "customer", description="Who told it", examples=["customer"]
    )


class ConsentObject(Told):
    """What proves that the payer agreed."""

    object: Literal["consent"] = "consent"
    text: str = Field(description="The words that the payer was shown")
    at: At = Field(description="When they agreed")
    address: str | None = Field(description="From which network address")
    user_agent: str | None = Field(description="With which browser or app")


class MandateMoveObject(Told):
    """One change of a mandate, kept for ever with who told it."""

    object: Literal["mandate_move"] = "mandate_move"
    from_status: MandateStatusName | None = Field(
        description="Its status before; null: it began so"
    )
    to_status: MandateStatusName = Field(description="Its status after", examples=["active"])
    told_by: ToldByName = Field(description="Who told it", examples=["gateway"])
    cause: str = Field(description="Why, in a few words", examples=["payment method saved"])
    created: Created

    @classmethod
    def of(cls, view: MandateMoveView) -> Self:
        return cls.model_validate(
            {
                "from_status": view.from_status,
                "to_status": view.to_status,
                "told_by": view.told_by,
                "cause": view.cause,
                "created": view.moved_at,
            }
        )


class MandateObject(Told):
    """A customer's standing permission to debit."""

    id: str = Field(examples=["mdt_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["mandate"] = "mandate"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Who pays")
    payment_method: str | None = Field(
        description="What is debited; null: nobody has agreed yet, or it was deleted with the end"
    )
    kind: RailName = Field(description=_RAIL)
    status: MandateStatusName = Field(description="Where it stands", examples=["active"])
    max_amount: int = Field(description="The most of one debit, in minor units with tax")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    frequency: FrequencyName = Field(description=_FREQUENCY)
    start: Day = Field(description="The first day; cycles are counted from it")
    end: Day | None = Field(description="The last day; null: as long as the rail allows")
    fixed: bool = Field(description="Whether each debit is of exactly max_amount")
    category: CategoryName = Field(description=_CATEGORY)
    reference: str | None = Field(description="The rail's own number: UMN, UMRN")
    consent: ConsentObject | None = Field(description="What proves that the payer agreed")
    setup_link: str | None = Field(
        description="The page where the payer agrees; it is secret. null: no account of yours can "
        "register it at a page, or nothing is to be agreed to (any more)",
        examples=["https://khata.example/w/ten_06f3…/4fJ2…"],
    )
    ended_at: At | None = Field(description="When it ended")
    moves: list[MandateMoveObject] = Field(description="What became of it, and who told it")
    created: Created

    @classmethod
    def of(cls, view: MandateView, livemode: bool, *, link: str | None) -> Self:
        mandate, terms, consent = view.mandate, view.mandate.terms, view.mandate.consent
        method = mandate.payment_method_id
        proof = None
        if consent is not None:
            proof = {
                "text": consent.text,
                "at": consent.at,
                "address": consent.address,
                "user_agent": consent.user_agent,
            }
        return cls.model_validate(
            {
                "id": public_id("mdt", mandate.id),
                "livemode": livemode,
                "customer": public_id("cus", mandate.customer_id),
                "payment_method": public_id("pm", method) if method else None,
                "kind": mandate.kind,
                "status": mandate.status,
                "max_amount": terms.max_amount,
                "currency": terms.currency,
                "frequency": terms.frequency,
                "start": terms.start.isoformat(),
                "end": terms.end.isoformat() if terms.end else None,
                "fixed": terms.is_fixed,
                "category": mandate.category,
                "reference": mandate.reference,
                "consent": proof,
                "setup_link": link,
                "ended_at": mandate.ended_at,
                "moves": [MandateMoveObject.of(move) for move in view.moves],
                "created": mandate.created_at,
            }
        )
