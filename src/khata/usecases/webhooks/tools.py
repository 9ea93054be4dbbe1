"""The tools of webhooks: what sending them needs."""

from collections.abc import Callable
from dataclasses import dataclass

from khata.db.transaction import Database
from khata.ports.vault import Vault
from khata.ports.webhook_sender import WebhookSender


@dataclass(frozen=True, slots=True)
class WebhookTools:
    """`chance` returns a random share from 0 to 1, by which waits differ."""

    db: Database
    sender: WebhookSender
    vault: Vault
    chance: Callable[[], float]
