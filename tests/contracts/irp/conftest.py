"""A pretend portal on a socket, and NIC's client before it."""

from collections.abc import Iterator

import pytest

from khata.adapters.irp.nic import NicRegistry
from khata.simulators.irp import IrpSimulator
from khata.simulators.server import SimulatorServer
from tests.contracts.irp.candidates import AT, opened, portal_keys


@pytest.fixture
def portal() -> IrpSimulator:
    return IrpSimulator(lambda: AT, keys=portal_keys())


@pytest.fixture
def url(portal: IrpSimulator) -> Iterator[str]:
    server = SimulatorServer(portal).start()
    yield server.url
    server.close()


@pytest.fixture
def registry(portal: IrpSimulator, url: str) -> Iterator[NicRegistry]:
    registry = opened(portal, url)
    yield registry
    registry.close()
