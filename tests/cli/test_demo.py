"""The demo's story, short: its figures agree with each other, and a second run repeats nothing."""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from khata.cli.demo import summary
from khata.cli.demo.cast import Member, Turn, cast, gstin
from khata.cli.demo.figures import Figures, figures
from khata.cli.demo.folder import DemoRunning, Folder, NotADemo, Notes
from khata.cli.demo.play import play
from khata.core.tax.gstin import parse_gstin
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.reads.totals import Beside
from khata.settings import Settings
from khata.wiring import open_engine
from tests.cli.test_commands import environment

MEMBERS = cast()[:12]
UNTIL = date(2025, 7, 31)  # two months


@dataclass(frozen=True)
class Told:
    """A short story that was told, and where."""

    folder: Folder
    path: Path
    notes: Notes
    figures: Figures


def tell(folder: Folder, path: Path) -> tuple[Notes, Figures]:
    settings = Settings(data_dir=path)
    silent = Console(quiet=True)
    with folder.alone(), folder.database(settings, afresh=True) as urls:
        engine = open_engine(settings, urls)
        with closing(engine):
            notes = play(folder, engine, silent, MEMBERS, UNTIL)
            return notes, figures(engine, notes.tenant_id)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    place = Path(tempfile.mkdtemp(prefix="khata-demo-"))
    place.chmod(0o711)
    folder = Folder(place / "demo")
    yield Told(folder, place / "demo", *tell(folder, place / "demo"))
    EmbeddedPostgres(place / "demo").stop()
    shutil.rmtree(place)


def test_everybody_is_there_once(told: Told) -> None:
    assert told.figures.on == UNTIL
    assert told.figures.customers == 12
    assert sum(told.figures.subscriptions.values()) == 12
    assert told.figures.parked == 0


def test_the_books_balance(told: Told) -> None:
    assert told.figures.disagreements == []
    assert told.figures.books_balance


def test_the_heads_of_tax_add_up_to_the_tax_of_the_invoices(told: Told) -> None:
    for one in told.figures.invoiced:
        heads = [tax.amount for tax in told.figures.taxes if tax.currency == one.currency]
        assert sum(heads) == one.tax, one.currency


def test_exports_under_the_letter_bear_no_tax_and_twelve_seats_cost_108_dollars(
    told: Told,
) -> None:
    # Bluebird, 12 seats at $9 a month. At 10:00 of 5 June in Bengaluru it is 4 June in California.
    dollars = next(one for one in told.figures.invoiced if one.currency == "USD")
    assert (dollars.count, dollars.net, dollars.tax, dollars.total) == (2, 21_600, 0, 21_600)
    assert [one.amount for one in told.figures.mrr if one.currency == "USD"] == [10_800]
    # June's part of what was invoiced on the 4th: 27 of 30 days. 108.00 × 27 / 30 = 97.20
    assert told.figures.earned_to == date(2025, 6, 30)
    assert told.figures.earned["USD"] == 9_720


def test_a_card_without_funds_is_tried_again_the_next_day(told: Told) -> None:
    # Northwind's card is short of funds at the first try of each invoice: 10 June and 10 July.
    (rupees,) = told.figures.failures
    assert (rupees.currency, rupees.failed, rupees.recovered, rupees.given_up) == ("INR", 2, 2, 0)


def test_the_summary_fits_80_columns_and_says_that_the_books_balance(told: Told) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    summary.show(console, told.figures)
    shown = console.export_text()
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    assert "Books balance     yes" in shown
    assert "$216.00" in shown


def test_a_second_run_shows_the_same_and_repeats_nothing(told: Told) -> None:
    assert told.folder.notes() == told.notes
    again = khata_demo(told.path)
    assert again.returncode == 0, again.stderr
    assert "Jun 2025 to 31 Jul 2025" in again.stdout
    assert "Customers         12" in again.stdout
    assert "Books balance     yes" in again.stdout
    assert told.folder.notes() == told.notes


def test_only_we_may_read_the_key(told: Told) -> None:
    notes = told.path / "demo.json"
    assert notes.stat().st_mode & 0o777 == 0o600
    assert told.notes.test_key in notes.read_text()
    assert told.notes.test_key.startswith("sk_test_")


def test_two_demos_do_not_share_a_folder(told: Told) -> None:
    with told.folder.alone(), pytest.raises(DemoRunning), Folder(told.path).alone():
        pass


def test_an_engine_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(NotADemo), Folder(tmp_path).alone():
        pass
    said = khata_demo(tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith("not_a_demo: ")


def test_a_story_that_was_broken_off_begins_afresh_and_comes_to_the_same(told: Told) -> None:
    (told.path / "demo.json").unlink()
    assert told.folder.notes() is None
    notes, again = tell(told.folder, told.path)
    assert again == told.figures
    assert notes.tenant != told.notes.tenant
    assert told.folder.notes() == notes


@pytest.mark.parametrize("member", cast(), ids=lambda member: member.email)
def test_every_gstin_of_the_cast_is_of_its_state(member: Member) -> None:
    for tax_id in member.tax_ids:
        assert parse_gstin(tax_id.value).registered_person
    assert member.sez <= bool(member.tax_ids)


def test_the_cast_changes_pauses_redeems_and_prepays() -> None:
    turns = [one.turn for member in cast() for one in member.happenings]
    assert {turn: turns.count(turn) for turn in set(turns)} == {
        Turn.CANCEL: 7,
        Turn.CARD: 2,
        Turn.SILENT: 1,
        Turn.CHANGE: 5,
        Turn.PAUSE: 1,
        Turn.REDEEM: 3,
        Turn.PREPAY: 1,
        Turn.GIFT: 1,
    }


def test_two_months_have_two_coupons_and_nobody_who_redeemed_one(told: Told) -> None:
    assert told.figures.beside == Beside(
        changes=0, credit_notes=0, coupons=2, redemptions=0, wallets=0
    )


def test_a_gstin_is_made_as_the_portal_makes_it() -> None:
    assert gstin("KA", "AABCR1718E") == "29AABCR1718E1ZL"


def khata_demo(path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "khata.cli", "demo", "--no-serve", "--data-dir", str(path)]
    return subprocess.run(
        command, env=environment(path), capture_output=True, text=True, timeout=120, check=False
    )
