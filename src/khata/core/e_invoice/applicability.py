"""Which documents have to be registered at a portal, why or why not, and until which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from khata.core.e_invoice.dated import EXEMPT, REPORTS, THRESHOLDS, ExemptClass, in_force
from khata.core.e_invoice.irn import financial_year_of
from khata.core.exports.inv01 import DOCUMENT_TYPES
from khata.core.exports.tax_document import Nature, TaxDocument
from khata.core.refusal import Kind, Refusal
from khata.core.tax.gstin import is_uin
from khata.core.tax.place_of_supply import SupplyKind, Treatment


class EInvoiceTooLate(Refusal):
    """The portal takes a document of this seller only so many days, and they are over."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class SellerStanding:
    """What decides about a seller: turnovers of its PAN in rupees by year (`2024-25`), and class.

    `voluntary`: it registers invoices although it need not, having enrolled at a portal.
    """

    turnovers: Mapping[str, int]
    exempt_as: ExemptClass | None = None
    voluntary: bool = False

    def highest_before(self, day: date) -> int:
        """Return the highest turnover of a year from 2017-18 on that ended before this day's."""
        year = financial_year_of(day)
        past = [amount for name, amount in self.turnovers.items() if "2017-18" <= name < year]
        return max(past, default=0)


@dataclass(frozen=True, slots=True)
class Applicability:
    """The decision about one document. `last_day` is the last on which the portal takes it."""

    applies: bool
    reason: str
    law: str
    last_day: date | None = None


def applicability(document: TaxDocument, seller: SellerStanding) -> Applicability:
    """Decide whether a document has to be registered; the day it was issued on decides.

    Source: CGST Rule 48(4); Notf. 13/2020-CT as amended; the dated rows of e_invoice.toml.
    """
    why_not = _of_seller(document, seller) or _of_document(document)
    if why_not is not None:
        return why_not
    kind = "A supply outside India" if document.supply is SupplyKind.EXPORT else "A supply"
    who = "" if document.supply is SupplyKind.EXPORT else " to a registered person"
    threshold = in_force(THRESHOLDS, document.issued_on)
    return Applicability(
        applies=True,
        reason=f"{kind}{who} by a seller above the threshold"
        if not seller.voluntary
        else f"{kind}{who} by a seller that registers its invoices",
        law=f"CGST Rule 48(4); {threshold.source}" if threshold else "CGST Rule 48(4)",
        last_day=last_day(document.issued_on, seller),
    )


def last_day(issued_on: date, seller: SellerStanding) -> date | None:
    """Return the last day on which a portal takes a document, or None where it sets none.

    Its own day counts: of 30 days from 1 April the last is 30 April.
    """
    bound = in_force(REPORTS, issued_on)
    if bound is None or seller.highest_before(issued_on) < bound.rupees:
        return None
    return issued_on + timedelta(days=bound.days - 1)


def bound_from(seller: SellerStanding) -> date | None:
    """Return the first day from which a seller has to register invoices, or None: it has not.

    Only a new bound or a new financial year can begin it, and as bounds have only fallen and every
    year before counts, it does not end. Who registers of its own will has not to.
    Source: CGST Rule 48(4); Notf. 13/2020-CT as amended.
    """
    if seller.exempt_as is not None:
        return None
    after = [date(int(name[:4]) + 1, 4, 1) for name in seller.turnovers]
    days = sorted({*(bound.valid_from for bound in THRESHOLDS), *after})
    return next((day for day in days if _above(seller, day)), None)


def _above(seller: SellerStanding, day: date) -> bool:
    bound = in_force(THRESHOLDS, day)
    return bound is not None and seller.highest_before(day) > bound.rupees


def is_above(seller: SellerStanding, on: date) -> bool:
    """Say whether a turnover of a year before is above the threshold of a day, exempt or not."""
    return _above(seller, on)


def is_bound(seller: SellerStanding, on: date) -> bool:
    """Say whether what a seller issues on a day is registered, by duty or by its own will."""
    if seller.exempt_as is not None:
        return False
    return seller.voluntary or _above(seller, on)


def check_in_time(document: TaxDocument, seller: SellerStanding, *, today: date) -> None:
    """Refuse to report a document that the portal no longer takes. Raises: EInvoiceTooLate."""
    last = last_day(document.issued_on, seller)
    if last is not None and today > last:
        raise EInvoiceTooLate(
            f"{document.number} of {document.issued_on} could be reported until {last} (rule of "
            "30 days); cancel it by a credit note and issue it anew"
        )


def _of_seller(document: TaxDocument, seller: SellerStanding) -> Applicability | None:
    if document.seller.gstin is None or document.treatment is Treatment.OUT_OF_SCOPE:
        return Applicability(False, "The seller charges no GST", "CGST Act s.22")
    if seller.exempt_as is not None:
        return Applicability(
            False, f"Sellers of the class {seller.exempt_as} need not", EXEMPT[seller.exempt_as]
        )
    if seller.voluntary:
        return None
    bound = in_force(THRESHOLDS, document.issued_on)
    if bound is None:
        return Applicability(False, "E-invoices had not begun", "Notf. 13/2020-CT")
    highest = seller.highest_before(document.issued_on)
    if highest > bound.rupees:
        return None
    return Applicability(
        False,
        f"The turnover of no year before was above {bound.rupees:,} rupees; the highest was "
        f"{highest:,}",
        f"CGST Rule 48(4); {bound.source}",
    )


def _of_document(document: TaxDocument) -> Applicability | None:
    if document.cancelled:
        return Applicability(False, "It was cancelled before it was registered", "CGST Rule 48(4)")
    if document.kind not in DOCUMENT_TYPES:
        return Applicability(
            False, f"A {document.kind.replace('_', ' ')} is not registered", "CGST Rule 48(4), 49"
        )
    if all(line.nature is not Nature.TAXABLE for line in document.lines):
        return Applicability(False, "Nothing in it is taxable", "CGST Act s.31(3)(c)")
    if document.supply is SupplyKind.EXPORT:
        return None
    if document.buyer.gstin is None:
        return Applicability(False, "The buyer is not registered", "Notf. 13/2020-CT")
    if is_uin(document.buyer.gstin):
        return Applicability(
            False, "A UIN is no registration", "CGST Act s.2(94); Circular 156/12/2021-GST"
        )
    if document.buyer.gstin == document.seller.gstin:
        return Applicability(False, "Seller and buyer are one registration", "CGST Act s.7")
    return None
