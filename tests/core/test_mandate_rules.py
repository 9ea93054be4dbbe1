"""The rules of the rails as data: dated, with a source, and an operator's own in their place."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from khata.adapters.gateways.rails import use_own_rail
from khata.core.mandate import ENDED, MANDATE_MOVES
from khata.core.mandate_rules import Category, rail_rules, read_rules, use_own_rules
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus

UPI = MethodKind.UPI
OWN = """
zone = "Asia/Kolkata"
currency = "INR"

[[silent_limit]]
kinds = ["upi"]
categories = ["general"]
amount = 2_000_000
valid_from = 2027-01-01
source = "A circular to come"
"""


@pytest.fixture(autouse=True)
def ours_again() -> Iterator[None]:
    yield
    use_own_rules(None)


@pytest.mark.parametrize(
    ("on", "category", "limit"),
    [
        (date(2022, 6, 15), Category.GENERAL, 500_000),
        (date(2022, 6, 16), Category.GENERAL, 1_500_000),
        (date(2023, 12, 11), Category.MUTUAL_FUND, 1_500_000),
        (date(2023, 12, 12), Category.MUTUAL_FUND, 10_000_000),
        (date(2026, 4, 21), Category.GENERAL, 1_500_000),
    ],
)
def test_a_limit_is_that_of_its_day(on: date, category: Category, limit: int) -> None:
    assert rail_rules().silent_limit(UPI, category, on=on) == limit


def test_tries_are_counted_since_the_rail_counts_them() -> None:
    rules = rail_rules()
    assert rules.tries(UPI, on=date(2025, 7, 31)) is None
    assert rules.tries(UPI, on=date(2025, 8, 1)) == 4
    assert rules.tries(MethodKind.CARD, on=date(2026, 1, 1)) is None


def test_every_row_names_its_source() -> None:
    rows = [row for rows in rail_rules().rows.values() for row in rows]
    assert len(rows) > 10
    assert all(len(row.source) > 10 for row in rows)


def test_an_operators_own_table_takes_the_place_of_ours(tmp_path: Path) -> None:
    on = date(2027, 1, 1)
    (tmp_path / "india.toml").write_text(OWN, encoding="utf-8")
    use_own_rail(tmp_path)
    assert rail_rules().silent_limit(UPI, Category.GENERAL, on=on) == 2_000_000
    assert rail_rules().tries(UPI, on=on) is None  # as a whole
    use_own_rail(None)
    assert rail_rules().silent_limit(UPI, Category.GENERAL, on=on) == 1_500_000


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (OWN.replace("upi", "pigeon"), "silent_limit row 1"),
        (OWN.replace("2027-01-01", '"soon"'), "valid_from"),
        (OWN.replace("2_000_000", "-1"), "whole number"),
        (OWN.replace("[[silent_limit]]", "[[loud_limit]]"), "no rule 'loud_limit'"),
        (OWN.replace("Asia/Kolkata", "Asia/Atlantis"), "Atlantis"),
        (OWN.replace('currency = "INR"', ""), "currency is missing"),
        (
            OWN + '[[closed]]\nkinds = ["upi"]\nvalid_from = 2027-01-01\nsource = "x"',
            "closed row 1",
        ),
    ],
)
def test_a_wrong_table_is_told_by_its_row(tmp_path: Path, wrong: str, says: str) -> None:
    (tmp_path / "india.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ValueError, match=says) as refused:
        use_own_rail(tmp_path)
    assert "india.toml" in str(refused.value)


def test_mandates_move_forward_only() -> None:
    assert {"revoked", "expired", "completed", "rejected"} == ENDED
    assert set(MANDATE_MOVES) == set(MandateStatus)
    back = {
        (was, to) for was, all in MANDATE_MOVES.items() for to in all if was in MANDATE_MOVES[to]
    }
    assert back == {
        (MandateStatus.ACTIVE, MandateStatus.PAUSED),
        (MandateStatus.PAUSED, MandateStatus.ACTIVE),
    }
    assert read_rules(OWN).currency == "INR"
