"""The wish to know whether a tax number is in force: a register is asked, or cannot be."""

from dataclasses import dataclass
from typing import Protocol


class RegisterAway(Exception):
    """The register gave no answer: it says nothing about the number."""


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """What a register says of a number; `consultation_number` proves that it was asked."""

    valid: bool
    consultation_number: str | None = None
    name: str | None = None
    address: str | None = None


class TaxIdRegister(Protocol):
    """One register of tax numbers. Raises: RegisterAway."""

    @property
    def name(self) -> str: ...

    def check(self, vat_id: str, *, requester: str | None) -> RegisterAnswer:
        """Ask about a VAT id. `requester` is the asker's own, for a consultation number."""
        ...


class TaxIdRegisters(Protocol):
    def of(self, type: str, *, livemode: bool) -> TaxIdRegister | None:
        """Return the register that knows numbers of a type, or None where none can be asked."""
        ...
