"""What a tax invoice must say beside its amounts: the addresses, as far as the law demands them."""

from typing import Final

from khata.core.refusal import Refusal
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import Supply, SupplyKind

FROM_VALUE: Final = 50_000_00  # paise of taxable value, from which a consumer's address is asked


class AddressRequired(Refusal):
    """An invoice that is meant to be real lacks an address that the law asks for."""


def check_addresses(
    seller: Seller, buyer: Buyer, supply: Supply, *, taxable: int, currency: str
) -> None:
    """Refuse to issue a tax invoice without an address that it must carry; `taxable` is its value.

    In another currency than rupees the value of a consumer's supply is not known here, so the
    address is asked for. Raises: AddressRequired, which says whose.
    Source: CGST Rules, rule 46(a), (d), (e), and its third proviso for exports; Directive
    2006/112/EC, article 226(5).
    """
    _check_vat(seller, buyer, supply)
    if supply.kind is SupplyKind.OUT_OF_SCOPE:
        return
    if not seller.has_address:
        raise AddressRequired(
            "The seller's registration has no address, which a tax invoice must show "
            "(CGST rule 46(a)); give it one, with its first line",
            param="registration.address",
        )
    if not buyer.has_address and (why := _why(buyer, supply, taxable, currency)):
        raise AddressRequired(
            f"The customer has no address, and {why}; give it one, with its first line",
            param="address",
        )


def _check_vat(seller: Seller, buyer: Buyer, supply: Supply) -> None:
    """Between businesses an invoice shows both addresses. Source: Directive art. 226(5)."""
    if supply.levy is None or supply.levy.buyer_id is None:
        return
    for whose, has_address, param in (
        ("seller's registration", seller.has_address, "registration.address"),
        ("customer", buyer.has_address, "address"),
    ):
        if not has_address:
            raise AddressRequired(
                f"The {whose} has no address, and an invoice between businesses must show it "
                "(Directive 2006/112/EC, article 226(5)); give it one, with its first line",
                param=param,
            )


def _why(buyer: Buyer, supply: Supply, taxable: int, currency: str) -> str | None:
    if buyer.gstin is not None:
        return "the invoice to one who has a GSTIN or UIN must show it (CGST rule 46(d))"
    if supply.kind is SupplyKind.EXPORT:
        return "the invoice of an export must show it (CGST rule 46, third proviso)"
    if currency != "INR" or taxable >= FROM_VALUE:
        return "an invoice of ₹50,000 or more must show it (CGST rule 46(e))"
    return None
