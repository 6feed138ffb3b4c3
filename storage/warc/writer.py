"""The one writer of a WARC file: append, sync, seal.

Decides when a file begins and ends and what is left of it when the disk refuses. A visit is
appended whole or not at all: after a refused write the file is cut back to where the visit began,
at once or, if even that is refused, before anything else is written. A refused fsync ends the
writer: the kernel may have dropped the pages and would call the next fsync a success.

One thread uses a writer. A child made by fork would share its lock.
"""

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, Self

from core.clock import Clock
from core.errors import StorageError
from core.records import Visit
from storage.warc.compose import Piece, visit_pieces, warcinfo_piece
from storage.warc.files import SEALED_MODE, in_words, sync_folder, try_lock
from storage.warc.words import ANSWERS, Original, Place, SealedFile, WarcInfo

if TYPE_CHECKING:
    from hashlib import _Hash

NO_ORIGINALS: Final[Mapping[int, Original]] = MappingProxyType({})
_GIB: Final = 1024**3
_CREATE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
_ATTEMPTS_COUNT: Final = 5  # at a name nobody else holds


@dataclass(slots=True, kw_only=True)
class _Open:
    """The file being written; its lock lives as long as the descriptor."""

    path: Path
    descriptor: int
    size_bytes: int = 0  # whole visits only
    synced_bytes: int = 0
    is_torn: bool = False  # bytes may lie behind `size_bytes`
    digest: "_Hash" = field(default_factory=hashlib.sha256)  # of the first `size_bytes`


class WarcWriter:
    """Owns one open file of `folder` at a time; the first append begins it."""

    def __init__(
        self, folder: Path, *, info: WarcInfo, clock: Clock, max_bytes: int = _GIB
    ) -> None:
        self._folder = folder
        self._info = info
        self._clock = clock
        self._max_bytes = max_bytes
        self._writer = secrets.token_hex(4)
        self._files_count = 0
        self._open: _Open | None = None
        self._why_unfit = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def file(self) -> str | None:
        """Name of the open file; None before the first append and after sealing."""
        return self._open.path.name if self._open else None

    @property
    def size_bytes(self) -> int:
        """What was appended to the open file."""
        return self._open.size_bytes if self._open else 0

    @property
    def synced_bytes(self) -> int:
        """How much of the open file survives a loss of power."""
        return self._open.synced_bytes if self._open else 0

    def append_visit(
        self, visit: Visit, *, originals: Mapping[int, Original] = NO_ORIGINALS
    ) -> tuple[Place, ...]:
        """Write all records of a visit; durable only after `sync`.

        `originals` names, by index of the capture, the response whose payload it repeats (for a
        304: the response that still stands). Returns the places of the captures' response or
        revisit records in order, then that of the visit's own record. Raises StorageError, and
        then nothing of the visit is in the file.
        """
        pieces = visit_pieces(visit, originals)
        file = self._mended() or self._begin()
        if file.size_bytes == 0:
            pieces.insert(0, self._opening(file))
        places = _places(pieces, file)
        self._write(file, pieces)
        return tuple(place for place in places[:-1] if place.record_type in ANSWERS) + places[-1:]

    def sync(self) -> None:
        """Make everything appended durable. Raises StorageError, and the writer is dead then."""
        file = self._mended()
        if file is not None and file.synced_bytes < file.size_bytes:
            self._sync(file)

    def rotate_if_due(self) -> SealedFile | None:
        """Seal the open file when it has reached its size; the next append begins another."""
        return self.seal() if self.size_bytes >= self._max_bytes else None

    def seal(self) -> SealedFile | None:
        """Make the open file durable and read-only and let it go. None when there is none."""
        file = self._mended()
        if file is None:
            return None
        if file.size_bytes == 0:
            self._discard(file)
            return None
        self._sync(file)  # a sealed file with a torn tail must never be seen
        try:
            os.fchmod(file.descriptor, SEALED_MODE)
        except OSError as error:
            raise in_words(error, file.path) from error
        self._sync(file)
        self._let_go()
        return SealedFile(
            name=file.path.name, size_bytes=file.size_bytes, sha256=file.digest.hexdigest()
        )

    def close(self) -> SealedFile | None:
        """Seal the open file and take nothing more. A dead writer only lets go of its lock."""
        try:
            return None if self._why_unfit else self.seal()
        finally:
            self._why_unfit = self._why_unfit or "the WARC writer was closed"
            self._let_go()

    def _mended(self) -> _Open | None:
        """The open file, cut back to its last whole visit if a write was refused."""
        if self._why_unfit:
            raise StorageError(self._why_unfit, path=str(self._folder))
        file = self._open
        if file is not None and file.is_torn:
            try:
                os.ftruncate(file.descriptor, file.size_bytes)
            except OSError as error:
                raise in_words(error, file.path) from error
            file.is_torn = False
        return file

    def _begin(self) -> _Open:
        """A new file that was locked before anybody else could take it for a dead writer's."""
        at = self._clock.now()
        stamp = f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}"
        for _ in range(_ATTEMPTS_COUNT):
            self._files_count += 1
            name = f"khotin-{stamp}-{self._writer}-{self._files_count:05d}.warc.gz"
            path = self._folder / name
            try:
                descriptor = os.open(path, _CREATE, 0o644)
            except FileExistsError:
                continue
            except OSError as error:
                raise in_words(error, path) from error
            if _is_ours(descriptor):
                self._open = _Open(path=path, descriptor=descriptor)
                return self._open
            os.close(descriptor)
        raise StorageError(f"no new WARC file could be begun: {path}", path=str(path))

    def _opening(self, file: _Open) -> Piece:
        return warcinfo_piece(
            self._info,
            file=file.path.name,
            at=self._clock.now(),
            is_simulated=self._clock.is_simulated,
        )

    def _write(self, file: _Open, pieces: list[Piece]) -> None:
        file.is_torn = True
        try:
            for piece in pieces:
                _write_all(file.descriptor, piece.member)
        except OSError as error:
            with suppress(StorageError):
                self._mended()
            raise in_words(error, file.path) from error
        for piece in pieces:
            file.digest.update(piece.member)
            file.size_bytes += len(piece.member)
        file.is_torn = False

    def _sync(self, file: _Open) -> None:
        try:
            os.fsync(file.descriptor)
            if file.synced_bytes == 0:
                sync_folder(self._folder)
        except OSError as error:
            failed = in_words(error, file.path)
            self._why_unfit = str(failed)
            raise failed from error
        file.synced_bytes = file.size_bytes

    def _discard(self, file: _Open) -> None:
        """A file nothing could be written to leaves no trace."""
        with suppress(OSError):
            file.path.unlink()
        self._let_go()

    def _let_go(self) -> None:
        if self._open is not None:
            descriptor, self._open = self._open.descriptor, None
            with suppress(OSError):  # all that mattered was synced before
                os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    """Whether a file just made is still there, empty and not sealed by someone tidying up."""
    if not try_lock(descriptor):
        return False
    state = os.fstat(descriptor)
    return state.st_nlink == 1 and state.st_size == 0 and bool(state.st_mode & 0o200)


def _places(pieces: list[Piece], file: _Open) -> tuple[Place, ...]:
    places = []
    offset = file.size_bytes
    for piece in pieces:
        length = len(piece.member)
        places.append(
            Place(
                file=file.path.name,
                offset=offset,
                length=length,
                record_id=piece.record_id,
                record_type=piece.record_type,
            )
        )
        offset += length
    return tuple(places)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
