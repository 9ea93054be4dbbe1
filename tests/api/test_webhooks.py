"""Webhooks through the API: made, told once, sent, looked into, sent again."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from khata.core.ids import parse_id
from khata.core.webhook_message import PREFIX
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.usecases.webhooks.send_due_webhooks import SendDueWebhooks, send_due_webhooks
from khata.wiring import Engine
from tests.api.recipes import subscribed
from tests.api.seller import Seller
from tests.webhooks.post import BROKEN, GONE, Post

URL = "https://hooks.chai.example/khata"


def made(seller: Seller, *events: str, url: str = URL) -> dict[str, Any]:
    body = {"url": url, "events": list(events) or ["*"]}
    return seller.create("/v1/webhook_endpoints", body)


def relayed(engine: Engine, seller: Seller, endpoint: dict[str, Any], post: Post) -> list[str]:
    """Send what is due to an endpoint; return the types in the order in which they left."""
    tools = replace(engine.webhook_tools, sender=post)
    id, before = parse_id("we", endpoint["id"]), len(post.sent)
    while send_due_webhooks(SendDueWebhooks(seller.tenant, id, engine.clock.now()), tools=tools):
        pass
    return [json.loads(message.body)["type"] for message in post.sent[before:]]


def engine_round(engine: Engine, seller: Seller) -> None:
    """Let the engine do by itself what is due."""
    do_due_work(DoDueWork(seller.tenant, engine.clock.now()), tools=engine.tools)


def read(seller: Seller, path: str, **query: Any) -> Any:
    answer = seller.get(path, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_news_reaches_who_asked_for_it_and_each_try_can_be_looked_into(
    engine: Engine, seller: Seller
) -> None:
    endpoint, post = made(seller, "invoice.*"), Post()
    post.next = [BROKEN]
    subscribed(seller)
    engine_round(engine, seller)
    assert "invoice.finalized" in relayed(engine, seller, endpoint, post)
    [delivery, *_] = read(seller, "/v1/webhook_deliveries", endpoint=endpoint["id"])["data"]
    whole = read(seller, f"/v1/webhook_deliveries/{delivery['id']}")
    assert delivery == whole | {"log": None}
    [*_, first] = whole["log"]
    sent = post.sent[0]
    failed = read(seller, "/v1/webhook_deliveries", status="pending")["data"][0]
    tried = read(seller, f"/v1/webhook_deliveries/{failed['id']}")["log"][0]
    assert (tried["status_code"], tried["answer"]) == (500, "oops")
    assert tried["request"]["headers"] == dict(sent.headers)
    assert tried["request"]["body"].encode() == sent.body
    assert tried["request"]["url"] == URL == first["request"]["url"]


def test_the_body_is_the_event_as_the_api_tells_it(engine: Engine, seller: Seller) -> None:
    endpoint, post = made(seller), Post()
    subscribed(seller)
    engine_round(engine, seller)
    relayed(engine, seller, endpoint, post)
    assert post.sent
    for message in post.sent:
        told = json.loads(message.body)
        assert told["data"] == read(seller, f"/v1/events/{message.headers['webhook-id']}")
        assert (told["type"], told["timestamp"]) == (told["data"]["type"], told["data"]["created"])


def test_the_secret_is_told_once(seller: Seller) -> None:
    body = {"url": URL, "events": ["*"]}
    first = seller.post("/v1/webhook_endpoints", body, **{"Idempotency-Key": "made-once"})
    again = seller.post("/v1/webhook_endpoints", body, **{"Idempotency-Key": "made-once"})
    assert first.json()["secret"].startswith(PREFIX)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json() | {"secret": None}
    assert read(seller, f"/v1/webhook_endpoints/{first.json()['id']}")["secret"] is None


@pytest.mark.parametrize(("hours", "signatures"), [(24, 2), (0, 1)])
def test_while_it_is_rotated_both_secrets_verify(
    engine: Engine, seller: Seller, hours: int, signatures: int
) -> None:
    endpoint, post = made(seller), Post()
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    rotated = seller.post(f"{path}/rotate_secret", {"overlap_hours": hours}).json()
    assert rotated["secret"] != endpoint["secret"]
    assert (rotated["previous_secret_until"] is not None) is (hours > 0)
    seller.post(f"{path}/test")
    relayed(engine, seller, endpoint, post)
    [message] = post.sent
    given = message.headers["webhook-signature"].split()
    assert len(given) == signatures
    at = datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)
    for secret, signature in zip((rotated["secret"], endpoint["secret"]), given, strict=False):
        expected = Webhook(secret).sign(message.headers["webhook-id"], at, message.body.decode())
        assert signature == expected


def test_a_test_goes_to_one_endpoint_whatever_its_filters_say(
    engine: Engine, seller: Seller
) -> None:
    narrow, other, post = made(seller, "month.closed"), made(seller, "*"), Post()
    delivery = seller.post(f"/v1/webhook_endpoints/{narrow['id']}/test").json()
    assert (delivery["status"], delivery["type"]) == ("pending", "webhook_endpoint.tested")
    engine_round(engine, seller)
    assert relayed(engine, seller, narrow, post) == ["webhook_endpoint.tested"]
    assert relayed(engine, seller, other, post) == []
    assert read(seller, f"/v1/webhook_deliveries/{delivery['id']}")["status"] == "succeeded"
    about = read(seller, "/v1/events", subject=narrow["id"])["data"]
    assert [event["type"] for event in about] == ["webhook_endpoint.tested"]


def test_a_delivery_is_sent_again(engine: Engine, seller: Seller) -> None:
    endpoint, post = made(seller), Post()
    delivery = seller.post(f"/v1/webhook_endpoints/{endpoint['id']}/test").json()
    relayed(engine, seller, endpoint, post)
    again = seller.post(f"/v1/webhook_deliveries/{delivery['id']}/resend")
    assert (again.status_code, again.json()["status"]) == (200, "pending")
    relayed(engine, seller, endpoint, post)
    assert (len(post.ids), len(set(post.ids))) == (2, 1)
    assert len(read(seller, f"/v1/webhook_deliveries/{delivery['id']}")["log"]) == 2


def test_an_event_is_sent_again_to_one_or_to_all_that_want_it(
    engine: Engine, seller: Seller
) -> None:
    subscribed(seller)  # before anybody wanted to know
    [event] = read(seller, "/v1/events", type="subscription.created")["data"]
    path = f"/v1/events/{event['id']}/resend"
    wants, other, post = made(seller, "subscription.*"), made(seller, "invoice.*"), Post()
    assert seller.post(path, {}).json() == event
    assert relayed(engine, seller, wants, post) == ["subscription.created"]
    assert relayed(engine, seller, other, post) == []
    assert seller.post(path, {"endpoint": other["id"]}).status_code == 200
    assert relayed(engine, seller, other, post) == ["subscription.created"]


def test_a_stretch_of_time_is_replayed_in_order(engine: Engine, seller: Seller) -> None:
    endpoint, post = made(seller, "invoice.*", "subscription.*"), Post()
    for _ in range(2):
        subscribed(seller)
    engine_round(engine, seller)
    told = relayed(engine, seller, endpoint, post)
    first = list(post.ids)
    path = f"/v1/webhook_endpoints/{endpoint['id']}/replay"
    stretch = {"from": "2026-01-31T00:00:00Z", "to": "2026-12-31T00:00:00Z"}
    missed = seller.post(path, stretch | {"only_missed": True})
    assert (missed.status_code, missed.json()["waiting"]) == (200, 0)
    everything = seller.post(path, stretch)
    assert everything.json()["waiting"] == len(told) > 4
    relayed(engine, seller, endpoint, post)
    again = post.ids[len(first) :]
    assert sorted(again) == sorted(first)
    for subject in {event["subject"] for event in read(seller, "/v1/events", limit=100)["data"]}:
        if subject:
            about = [e["id"] for e in read(seller, "/v1/events", subject=subject)["data"]][::-1]
            assert [id for id in again if id in about] == [id for id in about if id in again]


@pytest.mark.parametrize(
    ("stretch", "code"),
    [
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}, "stretch_empty"),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "stretch_empty"),
        ({"from": "2026-02-01", "to": "2026-01-01T00:00:00Z"}, "invalid_time"),
        ({"from": "2026-02-01T00:00:00Z"}, "missing_field"),
    ],
)
def test_a_stretch_that_is_none_is_refused(
    seller: Seller, stretch: dict[str, str], code: str
) -> None:
    answer = seller.post(f"/v1/webhook_endpoints/{made(seller)['id']}/replay", stretch)
    assert answer.status_code == 422
    assert code in (answer.json()["code"], "missing_field")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://inside.example/", "address_not_public"),
        ("https://metadata.example/latest/meta-data", "address_not_public"),
        ("https://nowhere.example/", "host_unknown"),
        ("http://hooks.chai.example/", "url_not_usable"),
        ("https://hooks.chai.example:22/", "url_not_usable"),
        ("https://user:secret@hooks.chai.example/", "url_not_usable"),
        ("javascript:alert(1)", "url_not_usable"),
    ],
)
def test_an_address_that_nothing_may_be_sent_to_is_refused(
    seller: Seller, url: str, code: str
) -> None:
    answer = seller.post("/v1/webhook_endpoints", {"url": url, "events": ["*"]})
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (422, code, "url")
    path = f"/v1/webhook_endpoints/{seller.id('webhook_endpoints')}"
    changed = seller.patch(path, {"url": url})
    assert (changed.status_code, changed.json()["code"]) == (422, code)


def test_a_filter_that_matches_nothing_is_refused(seller: Seller) -> None:
    answer = seller.post("/v1/webhook_endpoints", {"url": URL, "events": ["*", "invoices.*"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_events")
    assert answer.json()["param"] == "events[1]"


def test_an_endpoint_is_disabled_and_enabled_by_hand(engine: Engine, seller: Seller) -> None:
    endpoint, post = made(seller), Post()
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    waiting = seller.post(f"{path}/test").json()
    disabled = seller.post(f"{path}/disable").json()
    assert (disabled["status"], disabled["disabled_because"]) == ("disabled", "person")
    assert disabled["waiting"] == 0
    assert read(seller, f"/v1/webhook_deliveries/{waiting['id']}")["status"] == "discarded"
    for refused in (
        seller.post(f"{path}/test"),
        seller.post(f"/v1/webhook_deliveries/{waiting['id']}/resend"),
        seller.post(
            f"{path}/replay", {"from": "2026-01-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    assert relayed(engine, seller, endpoint, post) == []
    enabled = seller.post(f"{path}/enable").json()
    assert (enabled["status"], enabled["disabled_at"]) == ("enabled", None)
    assert seller.post(f"{path}/test").status_code == 200
    assert relayed(engine, seller, endpoint, post) == ["webhook_endpoint.tested"]


def test_who_answers_gone_is_disabled_and_its_owner_is_mailed(
    engine: Engine, seller: Seller
) -> None:
    endpoint, watcher, post = made(seller), made(seller, "webhook_endpoint.*"), Post()
    post.next = [GONE]
    seller.post(f"/v1/webhook_endpoints/{endpoint['id']}/test")
    relayed(engine, seller, endpoint, post)
    stands = read(seller, f"/v1/webhook_endpoints/{endpoint['id']}")
    assert (stands["status"], stands["disabled_because"]) == ("disabled", "gone")
    engine_round(engine, seller)
    [mail] = read(seller, "/v1/mails", kind="webhook_disabled")["data"]
    assert mail["to"] == read(seller, "/v1/account")["email"]
    assert (mail["customer"], mail["subject"]) == (None, "Your webhook endpoint is disabled")
    assert "410 Gone" in mail["text"]
    assert endpoint["id"] in mail["text"]
    assert relayed(engine, seller, watcher, post) == ["webhook_endpoint.disabled"]


def test_a_deleted_endpoint_is_gone_and_its_log_stays(engine: Engine, seller: Seller) -> None:
    endpoint = made(seller)
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    delivery = seller.post(f"{path}/test").json()
    assert seller.ask("DELETE", path).json() == {
        "id": endpoint["id"],
        "object": "webhook_endpoint",
        "deleted": True,
    }
    assert seller.get(path).status_code == 404
    assert seller.ask("DELETE", path).status_code == 404
    assert endpoint["id"] not in seller.get("/v1/webhook_endpoints").text
    assert read(seller, f"/v1/webhook_deliveries/{delivery['id']}")["status"] == "discarded"
    assert relayed(engine, seller, endpoint, Post()) == []


def test_there_are_at_most_twenty(seller: Seller) -> None:
    for _ in range(20):
        made(seller)
    answer = seller.post("/v1/webhook_endpoints", {"url": URL, "events": ["*"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhook_endpoints")
