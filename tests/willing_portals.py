"""Portals that do what they are asked: for tests that are about something else."""

from datetime import UTC, datetime

from khata.adapters.irp.fake import FakeRegistry
from khata.core.e_invoice.connection import IrpConnection
from khata.core.e_invoice.registration import CancelReason
from khata.ports.invoice_registry import Cancelled, Refused


class Willing(FakeRegistry):
    """It cancels what it has never heard of, too: the number was taken by hand."""

    def cancel(self, irn: str, *, reason: CancelReason, remark: str) -> Cancelled | Refused:
        return Cancelled(irn, None)


class WillingPortals:
    """Satisfies `khata.ports.invoice_registries.InvoiceRegistries`."""

    def __init__(self) -> None:
        self._one = Willing(lambda: datetime(2026, 1, 31, tzinfo=UTC))

    def of(self, connection: IrpConnection) -> Willing:
        return self._one
