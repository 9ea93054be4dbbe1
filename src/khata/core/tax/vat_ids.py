"""VAT ids: the number of a business with its country in front, as the Union writes it."""

import re

from khata.core.refusal import Refusal
from khata.core.tax.vat_area import area_of, union

_BRITISH = re.compile(r"(GB|XI)([0-9]{9}|[0-9]{12}|(GD|HA)[0-9]{3})")


class InvalidVatId(Refusal):
    """The text is not a VAT id of a state that gives them."""


def vat_id_of(text: str, *, type: str, param: str | None = None) -> str:
    """Return a VAT id with its country in front and nothing between: `DE 136.695.976` as
    `DE136695976`. Greece writes EL, and Northern Ireland XI.

    Raises: InvalidVatId. Source: Directive 2006/112/EC, article 215.
    """
    value = re.sub(r"[\s./-]", "", text[:64]).upper()
    if type == "gb_vat":
        value = value if value.startswith(("GB", "XI")) else f"GB{value}"
    if value.startswith("GR"):
        value = f"EL{value[2:]}"
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,12}", value) or country_of(value) is None:
        raise InvalidVatId(
            f"{text[:20]!r} is not a VAT id: it begins with the two letters of a member state "
            "(EL for Greece), such as DE136695976",
            param=param,
        )
    given_by = country_of(value)
    if type == "gb_vat" and not _BRITISH.fullmatch(value):
        raise InvalidVatId(
            f"{text[:20]!r} is not a VAT number of the United Kingdom, such as GB980780684",
            param=param,
        )
    if (type == "gb_vat") is not (given_by in ("GB", "XI")):
        raise InvalidVatId(
            f"{value} is not a number of type {type}; use gb_vat for the United Kingdom and "
            "eu_vat for the Union",
            param=param,
        )
    return value


def country_of(vat_id: str) -> str | None:
    """Return the state that gave a VAT id, as ISO 3166-1 spells it; XI is its own."""
    prefix = vat_id[:2]
    if prefix == "EL":
        return "GR"
    return prefix if prefix in union() or prefix in ("GB", "XI") else None


def names_business_in(vat_id: str, country: str) -> bool:
    """Say whether a VAT id is of the state in which this country is taxed.

    Numbers with XI are good for goods only. Source: Directive 2006/112/EC, article 44; Protocol on
    Ireland and Northern Ireland, article 8.
    """
    return country_of(vat_id) == area_of(country).state
