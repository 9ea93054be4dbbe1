"""The demo's story, short: its figures agree with each other, and a second run repeats nothing."""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from khata.cli.demo import summary
from khata.cli.demo.cast import Member, Turn, cast, gstin
from khata.cli.demo.figures import Figures, figures
from khata.cli.demo.folder import DemoRunning, Folder, NotADemo, Notes
from khata.cli.demo.play import play
from khata.cli.demo.recovery import disagreements
from khata.cli.demo.stage import stage
from khata.core.tax.gstin import parse_gstin
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.reads.by_gateway import Collected
from khata.db.reads.totals import Beside
from khata.settings import Settings
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
    silent = Console(quiet=True)
    with folder.alone(), stage(folder, Settings(data_dir=path), afresh=True) as here:
        notes = play(folder, here, silent, MEMBERS, UNTIL)
        return notes, figures(here, notes.tenant_id)


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


def test_a_card_without_funds_is_tried_again_a_day_after_its_debit_failed(told: Told) -> None:
    # Northwind's card is short of funds at the first try of each invoice. That of 10 June, 10:00,
    # is debited on the 11th at 22:05 and fails; tried again on the 12th, 22:05, it is debited on
    # the 14th at 10:10. The same from 10 July on.
    (rupees,) = told.figures.failures
    assert (rupees.currency, rupees.failed, rupees.recovered, rupees.given_up) == ("INR", 2, 2, 0)


def test_what_was_charged_and_recovered_is_counted_by_gateway(told: Told) -> None:
    # Razorpay: two invoices each of Kaveri Books, Kaveri Stores, Northwind, Bagmane and Ritu, one
    # each of Sahyadri, Hampi, Ananya, Deccan and Udupi. Gomti canceled in its trial. Udupi's, of 31
    # July 10:00, is debited by UPI 25 hours later: it is open. Northwind's two failed first.
    razorpay, stripe = told.figures.recovery.at
    assert razorpay.counted == Collected("razorpay", 15, 14, 2, 2, 0, 1)
    assert stripe.counted == Collected("stripe", 2, 2, 0, 0, 0, 0)  # Bluebird's
    assert [(one.twice, one.unknown, one.given_back) for one in (razorpay, stripe)] == [
        (0, 0, 0)
    ] * 2


def test_the_cash_of_each_gateway_is_the_same_in_its_books_and_ours(told: Told) -> None:
    # In rupees, with 18 % where nothing else is said: 2 × 4,248.00 (8 seats) + 2 × 1,178.82
    # (starter) + 1,32,750.00 (25 × 4,500) + 2 × 7,965.00 (15 seats) + 70,798.82 (59,999)
    # + 2 × 13,500.00 (SEZ, no tax) + 3 × 299.00 (home, tax inside) + 2,12,400.00 (40 × 4,500).
    razorpay, stripe = told.figures.recovery.at
    assert razorpay.cash_there == razorpay.cash_here == {"INR": 4_70_629_46}
    assert stripe.cash_there == stripe.cash_here == {"USD": 216_00}
    assert told.figures.recovery.wrong == []


def test_each_card_and_upi_debit_was_told_before_and_bank_mandates_were_not(told: Told) -> None:
    # Of the 17 debits (Northwind's four) three are by bank mandate: Sahyadri, Hampi, Deccan.
    # Everybody in India on file has a mandate, Gomti too: eleven.
    razorpay, stripe = told.figures.recovery.at
    assert (razorpay.notices, razorpay.mandates) == (14, 11)
    assert (stripe.notices, stripe.mandates) == (0, 0)


def test_what_must_not_be_is_said_in_words(told: Told) -> None:
    razorpay = told.figures.recovery.at[0]
    late = replace(razorpay, cash_there={"INR": 4_70_629_47}, twice=1, unknown=2)
    assert list(disagreements([late])) == [
        "Razorpay has ₹4,70,629.47, our books have ₹4,70,629.46",
        "Razorpay has taken more for 1 invoices than they come to",
        "of 2 attempts at Razorpay nobody knows the end",
    ]


def test_the_summary_fits_80_columns_and_says_that_the_books_balance(told: Told) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    summary.show(console, told.figures)
    shown = console.export_text()
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    assert "Books balance     yes" in shown
    assert "Gateways agree    yes, to the last paisa" in shown
    assert "$216.00" in shown


def test_a_second_run_shows_the_same_and_repeats_nothing(told: Told) -> None:
    assert told.folder.notes() == told.notes
    again = khata_demo(told.path)
    assert again.returncode == 0, again.stderr
    assert "Jun 2025 to 31 Jul 2025" in again.stdout
    assert "Customers         12" in again.stdout
    assert "Books balance     yes" in again.stdout
    assert "Gateways agree    yes, to the last paisa" in again.stdout
    assert _line(again.stdout, "Payments charged") == ["15", "2"]
    assert _line(again.stdout, "Cash in INR, theirs") == ["₹4,70,629.46", "–"]
    assert _line(again.stdout, "Cash in INR, ours") == ["₹4,70,629.46", "–"]
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


def test_large_sums_are_collected_by_bank_mandate_as_cards_and_upi_need_the_payer() -> None:
    # RBI: above 15,000 rupees a debit by card or UPI has to be approved by the payer each time.
    monthly = {"starter": 999, "growth": 2_499, "home": 299, "hosting-weekly": 750}
    seats = {"team": 450, "team-yearly": 4_500}
    for member in cast():
        if member.currency != "INR" or member.gateway is None:
            continue
        net = monthly.get(member.plan) or seats.get(member.plan, 0) * member.seats or 59_999
        tax = 0 if member.sez else 18
        if net * (100 + tax) > 15_000 * 100:
            assert member.token.startswith(("token_emandate_", "token_pending")), member.name


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


def _line(shown: str, label: str) -> list[str]:
    """Return what stands behind a label."""
    line = next(one for one in shown.splitlines() if one.startswith(label))
    return line.removeprefix(label).split()


def khata_demo(path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "khata.cli", "demo", "--no-serve", "--data-dir", str(path)]
    return subprocess.run(
        command, env=environment(path), capture_output=True, text=True, timeout=120, check=False
    )
