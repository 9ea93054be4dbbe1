"""Webhooks on the wire: endpoints, deliveries and their tries."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Id, Instant, Text, Told, kept
from khata.api.schemas.periods import At
from khata.core.event_wire import event_object
from khata.core.ids import public_id
from khata.core.webhook_message import body_of, headers_of
from khata.core.webhook_url import LONGEST_URL
from khata.core.webhooks import ERRORS, Endpoint
from khata.db.reads.webhooks import DeliveryView, TryView
from khata.db.stores.webhook_deliveries import AT_ONCE

Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_URL),
    Field(
        description="Where to: https, port 443 or 8443, a name of the public network",
        examples=["https://hooks.chai.example/khata"],
    ),
]
EventFilters = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]],
    Field(
        min_length=1,
        max_length=50,
        description="Which events: a type, the beginning of types, or * for all",
        examples=[["invoice.*", "payment.failed"]],
    ),
]
EndpointStatusName = Literal["enabled", "disabled"]
DeliveryStatusName = Literal["pending", "succeeded", "failed", "discarded"]


class WebhookEndpointCreate(Asked):
    """An address that gets news from now on."""

    url: Url
    events: EventFilters
    description: Text | None = Field(None, description="What it is, in your words")


class WebhookEndpointChange(Asked):
    """What is left out stays as it is."""

    url: Url = Field(default_factory=kept)
    events: EventFilters = Field(default_factory=kept)
    description: Text | None = Field(
        default_factory=kept, description="What it is; null takes it away"
    )


class WebhookSecretRotate(Asked):
    """How long the old secret goes on signing beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = Field(
        24, description="0 ends the old secret at once", examples=[24]
    )


class WebhookReplay(Asked):
    """A stretch of time, from its beginning up to but not including its end."""

    from_: Instant = Field(
        alias="from", description="Events from this instant on", examples=["2026-01-31T03:30:00Z"]
    )
    to: Instant = Field(description="Events before this instant", examples=["2026-02-01T03:30:00Z"])
    only_missed: bool = Field(
        False, description="Leave out what the endpoint has taken already, or is about to be sent"
    )


class EventResend(Asked):
    """To whom an event is sent again."""

    endpoint: Id | None = Field(
        None, description="Only to this endpoint; else to all whose filters let the event through"
    )


class WebhookEndpointObject(Told):
    """An address that gets news, signed as Standard Webhooks asks."""

    id: str = Field(examples=["we_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    livemode: bool = Field(description="Whether it gets real news, or a test's")
    url: str = Field(description="Where to", examples=["https://hooks.chai.example/khata"])
    events: list[str] = Field(description="Which events", examples=[["invoice.*"]])
    description: str | None = Field(description="What it is, in your words")
    status: EndpointStatusName = Field(description="Whether it gets news", examples=["enabled"])
    disabled_at: At | None = Field(description="Since when it gets none")
    disabled_because: Literal["person", "gone", "failing"] | None = Field(
        description="A person did it; it answered 410; or nothing went through for three days"
    )
    failing_since: At | None = Field(description="The first failure since the last success")
    waiting: int = Field(
        description="How many deliveries wait to be sent, counted up to 10000", examples=[0]
    )
    previous_secret_until: At | None = Field(
        description="Until when the secret before the present one signs too"
    )
    secret: str | None = Field(
        default=None,
        description="What verifies the signatures: told once, when it is made or rotated",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    created: Created

    @classmethod
    def of(cls, endpoint: Endpoint, livemode: bool, *, waiting: int) -> Self:
        return cls.model_validate(
            {
                "id": public_id("we", endpoint.id),
                "livemode": livemode,
                "url": endpoint.url,
                "events": list(endpoint.events),
                "description": endpoint.description,
                "status": endpoint.status.value,
                "disabled_at": endpoint.disabled_at,
                "disabled_because": endpoint.disabled_because and endpoint.disabled_because.value,
                "failing_since": endpoint.health.failing_since,
                "waiting": waiting,
                "previous_secret_until": endpoint.previous_until,
                "created": endpoint.created_at,
            }
        )


class WebhookEndpointDeleted(Told):
    """An endpoint that is no more."""

    id: str = Field(examples=["we_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    deleted: bool = Field(description="Always true")


class WebhookRequest(Told):
    """What was sent."""

    url: str = Field(description="Where to", examples=["https://hooks.chai.example/khata"])
    headers: dict[str, str] = Field(
        description="With the id, the time and the signatures",
        examples=[{"webhook-id": "evt_06f3k2x8c1a4t9w0m5n7p2q6rs"}],
    )
    body: str = Field(
        description="The event's bytes, which were signed",
        examples=['{"type":"invoice.paid","timestamp":"2026-01-31T03:30:00Z","data":{}}'],
    )


class WebhookTryObject(Told):
    """One try of a delivery."""

    at: At = Field(description="When it was sent, by the machine's clock")
    duration_ms: int = Field(description="How long it took", examples=[120])
    status_code: int | None = Field(description="What was answered", examples=[200])
    error: str | None = Field(
        description="Why there was no answer: " + ", ".join(ERRORS), examples=[None]
    )
    answer: str = Field(description="The first 2 kB of the answer", examples=["ok"])
    request: WebhookRequest


class WebhookDeliveryObject(Told):
    """An event on its way to an endpoint: sent at least once, in the order of its subject."""

    id: str = Field(examples=["whd_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["webhook_delivery"] = "webhook_delivery"
    livemode: bool = Field(description="Whether it is real, or a test")
    endpoint: str = Field(description="To which endpoint")
    event: str = Field(description="Which event", examples=["evt_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    type: str = Field(description="Its type", examples=["invoice.paid"])
    status: DeliveryStatusName = Field(
        description="failed: the last try has failed; discarded: the endpoint was disabled before",
        examples=["succeeded"],
    )
    tries: int = Field(description="How many of the schedule's tries were made", examples=[1])
    next_try_at: At | None = Field(
        description="When it is tried again; null: at once, or after an earlier event of its "
        "subject, or never, as its status says"
    )
    last_try_at: At | None = Field(description="When it was tried last")
    last_status_code: int | None = Field(description="What was answered then", examples=[200])
    last_error: str | None = Field(description="Or why there was no answer")
    log: list[WebhookTryObject] | None = Field(
        description="Each try with request and answer, the newest first; null in lists"
    )
    created: Created

    @classmethod
    def of(
        cls, view: DeliveryView, livemode: bool, *, log: list[WebhookTryObject] | None = None
    ) -> Self:
        return cls.model_validate(
            {
                "id": public_id("whd", view.id),
                "livemode": livemode,
                "endpoint": public_id("we", view.endpoint_id),
                "event": public_id("evt", view.event.id),
                "type": view.event.type,
                "status": view.status,
                "tries": view.tries,
                "next_try_at": None if view.next_try_at == AT_ONCE else view.next_try_at,
                "last_try_at": view.last_try_at,
                "last_status_code": view.last_status_code,
                "last_error": view.last_error,
                "log": log,
                "created": view.created_at,
            }
        )


def told_tries(view: DeliveryView, tries: list[TryView], livemode: bool) -> list[WebhookTryObject]:
    """Say each try again as it was sent: the body is the event's, the signature was kept."""
    body = body_of(event_object(view.event, livemode=livemode)).decode()
    event: UUID = view.event.id
    return [
        WebhookTryObject(
            at=one.at,
            duration_ms=one.took_ms,
            status_code=one.status_code,
            error=one.error,
            answer=one.answer,
            request=WebhookRequest(
                url=one.url,
                headers=headers_of(id=public_id("evt", event), at=one.at, signature=one.signature),
                body=body,
            ),
        )
        for one in tries
    ]
