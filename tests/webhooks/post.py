"""A sender of webhooks that goes nowhere, and what may come of a try."""

from datetime import timedelta

from khata.core.webhooks import Outcome
from khata.ports.webhook_sender import Message

GOOD = Outcome(timedelta(milliseconds=20), status_code=200, answer="thanks")
BROKEN = Outcome(timedelta(milliseconds=20), status_code=500, answer="oops")
SILENT = Outcome(timedelta(seconds=15), error="timeout")
GONE = Outcome(timedelta(milliseconds=20), status_code=410)
BUSY = Outcome(timedelta(milliseconds=20), status_code=429, retry_after=timedelta(seconds=120))


class Post:
    """A sender that goes nowhere: it remembers what it was given, and answers as it is told."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.next: list[Outcome] = []  # the outcomes to come; after them all is well

    def check(self, url: str) -> None:
        """Every address will do."""

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.next.pop(0) if self.next else GOOD

    @property
    def ids(self) -> list[str]:
        return [message.headers["webhook-id"] for message in self.sent]
