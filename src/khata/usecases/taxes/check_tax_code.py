"""Check that a tax code can be billed, before there is anything to bill."""

from datetime import date

from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.rate_table import check_form, rate_row
from khata.db.transaction import UnitOfWork


def check_tax_code(uow: UnitOfWork, tax_code: str, tax_class: TaxClass, *, on: date) -> None:
    """Refuse a code without a rate; what bears no tax needs none.

    Raises: UnknownTaxCode, GoodsNotTaxed, TaxCodeTooCoarse.
    """
    if tax_class.nature is Nature.TAXABLE:
        rate_row(tax_code, on=on, own=uow.tax_facts.rates())
    else:
        check_form(tax_code)
