"""Profiles: which specification a file says that it keeps, and how it is written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Format(StrEnum):
    """What can be asked for."""

    CII = "cii"  # what a Factur-X PDF carries
    UBL = "ubl"
    PEPPOL = "peppol"
    XRECHNUNG = "xrechnung"


class Syntax(StrEnum):
    CII = "cii"  # UN/CEFACT Cross Industry Invoice D16B
    UBL = "ubl"  # OASIS UBL 2.1


@dataclass(frozen=True, slots=True)
class Profile:
    """`customization` is BT-24, `process` BT-23."""

    syntax: Syntax
    customization: str
    process: str | None = None


EN16931: Final = "urn:cen.eu:en16931:2017"
PEPPOL_PROCESS: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

PROFILES: Final = {
    Format.CII: Profile(Syntax.CII, EN16931),
    Format.UBL: Profile(Syntax.UBL, EN16931),
    Format.PEPPOL: Profile(
        Syntax.UBL,
        f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        PEPPOL_PROCESS,
    ),
    Format.XRECHNUNG: Profile(
        Syntax.UBL, f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", PEPPOL_PROCESS
    ),
}
