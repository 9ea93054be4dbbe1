"""Who sits the exam of invoice registries: the fake, and NIC's client before the pretend portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from khata.adapters.irp.fake import FakeRegistry
from khata.adapters.irp.nic import Credentials, NicRegistry
from khata.core.e_invoice.registration import RegistrationRequest, registration_request
from khata.core.exports.tax_document import TaxDocument
from khata.ports.invoice_registry import InvoiceRegistry
from khata.simulators.clock import SimClock
from khata.simulators.irp import IrpSimulator
from khata.simulators.irp.keys import PortalKeys
from khata.simulators.server import SimulatorServer

AT = datetime(2026, 4, 20, 6, 30, tzinfo=UTC)  # noon in India
CREDENTIALS = Credentials(
    "CLIENT01", "pretend-client-secret", "khata_ka", "Pretend@123", "29AABCR1718E1ZL"
)


@dataclass(frozen=True)
class Candidate:
    """A registry under examination, whose clock stands at AT until it is set."""

    registry: InvoiceRegistry
    set_clock: Callable[[datetime], None]


def fake() -> Iterator[Candidate]:
    clock = SimClock(lambda: AT)
    yield Candidate(FakeRegistry(clock.now), clock.set)


def nic() -> Iterator[Candidate]:
    simulator = IrpSimulator(lambda: AT, keys=portal_keys())
    server = SimulatorServer(simulator).start()
    registry = opened(simulator, server.url)
    yield Candidate(registry, simulator.advance)
    registry.close()
    server.close()


CANDIDATES = {"fake": fake, "nic": nic}


@cache
def portal_keys() -> PortalKeys:
    """Return one set of keys for all pretend portals of a run: making them takes a while."""
    return PortalKeys()


def opened(simulator: IrpSimulator, url: str, **others: Any) -> NicRegistry:
    """Return a client of a pretend portal, with its keys and clock but for what is named."""
    told: dict[str, Any] = {
        "portal_key": simulator.keys.login_pem,
        "signing_keys": [simulator.keys.certificate_pem],
        "now": simulator.clock.now,
        "credentials": CREDENTIALS,
        **others,
    }
    return NicRegistry(told.pop("credentials"), base_url=url, **told)


def asked(document: TaxDocument) -> RegistrationRequest:
    return registration_request(document, reported_on=date(2026, 4, 20))
