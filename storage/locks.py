"""Which processes that write an archive are alive: each holds a lock on a file of its own.

The system drops the lock when the process dies, however it dies; nobody needs to tell.
"""

import fcntl
import os
import secrets
from pathlib import Path

from core.errors import StorageError


class OwnerLock:
    """This process's lock; its name is the owner of every lease it takes."""

    def __init__(self, folder: Path) -> None:
        self.owner = secrets.token_hex(4)
        self._path = folder / f"{self.owner}.lock"
        unnamed = folder / f"{self.owner}.new"  # nobody may find it before it is held
        try:
            self._file = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unnamed.rename(self._path)
        except OSError as error:
            raise StorageError(
                f"{self._path}: cannot be written: {error.strerror}", path=str(self._path)
            ) from error

    def release(self) -> None:
        """Let go; others may take over what is left."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)


def dead_owners(folder: Path) -> list[str]:
    """Owners whose process is gone."""
    return [path.stem for path in sorted(folder.glob("*.lock")) if not _is_held(path)]


def _is_held(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return True  # let go this moment by its owner, or not ours to judge
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(file).st_nlink == 0  # its owner let go after we had opened it
    except OSError:
        return True
    finally:
        os.close(file)
