"""Who runs the server: ourselves, or `nobody` when we are root, as PostgreSQL refuses root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from khata.db.embedded.failure import EmbeddedPostgresFailed

LONGEST_SECONDS = 120  # recovery of a large database after a crash is the slowest thing we wait for


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A user of this machine, and whether we are somebody else (root) than them."""

    uid: int
    gid: int
    is_another: bool

    def own(self, path: Path) -> None:
        """Make `path` theirs; nothing to do when it is ours already."""
        if self.is_another:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Say whether they may walk down to `path` and read it."""
        if not self.is_another:
            return True
        return all(step.stat().st_mode & 0o001 for step in (path, *path.resolve().parents))

    def run(self, *command: str | Path) -> str:
        """Run a program as this user, in an environment of its own, and return its output.

        Raises: EmbeddedPostgresFailed with the program's last words.
        """
        done = subprocess.run(
            [str(word) for word in command],
            user=self.uid if self.is_another else None,
            group=self.gid if self.is_another else None,
            extra_groups=[] if self.is_another else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS + 10,
            check=False,
        )
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip()
            raise EmbeddedPostgresFailed(f"{Path(command[0]).name} failed: {words}")
        return done.stdout


def server_user() -> ServerUser:
    """Return the user to run the server as."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), is_another=False)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(nobody.pw_uid, nobody.pw_gid, is_another=True)
