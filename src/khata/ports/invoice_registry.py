"""The wish for an invoice registry (IRP): it gives a document its number once, and can be asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from khata.core.e_invoice.dated import Reaction, reaction_to
from khata.core.e_invoice.registration import (
    CancelReason,
    DocumentKey,
    Registered,
    RegistrationRequest,
)

__all__ = [
    "CancelReason",
    "Cancelled",
    "DocumentKey",
    "InvoiceRegistry",
    "LoginRefused",
    "OutcomeUnknown",
    "Refused",
    "Registered",
    "RegistrationRequest",
    "RegistryError",
    "RegistryUnavailable",
    "Taxpayer",
    "TaxpayerStatus",
]


class RegistryUnavailable(Exception):
    """Nothing was done: nobody was reached, or the portal said that it is down."""


class LoginRefused(RegistryUnavailable):
    """The portal lets the credentials in no more; whoever goes on trying is locked out.

    A registry that has met this asks nothing again: it is opened anew with other credentials.
    """


class OutcomeUnknown(Exception):
    """It may have been done: the answer was lost, and the portal could not be asked afterwards.

    Sending the same document again is safe: a portal gives no second number, it says `duplicate`.
    """


@dataclass(frozen=True, slots=True)
class RegistryError:
    """One reason of a refusal, in the portal's code and words."""

    code: str
    message: str

    @property
    def reaction(self) -> Reaction:
        return reaction_to(self.code)


@dataclass(frozen=True, slots=True)
class Refused:
    """The portal's no; it comes with at least one reason, and nothing was done."""

    errors: tuple[RegistryError, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(error.code for error in self.errors)

    @property
    def reaction(self) -> Reaction:
        """Return what is to be done: of several reasons, what asks most of a person."""
        return max((error.reaction for error in self.errors), key=_GRAVITY.index)


# What is the graver one of two: the last wins.
_GRAVITY = (
    Reaction.IGNORE,
    Reaction.CANCELLED_ALREADY,
    Reaction.TRY_AGAIN,
    Reaction.NOT_THERE,
    Reaction.ASK_ELSEWHERE,
    Reaction.COMPARE,
    Reaction.SYNC_GSTIN,
    Reaction.CORRECT,
    Reaction.TOO_LATE_TO_CANCEL,
    Reaction.OUR_FAULT,
    Reaction.MANUAL,
    Reaction.FIX_CONFIGURATION,
    Reaction.AUTHENTICATE_AGAIN,
    Reaction.STOP,
)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An IRN that is cancelled. `at` is None where it had been before, and nobody says when."""

    irn: str
    at: datetime | None


class TaxpayerStatus(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    PROVISIONAL = "provisional"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """What the portal knows of a GSTIN. `blocked`: it may make no e-way bills."""

    gstin: str
    legal_name: str
    trade_name: str | None
    status: TaxpayerStatus
    state_code: str
    kind: str  # REG, COM, SEZ, … as the portal spells it
    blocked: bool


class InvoiceRegistry(Protocol):
    """Registers the documents of one GSTIN. Every call may raise RegistryUnavailable."""

    def generate(self, request: RegistrationRequest) -> Registered | Refused:
        """Give a document its IRN, once however often it is sent.

        A document that the portal has already counts as registered only where it is the same one;
        else the refusal says `duplicate_differs`. Raises: OutcomeUnknown.
        """
        ...

    def get_by_irn(self, irn: str) -> Registered | Refused | None:
        """Return what the portal holds; None: it has no such IRN.

        After some days a portal refuses (2283) and the GST portal has it.
        """
        ...

    def get_by_document(self, key: DocumentKey) -> Registered | Refused | None:
        """Return the same by the document's own number."""
        ...

    def cancel(self, irn: str, *, reason: CancelReason, remark: str) -> Cancelled | Refused:
        """Cancel an IRN; one that is cancelled already is. Raises: OutcomeUnknown."""
        ...

    def get_gstin(self, gstin: str) -> Taxpayer | Refused:
        """Return what the portal knows of a GSTIN."""
        ...

    def sync_gstin(self, gstin: str) -> Taxpayer | Refused:
        """Let the portal look it up anew at the GST portal, and return that."""
        ...
