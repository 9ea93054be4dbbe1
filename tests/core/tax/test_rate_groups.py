"""VAT is rounded once for all lines of a rate (EN 16931, BR-CO-17); by hand, in minor units."""

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.charge import fees
from khata.core.credit_note import (
    BilledInvoice,
    BilledLine,
    BilledTax,
    CreditNote,
    Settle,
    credit_line,
    credit_note,
)
from khata.core.gross_credit import gross_credit
from khata.core.invoice import Totals, total_up
from khata.core.money import half_up
from khata.core.periods import Period
from khata.core.tax.gst import RoundOff
from khata.core.tax.parties import Buyer, Lut, Seller, VatRegistration, VatScheme
from khata.core.terms import Terms
from tests.core.agreements import id_of, item, terms

FULL = Period(date(2026, 11, 1), date(2026, 12, 1))
DAY = date(2026, 11, 1)
SHOP = VatRegistration("IE", "EU1", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
LUT = Lut("AD29", date(2026, 4, 1), date(2027, 3, 31))
ABROAD = Seller("US", "DE", vat=(SHOP,))
INDIAN = Seller("IN", "KA", "29ABCCT1234E1ZL", (LUT,), vat=(SHOP,))
INDIAN_NO_LUT = Seller("IN", "KA", "29ABCCT1234E1ZL", vat=(SHOP,))


def sold(seller: Seller, country: str) -> Terms:
    return terms(Buyer(country, None), seller=seller, on=DAY)


def summed(
    *amounts: int, seller: Seller = ABROAD, country: str = "DE", inclusive: bool = False
) -> Totals:
    items = [item(amount, position=n) for n, amount in enumerate(amounts)]
    return total_up(
        fees(items, period=FULL, full=FULL),
        currency="EUR",
        tax_behavior="inclusive" if inclusive else "exclusive",
        heads_of=sold(seller, country).heads_of,
        rounding=RoundOff.NONE,
        ids=(id_of(n) for n in count(1)),
    )


@pytest.mark.parametrize(
    ("country", "amounts", "taxes", "law"),
    [
        # 19 % of 10.05 is 1.9095: each line up would be 3 × 1.91 = 5.73; of 30.15 it is 5.7285
        ("DE", (1005, 1005, 1005), (191, 191, 191), "BR-CO-17"),
        # 19 % of 0.50 is 0.095: each line up 0.30; of 1.50 it is 0.285, up: 0.29
        ("DE", (50, 50, 50), (10, 10, 9), "BR-CO-17"),
        # 21 % of 0.02 is 0.0042: nothing on any line; of 0.20 it is 0.042
        ("BE", (2,) * 10, (1, 1, 1, 1, 0, 0, 0, 0, 0, 0), "RD of 8 July 2025"),
        # 25.5 % of 9.99 is 2.54745; of 19.98 it is 5.0949
        ("FI", (999, 999), (255, 254), "BR-CO-17"),
        ("HU", (0, 1000), (0, 270), "BR-CO-17"),
        ("HU", (0, 0), (0, 0), "BR-CO-17"),
        ("FR", (1, 99), (0, 20), "BR-CO-17"),  # 0.2 and 19.8 of 20
        ("LU", (333, 333, 334), (57, 56, 57), "BR-CO-17"),  # 170: 56.61, 56.61, 56.78
    ],
)
def test_tax_on_top_is_rounded_once_and_shared(
    country: str, amounts: tuple[int, ...], taxes: tuple[int, ...], law: str
) -> None:
    totals = summed(*amounts, country=country)
    assert tuple(row.amount for line in totals.lines for row in line.taxes) == taxes, law
    assert (totals.tax, totals.total) == (sum(taxes), sum(amounts) + sum(taxes))


@pytest.mark.parametrize(
    ("country", "prices", "nets", "tax", "round_off", "law"),
    [
        ("DE", (1190,), (1000,), 190, 0, "art. 78"),
        # 3 × 9.99 = 29.97; / 1.19 = 25.1849 → 25.18; 19 % of it 4.7842 → 4.78; 0.01 remains
        ("DE", (999, 999, 999), (840, 839, 839), 478, 1, "BR-CO-17"),
        ("HU", (1270, 1270), (1000, 1000), 540, 0, "art. 78"),
        # 9.99 / 1.255 = 7.96016 → 7.96; 25.5 % 2.0298 → 2.03
        ("FI", (999,), (796,), 203, 0, "BR-CO-17"),
        ("FR", (0, 1200), (0, 1000), 200, 0, "art. 78"),
    ],
)
def test_tax_inside_prices_is_taken_out_once(
    country: str, prices: tuple[int, ...], nets: tuple[int, ...], tax: int, round_off: int, law: str
) -> None:
    totals = summed(*prices, country=country, inclusive=True)
    assert tuple(line.amount for line in totals.lines) == nets, law
    assert (totals.tax, totals.round_off, totals.total) == (tax, round_off, sum(prices))


def test_an_export_with_vat_abroad_has_both_on_one_sale() -> None:
    # IGST Act s.16(3)(a): nothing is paid at home; Directive art. 58: 19 % in Germany
    totals = summed(1005, 1005, seller=INDIAN)
    rows = [(r.name, r.rate, r.amount) for r in totals.lines[0].taxes]
    assert rows == [("IGST", "18", 0), ("VAT", "19", 191)]
    assert totals.tax == 382  # 19 % of 20.10 is 3.819
    # s.16(3)(b): 18 % is paid at home, by line; art. 78(a): 19 % of twice 11.86 is 4.5068
    totals = summed(1005, 1005, seller=INDIAN_NO_LUT)
    both = [(r.name, r.rate, r.taxable, r.amount) for line in totals.lines for r in line.taxes]
    igst = ("IGST", "18", 1005, 181)
    assert both == [igst, ("VAT", "19", 1186, 226), igst, ("VAT", "19", 1186, 225)]


@pytest.mark.parametrize(
    ("price", "net", "igst", "vat", "round_off"),
    [
        (140_42, 100_00, 18_00, 22_42, 0),  # 100.00 × 1.18 × 1.19
        # 9.99 / 1.4042 = 7.1144 → 7.11; 18 % 1.2798 → 1.28; 19 % of 8.39 is 1.5941; 0.01 remains
        (9_99, 7_11, 1_28, 1_59, 1),
    ],
)
def test_a_price_with_both_inside_is_taken_apart(
    price: int, net: int, igst: int, vat: int, round_off: int
) -> None:
    """Directive 2006/112/EC article 78(a)."""
    totals = summed(price, seller=INDIAN_NO_LUT, inclusive=True)
    [line] = totals.lines
    assert (line.amount, *(row.amount for row in line.taxes)) == (net, igst, vat)
    assert (totals.round_off, totals.total) == (round_off, price)


AMOUNTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=12)
COUNTRIES = st.sampled_from(["DE", "FI", "HU", "LU", "FR", "IE"])


@given(AMOUNTS, COUNTRIES, st.booleans(), st.sampled_from([ABROAD, INDIAN, INDIAN_NO_LUT]))
def test_lines_are_rows_are_the_total(
    amounts: list[int], country: str, inclusive: bool, seller: Seller
) -> None:
    totals = summed(*amounts, seller=seller, country=country, inclusive=inclusive)
    rows = [row for line in totals.lines for row in line.taxes]
    net = sum(line.amount for line in totals.lines)
    assert totals.total == net + sum(row.amount for row in rows) + totals.round_off
    assert all(line.amount >= 0 and row.amount >= 0 for line in totals.lines for row in line.taxes)
    vat = [row for row in rows if row.name == "VAT"]
    # BR-CO-17, in whole minor units: the group's tax is its rate of the group's base, half up
    tenths = int(float(vat[0].rate) * 10)
    base = net + sum(row.amount for row in rows if row.name == "IGST")  # art. 78(a)
    assert sum(row.taxable for row in vat) == base
    assert sum(row.amount for row in vat) == half_up(base * tenths, 1000)
    for row in vat:
        assert abs(row.amount * 1000 - row.taxable * tenths) < 1000
    if inclusive:
        assert totals.total == sum(amounts)


def billed(*lines: tuple[int, int], rate: str = "19") -> BilledInvoice:
    """An invoice of lines of (net, tax), nothing of it credited."""
    total = sum(net + tax for net, tax in lines)
    own = tuple(
        BilledLine(
            id_of(1), n, "fee", None, f"Line {n}", "998314", FULL, FULL, net, 0,
            (BilledTax("VAT", rate, net, tax, 0, grouped=True),), FULL.end,
        )
        for n, (net, tax) in enumerate(lines)
    )  # fmt: skip
    return BilledInvoice(id_of(1), "INV/1", id_of(3), id_of(2), None, "EUR", total, total, 0, 0,
                         id_of(4), id_of(5), own)  # fmt: skip


def note(invoice: BilledInvoice, *amounts: int) -> CreditNote:
    lines = [
        credit_line(line, amount, id=id_of(90 + line.position))
        for line, amount in zip(invoice.lines, amounts, strict=True)
        if amount
    ]
    return credit_note(
        invoice, lines, id=id_of(80), reason="x", cause="asked", settle=Settle.CREDIT_BALANCE,
        issued_on=DAY, series="CN/{n}", financial_year="2026",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("taxable", "vat", "back", "law"),
    [
        (118_00, 22_42, 11_21, "art. 78(a)"),  # 19 % of 59.00
        (100_00, 19_00, 9_50, "as it was charged"),  # before 0039: 19 % of 50.00 alone
    ],
)
def test_a_note_takes_back_vat_of_what_it_was_on(
    taxable: int, vat: int, back: int, law: str
) -> None:
    plain = billed((100_00, vat))
    taxes = (
        BilledTax("IGST", "18", 100_00, 18_00, 0),
        BilledTax("VAT", "19", taxable, vat, 0, grouped=True),
    )
    line = replace(plain.lines[0], taxes=taxes)
    total = 118_00 + vat
    taken = note(replace(plain, lines=(line,), total=total, owed=total), 50_00)
    assert [row.amount for row in taken.lines[0].taxes] == [9_00, back], law
    assert taken.total == 59_00 + back


@pytest.mark.parametrize(
    ("lines", "amounts", "taxes", "law"),
    [
        # all of it: what is left of each line, as it was billed
        (((50, 10), (50, 10), (50, 9)), (50, 50, 50), (10, 10, 9), "art. 90"),
        # two of them: no cent of theirs stays behind (19 % of 1.00 is 0.19, within the rule's unit)
        (((50, 10), (50, 10), (50, 9)), (50, 50, 0), (10, 10), "art. 90"),
        # two of them but for a cent: 19 % of 0.98 is 0.1862; line by line it would be 9 + 9
        (((50, 10), (50, 10), (50, 9)), (49, 49, 0), (10, 9), "BR-CO-17"),
        # half: 19 % of 0.75 is 0.1425
        (((50, 10), (50, 10), (50, 9)), (25, 25, 25), (5, 5, 4), "BR-CO-17"),
        # no part exceeds what is left of its line: 19 % of 0.52 is 0.0988, and 0.01 was billed
        (((2, 1), (50, 9)), (2, 49), (1, 9), "art. 90"),
        (((1000, 190),), (333,), (63,), "BR-CO-17"),  # 63.27
    ],
)
def test_a_credit_note_rounds_once_too(
    lines: tuple[tuple[int, int], ...],
    amounts: tuple[int, ...],
    taxes: tuple[int, ...],
    law: str,
) -> None:
    made = note(billed(*lines), *amounts)
    assert tuple(row.amount for line in made.lines for row in line.taxes) == taxes, law
    assert made.total == sum(amounts) + sum(taxes)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 100)), min_size=1, max_size=6))
def test_a_credit_takes_no_more_than_is_left_of_any_tax(shares: list[tuple[int, int]]) -> None:
    nets = [net for net, _ in shares]
    totals = summed(*nets)
    invoice = billed(*[(line.amount, line.taxes[0].amount) for line in totals.lines])
    made = note(invoice, *[net * percent // 100 for net, percent in shares])
    for line in made.lines:
        assert 0 <= line.taxes[0].amount <= line.line.taxes[0].left
    assert made.total == made.subtotal + made.tax + made.round_off <= invoice.total


def test_a_sum_with_tax_is_taken_apart_and_given_back_to_the_cent() -> None:
    invoice = billed((1005, 191), (1005, 191), (1005, 191))
    ids = (id_of(n) for n in count(1))
    lines, rest = gross_credit(invoice, 1000, ids)
    net = sum(line.amount for line in lines)
    tax = sum(row.amount for line in lines for row in line.taxes)
    assert net + tax + rest == 1000
    assert abs(rest) <= 3
    assert tax == half_up(net * 19, 100)
