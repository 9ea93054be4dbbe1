"""How near a seller is to having to register. Each case names whose threshold it is."""

from datetime import date

import pytest

from khata.core.tax.parties import Nexus
from khata.core.tax.thresholds import SoldTo, watched

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("country", "state", "currency", "net", "sales", "standing", "source"),
    [
        ("US", "SD", "USD", 79_999_99, 500, "below", "SDCL 10-64-2: 100,000, no count"),
        ("US", "SD", "USD", 80_000_00, 1, "near", "four fifths of 100,000"),
        ("US", "SD", "USD", 100_000_00, 1, "reached", "SDCL 10-64-2"),
        ("US", "NJ", "USD", 1_000_00, 200, "reached", "N.J.S.A. 54:32B-3.5: or 200"),
        ("US", "NJ", "USD", 1_000_00, 160, "near", "four fifths of 200"),
        ("US", "NY", "USD", 500_000_00, 50, "below", "Tax Law 1101(b)(8)(iv): and 100"),
        ("US", "NY", "USD", 500_000_00, 100, "reached", "Tax Law 1101(b)(8)(iv)"),
        ("US", "CT", "USD", 100_000_00, 199, "near", "Conn. Gen. Stat. 12-407(a)(12): and 200"),
        ("US", "TX", "USD", 499_999_99, 9_999, "near", "34 TAC 3.286: 500,000"),
        ("AU", "NSW", "AUD", 74_999_99, 1, "near", "GST Act 1999 s.23-15: 75,000"),
        ("NO", None, "NOK", 50_000_00, 1, "reached", "merverdiavgiftsloven § 14-1"),
        ("JP", None, "JPY", 7_999_999, 1, "below", "Consumption Tax Act art. 9: ten million yen"),
        ("SA", None, "SAR", 1, 1, "reached", "VAT Implementing Regulations art. 5: none"),
    ],
)
def test_where_a_seller_stands(
    country: str, state: str | None, currency: str, net: int, sales: int, standing: str, source: str
) -> None:
    [found] = watched([SoldTo(country, state, currency, net, sales)], (), on=DAY)
    assert found.standing.value == standing, source
    listed = Nexus(country, found.state, "1", date(2026, 1, 1))
    [again] = watched([SoldTo(country, state, currency, net, sales)], (listed,), on=DAY)
    assert again.standing.value == "registered"


def test_other_currencies_are_named_and_their_sales_counted() -> None:
    """Rhode Island (R.I. Gen. Laws 44-18.2-3): 100,000 dollars or 200 sales."""
    sold = [SoldTo("US", "RI", "USD", 1_00, 100), SoldTo("US", "RI", "EUR", 9_00, 100)]
    [found] = watched(sold, (), on=DAY)
    assert (found.sold, found.sales, found.other_currencies) == (1_00, 200, ("EUR",))
    assert found.standing.value == "reached"


def test_a_province_and_its_country_are_watched_both() -> None:
    sold = [SoldTo("CA", "BC", "CAD", 12_000_00, 1), SoldTo("CA", "ON", "CAD", 20_000_00, 1)]
    found = {(one.state, one.standing.value) for one in watched(sold, (), on=DAY)}
    assert found == {(None, "reached"), ("BC", "reached")}  # 32,000 of 30,000; 12,000 of 10,000


def test_where_nothing_is_levied_or_on_file_nothing_is_watched() -> None:
    sold = [SoldTo("US", "OR", "USD", 9_999_999_99, 9), SoldTo("DE", None, "EUR", 1, 1)]
    assert watched(sold, (), on=DAY) == []
