"""The archive as one folder, and its only writer: bytes first, then rows, then the word "kept".

    archive.db   the database
    warc/        the captured bytes
    locks/       one lock per living process

One thread writes. A group is at most 64 visits or 50 ms: each visit is appended to the WARC as it
arrives; one fsync for the group; one transaction in which the visits are decided in order, each
seeing the ones before; then every visit of the group is acknowledged. So a row without bytes
cannot exist, and bytes without a row are found at the next start (`orphans`).
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Set
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.config import VERSION
from core.errors import KhotinError, StorageError
from core.records import Visit
from storage import frontier, warcs
from storage.database import reader_engine, translated, upgrade, writer_engine
from storage.decide import decide
from storage.keep import is_kept, original_of, payload_sha1
from storage.locks import OwnerLock, dead_owners
from storage.record import Report, VisitRecord, known_report, without_reading
from storage.warc import Original, Place, StoredVisit, WarcInfo, WarcWriter

GROUP_VISITS = 64
GROUP_S = 0.050
MAX_WAITING_BYTES = 64 * 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    """A transaction of its own, between two groups."""

    run: Callable[[Connection], Any]
    done: "Future[Any]"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A visit waiting to be written; `places` when its bytes lie in a WARC already."""

    record: VisitRecord
    done: "Future[Report]"
    places: tuple[Place, ...] | None = None


class Archive:
    """An open archive. A context manager; `record` and `run` may be called from any thread."""

    def __init__(
        self, folder: Path, clock: Clock, *, user_agent: str, max_warc_bytes: int = 1 << 30
    ) -> None:
        self.folder, self.clock = folder, clock
        self._info = WarcInfo(
            software=f"Khotin/{VERSION}", user_agent=user_agent, is_part_of=folder.name or "archive"
        )
        self._max_warc_bytes = max_warc_bytes
        self._inbox: queue.Queue[_Job | _Entry | None] = queue.Queue()
        self._waiting_bytes = 0
        self._counting = threading.Lock()
        self._failure: BaseException | None = None
        self._given: list[warcs.Stretch] = []  # where the orphans lie that were given out

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "archive.db"

    @property
    def warc_folder(self) -> Path:
        """Where the WARC files lie."""
        return self.folder / "warc"

    @property
    def owner(self) -> str:
        """This process among those that write this archive."""
        return self._lock.owner

    @property
    def is_full(self) -> bool:
        """True while so much waits to be written that fetching should wait too."""
        return self._waiting_bytes > MAX_WAITING_BYTES

    def __enter__(self) -> "Archive":
        make_folders(self.folder)
        self._engine = writer_engine(self.database)
        self._reader = reader_engine(self.database)
        upgrade(self._engine, self.database)
        self._lock = OwnerLock(self.folder / "locks")
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise
        self._thread = threading.Thread(target=self._write, name="khotin-writer", daemon=True)
        self._thread.start()
        return self

    def _open(self) -> None:
        """Take back what dead processes held, and mend the files they left."""
        dead = dead_owners(self.folder / "locks")
        with translated(self.database), self._engine.begin() as connection:
            for owner in dead:
                frontier.pause_keys(connection, owner, self.clock.now())
            frontier.release(connection, dead)
            warcs.mend(connection, self.warc_folder, self.clock.now())
        for lock in dead:
            (self.folder / "locks" / f"{lock}.lock").unlink(missing_ok=True)
        self._warc = WarcWriter(
            self.warc_folder,
            info=self._info,
            clock=self.clock,
            max_bytes=self._max_warc_bytes,
        )

    def __exit__(self, *_exc: object) -> None:
        """Write what waits, seal the WARC file, give back all leases."""
        self._inbox.put(None)
        self._thread.join()
        try:
            if self._failure is None:
                self._close()
        finally:
            with suppress(KhotinError, OSError):
                self._warc.close()
            self._engine.dispose()
            self._reader.dispose()
            self._lock.release()

    def _close(self) -> None:
        with translated(self.database):
            sealed = self._warc.seal()
            with self._engine.begin() as connection:
                frontier.release(connection, [self.owner])
                if sealed is not None:
                    warcs.note_sealed(connection, sealed, self.clock.now())

    # --- what others call ------------------------------------------------------------------------

    def record(self, record: VisitRecord) -> "Future[Report]":
        """Hand a visit to the writer. The future's result means: kept, it survives.

        Fails with `StorageError` when the archive cannot take it; nothing of it is then kept.
        """
        return self._put(_Entry(record, _unstoppable()))

    def adopt(self, record: VisitRecord, places: tuple[Place, ...]) -> "Future[Report]":
        """Give rows to a visit whose bytes are in a WARC already; one that has them keeps them."""
        return self._put(_Entry(record, _unstoppable(), places))

    def run(self, job: Callable[[Connection], T]) -> "Future[T]":
        """Run a transaction after everything handed in before it."""
        done: Future[T] = _unstoppable()
        self._inbox.put(_Job(job, done))
        return done

    def orphans(self) -> Iterator[StoredVisit]:
        """Visits in the WARC files of dead processes that no row refers to, in file order."""
        self._given = self.run(warcs.unknown_stretches).result()
        for stored in warcs.orphans(self.warc_folder, self._given):
            if not self.run(partial(is_kept, visit_id=stored.id or "")).result():
                yield stored

    def adopted(self, *, waiting: Set[str] = frozenset()) -> None:
        """Note that every orphan given out has its rows, but for those in the files `waiting`."""
        done = [stretch for stretch in self._given if stretch.file not in waiting]
        self.run(lambda c: warcs.note_adopted(c, self.warc_folder, done)).result()

    def _put(self, entry: _Entry) -> "Future[Report]":
        with self._counting:
            self._waiting_bytes += entry.record.size_bytes
        self._inbox.put(entry)
        return entry.done

    # --- the writer thread -----------------------------------------------------------------------

    def _write(self) -> None:
        with self._engine.connect() as connection, self._reader.connect() as reader:
            is_open = True
            while is_open:
                group, job, is_open = self._gather(reader)
                if group:
                    self._write_group(connection, group)
                if job is not None:
                    self._run_job(connection, job)

    def _gather(
        self, reader: Connection
    ) -> tuple[list[tuple[_Entry, tuple[Place, ...]]], _Job | None, bool]:
        """Append what arrives until the group is whole; a job or the end closes it."""
        group: list[tuple[_Entry, tuple[Place, ...]]] = []
        fresh: dict[str, Original] = {}
        deadline = 0.0
        while len(group) < GROUP_VISITS:
            try:
                wait = None if not group else max(deadline - time.monotonic(), 0)
                item = self._inbox.get(timeout=wait)
            except queue.Empty:
                break
            if item is None or isinstance(item, _Job):
                return group, item, item is not None
            if not group:
                deadline = time.monotonic() + GROUP_S
            try:
                with translated(self.database):
                    places = item.places or self._append(reader, item.record.visit, fresh)
            except Exception as error:  # noqa: BLE001  a dead writer would let all wait for ever
                self._fail(item, error)
                break
            group.append((item, places))
        return group, None, True

    def _append(
        self, reader: Connection, visit: Visit, fresh: dict[str, Original]
    ) -> tuple[Place, ...]:
        """Put a visit's bytes at the end of the WARC; payloads known already become revisits."""
        if self._failure is not None:
            raise self._failure
        originals: dict[int, Original] = {}
        for index, capture in enumerate(visit.captures):
            digest = payload_sha1(capture.payload)
            found = original_of(reader, capture)
            if found is None and capture.status == 200:
                found = fresh.get(digest)
            if found is not None:
                originals[index] = found
        places = self._warc.append_visit(visit, originals=originals)
        for index, (capture, place) in enumerate(zip(visit.captures, places, strict=False)):
            if index not in originals and capture.status == 200 and capture.payload:
                fresh[payload_sha1(capture.payload)] = Original(
                    record_id=place.record_id, url=capture.url, captured_at=capture.captured_at
                )
        return places

    def _write_group(
        self, connection: Connection, group: list[tuple[_Entry, tuple[Place, ...]]]
    ) -> None:
        """fsync, decide, commit, acknowledge: in this order, or nothing at all."""
        try:
            with translated(self.database):
                self._warc.sync()
                reports = self._decide_group(connection, group)
        except BaseException as error:
            for entry, _ in group:
                self._fail(entry, error)
            if not isinstance(error, Exception):
                raise
            return
        for (entry, _), report in zip(group, reports, strict=True):
            self._free(entry)
            entry.done.set_result(report)
        self._rotate(connection)

    def _decide_group(
        self, connection: Connection, group: list[tuple[_Entry, tuple[Place, ...]]]
    ) -> list[Report]:
        """Decide the group in one transaction; where the database refuses something, once more.

        The second time each visit has a savepoint of its own: the one that is refused is kept
        without its reading, the others as they are. Nearly no group needs it.
        """
        try:
            with connection.begin():
                return self._decide_all(connection, group, self._decide)
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:
            if _is_disk(error):
                raise
        with connection.begin():
            return self._decide_all(connection, group, self._decide_apart)

    def _decide_all(
        self,
        connection: Connection,
        group: list[tuple[_Entry, tuple[Place, ...]]],
        one: Callable[[Connection, _Entry, tuple[Place, ...]], Report],
    ) -> list[Report]:
        now = self.clock.now()
        for name in {place.file for _, places in group for place in places}:
            warcs.note_file(connection, name, self.owner, now)
        reports = [one(connection, entry, places) for entry, places in group]
        if self._warc.file is not None:
            warcs.note_known(connection, self._warc.file, self._warc.size_bytes)
        return reports

    def _decide(self, connection: Connection, entry: _Entry, places: tuple[Place, ...]) -> Report:
        """Decide one visit; one that was adopted already is left as it is."""
        record = entry.record
        if entry.places is not None and is_kept(connection, record.visit.id):
            return known_report(record.visit)  # adopted by another process, or before a crash
        return decide(connection, record, places, self.clock.now())

    def _decide_apart(
        self, connection: Connection, entry: _Entry, places: tuple[Place, ...]
    ) -> Report:
        """Decide one visit; what the database refuses is kept without its reading."""
        try:
            with connection.begin_nested():
                return self._decide(connection, entry, places)
        except (SQLAlchemyError, UnicodeError, OverflowError) as error:
            if _is_disk(error) or entry.record.reading is None:
                raise
            refused = without_reading(entry.record, type(error).__name__)
            with connection.begin_nested():
                return self._decide(connection, replace(entry, record=refused), places)

    def _rotate(self, connection: Connection) -> None:
        try:
            sealed = self._warc.rotate_if_due()
            if sealed is not None:
                with translated(self.database), connection.begin():
                    warcs.note_sealed(connection, sealed, self.clock.now())
        except (KhotinError, OSError) as error:
            self._failure = error

    def _run_job(self, connection: Connection, job: _Job) -> None:
        try:
            with translated(self.database), connection.begin():
                result = job.run(connection)
        except Exception as error:  # noqa: BLE001  the caller's own error, handed back to it
            job.done.set_exception(error)
        else:
            job.done.set_result(result)

    def _fail(self, entry: _Entry, error: BaseException) -> None:
        """Nothing after a failed write is taken: the archive stops before harm."""
        if isinstance(error, OSError):
            error = StorageError(f"{self.folder}: {error.strerror}", path=str(self.folder))
        self._failure = self._failure or error
        self._free(entry)
        if not entry.done.done():
            entry.done.set_exception(error)

    def _free(self, entry: _Entry) -> None:
        with self._counting:
            self._waiting_bytes -= entry.record.size_bytes


def _is_disk(error: Exception) -> bool:
    """Whether it is the file that fails, not what was to be written."""
    said = str(getattr(error, "orig", None) or error)  # without the page's own words
    return "locked" in said or "full" in said


def _unstoppable() -> "Future[Any]":
    """A future whose waiter may be cancelled, but never the writing it waits for."""
    done: Future[Any] = Future()
    done.set_running_or_notify_cancel()
    return done


def make_folders(folder: Path) -> None:
    """Make the archive's folders; `StorageError` names the one that cannot be made."""
    for path in (folder, folder / "warc", folder / "locks"):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path}: the archive cannot be made there: {error.strerror}; "
                "name another folder with --archive",
                path=str(path),
            ) from error
