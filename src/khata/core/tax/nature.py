"""What kind of thing is sold, as GST asks: whether it bears tax, and who pays that."""

from enum import StrEnum

from khata.core.refusal import Refusal


class BadTaxNature(Refusal):
    """A product cannot be both free of tax and taxed on reverse charge."""


class Nature(StrEnum):
    """Whether a line can bear tax at all. Source: CGST Act s.2(47), s.2(78), s.11."""

    TAXABLE = "taxable"
    NIL_RATED = "nil_rated"  # taxed at 0 by the schedule of rates
    EXEMPT = "exempt"  # by notification
    NON_GST = "non_gst"  # outside the Act


class TaxClass(StrEnum):
    """What a product is to GST, where its code alone does not say it."""

    STANDARD = "standard"  # the code decides
    NIL_RATED = "nil_rated"
    EXEMPT = "exempt"
    NON_GST = "non_gst"
    REVERSE_CHARGE = "reverse_charge"  # a registered buyer owes the tax: s.9(3), IGST Act s.5(3)

    @property
    def nature(self) -> Nature:
        """Return the nature that the class gives; one that is taxed in any way is taxable."""
        return _NATURES.get(self, Nature.TAXABLE)


def tax_class_of(nature: Nature, *, reverse_charge: bool) -> TaxClass:
    """Return the class of a product that is told as its nature and who owes its tax.

    Raises: BadTaxNature.
    """
    if not reverse_charge:
        return _CLASSES[nature]
    if nature is not Nature.TAXABLE:
        raise BadTaxNature(
            f"What is {nature} bears no tax that a buyer could owe", param="reverse_charge"
        )
    return TaxClass.REVERSE_CHARGE


_NATURES = {
    TaxClass.NIL_RATED: Nature.NIL_RATED,
    TaxClass.EXEMPT: Nature.EXEMPT,
    TaxClass.NON_GST: Nature.NON_GST,
}
_CLASSES = {nature: one for one, nature in _NATURES.items()} | {
    Nature.TAXABLE: TaxClass.STANDARD,
}
