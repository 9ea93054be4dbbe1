"""The trials of many machines, in short: `make trials` runs them at length.

They need redis-server and rabbitmq-server on this machine, and are left out without them; where
KHATA_CI is set, what is missing fails instead.
"""

import os

import pytest

from trials.brokers import RabbitMQ, Redis
from trials.many_machines import Outcome, Plan, try_out

HERE = {"redis": Redis.is_here(), "rabbitmq": RabbitMQ.is_here()}

SHORT = [
    ("redis", "a worker killed every 3 s"),
    ("redis", "broker emptied"),
    ("rabbitmq", "broker restarted, then away"),
    ("rabbitmq", "PostgreSQL killed twice"),
]


@pytest.mark.parametrize(("broker", "harm"), SHORT)
def test_every_invoice_is_made_and_paid_once_whatever_is_hurt(broker: str, harm: str) -> None:
    if not HERE[broker] and not os.environ.get("KHATA_CI"):
        pytest.skip(f"no {broker} on this machine")
    outcome = try_out(Plan(broker, harm, shops=8, subscriptions=20, seconds=6, lost_after=10))
    assert told(outcome) == (160, (), True)


def told(outcome: Outcome) -> tuple[int, tuple[str, ...], bool]:
    return outcome.invoices, outcome.wrong, outcome.drained_after is not None
