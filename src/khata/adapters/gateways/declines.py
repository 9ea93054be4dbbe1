"""What a gateway's decline codes mean, read from dated rows of data, never from code."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from khata.core.dunning import DeclineClass

# Unknown codes are tried again, a few times, like any cautious bank's no: never for ever, and
# never taken for a lost card.
UNLISTED = DeclineClass.SOFT


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means from one day to another, both included."""

    code: str
    decline_class: DeclineClass
    valid_from: date
    valid_to: date | None
    tell: str  # what the payer may be told; a stolen card is told as any other
    source: str
    opts_out: bool = False  # it says that the payer does not want this one debit

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Declines:
    """The table of one gateway: a later row for a code wins over an earlier one."""

    meanings: Mapping[str, Sequence[Meaning]]

    def class_of(self, code: str, *, on: date) -> DeclineClass:
        """Return what a code means on a day; `soft` where nothing is on file."""
        meaning = self.meaning_of(code, on=on)
        return UNLISTED if meaning is None else meaning.decline_class

    def opts_out(self, code: str, *, on: date) -> bool:
        """Say whether a code means that the payer has opted out of this debit."""
        meaning = self.meaning_of(code, on=on)
        return meaning is not None and meaning.opts_out

    def meaning_of(self, code: str, *, on: date) -> Meaning | None:
        """Return the row that holds on a day, or None."""
        rows = [row for row in self.meanings.get(code, ()) if row.holds(on)]
        return rows[-1] if rows else None


def read_declines(text: str) -> Declines:
    """Return the table that a TOML text spells: `[[decline]]` rows, each with many codes.

    Raises: ValueError, naming the row: a class nobody knows, a day that is none, no codes.
    """
    meanings: dict[str, list[Meaning]] = {}
    for number, row in enumerate(tomllib.loads(text).get("decline", ()), start=1):
        try:
            for code in row["codes"]:
                meaning = Meaning(
                    code,
                    DeclineClass(row["class"]),
                    row["valid_from"],
                    row.get("valid_to"),
                    row["tell"],
                    row["source"],
                    _opts_out(row),
                )
                meanings.setdefault(code, []).append(meaning)
        except (KeyError, ValueError) as fault:
            raise ValueError(f"decline row {number}: {fault}") from fault
    return Declines(meanings)


def _opts_out(row: Mapping[str, object]) -> bool:
    """Raises: ValueError: a payer who opted out of a debit has to pay it, and nothing else."""
    said = row.get("opts_out", False)
    if not isinstance(said, bool):
        raise ValueError("opts_out is true or false")
    if said and row["class"] != DeclineClass.CUSTOMER_ACTION:
        raise ValueError(f"what opts_out is of the class {DeclineClass.CUSTOMER_ACTION}")
    return said


_own: list[Path] = []  # the operator's folder of tables, if there is one


def use_own_tables(folder: Path | None) -> None:
    """Let the tables of a folder take the place of ours, in this process; None: ours again.

    Every table there is read at once, so that a wrong one is told when khata starts.
    Raises: ValueError, naming file and row.
    """
    _own[:] = [folder] if folder else []
    declines_of.cache_clear()
    for file in sorted(folder.glob("*.toml")) if folder else ():
        try:
            read_declines(file.read_text(encoding="utf-8"))
        except ValueError as fault:
            raise ValueError(f"{file}: {fault}") from fault


@cache
def declines_of(gateway: str) -> Declines:
    """Return a gateway's table: the operator's own `<gateway>.toml`, or else ours."""
    for folder in _own:
        own = folder / f"{gateway}.toml"
        if own.is_file():
            return read_declines(own.read_text(encoding="utf-8"))
    packaged = files("khata.adapters.gateways") / gateway / "declines.toml"
    return read_declines(packaged.read_text(encoding="utf-8"))
