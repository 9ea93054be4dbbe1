"""The doctor's look at the file store: a small file goes in, comes back, and is gone."""

from pathlib import Path

import pytest

from khata.adapters.files.object_files import FolderFiles
from khata.cli.doctor.files import files_kept
from khata.cli.doctor.finding import Finding
from khata.settings import Settings


def test_a_folder_that_will_be_made_is_well_and_is_not_made(tmp_path: Path) -> None:
    assert files_kept(Settings(data_dir=tmp_path)) == Finding(
        "files", f"will be kept in {tmp_path / 'files'}"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_keeps_a_file_is_well_and_nothing_stays_in_it(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    found = files_kept(Settings(data_dir=tmp_path))
    assert found == Finding("files", f"kept in {(tmp_path / 'files').as_uri()}")
    assert list((tmp_path / "files").iterdir()) == []


def test_a_folder_of_this_machine_will_not_do_for_many(tmp_path: Path) -> None:
    broker = "redis://queue.example"
    found = files_kept(Settings(data_dir=tmp_path, broker_url=broker))
    assert "KHATA_FILES_URL" in found.remedy
    shared = (tmp_path / "mounted").as_uri()
    assert files_kept(Settings(files_url=shared, broker_url=broker)).is_well


def test_a_store_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file stands here")
    found = files_kept(Settings(files_url=(tmp_path / "files").as_uri()))
    assert found.remedy == "check KHATA_FILES_URL and who may write"
    assert "\n" not in found.seen


def test_a_store_that_gives_back_another_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderFiles, "get", lambda self, key: b"something else")
    found = files_kept(Settings(files_url=tmp_path.as_uri()))
    assert "does not come back the same" in found.seen
    assert not found.is_well
