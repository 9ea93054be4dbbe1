"""Gateway accounts, their routes, and what gateways told, on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Id, ShortLine, Told, kept
from khata.api.schemas.periods import At
from khata.core.gateway_account import MOST_FALLBACKS, GatewayAccount, Route
from khata.core.gateway_event import KeptEvent
from khata.core.gateway_health import Health
from khata.core.ids import parse_id, public_id
from khata.core.money import LARGEST_AMOUNT
from khata.core.payment_method import MethodKind

AccountStatusName = Literal["active", "disabled"]
EventStatusName = Literal["waiting", "applied", "set_aside", "dead"]
KindName = Literal["card", "upi", "emandate", "wallet", "other"]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Credentials = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=60)], Secret],
    Field(min_length=1, max_length=10),
]
_CREDENTIALS = (
    "What the gateway gave you, by name: docs/gateways.md lists the names. They are tried at "
    "once, kept sealed, and never told again"
)
_SIGNS = (
    "What the gateway signs its webhooks with, or PayPal's id of the webhook; without it none is "
    "believed"
)
_EXAMPLE = {"key_id": "rzp_test_1DP5mmOlF5G5ag", "key_secret": "thisissecret"}
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class GatewayAccountCreate(Asked):
    """An account of yours with a gateway."""

    gateway: ShortLine = Field(description="Whose account it is", examples=["razorpay"])
    name: ShortLine | None = Field(
        None, description="What you call it; else the gateway's name", examples=["Razorpay India"]
    )
    credentials: Credentials = Field(description=_CREDENTIALS, examples=[_EXAMPLE])
    webhook_secret: Secret | None = Field(None, description=_SIGNS)
    base_url: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None,
        description="Where a stand-in of the gateway listens, if the operator allows it; "
        "else the gateway's own address",
        examples=["http://127.0.0.1:9001"],
    )


class GatewayAccountChange(Asked):
    """What is left out stays as it is."""

    name: ShortLine = Field(default_factory=kept, description="What you call it")


class GatewayAccountRotate(Asked):
    """New secrets. What is left out stays; the old webhook secret is good for three more days."""

    credentials: Credentials | None = Field(None, description=_CREDENTIALS, examples=[_EXAMPLE])
    webhook_secret: Secret | None = Field(None, description=_SIGNS)


class GatewayAccountObject(Told):
    """An account of yours with a gateway. Its secrets are never told."""

    id: str = Field(examples=["ga_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["gateway_account"] = "gateway_account"
    livemode: bool = Field(description="Whether it moves real money")
    gateway: str = Field(description="Whose account it is", examples=["razorpay"])
    name: str = Field(description="What you call it")
    status: AccountStatusName = Field(description="Disabled, it takes no new charge")
    reference: str | None = Field(description="The gateway's own id of the account, where told")
    base_url: str | None = Field(description="Where a stand-in listens; null: the gateway's own")
    webhook_path: str = Field(
        description="Where the gateway's webhooks are sent to, on this installation",
        examples=["/webhooks/razorpay/ga_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    has_webhook_secret: bool = Field(description="Whether webhooks can be verified")
    verified: Created = Field(description="When its credentials were last tried, and let in")
    health: Literal["well", "troubled", "ailing"] = Field(
        description="`troubled`: its last call failed; `ailing`: so many did that it is let alone "
        "until `next_call_at`"
    )
    trouble: Literal["not_reached", "fault", "refused"] | None = Field(
        description="What was wrong: nobody was reached, the answer said nothing (5xx), or the "
        "credentials were refused"
    )
    ailing_since: At | None = Field(description="Since when it is let alone")
    next_call_at: At | None = Field(description="When one call is made to see how it is")
    created: Created

    @classmethod
    def of(cls, account: GatewayAccount, livemode: bool) -> Self:
        id = public_id("ga", account.id)
        return cls(
            id=id,
            livemode=livemode,
            gateway=account.gateway,
            name=account.name,
            status=account.status.value,
            reference=account.reference,
            base_url=account.base_url,
            webhook_path=f"/webhooks/{account.gateway}/{id}",
            has_webhook_secret=account.webhook_secrets is not None,
            verified=account.verified_at,
            health=_health(account.health),
            trouble=account.health.trouble.value if account.health.trouble else None,
            ailing_since=account.health.ailing_since,
            next_call_at=account.health.shut_until,
            created=account.created_at,
        )


def _health(health: Health) -> Literal["well", "troubled", "ailing"]:
    if health.is_ailing:
        return "ailing"
    return "well" if health.is_well else "troubled"


class RouteTerms(Asked):
    """One rule: what it leaves out it takes all of."""

    account: Id = Field(description="Which gateway account", examples=["ga_06f3k2x8c1a4t9w0m5n7p2"])
    currency: Currency | None = Field(None, description="Only this currency", examples=["INR"])
    country: Country | None = Field(None, description="Only customers there", examples=["IN"])
    kind: KindName | None = Field(None, description="Only this kind of payment method")
    min_amount: Amount | None = Field(
        None, description="Only from this amount on, in minor units of `currency`", examples=[0]
    )
    max_amount: Amount | None = Field(
        None, description="Only below this amount, in minor units of `currency`", examples=[1500000]
    )
    fallbacks: list[Id] = Field(
        default_factory=list,
        max_length=MOST_FALLBACKS,
        description="Accounts of the same gateway that are asked, in order, where this one takes "
        "no charges or is out of reach. A saved payment method is charged by its own account only",
    )

    def route(self, number: int) -> Route:
        at = f"routes.{number}"
        return Route(
            parse_id("ga", self.account, param=f"{at}.account"),
            self.currency,
            self.country,
            MethodKind(self.kind) if self.kind else None,
            self.min_amount,
            self.max_amount,
            tuple(
                parse_id("ga", id, param=f"{at}.fallbacks.{place}")
                for place, id in enumerate(self.fallbacks)
            ),
        )


class GatewayRoutesSet(Asked):
    """Which account takes what: the first rule that fits decides."""

    routes: Annotated[list[RouteTerms], Field(max_length=100)] = Field(
        description="In order, in the place of all that were"
    )


class RouteObject(Told):
    """One rule of routing."""

    account: str = Field(description="Which gateway account")
    currency: str | None = Field(description="Only this currency")
    country: str | None = Field(description="Only customers there")
    kind: KindName | None = Field(description="Only this kind of payment method")
    min_amount: int | None = Field(description="Only from this amount on, in minor units")
    max_amount: int | None = Field(description="Only below this amount, in minor units")
    fallbacks: list[str] = Field(description="Accounts that are asked in its place")


class GatewayRoutesObject(Told):
    """Which account takes what."""

    object: Literal["gateway_routes"] = "gateway_routes"
    livemode: bool = Field(description="Whether it routes real money")
    routes: list[RouteObject] = Field(description="The rules, in order")

    @classmethod
    def of(cls, routes: list[Route], livemode: bool) -> Self:
        told = [
            RouteObject(
                account=public_id("ga", route.account_id),
                currency=route.currency,
                country=route.country,
                kind=route.kind.value if route.kind else None,
                min_amount=route.min_amount,
                max_amount=route.max_amount,
                fallbacks=[public_id("ga", id) for id in route.fallbacks],
            )
            for route in routes
        ]
        return cls(livemode=livemode, routes=told)


class GatewayEventObject(Told):
    """Something that a gateway told by itself, verified and kept once."""

    id: str = Field(examples=["ge_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["gateway_event"] = "gateway_event"
    livemode: bool = Field(description="Whether it is about real money")
    account: str = Field(description="The gateway account that it came for")
    event: str = Field(description="The gateway's id of it", examples=["evt_1NG8Du2eZvKYlo2C"])
    type: str = Field(description="The gateway's word for it", examples=["payment.captured"])
    subject: Literal[
        "charge",
        "refund",
        "method",
        "dispute",
        "visit",
        "notice_told",
        "notice_failed",
        "payout",
        "failed_payout",
        "other",
    ] = Field(description="What it is about")
    reference: str | None = Field(description="The gateway's id of what it is about")
    status: EventStatusName = Field(
        description="`waiting` to be applied, `applied`, `set_aside` as nothing follows from it, "
        "or `dead` after too many tries"
    )
    outcome: str | None = Field(description="What came of it, in words")
    deliveries: int = Field(description="How often the gateway sent it")
    tries: int = Field(description="How often it was tried")
    next_try_at: Created | None = Field(description="When it is tried next")
    received: Created = Field(description="When it first came")

    @classmethod
    def of(cls, kept: KeptEvent, livemode: bool) -> Self:
        return cls(
            id=public_id("ge", kept.id),
            livemode=livemode,
            account=public_id("ga", kept.account_id),
            event=kept.told.id,
            type=kept.told.type,
            subject=kept.told.subject.value,
            reference=kept.told.reference,
            status=kept.status.value,
            outcome=kept.outcome,
            deliveries=kept.deliveries,
            tries=kept.tries,
            next_try_at=kept.next_try_at,
            received=kept.received_at,
        )
