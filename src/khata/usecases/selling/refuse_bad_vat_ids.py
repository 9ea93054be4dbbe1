"""Refuse VAT ids whose check digits are wrong: they are mistyped, whatever a register says."""

from collections.abc import Sequence

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat

from khata.core.tax.vat_ids import InvalidVatId


def refuse_bad_vat_ids(vat_ids: Sequence[tuple[str, str]]) -> None:
    """Check each number, given with the path of its field, by the sums of the state that gave it.

    Whether it is in force, only the state's register knows. Raises: InvalidVatId.
    """
    for vat_id, param in vat_ids:
        british = vat_id.startswith(("GB", "XI"))
        try:
            gb_vat.validate(vat_id[2:]) if british else eu_vat.validate(vat_id)
        except ValidationError:
            raise InvalidVatId(
                f"{vat_id} is not a VAT id of its state: its length or its check digits are "
                "wrong; something is mistyped",
                param=param,
            ) from None
