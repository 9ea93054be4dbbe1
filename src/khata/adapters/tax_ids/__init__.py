"""Registers of tax numbers: whom they are asked of, in live mode and in test mode."""

from dataclasses import dataclass, field

from khata.adapters.tax_ids.pretend import PretendRegister
from khata.adapters.tax_ids.vies.client import Vies
from khata.ports.tax_id_registers import TaxIdRegister

__all__ = ["RegisterDesk"]


@dataclass(frozen=True)
class RegisterDesk:
    """In test mode nobody is asked: a pretend register answers. `vies`: where none is, none is."""

    vies: Vies | None = None
    pretend: PretendRegister = field(default_factory=PretendRegister)

    def of(self, type: str, *, livemode: bool) -> TaxIdRegister | None:
        """Return the register of numbers of a type; of the United Kingdom's there is none yet."""
        if type not in ("eu_vat", "gb_vat"):
            return None
        if not livemode:
            return self.pretend
        return self.vies if type == "eu_vat" else None

    def close(self) -> None:
        if self.vies is not None:
            self.vies.close()
