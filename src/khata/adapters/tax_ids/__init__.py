"""Registers of tax numbers: whom they are asked of, in live mode and in test mode."""

from dataclasses import dataclass, field

from khata.adapters.tax_ids.hmrc.client import Hmrc
from khata.adapters.tax_ids.pretend import PretendRegister
from khata.adapters.tax_ids.vies.client import Vies
from khata.ports.tax_id_registers import TaxIdRegister

__all__ = ["RegisterDesk"]


@dataclass(frozen=True)
class RegisterDesk:
    """In test mode nobody is asked: a pretend register answers. Where one is None, none is."""

    vies: Vies | None = None
    hmrc: Hmrc | None = None
    pretend: PretendRegister = field(default_factory=PretendRegister)

    def of(self, type: str, *, livemode: bool) -> TaxIdRegister | None:
        """Return the register of numbers of a type, or None where none can be asked."""
        if type not in ("eu_vat", "gb_vat"):
            return None
        if not livemode:
            return self.pretend
        return self.vies if type == "eu_vat" else self.hmrc

    def close(self) -> None:
        for one in (self.vies, self.hmrc):
            if one is not None:
                one.close()
