"""Ask a portal for the IRN of a document, and say in one word what came of it."""

from dataclasses import dataclass

from khata.core.e_invoice.connection import IrpConnection
from khata.core.e_invoice.registration import Registered, RegistrationRequest, differences
from khata.core.e_invoice.standing import EInvoice
from khata.ports.invoice_registries import InvoiceRegistries
from khata.ports.invoice_registry import (
    InvoiceRegistry,
    LoginRefused,
    OutcomeUnknown,
    Refused,
    RegistryUnavailable,
)


@dataclass(frozen=True, slots=True)
class Sending:
    """One to be sent; `was_sent`: it was before, and nobody knows what came of it."""

    e_invoice: EInvoice
    connection: IrpConnection
    request: RegistrationRequest
    was_sent: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Either `answer`, or why there is none: `code` and `why`.

    `is_away`: the next document would fare no better.
    """

    answer: Registered | Refused | None
    code: str = ""
    why: str = ""
    is_away: bool = False


def ask_portal(sending: Sending, registries: InvoiceRegistries | None) -> Outcome:
    """Register a document; one that was sent before is first asked about by its own number."""
    registry = registries.of(sending.connection) if registries else None
    request, was_sent = sending.request, sending.was_sent
    if registry is None:
        return Outcome(None, "no_connection", "The credentials do not open here", is_away=True)
    try:
        found = _found(registry, request) if was_sent else None
        return Outcome(found or registry.generate(request))
    except LoginRefused as no:
        return Outcome(None, "login_refused", str(no), is_away=True)
    except RegistryUnavailable as away:
        # What was sent before and could not be asked about stays unknown.
        code = "outcome_unknown" if was_sent else "portal_away"
        return Outcome(None, code, str(away), is_away=True)
    except OutcomeUnknown as lost:
        return Outcome(None, "outcome_unknown", str(lost))


def _found(registry: InvoiceRegistry, request: RegistrationRequest) -> Registered | None:
    found = registry.get_by_document(request.key)
    if isinstance(found, Registered) and not found.cancelled and not differences(request, found):
        return found
    return None  # sent again, the portal says what is in the way
