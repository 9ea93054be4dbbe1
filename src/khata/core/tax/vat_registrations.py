"""A seller's numbers for VAT: which may stand beside a registration, and on which days."""

import re
from collections.abc import Sequence
from itertools import pairwise

from khata.core.refusal import Kind, Refusal
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.vat_area import area_of, union
from khata.core.tax.vat_ids import country_of, vat_id_of


class BadVatRegistration(Refusal):
    """The number, its country and its scheme do not belong together, or its days are no days."""


class VatRegistrationsOverlap(Refusal):
    """Two numbers of one scheme in one country would hold on the same day."""

    kind = Kind.CONFLICT


def checked_vat_registrations(
    given: Sequence[VatRegistration], *, home: str, param: str
) -> tuple[VatRegistration, ...]:
    """Return the numbers as documents write them, by country and day; `home` is the seller's.

    Raises: BadVatRegistration, VatRegistrationsOverlap, InvalidVatId.
    Source: Directive 2006/112/EC, articles 214, 358a, 369a.
    """
    checked = [
        _checked(one, home=home, param=f"{param}.{place}") for place, one in enumerate(given)
    ]
    checked.sort(key=lambda one: (one.country, one.scheme, one.valid_from))
    for before, after in pairwise(checked):
        same = (before.country, before.scheme) == (after.country, after.scheme)
        if same and (before.valid_to is None or before.valid_to >= after.valid_from):
            raise VatRegistrationsOverlap(
                f"{before.number} and {after.number} would both hold on {after.valid_from}: end "
                "the one before the other begins",
                param=param,
            )
    return tuple(checked)


def numbers_to_check(checked: Sequence[VatRegistration]) -> list[tuple[str, str]]:
    """Return the numbers that have check digits, each with the path of their field."""
    return [
        (one.number, "vat_registrations")
        for one in checked
        if one.scheme is not VatScheme.NON_UNION_OSS
    ]


def _checked(one: VatRegistration, *, home: str, param: str) -> VatRegistration:
    if one.valid_to is not None and one.valid_to < one.valid_from:
        raise BadVatRegistration(
            f"It would end on {one.valid_to}, before it begins", param=f"{param}.valid_to"
        )
    if area_of(one.country).state != one.country:
        raise BadVatRegistration(
            f"{one.country} gives no numbers for VAT of its own", param=f"{param}.country"
        )
    _check_scheme(one, home, param)
    number = one.number.replace(" ", "").upper()
    if one.scheme is VatScheme.NON_UNION_OSS:
        if not re.fullmatch(r"EU[0-9]{9}", number):
            raise BadVatRegistration(
                "The number of the non-Union one-stop shop is EU and nine digits, such as "
                "EU372000041 (Regulation (EU) 282/2011, article 57)",
                param=f"{param}.number",
            )
    else:
        type = "gb_vat" if one.country == "GB" else "eu_vat"
        number = vat_id_of(number, type=type, param=f"{param}.number")
        if country_of(number) != one.country:
            raise BadVatRegistration(
                f"{number} is not a number of {one.country}", param=f"{param}.number"
            )
    return VatRegistration(one.country, number, one.scheme, one.valid_from, one.valid_to)


def _check_scheme(one: VatRegistration, home: str, param: str) -> None:
    inside = area_of(home).in_union
    if one.scheme is VatScheme.LOCAL:
        return
    if one.country not in union():
        raise BadVatRegistration(
            f"{one.country} runs no one-stop shop of the Union", param=f"{param}.country"
        )
    if inside is not (one.scheme is VatScheme.UNION_OSS):
        right = "union_oss" if inside else "non_union_oss"
        raise BadVatRegistration(
            f"A seller in {home} registers for {right} (Directive 2006/112/EC, articles 358a, "
            "369a)",
            param=f"{param}.scheme",
        )
