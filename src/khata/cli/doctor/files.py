"""The file store: a small file is kept, read back and removed."""

from typing import Final
from uuid import UUID

from khata.adapters.files.address import open_files
from khata.cli.doctor.finding import Finding
from khata.ports.files import Files, FilesAway, file_key
from khata.settings import Settings

NOBODY: Final = UUID(int=0)  # no tenant has this id
_CONTENT: Final = b"khata doctor was here\n"


def files_kept(settings: Settings) -> Finding:
    """Keep a file that is nobody's, read it and remove it; a folder that is not there stays so."""
    if settings.files_url is None:
        folder = settings.data_dir / "files"
        if settings.broker_url is not None:
            return Finding(
                "files",
                f"{folder} is on this machine alone, and a broker calls on others",
                "set KHATA_FILES_URL to a store that every machine reaches",
            )
        if not folder.exists():
            return Finding("files", f"will be kept in {folder}")
    address = settings.files_address
    try:
        amiss = _tried(open_files(address))
    except FilesAway as away:
        amiss = str(away)
    if amiss:
        return Finding("files", f"{address}: {amiss}", "check KHATA_FILES_URL and who may write")
    return Finding("files", f"kept in {address}")


def _tried(files: Files) -> str | None:
    """Say what is amiss, if anything. Raises: FilesAway."""
    key = file_key(NOBODY, "doctor", "probe.txt")
    files.put(key, _CONTENT)
    read = files.get(key)
    files.remove(key)
    return None if read == _CONTENT else "what was kept does not come back the same"
