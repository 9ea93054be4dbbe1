"""One exam for every file store, then what only a folder or a cloud can get wrong."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from obstore.store import MemoryStore

from khata.adapters.files.address import files_address, open_files
from khata.adapters.files.object_files import ObjectFiles
from khata.ports.files import Files, FilesAway, file_key
from tests.contracts.object_store import Bucket, bucket_served

CONTENT = b"%PDF-1.7\r\n\x00\xff binary \n"
TENANT = UUID("0191f0b0-0000-7000-8000-000000000001")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with bucket_served() as bucket:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
        monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.url)
        monkeypatch.setenv("AWS_REGION", "ap-south-1")
        yield bucket


@pytest.fixture(params=["folder", "memory", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "memory":
        return ObjectFiles(MemoryStore())
    if request.param == "folder":
        return open_files((tmp_path / "with a blank" / "files").as_uri())
    request.getfixturevalue("bucket")
    return open_files("s3://papers/khata")


@pytest.fixture
def key() -> str:
    return file_key(uuid4(), "invoices", str(uuid4()), "0a.pdf")


def test_what_is_kept_comes_back_to_the_byte(files: Files, key: str) -> None:
    assert not files.exists(key)
    files.put(key, CONTENT)
    assert files.exists(key)
    assert files.get(key) == CONTENT


def test_an_empty_file_is_a_file(files: Files, key: str) -> None:
    files.put(key, b"")
    assert (files.exists(key), files.get(key)) == (True, b"")


def test_what_was_never_kept_is_nothing(files: Files, key: str) -> None:
    assert files.get(key) is None


def test_the_last_that_is_kept_under_a_key_is_there(files: Files, key: str) -> None:
    files.put(key, CONTENT)
    files.put(key, b"other")
    assert files.get(key) == b"other"


def test_what_is_removed_is_gone_and_removing_it_again_is_well(files: Files, key: str) -> None:
    files.put(key, CONTENT)
    files.remove(key)
    files.remove(key)
    assert (files.exists(key), files.get(key)) == (False, None)


def test_two_keys_are_two_files(files: Files) -> None:
    mine, theirs = file_key(uuid4(), "a.pdf"), file_key(uuid4(), "a.pdf")
    files.put(mine, b"mine")
    files.put(theirs, b"theirs")
    assert (files.get(mine), files.get(theirs)) == (b"mine", b"theirs")


def test_a_reader_sees_a_whole_file_whoever_writes(files: Files, key: str) -> None:
    versions = [bytes([n]) * 200_000 for n in range(8)]
    files.put(key, versions[0])
    with ThreadPoolExecutor(8) as threads:
        writing = [threads.submit(files.put, key, version) for version in versions]
        seen = [files.get(key) for _ in range(20)]
        assert all(done.result() is None for done in writing)
    assert set(seen) <= set(versions)


STRANGE = [
    "",
    "a.pdf",
    f"{TENANT}/../x.pdf",
    f"/{TENANT}/x.pdf",
    f"{TENANT}//x.pdf",
    f"{TENANT}/Chai Point.pdf",
    f"{TENANT}/x.pdf/..",
    f"{TENANT}/x.pdf\n",
    f"{TENANT}/चाय.pdf",
]


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_key_is_refused_before_the_store_is_asked(files: Files, strange: str) -> None:
    for ask in (files.get, files.exists, files.remove, lambda key: files.put(key, CONTENT)):
        with pytest.raises(ValueError, match="not a file's key"):
            ask(strange)


@pytest.mark.parametrize("name", ["../x", "INV/1", "Chai", "a b", ""])
def test_a_key_is_made_of_our_names_only(name: str) -> None:
    with pytest.raises(ValueError, match="not a file's key"):
        file_key(TENANT, name, "x.pdf")
    assert file_key(TENANT, "invoices", "x.pdf") == f"{TENANT}/invoices/x.pdf"


# In a folder


def test_a_folder_is_made_when_it_is_first_asked_and_closed_to_others(
    tmp_path: Path, key: str
) -> None:
    folder = tmp_path / "files"
    files = open_files(folder.as_uri())
    assert not folder.exists()
    files.put(key, CONTENT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / key).read_bytes() == CONTENT
    assert [file for file in folder.rglob("*") if file.is_file()] == [folder / key]  # no drafts


def test_a_folder_that_cannot_be_is_told_of(tmp_path: Path, key: str) -> None:
    (tmp_path / "files").write_text("a file stands here")
    files = open_files((tmp_path / "files").as_uri())
    for ask in (files.get, files.exists, lambda key: files.put(key, CONTENT)):
        with pytest.raises(FilesAway):
            ask(key)


# In a cloud


def test_a_bucket_keeps_files_under_its_folder(bucket: Bucket, key: str) -> None:
    open_files("s3://papers/khata").put(key, CONTENT)
    assert bucket.objects == {f"/papers/khata/{key}": CONTENT}


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_bucket_that_refuses_is_away(bucket: Bucket, key: str, status: int) -> None:
    files = open_files("s3://papers")
    bucket.answers = status
    for ask in (files.get, files.exists, lambda key: files.put(key, CONTENT)):
        with pytest.raises(FilesAway) as told:
            ask(key)
        assert "\n" not in str(told.value)
        assert "a secret" not in str(told.value)


def test_a_bucket_that_fails_for_a_moment_is_asked_again(bucket: Bucket, key: str) -> None:
    files = open_files("s3://papers")
    files.put(key, CONTENT)
    bucket.answers = 503
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(files.get, key)
        while len(bucket.seen) < 2:
            pass
        bucket.answers = None
        assert asked.result() == CONTENT


def test_a_bucket_that_is_not_there_is_away(
    bucket: Bucket, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(FilesAway):
        open_files("s3://papers").put(key, CONTENT)


# Addresses


@pytest.mark.parametrize(
    "url", ["s3://bucket", "s3://bucket/a/folder", "gs://bucket", "file:///var/lib/khata/files"]
)
def test_an_address_is_read_and_nobody_is_called(url: str) -> None:
    assert files_address(url) == url


def test_an_azure_account_is_named_beside_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(ValueError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        files_address("az://container/folder")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "chai")
    assert files_address("az://container/folder")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no file store that khata knows"),
        ("/var/lib/khata", "no file store that khata knows"),
        ("ftp://files.example/khata", "no file store that khata knows"),
        ("https://bucket.s3.amazonaws.com", "no file store that khata knows"),
        ("s3://", "no file store that khata knows"),
        ("s3://bucket/../other", "no file store that khata knows"),
        ("file://var/lib", "three slashes"),
        ("file:var", "three slashes"),
        ("s3://key:secret@bucket", "takes no password"),
        ("s3://bucket?region=x", "takes no password"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        files_address(url)
