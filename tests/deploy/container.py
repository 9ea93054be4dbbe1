"""A container without an engine for containers: khata as the user of the image, on a file system
that it may only read, but for /tmp and its data, with nothing in the environment but what is given.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.tools import ROOT, missing, needed_program

USER = 10001
SCRIPT = Path(__file__).with_name("container.sh")


def image_environment() -> dict[str, str]:
    """Return what the image sets, with this machine's PATH instead of its own."""
    last = (ROOT / "Dockerfile").read_text().rpartition("FROM ")[2]
    [block] = re.findall(r"^ENV ((?:.*\\\n)*.*)$", last, re.MULTILINE)
    found = dict(re.findall(r"(\w+)=(\S+)", block))
    here = f"{Path(sys.executable).parent}:{os.defpath}"
    return found | {"PATH": here, "HOME": "/var/lib/khata"}


def may_be_made() -> None:
    """Skip where the machine does not let us make one."""
    if os.geteuid() != 0:
        missing("only root may become the user of the image")
    needed_program("setpriv")
    tried = subprocess.run([needed_program("unshare"), "--mount", "true"], capture_output=True)
    if tried.returncode:
        missing("this machine lets nobody have mounts of their own")


class Container:
    """One process, started as its manifest says. `secrets`: the file's path, and its text."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        secrets: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.name = " ".join(words)
        self.environment = image_environment() | dict(environment)
        self._words, self._folder = list(words), folder
        self._process: subprocess.Popen[bytes] | None = None
        for path, text in secrets.items():
            _place(folder / "run" / Path(path).relative_to("/run"), text)

    @property
    def said(self) -> str:
        """Everything that it has written."""
        return (self._folder / "said").read_text()

    def run(self, *command: str) -> int:
        """Run a command in a container like this one to its end, and return its exit code."""
        with (self._folder / "said").open("ab") as said:
            return subprocess.run(self._command(*command), **self._around(said)).returncode  # type: ignore[call-overload,no-any-return]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Have it running until the block ends."""
        with (self._folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                self._command("khata", *self._words),
                start_new_session=True,
                **self._around(said),  # type: ignore[call-overload]
            )
        try:
            yield
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self, seconds: float) -> int:
        """Ask it to end, and return its exit code. Raises: subprocess.TimeoutExpired."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def _command(self, *command: str) -> list[str]:
        keep = _outermost([Path(sys.base_prefix), Path(sys.prefix), ROOT])
        hidden = {top for folder in keep if (top := _closed_above(folder))}
        lists = [" ".join(str(folder) for folder in folders) for folders in (keep, sorted(hidden))]
        made = ["unshare", "--mount", "--propagation", "private", "sh", str(SCRIPT)]
        return [*made, str(self._folder / "run"), str(USER), *lists, *command]

    def _around(self, said: object) -> dict[str, object]:
        return {"env": self.environment, "stdout": said, "stderr": said}


def _place(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o440)
    os.chown(file, 0, USER)  # as fsGroup does


def _outermost(folders: Sequence[Path]) -> list[Path]:
    return [f for f in folders if not any(o != f and f.is_relative_to(o) for o in folders)]


def _closed_above(folder: Path) -> Path | None:
    """Return the outermost folder above this one that others may not enter."""
    for above in reversed(folder.parents):
        if not above.stat().st_mode & 0o001:
            return above
    return None
