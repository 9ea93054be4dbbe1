"""Letters of undertaking: one for each financial year, and which one counts."""

from datetime import date

import pytest

from khata.core.tax.luts import BadLut, LutsOverlap, lut_shown, with_lut
from khata.core.tax.parties import Buyer, Lut, Seller
from khata.core.tax.place_of_supply import Treatment, decide_supply

GSTIN = "29ABCCT1234E1ZL"
OLD = Lut("AD290325000001A", date(2025, 4, 1), date(2026, 3, 31))
NEW = Lut("AD290326000002B", date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2026, 3, 20), OLD.number),  # the renewal is on file, and not in force yet
        (date(2026, 3, 31), OLD.number),
        (date(2026, 4, 1), NEW.number),
    ],
)
def test_an_export_is_made_under_the_letter_of_its_own_day(day: date, number: str) -> None:
    seller = Seller("IN", "KA", GSTIN, (OLD, NEW))
    supply = decide_supply(seller, Buyer("US", None), on=day)
    assert (supply.treatment, supply.lut) == (Treatment.ZERO_RATED_LUT, number)


def test_after_the_last_letter_there_is_tax() -> None:
    supply = decide_supply(
        Seller("IN", "KA", GSTIN, (OLD, NEW)), Buyer("US", None), on=date(2027, 4, 1)
    )
    assert (supply.treatment, supply.lut) == (Treatment.ZERO_RATED_WITH_IGST, None)
    assert NEW.number in supply.reason


def test_letters_are_kept_in_the_order_of_their_days() -> None:
    assert with_lut((NEW,), OLD, gstin=GSTIN, param="lut") == (OLD, NEW)


@pytest.mark.parametrize(
    "correction",
    [
        Lut("ad290325000001a", date(2025, 5, 1), date(2026, 3, 31)),  # the same number
        Lut("AD290325000009Z", date(2025, 4, 1), date(2026, 3, 31)),  # the same days
    ],
)
def test_a_letter_is_corrected_under_its_number_or_for_its_days(correction: Lut) -> None:
    assert with_lut((OLD, NEW), correction, gstin=GSTIN, param="lut") == (correction, NEW)


def test_no_two_hold_on_one_day() -> None:
    early = Lut("AD3", date(2026, 3, 31), date(2027, 3, 30))
    with pytest.raises(LutsOverlap) as refused:
        with_lut((OLD,), early, gstin=GSTIN, param="lut")
    assert (refused.value.code, refused.value.param) == ("luts_overlap", "lut.valid_from")
    assert OLD.number in refused.value.detail


def test_who_has_no_gstin_has_no_letter() -> None:
    with pytest.raises(BadLut):
        with_lut((), OLD, gstin=None, param="lut")


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2024, 1, 1), OLD),  # none in force: the next
        (date(2026, 3, 31), OLD),
        (date(2026, 4, 1), NEW),
        (date(2028, 1, 1), NEW),  # none in force and none to come: the last
    ],
)
def test_the_letter_to_speak_of(today: date, shown: Lut) -> None:
    assert lut_shown((OLD, NEW), on=today) is shown
    assert lut_shown((), on=today) is None
