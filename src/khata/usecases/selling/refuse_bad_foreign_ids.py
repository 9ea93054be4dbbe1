"""Refuse tax numbers of other countries whose check digits are wrong: they are mistyped."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from stdnum.au import abn
from stdnum.ca import bn
from stdnum.ch import vat as swiss_vat
from stdnum.exceptions import ValidationError
from stdnum.no import mva
from stdnum.nz import ird
from stdnum.us import ein

from khata.core.customer import TaxId
from khata.core.tax.foreign_ids import InvalidTaxId

# Those whose check digits are known; of the others the form alone is checked.
_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "us_ein": ein.validate,
    "ca_gst": bn.validate,
    "au_abn": abn.validate,
    "nz_gst": ird.validate,
    "ch_vat": swiss_vat.validate,
    "no_vat": mva.validate,
}


def refuse_bad_foreign_ids(tax_ids: Sequence[TaxId]) -> None:
    """Check each by the sums of its country; only its register knows more. Raises: InvalidTaxId."""
    for place, one in enumerate(tax_ids):
        check = _CHECKS.get(one.type)
        if check is None:
            continue
        try:
            check(re.sub(r"[\s.-]", "", one.value))
        except ValidationError:
            raise InvalidTaxId(
                f"{one.value} is not a number of type {one.type}: its check digits are wrong; "
                "something is mistyped",
                param=f"tax_ids.{place}.value",
            ) from None
