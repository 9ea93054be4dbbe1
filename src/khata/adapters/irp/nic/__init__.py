"""NIC's portal, reached directly or through a provider that passes its API on."""

from khata.adapters.irp.nic.client import Credentials, Endpoints
from khata.adapters.irp.nic.registry import NicRegistry

__all__ = ["Credentials", "Endpoints", "NicRegistry"]
