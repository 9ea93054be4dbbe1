"""What a tax of a debit note is on: as much of the rise as the invoice's tax was on of its line."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import pytest

from khata.core.credit_note import BilledInvoice, BilledLine, BilledTax
from khata.core.debit_note import IssuedAs, Raised, debit_note
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice
from khata.core.periods import Period
from khata.core.policies import Policies
from khata.core.subscription import CollectionMethod
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment, place_of

ID: Final = UUID(int=1)
JUNE: Final = Period(date(2025, 6, 1), date(2025, 7, 1))
ABROAD: Final = Supply(
    SupplyKind.EXPORT, Treatment.ZERO_RATED_LUT, place_of("US", "TX", "96"), None, "IGST Act", "why"
)


def raised(taxes: Sequence[BilledTax], amount: int) -> Invoice:
    """Raise the only line of an invoice, of 100.00, by so much."""
    line = BilledLine(
        ID, 0, "recurring", None, "Pro", "998314", JUNE, JUNE, 100_00, 0, tuple(taxes), JUNE.end
    )
    invoice = BilledInvoice(
        ID, "INV/25-26/00001", ID, ID, None, "USD", 105_00, 0, 0, 0, ID, ID, (line,)
    )
    by_hand = CollectionMethod.SEND_INVOICE
    return debit_note(
        invoice,
        IssuedAs(DocumentKind.INVOICE, ABROAD, by_hand, None, {}),
        [Raised(line, amount)],
        id=ID,
        reason="More",
        series="DN/{fy}/{n:05}",
        country="IN",
        today=date(2025, 6, 20),
        policies=Policies(),
        ids=iter(lambda: ID, None),
    )


@pytest.mark.parametrize(
    ("taxes", "amount", "told"),
    [
        # 80.00 of 100.00 were taxed, so 8.00 of 10.00; 6.25 % is 0.50, and 2 % is 0.16
        (
            [BilledTax("TX State", "6.25", 80_00, 5_00, 0), BilledTax("TX X", "2", 80_00, 1_60, 0)],
            10_00,
            [("TX State", 8_00, 50), ("TX X", 8_00, 16)],
        ),
        # under a letter no IGST is charged, and VAT is on the price alone: 19 % of 10.00
        (
            [BilledTax("IGST", "18", 100_00, 0, 0), BilledTax("VAT", "19", 100_00, 19_00, 0, True)],
            10_00,
            [("IGST", 10_00, 0), ("VAT", 10_00, 1_90)],
        ),
        # without one it is on the IGST, too: 18 % of 10.00 is 1.80, 19 % of 11.80 is 2.242
        (
            [
                BilledTax("IGST", "18", 100_00, 18_00, 0),
                BilledTax("VAT", "19", 118_00, 22_42, 0, True),
            ],
            10_00,
            [("IGST", 10_00, 1_80), ("VAT", 11_80, 2_24)],
        ),
    ],
)
def test_what_each_tax_is_on(
    taxes: Sequence[BilledTax], amount: int, told: list[tuple[str, int, int]]
) -> None:
    note = raised(taxes, amount)
    assert [(row.name, row.taxable, row.amount) for row in note.lines[0].taxes] == told
    assert note.total == amount + sum(tax for _, _, tax in told)
