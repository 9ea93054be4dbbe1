"""The five amounts of every table of a return: what is taxed, and the four heads of tax."""

from collections.abc import Iterable
from dataclasses import dataclass

from khata.core.exports.tax_document import AdvanceAdjusted, TaxLine


@dataclass(frozen=True, slots=True)
class Amounts:
    """Paise of rupees. `sgst` carries UTGST too, as all forms do."""

    taxable: int = 0
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.taxable + other.taxable,
            self.igst + other.igst,
            self.cgst + other.cgst,
            self.sgst + other.sgst,
            self.cess + other.cess,
        )

    def __sub__(self, other: "Amounts") -> "Amounts":
        return self + other.times(-1)

    def __bool__(self) -> bool:
        return any((self.taxable, self.igst, self.cgst, self.sgst, self.cess))

    def times(self, sign: int) -> "Amounts":
        return Amounts(
            sign * self.taxable,
            sign * self.igst,
            sign * self.cgst,
            sign * self.sgst,
            sign * self.cess,
        )

    @property
    def tax(self) -> int:
        return self.igst + self.cgst + self.sgst + self.cess

    @property
    def heads(self) -> dict[str, int]:
        """Return the tax by the name of its head."""
        return {"IGST": self.igst, "CGST": self.cgst, "SGST": self.sgst, "cess": self.cess}

    @property
    def untaxed(self) -> "Amounts":
        """Return the same value without its tax: what a supply under reverse charge collects."""
        return Amounts(self.taxable)


NOTHING = Amounts()


def of_line(line: TaxLine) -> Amounts:
    return Amounts(line.taxable, line.igst, line.cgst, line.sgst, line.cess)


def of_advance(advance: AdvanceAdjusted) -> Amounts:
    return Amounts(advance.net, advance.igst, advance.cgst, advance.sgst, advance.cess)


def total_of(many: Iterable[Amounts]) -> Amounts:
    """Add up; nothing adds up to zeros."""
    total = NOTHING
    for one in many:
        total += one
    return total
