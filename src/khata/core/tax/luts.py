"""A registration's letters of undertaking: one for each financial year, no two on one day."""

from collections.abc import Sequence
from datetime import date

from khata.core.refusal import Kind, Refusal
from khata.core.tax.parties import Lut


class BadLut(Refusal):
    """A letter of undertaking ends before it begins, or its holder cannot have one."""


class LutsOverlap(Refusal):
    """Two letters of undertaking of one registration would hold on the same day."""

    kind = Kind.CONFLICT


def with_lut(luts: Sequence[Lut], lut: Lut, *, gstin: str | None, param: str) -> tuple[Lut, ...]:
    """Return the letters with this one among them, by their first day.

    One with the same number, or for just the same days, is corrected by it; any other is added.
    Raises: BadLut, LutsOverlap. Source: CGST Rules, rule 96A; form GST RFD-11, for each GSTIN
    and financial year.
    """
    if gstin is None:
        raise BadLut("Only who has a GSTIN can have a letter of undertaking", param=param)
    if lut.valid_to < lut.valid_from:
        raise BadLut(
            f"The letter of undertaking would end on {lut.valid_to}, before it begins",
            param=f"{param}.valid_to",
        )
    others = [other for other in luts if not _corrects(lut, other)]
    for other in others:
        if other.valid_from <= lut.valid_to and lut.valid_from <= other.valid_to:
            raise LutsOverlap(
                f"{other.number} holds from {other.valid_from} to {other.valid_to}; give the "
                "other letter days outside these, or correct this one under its number",
                param=f"{param}.valid_from",
            )
    return tuple(sorted([*others, lut], key=lambda one: one.valid_from))


def lut_shown(luts: Sequence[Lut], *, on: date) -> Lut | None:
    """Return the letter to speak of on a day: the one in force, else the next, else the last."""
    for lut in luts:
        if on <= lut.valid_to:  # by first day and without overlaps, so also by last day
            return lut
    return luts[-1] if luts else None


def _corrects(lut: Lut, other: Lut) -> bool:
    same_days = (lut.valid_from, lut.valid_to) == (other.valid_from, other.valid_to)
    return same_days or lut.number.upper() == other.number.upper()
