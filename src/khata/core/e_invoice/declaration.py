"""What an invoice outside the portals has to declare, where its seller is above the threshold."""

from dataclasses import replace
from typing import Final

from khata.core.document_kind import DocumentKind
from khata.core.e_invoice.applicability import SellerStanding
from khata.core.tax.gstin import is_uin
from khata.core.tax.parties import Buyer
from khata.core.tax.place_of_supply import Supply, SupplyKind

# The words themselves are law: CGST Rules, rule 46(s), by Notf. 14/2022-CT.
NOT_REQUIRED: Final = (
    "I/We hereby declare that though our aggregate turnover in any preceding financial year from "
    "2017-18 onwards is more than the aggregate turnover notified under sub-rule (4) of rule 48, "
    "we are not required to prepare an invoice in terms of the provisions of the said sub-rule."
)


def with_declaration(
    supply: Supply, kind: DocumentKind, buyer: Buyer, seller: SellerStanding
) -> Supply:
    """Return the supply with the declaration among its words, where its invoice needs one.

    `seller` is above the threshold. Of a class that is exempt each tax invoice declares it; else
    that of who is not registered. What is registered at a portal says nothing.
    Source: CGST Rules, rule 46(s), rule 48(4).
    """
    if kind is not DocumentKind.INVOICE or supply.kind is SupplyKind.OUT_OF_SCOPE:
        return supply
    at_home = supply.kind in (SupplyKind.INTRA, SupplyKind.INTER)
    unregistered = at_home and (buyer.gstin is None or is_uin(buyer.gstin))
    if seller.exempt_as is None and not unregistered:
        return supply
    words = "\n".join(one for one in (supply.endorsement, NOT_REQUIRED) if one)
    return replace(supply, endorsement=words)
