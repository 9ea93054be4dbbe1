"""A message that a worker has heard: confirmed again when the broker was away at its end.

Celery takes one message at a time, and the next when that one is confirmed. Where the broker is
away at that moment, Celery writes so in its log and goes on waiting: on Redis for ever, as its
connection mends itself and nothing starts anew. On AMQP a new connection begins from nothing.
"""

from typing import Any, Final

from celery.worker.request import Request
from kombu.asynchronous import get_event_loop
from kombu.transport.virtual import Channel

AGAIN_AFTER: Final = 1.0  # seconds


class Heard(Request):  # type: ignore[misc] # Celery has no types
    """A request that does not forget to confirm its message."""

    def acknowledge(self) -> None:
        """Confirm the message; where that fails, later."""
        super().acknowledge()
        _confirm_later(self.message)


def _confirm_later(message: Any) -> None:
    loop = get_event_loop()
    if message.acknowledged or loop is None or not isinstance(message.channel, Channel):
        return
    loop.call_later(AGAIN_AFTER, _confirm, message)


def _confirm(message: Any) -> None:
    if message.acknowledged:
        return  # it was meanwhile, as it is when all is well
    try:
        message.ack()
    except (OSError, *getattr(message.channel, "connection_errors", ())):
        _confirm_later(message)
