"""`khata returns`: files for the portal and the accountant, or what is in the way."""

import json
import sys
from pathlib import Path
from uuid import UUID

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


def run(tenant: UUID, *words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sys, "argv", ["khata", "returns", *words, "--tenant", public_id("ten", tenant)]
        )
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_the_file_for_the_portal_and_the_register(
    tenant: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tenant, "gstr1", str(tmp_path), "--period", "2025-02") == 0
    [file] = tmp_path.glob("returns_*_offline.json")
    assert json.loads(file.read_text())["fp"] == "022025"
    assert "1 documents are in" in capsys.readouterr().out
    assert run(tenant, "register", str(tmp_path), "--period", "2025-02") == 0
    [book] = tmp_path.glob("sales-register-*-2025-02.xlsx")
    assert book.read_bytes().startswith(b"PK")
    assert run(tenant, "gstr3b", "--period", "2025-02") == 0
    assert "IGST: declared 0.00, in the ledger 0.00" in capsys.readouterr().out


def test_what_blocks_keeps_the_file_back(
    tenant: UUID, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with db.transaction(tenant) as uow:
        uow.connection.execute("update line_taxes set amount = amount + 1")
    assert run(tenant, "gstr1", str(tmp_path), "--period", "2025-02") == 1
    said = capsys.readouterr()
    assert "blocks: The lines and taxes of INV/24-25/00001 do not add up" in said.out
    assert "return_blocked" in said.err
    assert list(tmp_path.iterdir()) == []
    assert run(tenant, "gstr1", str(tmp_path), "--period", "soon") == 1
