"""WARC files as wholes: who holds one, its tail, its seal, and errors in words.

Decides what a lock means and what is cut from a dead writer's file. Refuses to know records.
The lock is `flock` on the file itself: it goes with the process that held it, however that ended.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from core.errors import Damaged, Locked, StorageError
from storage.warc.members import members
from storage.warc.words import SealedFile

SEALED_MODE: Final = 0o444
_WRITABLE: Final = 0o222
_SAFE: Final = "nothing acknowledged was lost"
_ADVICE: Final = {
    errno.ENOSPC: "disk full: {path}: free space and start again; " + _SAFE,
    errno.EDQUOT: "disk quota used up: {path}: free space and start again; " + _SAFE,
    errno.EFBIG: "file size limit met: {path}: raise it (ulimit -f) and start again; " + _SAFE,
    errno.EROFS: "read-only disk: {path}: mount it writable and start again; " + _SAFE,
    errno.EACCES: "no permission: {path}: give this user the right to write there",
    errno.EPERM: "no permission: {path}: give this user the right to write there",
    errno.ENOENT: "missing: {path}: make the folder, or bring the file back from a copy",
}
_ELSE: Final = "disk error ({reason}): {path}: check the disk and start again; " + _SAFE


def in_words(error: OSError, path: Path) -> StorageError:
    """The one line for a person that an OSError at `path` means."""
    template = _ADVICE.get(error.errno or 0, _ELSE)
    return StorageError(template.format(path=path, reason=error.strerror), path=str(path))


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file for reading; an OSError inside becomes a StorageError."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise in_words(error, path) from error


def try_lock(descriptor: int, *, is_shared: bool = False) -> bool:
    """Take the lock if nobody has it; closing the descriptor gives it back."""
    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_sealed(descriptor: int) -> bool:
    """Whether the file's mode forbids everybody to write."""
    return not os.fstat(descriptor).st_mode & _WRITABLE


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_in_use(path: Path) -> bool:
    """Whether a living writer owns the file. A missing file is owned by nobody."""
    try:
        with path.open("rb") as stream:
            return not try_lock(stream.fileno(), is_shared=True)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise in_words(error, path) from error


def repair_tail(path: Path, from_offset: int = 0) -> int:
    """Cut what is not a whole record off a dead writer's file; returns its durable size in bytes.

    `from_offset` is the end of the last record that is known elsewhere, 0 for none: nothing
    before it is looked at or cut, everything behind the first record that is not whole is cut.
    Raises Locked when a writer owns the file, Damaged when it is shorter than `from_offset` or
    would have to be cut although it is sealed.
    """
    with opened(path) as stream:
        descriptor = stream.fileno()
        if not try_lock(descriptor):
            raise Locked(f"in use by another process: {path}: stop it first", path=str(path))
        size = os.fstat(descriptor).st_size
        if size < from_offset:
            message = f"bytes are missing: {path} has {size}, rows refer to {from_offset}"
            raise Damaged(f"{message}: bring it back from a copy", path=str(path))
        whole = from_offset
        for member in members(stream, start=from_offset, end=size):
            whole = member.end
        if whole < size:
            if is_sealed(descriptor):
                raise damaged_at(path, whole)
            os.truncate(path, whole)
        os.fsync(descriptor)
        return whole


def seal_file(path: Path) -> SealedFile:
    """Make a dead writer's file durable and read-only; sealing twice changes nothing.

    Raises Locked when a writer owns it. Cut its tail first.
    """
    with opened(path) as stream:
        descriptor = stream.fileno()
        if not try_lock(descriptor):
            raise Locked(f"in use by another process: {path}: stop it first", path=str(path))
        digest = _sha256(stream)
        os.fsync(descriptor)  # a sealed file with a torn tail must never be seen
        os.fchmod(descriptor, SEALED_MODE)
        os.fsync(descriptor)
        sync_folder(path.parent)
        return SealedFile(name=path.name, size_bytes=os.fstat(descriptor).st_size, sha256=digest)


def file_sha256(path: Path) -> str:
    """SHA-256 of a whole file, in hex."""
    with opened(path) as stream:
        return _sha256(stream)


def damaged_at(path: Path, offset: int) -> Damaged:
    """The error for bytes at `offset` that are no whole record."""
    return Damaged(
        f"no whole record at byte {offset}: {path}: bring the file back from a copy",
        path=str(path),
    )


def _sha256(stream: BufferedReader) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()
