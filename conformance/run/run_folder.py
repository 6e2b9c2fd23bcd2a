"""The folder of a run in the system's temporary one: what its processes print, and sockets.

It goes when the run ends. If that was by `kill -9`, the next run removes it: the owner of a folder
holds a lock on a file in it, which ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "conformance-"
OWNER = "owner"


class RunFolder:
    """A new folder at path that only this user can enter."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        # Under its name the lock is held from the first moment on.
        new = self.path / f".{OWNER}"
        self._lock = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        new.rename(self.path / OWNER)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_abandoned() -> None:
    """Remove the folders whose owner is no more; those of other users and of other programs, and
    whatever cannot be removed, stay."""
    me = os.getuid()
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        found = [
            Path(entry.path)
            for entry in entries
            if entry.name.startswith(PREFIX)
            and entry.is_dir(follow_symlinks=False)
            and entry.stat(follow_symlinks=False).st_uid == me
        ]
        for folder in found:
            with contextlib.suppress(OSError):
                _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    """Raises OSError if it has an owner, or is no folder of a run."""
    lock = os.open(folder / OWNER, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != OWNER:
                path.unlink()
        # Last, so that what could not be removed is found again.
        (folder / OWNER).unlink()
        folder.rmdir()
    finally:
        os.close(lock)
