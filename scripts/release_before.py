"""Run the stories of an earlier release on the tables of this one.

    scripts/release_before.py [COMMIT] [WORDS FOR PYTEST …]

The release before goes on while machines are changed one by one, so it must run on tables that
it does not know. Its code and its tests are taken from the history (COMMIT: a tag or a commit;
without it, the newest tag, and without tags the last commit whose tables were the first step's
alone) into a folder of their own; only the migrations are this tree's. Needs `make tools`.
Where there is no history, as in an archive, it says so and ends well.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Not the older wall's own tests: they want a row in every table there is.
STORIES = (
    *("tests/scenarios", "tests/db/test_races.py", "tests/db/test_locks.py"),
    *("tests/db/test_numbering.py", "tests/db/test_recognition.py", "tests/api/test_selling.py"),
    *(
        "tests/api/test_subscriptions.py",
        "tests/api/test_payments.py",
        "tests/api/test_invoices.py",
    ),
)
FIRST_STEP_AFTER = "src/khata/db/migrations/versions/0002_bells.py"

# Loaded by the older pytest before its own conftest: the older tree asks for its tables, and gets
# those of the newer one. Its passwords are hashed in a moment.
PLUGIN = """
import functools, subprocess, sys
import pwdlib.hashers.argon2 as argon2

argon2.Argon2Hasher = functools.partial(
    argon2.Argon2Hasher, time_cost=1, memory_cost=8, parallelism=1
)
import khata.db.migrations.migrate as older

assert {worktree!r} in older.__file__, "the older code is not the one that runs"

def migrate(owner_url):
    code = "import sys; from khata.db.migrations.migrate import migrate; migrate(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, owner_url], check=True,
                   env={{"PYTHONPATH": {newer!r}, "PATH": "/usr/bin:/bin"}}, cwd="/")
    return older.steps()

older.migrate = migrate
"""


def main(words: list[str]) -> int:
    """Return what pytest returned."""
    given = words[0] if words and not words[0].startswith("-") else None
    commit = _commit(given)
    if commit is None:
        print("there is no history here: nothing to run", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory(prefix="khata-release-before-") as folder:
        Path(folder).chmod(0o711)  # the embedded server's user walks through
        worktree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", str(worktree), commit)
        try:
            return _run(worktree, Path(folder), words[1:] if given else words)
        finally:
            _git("worktree", "remove", "--force", str(worktree))


def _commit(given: str | None) -> str | None:
    if given is not None:
        return _git("rev-parse", "--verify", f"{given}^{{commit}}")
    try:
        tags = _git("tag", "--sort=-creatordate", "--merged", "HEAD").split()
        if tags:
            return tags[0]
        added = _git("log", "--diff-filter=A", "--format=%H", "--", FIRST_STEP_AFTER).split()
        return _git("rev-parse", "--verify", f"{added[-1]}^") if added else None
    except subprocess.CalledProcessError:
        return None


def _run(worktree: Path, folder: Path, words: list[str]) -> int:
    source = str(worktree / "src")
    text = PLUGIN.format(worktree=str(worktree), newer=str(ROOT / "src"))
    (folder / "tables_of_the_newer.py").write_text(text)
    stories = [story for story in STORIES if (worktree / story).exists()]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("KHATA_")}
    kept = {name: os.environ[name] for name in ("KHATA_TEST_PG",) if name in os.environ}
    # A schema package of the `deploy` group brings a plugin that breaks runs without its extras.
    plugins = ["-p", "tables_of_the_newer", "-p", "no:cloudcoil"]
    command = [sys.executable, "-m", "pytest", *plugins, *stories, *words]
    return subprocess.run(
        command,
        cwd=worktree,
        env={**ours, **kept, "PYTHONPATH": f"{source}:{folder}"},
        check=False,
    ).returncode


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
