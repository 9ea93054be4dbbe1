"""Starting: from the command to an engine that answers, beside PostgreSQL alone."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.table import Figure, told
from khata.db.embedded.server import EmbeddedPostgres


def start() -> Iterator[Figure]:
    """Measure the first start of `khata up` in an empty folder, and one that finds its data."""
    folder = Path(tempfile.mkdtemp(prefix="khata-bench-start-"))
    folder.chmod(0o711)
    try:
        for what in ("first start, in an empty folder", "start, with what is there"):
            bare, up = _bare(folder / "bare"), _up(folder / "up")
            yield told(
                Figure(
                    f"`khata up`: {what}",
                    f"{up:.1f} s",
                    f"PostgreSQL alone {bare:.1f} s",
                    f"{bare / up:.2f}",
                )
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bare(folder: Path) -> float:
    begin = time.perf_counter()
    with EmbeddedPostgres(folder):
        return time.perf_counter() - begin


def _up(folder: Path) -> float:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "khata.cli", "up", "--port", "0", "--data-dir", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"http://", line):
                return time.perf_counter() - begin
        raise AssertionError("khata up ended before it was up")
    finally:
        process.terminate()
        process.wait()
