"""`khata export tally`: two files for TallyPrime, or a sentence."""

import sys
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.cli.__main__ import main
from khata.core.ids import public_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from tests.db.shop import Shop


@pytest.fixture
def tenant(db: Database, urls: Urls, monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setenv("KHATA_DATABASE_URL", urls.app)
    monkeypatch.setenv("KHATA_OWNER_DATABASE_URL", urls.owner)
    gateway = FakeGateway(urls.app)
    shop = Shop(db, gateway)
    shop.subscriber("tok_ok")  # its first invoice is of 28 February 2025
    gateway.close()
    return shop.tenant


def exports(tenant: UUID, folder: Path, *more: str) -> int:
    words = ["export", "tally", str(folder), "--tenant", public_id("ten", tenant), *more]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["khata", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_a_month_is_written_as_two_files(
    tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "for-tally"
    days = ["--from", "2025-02-01", "--to", "2025-02-28", "--company", "Chai Cloud"]
    assert exports(tenant, folder, *days) == 0
    assert "vouchers are in" in capsys.readouterr().out
    vouchers = fromstring(folder.joinpath("tally-vouchers-2025-02-01-2025-02-28.xml").read_bytes())
    [sale] = [one for one in vouchers.iter("VOUCHER") if one.get("VCHTYPE") == "Sales"]
    assert sale.findtext("VOUCHERNUMBER") == "INV/24-25/00001"
    masters = fromstring(folder.joinpath("tally-masters-2025-02-01-2025-02-28.xml").read_bytes())
    assert {"Asha", "Sales"} <= {one.get("NAME") for one in masters.iter("LEDGER")}


def test_a_day_that_is_none_is_refused(tenant: UUID, tmp_path: Path) -> None:
    assert exports(tenant, tmp_path, "--from", "soon", "--to", "2025-02-28") == 2


def test_a_months_documents_are_one_zip(tenant: UUID, tmp_path: Path) -> None:
    file, again = tmp_path / "2025-02.zip", tmp_path / "again.zip"
    for to in (file, again):
        words = ["export", "documents", str(to), "--tenant", public_id("ten", tenant)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["khata", *words, "--period", "2025-02"])
            with pytest.raises(SystemExit) as left:
                main()
        assert not left.value.code
    with ZipFile(file) as archive:
        assert archive.namelist() == ["invoice/INV-24-25-00001.pdf"]
        assert archive.read("invoice/INV-24-25-00001.pdf").startswith(b"%PDF")
    assert file.read_bytes() == again.read_bytes()


def test_the_accountants_sheets_are_one_workbook_and_csv(
    tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", "accounts", str(tmp_path), "--tenant", public_id("ten", tenant)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["khata", *words, "--as-of", "2025-02-28"])
        with pytest.raises(SystemExit) as left:
            main()
    assert not left.value.code
    assert "accounts-2025-02-28.xlsx and 4 CSV files are in" in capsys.readouterr().out
    assert (tmp_path / "accounts-2025-02-28.xlsx").read_bytes().startswith(b"PK")
    _, owed = (tmp_path / "ageing-2025-02-28.csv").read_text().splitlines()
    assert owed == "Asha,INV/24-25/00001,2025-02-28,2025-02-28,0,not due,INR,1180.00"
    months = (tmp_path / "deferred-revenue-2025-02-28.csv").read_text().splitlines()
    assert months[-1] == "2025-02,INR,0.00,1000.00,0.00,0.00,0.00,1000.00"
    [tds] = tmp_path.glob("tds-*.csv")  # as it stands today
    assert tds.read_text().count("\n") == 1
