"""The table of figures: printed as it is measured, and kept in docs/performance.md."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by python -m bench --write -->", "<!-- end of figures -->"
HEAD = ("measure", "khata", "beside", "ratio", "aim")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what khata did, what the plainest thing did in the same run, and the aim."""

    measure: str
    khata: str
    beside: str = ""
    ratio: str = ""
    aim: str = ""

    def __str__(self) -> str:
        cells = (self.measure, self.khata, self.beside, self.ratio, self.aim)
        return f"| {' | '.join(cells)} |"


def told(figure: Figure) -> Figure:
    """Print a figure as soon as it is known."""
    print(figure, flush=True)
    return figure


def head() -> str:
    return f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}"


def write(machine: str, on: date, figures: list[Figure]) -> None:
    """Put the table between its two marks on the page of performance."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    day = f"{on.day} {on:%B %Y}"
    rows = "\n".join(map(str, figures))
    PAGE.write_text(f"{before}{BEGIN}\n{day}, {machine}.\n\n{head()}\n{rows}\n{END}{after}")
