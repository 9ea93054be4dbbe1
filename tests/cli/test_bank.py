"""`khata bank import`: a statement from a file, whole or not at all."""

import sys
from pathlib import Path
from uuid import UUID

import pytest

from khata.cli.__main__ import main
from khata.core.ids import public_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from tests.db.fleet import Fleet

FILE = 'Day,In,Out,Text\n03/02/2026,"1,152.15",,NEFT RAZORPAY\n04/02/2026,,700.00,RENT\n'
COLUMNS = ["--date", "Day", "--credit", "In", "--debit", "Out", "--narration", "Text"]


@pytest.fixture
def tenant(db: Database, urls: Urls, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setenv("KHATA_DATABASE_URL", urls.app)
    monkeypatch.setenv("KHATA_OWNER_DATABASE_URL", urls.owner)
    return Fleet(db, 0).tenant


def imports(tenant: UUID, file: Path, *more: str) -> int:
    words = ["bank", "import", str(file), "--tenant", public_id("ten", tenant)]
    words += ["--account", "HDFC", "--currency", "inr", *COLUMNS, *more]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["khata", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def stored(db: Database, tenant: UUID) -> list[tuple[int, str]]:
    with db.transaction(tenant) as uow:
        rows = uow.connection.execute(
            "select amount, narration from bank_transactions order by booked_on"
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


def test_a_file_is_taken_once(
    db: Database, tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "statement.csv"
    file.write_text(FILE)
    for told in ("2 new, 0 were there already", "0 new, 2 were there already"):
        assert imports(tenant, file, "--date-format", "%d/%m/%Y") == 0
        assert told in capsys.readouterr().out
    assert stored(db, tenant) == [(115_215, "NEFT RAZORPAY"), (-70_000, "RENT")]


def test_a_bad_row_is_named_and_nothing_is_taken(
    db: Database, tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "statement.csv"
    file.write_text(FILE + "05/02/2026,1.005,,X\n")
    assert imports(tenant, file, "--date-format", "%d/%m/%Y") == 1
    assert "Row 4 has an amount finer than INR allows" in capsys.readouterr().err
    assert stored(db, tenant) == []


def test_a_file_that_is_not_there(
    tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imports(tenant, tmp_path / "none.csv") == 1
    assert "cannot be read: No such file" in capsys.readouterr().err
