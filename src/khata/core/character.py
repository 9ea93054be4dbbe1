"""The character of an invoice: tax invoice or bill of supply, and who owes the tax of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from khata.core.document_kind import DocumentKind
from khata.core.invoice import Line
from khata.core.refusal import Refusal
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment
from khata.core.terms import Terms


class ReverseChargeMixed(Refusal):
    """Of some lines the buyer owes the tax, and of others the seller: those are two invoices."""


@dataclass(frozen=True, slots=True)
class Character:
    kind: DocumentKind
    supply: Supply
    lines: tuple[Line, ...]  # each with its nature


# Of these treatments a line can be of any nature, and says nothing that is not known already.
_PLAIN = frozenset(
    {
        Treatment.TAXABLE,
        Treatment.ZERO_RATED_LUT,
        Treatment.ZERO_RATED_WITH_IGST,
        Treatment.OUT_OF_SCOPE,
    }
)


def characterize(lines: Sequence[Line], terms: Terms) -> Character:
    """Return what an invoice of these lines is, and what each of its lines is.

    What bears no tax goes on a bill of supply; beside what does, it stands on the same invoice.
    Raises: ReverseChargeMixed.
    Source: CGST Act s.31(3)(c), rules 46(p), 46A, 49; an export or a supply to an SEZ is
    zero-rated whatever its nature (IGST Act s.16(2)), and its invoice carries the endorsement.
    """
    supply = terms.supply
    if _is_plain(lines, terms):
        return Character(DocumentKind.INVOICE, supply, tuple(lines))
    known = tuple(
        replace(
            line,
            nature=terms.nature_of(
                line.charge.tax_code, line.charge.tax_class, line.rate.on if line.rate else None
            ),
        )
        for line in lines
    )
    if supply.treatment is Treatment.OUT_OF_SCOPE:
        return Character(DocumentKind.INVOICE, supply, known)
    kind = DocumentKind.INVOICE
    none_taxed = all(line.nature is not Nature.TAXABLE for line in known)
    at_home = supply.kind in (SupplyKind.INTRA, SupplyKind.INTER)
    if supply.treatment is Treatment.COMPOSITION or (none_taxed and at_home):
        kind = DocumentKind.BILL_OF_SUPPLY
    return Character(kind, _owed(known, terms), known)


def _is_plain(lines: Sequence[Line], terms: Terms) -> bool:
    return (
        terms.supply.treatment in _PLAIN
        and not terms.facts.rates
        and all(line.charge.tax_class is TaxClass.STANDARD for line in lines)
    )


def _owed(lines: Sequence[Line], terms: Terms) -> Supply:
    """Return the supply as it is where the buyer owes the tax of all that is taxed."""
    taxed = [line for line in lines if line.nature is Nature.TAXABLE]
    reversed_ = [line for line in taxed if terms.is_reversed(line.charge.tax_class)]
    if not reversed_:
        return terms.supply
    if len(reversed_) < len(taxed):
        raise ReverseChargeMixed(
            f"{reversed_[0].description} is taxed on reverse charge, and other lines are not; an "
            "invoice says of all of it which it is (CGST rule 46(p)): bill them apart"
        )
    law = "IGST Act s.5(3)" if terms.supply.kind is SupplyKind.INTER else "CGST Act s.9(3)"
    return replace(
        terms.supply,
        treatment=Treatment.REVERSE_CHARGE,
        law=f"{terms.supply.law}; {law}",
        reason=f"{terms.supply.reason} The customer pays the tax on reverse charge.",
    )
