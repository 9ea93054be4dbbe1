"""The pages of webhooks: endpoints, deliveries, one delivery in full, and the buttons."""

from dataclasses import replace
from uuid import UUID

import pytest

from khata.core.ids import new_id, parse_id, public_id
from khata.usecases.webhooks.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    create_webhook_endpoint,
)
from khata.usecases.webhooks.ping_webhook_endpoint import (
    PingWebhookEndpoint,
    ping_webhook_endpoint,
)
from khata.usecases.webhooks.send_due_webhooks import SendDueWebhooks, send_due_webhooks
from tests.dashboard.test_pages import weight, whole
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World
from tests.webhooks.post import BROKEN, GONE, Post

MISCHIEF = "<script>alert(1)</script>"
HOME = "/dashboard/webhooks"


class Told:
    """A shop whose endpoint was sent a test, which failed at first."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.tenant, self.post = world, shop.test, Post()
        self.endpoint = new_id(world.now)
        command = CreateWebhookEndpoint(
            self.tenant,
            self.endpoint,
            world.now,
            "https://hooks.chai.example/khata",
            ["invoice.*"],
            MISCHIEF,
        )
        self.tools = replace(world.engine.webhook_tools, sender=self.post)
        self.secret = create_webhook_endpoint(command, tools=self.tools)
        ping = PingWebhookEndpoint(self.tenant, self.endpoint, world.now)
        self.delivery = ping_webhook_endpoint(ping, db=world.engine.db)
        self.post.next = [replace(BROKEN, answer=MISCHIEF)]
        self.sends()

    def sends(self) -> int:
        command = SendDueWebhooks(self.tenant, self.endpoint, self.world.now)
        return send_due_webhooks(command, tools=self.tools)

    @property
    def paths(self) -> list[str]:
        return [
            HOME,
            f"{HOME}/{public_id('we', self.endpoint)}",
            f"{HOME}/deliveries/{public_id('whd', self.delivery)}",
        ]

    def status(self, table: str, id: UUID) -> str:
        with self.world.engine.db.transaction(self.tenant) as uow:
            row = uow.connection.execute(
                f"select status from {table} where id = %s".encode(), [id]
            ).fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def told(world: World, shop: Shop) -> Told:
    return Told(world, shop)


def press(visitor: Visitor, page: str, verb: str, name: str) -> str:
    """Press a button of a page; return where it leads."""
    html = visitor.get(page).text
    assert f'action="{HOME}/{verb}"' in html
    answer = visitor.post(f"{HOME}/{verb}", form=form_of(html), name=name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_every_page_is_whole_and_light_and_runs_nothing(signed_in: Visitor, told: Told) -> None:
    for path in told.paths:
        answer = signed_in.get(path)
        assert answer.status_code == 200, path
        whole(answer.text)
        assert weight(signed_in, answer.text) < 100_000
        assert MISCHIEF not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert told.secret not in answer.text


def test_a_delivery_tells_request_and_answer(signed_in: Visitor, told: Told) -> None:
    text = signed_in.get(told.paths[2]).text
    [message] = told.post.sent
    assert message.headers["webhook-signature"] in text
    assert message.headers["webhook-id"] in text
    assert "Answered 500" in text
    assert "webhook_endpoint.tested" in text


def test_the_lists_tell_how_it_stands(signed_in: Visitor, told: Told) -> None:
    home, endpoint = (signed_in.get(path).text for path in told.paths[:2])
    assert "hooks.chai.example/khata" in home
    assert "Failing" in home
    assert "Failing since" in endpoint
    assert "webhook_endpoint.tested" in signed_in.get(f"{HOME}?status=waiting").text
    assert "webhook_endpoint.tested" not in signed_in.get(f"{HOME}?status=succeeded").text


def test_a_delivery_is_sent_again_by_a_button(signed_in: Visitor, told: Told) -> None:
    name = public_id("whd", told.delivery)
    assert told.sends() == 0  # it waits for its next try
    assert press(signed_in, told.paths[2], "resend", name) == told.paths[2]
    assert told.sends() == 1
    assert told.status("webhook_deliveries", told.delivery) == "succeeded"


def test_an_endpoint_is_tested_disabled_and_enabled_by_buttons(
    signed_in: Visitor, told: Told
) -> None:
    name, page = public_id("we", told.endpoint), told.paths[1]
    leads_to = press(signed_in, page, "test", name)
    assert parse_id("whd", leads_to.rpartition("/")[2]) != told.delivery
    assert signed_in.get(leads_to).status_code == 200
    assert press(signed_in, page, "disable", name) == page
    assert told.status("webhook_endpoints", told.endpoint) == "disabled"
    assert "by a person" in signed_in.get(page).text
    assert f'action="{HOME}/test"' not in signed_in.get(page).text
    assert f'action="{HOME}/resend"' not in signed_in.get(told.paths[2]).text
    assert press(signed_in, page, "enable", name) == page
    assert told.status("webhook_endpoints", told.endpoint) == "enabled"


def test_why_it_was_disabled_is_told(signed_in: Visitor, told: Told) -> None:
    press(signed_in, told.paths[2], "resend", public_id("whd", told.delivery))
    told.post.next = [GONE]
    told.sends()
    assert "it answered 410 Gone" in signed_in.get(told.paths[1]).text


def test_another_shops_webhooks_do_not_exist(world: World, told: Told) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    for path in told.paths[1:]:
        assert stranger.get(path).status_code == 404
    assert "hooks.chai.example" not in stranger.get(HOME).text
    for verb, name in (
        ("resend", public_id("whd", told.delivery)),
        ("test", public_id("we", told.endpoint)),
        ("disable", public_id("we", told.endpoint)),
        ("enable", public_id("we", told.endpoint)),
    ):
        form = form_of(stranger.get(HOME).text)
        assert stranger.post(f"{HOME}/{verb}", form=form, name=name).status_code == 404


def test_nobody_presses_a_button_without_a_form_of_their_own(
    signed_in: Visitor, told: Told
) -> None:
    name = public_id("we", told.endpoint)
    assert signed_in.post(f"{HOME}/disable", form="forged", name=name).status_code == 403
    assert told.status("webhook_endpoints", told.endpoint) == "enabled"
