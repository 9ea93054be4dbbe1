"""A pretend Razorpay for each test; what it was sent has to be what the documents allow."""

from collections.abc import Iterator

import pytest

from khata.simulators.razorpay.accounts import numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.razorpay.pretend import AT, Pretend, opened
from tests.contracts.razorpay.wire import Inspected


@pytest.fixture
def pretend() -> Iterator[Pretend]:
    simulator = Inspected(lambda: AT)
    server = SimulatorServer(simulator).start()
    gateway = opened(server, numbered(1))
    yield Pretend(simulator, server, gateway)
    gateway.close()
    server.close()
    assert simulator.faults_found == []
