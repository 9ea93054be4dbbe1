"""The desk: opens the portal of a connection with what the vault unseals, and keeps it open."""

import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from uuid import UUID

import structlog

from khata.adapters.irp.nic import Credentials, NicRegistry
from khata.core.e_invoice.connection import IrpConnection
from khata.ports.invoice_registry import InvoiceRegistry
from khata.ports.vault import Place, SealBroken, Vault

_log = structlog.get_logger(__name__)

MOST_KEPT = 500  # connections whose logins stay open


class IrpDesk:
    """Satisfies `khata.ports.invoice_registries.InvoiceRegistries`: one login for a version."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault, self._now = vault, now
        self._lock = Lock()
        self._open: OrderedDict[tuple[UUID, int], NicRegistry] = OrderedDict()

    def of(self, connection: IrpConnection) -> InvoiceRegistry | None:
        key = (connection.registration_id, connection.version)
        with self._lock:
            if key not in self._open:
                opened = self._opened(connection)
                if opened is None:
                    return None
                self._open[key] = opened
            self._open.move_to_end(key)
            while len(self._open) > MOST_KEPT:
                self._open.popitem(last=False)[1].close()
            return self._open[key]

    def close(self) -> None:
        with self._lock:
            for registry in self._open.values():
                registry.close()
            self._open.clear()

    def _opened(self, connection: IrpConnection) -> NicRegistry | None:
        place = Place("irp_connections", "credentials", connection.registration_id)
        try:
            told = json.loads(self._vault.open(connection.credentials, place))
        except SealBroken:
            _log.error("irp_connection_does_not_open", registration=str(connection.registration_id))
            return None
        return NicRegistry(
            Credentials(**told),
            base_url=connection.base_url,
            portal_key=connection.portal_key.encode(),
            signing_keys=[key.encode() for key in connection.signing_keys],
            now=self._now,
        )
