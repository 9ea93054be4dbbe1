"""Ringing: a message for each bell, and none that the database does not know of."""

from collections.abc import Sequence
from datetime import timedelta

from khata.db.stores.bells import Bell
from khata.settings import Settings
from khata.wiring import Engine
from khata.worker.broker import BrokerAway, Rings


def ring_all(engine: Engine, broker: Rings, bells: Sequence[Bell]) -> None:
    """Send a message for each. Raises: BrokerAway, and then those not sent can be rung again."""
    for sent, bell in enumerate(bells):
        try:
            broker.ring(bell)
        except BrokerAway:
            for unsent in bells[sent:]:
                with engine.db.transaction(unsent.tenant) as uow:
                    uow.bells.unring(unsent)
            raise


def lost_after(settings: Settings) -> timedelta:
    """Return after how long a bell that nobody has answered is rung again."""
    return timedelta(seconds=settings.bell_lost_after)
