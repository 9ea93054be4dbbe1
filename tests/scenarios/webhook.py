"""A shop's webhook: where its news goes, and what it was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from khata.core.ids import new_id
from khata.usecases.webhooks.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    create_webhook_endpoint,
)
from khata.usecases.webhooks.disable_webhook_endpoint import (
    DisableWebhookEndpoint,
    disable_webhook_endpoint,
)
from khata.usecases.webhooks.ping_webhook_endpoint import (
    PingWebhookEndpoint,
    ping_webhook_endpoint,
)
from khata.usecases.webhooks.send_due_webhooks import SendDueWebhooks, send_due_webhooks
from tests.webhooks.post import Post

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop


class Webhook:
    """An endpoint that gets all of a shop's news; nothing of it leaves this machine."""

    def __init__(self, shop: Shop, url: str = "https://hooks.chai.example/khata") -> None:
        self.shop, self.id, self.post = shop, new_id(shop.world.now), Post()
        self.tools = replace(shop.world.engine.webhook_tools, sender=self.post)
        command = CreateWebhookEndpoint(shop.tenant, self.id, shop.world.now, url, ["*"], None)
        create_webhook_endpoint(command, tools=self.tools)

    def is_tested(self) -> None:
        command = PingWebhookEndpoint(self.shop.tenant, self.id, self.shop.world.now)
        ping_webhook_endpoint(command, db=self.shop.db)

    def is_disabled(self) -> None:
        now = self.shop.world.now
        command = DisableWebhookEndpoint(self.shop.tenant, self.id, now, now)
        disable_webhook_endpoint(command, db=self.shop.db)

    def sends(self) -> int:
        """Send what is due, by a machine's clock that is somewhere near the story's."""
        command = SendDueWebhooks(self.shop.tenant, self.id, self.shop.world.now)
        return send_due_webhooks(command, tools=self.tools)
