"""The wish for the registries of connections: whoever stands at a portal for a registration."""

from typing import Protocol

from khata.core.e_invoice.connection import IrpConnection
from khata.ports.invoice_registry import InvoiceRegistry


class InvoiceRegistries(Protocol):
    def of(self, connection: IrpConnection) -> InvoiceRegistry | None:
        """Return the registry of a connection; None: its credentials do not open here."""
        ...
