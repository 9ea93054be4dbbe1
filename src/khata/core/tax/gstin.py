"""GSTIN: the fifteen characters of an Indian tax registration, checked without asking anyone."""

import re
from dataclasses import dataclass
from enum import StrEnum

from khata.core.refusal import Refusal
from khata.core.tax.states import state_by_code


class InvalidGstin(Refusal):
    """The text is not a GSTIN that a customer or seller can have."""


class GstinKind(StrEnum):
    REGULAR = "regular"  # ordinary, composition, SEZ and input service distributors alike
    GOVERNMENT = "government"  # a department without supplies of its own
    UIN = "uin"  # a body of the United Nations, an embassy
    TAX_DEDUCTOR = "tax_deductor"  # withholds tax under s.51
    NON_RESIDENT = "non_resident"
    TAX_COLLECTOR = "tax_collector"  # an e-commerce operator's second number, s.52
    OIDAR = "oidar"  # a supplier of online services from abroad


@dataclass(frozen=True, slots=True)
class Gstin:
    """A well-formed GSTIN; whether it is active, only the portal knows."""

    value: str
    state_code: str
    pan: str | None  # none where the number is built on a TAN or on a country
    kind: GstinKind

    @property
    def registered_person(self) -> bool:
        """Whether its holder is a registered person. Source: CGST Act s.2(94) leaves UINs out."""
        return self.kind is not GstinKind.UIN


def parse_gstin(text: str, *, param: str | None = None) -> Gstin:
    """Read a GSTIN or UIN that may stand on an invoice as the recipient's.

    Blanks and hyphens go, small letters become capitals.
    Raises: InvalidGstin, with what is wrong in it.
    Source: CGST Rules, rule 10; the shapes the GST portal accepts.
    """
    value = _written(text)
    kind = _kind_of(value, param)
    if kind in _NOT_A_RECIPIENT:
        raise InvalidGstin(_NOT_A_RECIPIENT[kind], param=param)
    if state_by_code(value[:2]) is None:
        raise InvalidGstin(f"{value[:2]} is not a state code of GST", param=param)
    pan = _pan_of(value, kind, param)
    _check_last(value, param)
    return Gstin(value, value[:2], pan, kind)


def parse_oidar_gstin(text: str, *, param: str | None = None) -> Gstin:
    """Read the number of one who sells online services from abroad, which begins with 99.

    Raises: InvalidGstin. Source: CGST Rules, rule 14, form GST REG-10.
    """
    value = _written(text)
    if _kind_of(value, param) is not GstinKind.OIDAR:
        raise InvalidGstin(
            f"{value} is not the number of a supplier of online services from abroad; "
            "such a one begins with 99 and has OS at its end",
            param=param,
        )
    _check_last(value, param)
    return Gstin(value, value[:2], None, GstinKind.OIDAR)


def parse_seller_gstin(text: str, *, param: str | None = None) -> Gstin:
    """Read the GSTIN of one who sells: only an ordinary registration may charge GST.

    Raises: InvalidGstin.
    """
    gstin = parse_gstin(text, param=param)
    if gstin.kind is not GstinKind.REGULAR:
        raise InvalidGstin(f"{gstin.value} is not a registration to sell under", param=param)
    return gstin


def is_uin(text: str) -> bool:
    """Say whether a number that was checked is a UIN: of an embassy or a United Nations body."""
    return _kind_of(text, None) is GstinKind.UIN if len(text) == 15 else False


def check_character(first14: str) -> str:
    """Return the fifteenth character that belongs to the first fourteen.

    Source: the portal's own sum, mod 36 with weights 1, 2, 1, 2, … from the left.
    """
    total = 0
    for position, character in enumerate(first14):
        product = _INDEX[character] * (1 + position % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_INDEX = {character: index for index, character in enumerate(_ALPHABET)}

# The deductor's D is also inside the portal's regular pattern, so the narrower shape comes first.
_SHAPES: tuple[tuple[GstinKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (GstinKind.TAX_DEDUCTOR, r"[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]"),
        (GstinKind.REGULAR, r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABD-J][0-9A-Z]"),
        (GstinKind.OIDAR, r"99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]"),
        (GstinKind.NON_RESIDENT, r"[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]"),
        (GstinKind.UIN, r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[A-Z0-9]"),
        (GstinKind.TAX_COLLECTOR, r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]"),
        (GstinKind.GOVERNMENT, r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9]"),
    )
)

_NOT_A_RECIPIENT = {
    GstinKind.TAX_COLLECTOR: "This is an e-commerce operator's number for collecting tax; "
    "ask for the customer's ordinary GSTIN",
    GstinKind.OIDAR: "This is the number of a supplier of online services from abroad, "
    "who cannot be billed under it",
}

_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_HOLDERS = "PCHFATBLJG"  # person, company, family, firm, AOP, trust, BOI, local, juridical, state


def _written(text: str) -> str:
    return re.sub(r"[\s-]", "", text[:64]).upper()


def _check_last(value: str, param: str | None) -> None:
    if value[14] != check_character(value[:14]):
        raise InvalidGstin(
            f"The last character of {value} does not fit the others; "
            "something is mistyped (CGST rule 10(1): a checksum character)",
            param=param,
        )


def _kind_of(value: str, param: str | None) -> GstinKind:
    if len(value) != 15:
        raise InvalidGstin(f"A GSTIN has 15 characters, this one {len(value)}", param=param)
    for kind, pattern in _SHAPES:
        if pattern.fullmatch(value):
            return kind
    raise InvalidGstin(
        f"{value!r} has not the shape of a GSTIN: two digits, a PAN, and three characters more, "
        "such as 29AABCR1718E1ZL",
        param=param,
    )


def _pan_of(value: str, kind: GstinKind, param: str | None) -> str | None:
    if kind in (GstinKind.UIN, GstinKind.NON_RESIDENT) or not _PAN.fullmatch(value[2:12]):
        return None
    pan = value[2:12]
    if pan[3] not in _HOLDERS:
        raise InvalidGstin(
            f"The PAN inside, {pan}, has {pan[3]} where the kind of holder stands", param=param
        )
    if pan[5:9] == "0000":
        raise InvalidGstin(f"The PAN inside, {pan}, has the number 0000", param=param)
    return pan
