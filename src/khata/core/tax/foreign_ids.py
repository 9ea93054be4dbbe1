"""Tax numbers of countries beside India, the Union and the United Kingdom: how each is written."""

import re
from collections.abc import Mapping
from typing import Final

from khata.core.refusal import Refusal


class InvalidTaxId(Refusal):
    """The text is not a tax number of that type."""


# Type → how it is written without spaces, dots and dashes; an example.
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "us_ein": (r"[0-9]{9}", "12-3456789"),
    "ca_gst": (r"[0-9]{9}RT[0-9]{4}", "123026635RT0001"),
    "ca_qst": (r"[0-9]{10}TQ[0-9]{4}", "1234567890TQ0001"),
    "au_abn": (r"[0-9]{11}", "83914571673"),
    "nz_gst": (r"[0-9]{8,9}", "49091850"),
    "sg_gst": (r"[0-9A-Z]{8,10}", "M91234567X"),
    "ae_trn": (r"[0-9]{15}", "100123456700003"),
    "sa_vat": (r"3[0-9]{13}3", "300123456700003"),
    "bh_vat": (r"[0-9]{15}", "200001234500002"),
    "om_vat": (r"OM[0-9]{10}", "OM1100012345"),
    "ch_vat": (r"CHE[0-9]{9}(MWST|TVA|IVA|TPV)", "CHE-107.787.577 MWST"),
    "no_vat": (r"(NO)?[0-9]{9}MVA", "995525828MVA"),
    "is_vat": (r"(IS)?[0-9]{5,6}", "00621"),
    "jp_trn": (r"T[0-9]{13}", "T7000012050002"),
    "za_vat": (r"4[0-9]{9}", "4012345678"),
}
FOREIGN_TYPES: Final = frozenset(_FORMS)
LABELS: Final[Mapping[str, str]] = {
    "us_ein": "EIN",
    "ca_gst": "GST/HST number",
    "ca_qst": "QST number",
    "au_abn": "ABN",
    "nz_gst": "GST number",
    "sg_gst": "GST number",
    "ae_trn": "TRN",
    "jp_trn": "Registration number",
    **dict.fromkeys(("sa_vat", "bh_vat", "om_vat", "ch_vat", "no_vat", "is_vat"), "VAT number"),
    "za_vat": "VAT number",
}


def foreign_id_of(text: str, *, type: str, param: str | None = None) -> str:
    """Return the number as its owner writes it, or refuse its form. Raises: InvalidTaxId."""
    form, example = _FORMS[type]
    if not re.fullmatch(form, re.sub(r"[\s.-]", "", text[:40]).upper()):
        raise InvalidTaxId(
            f"{text[:24]!r} is not a number of type {type}, such as {example}", param=param
        )
    return text.upper()
