"""The WARC files as rows: which there are, how far their records have rows, which are sealed.

Finds what a dead process left: a torn tail is cut at the last whole record, the file is sealed,
and records that no row refers to are given out as orphans.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from storage.statements import change
from storage.tables import warc_files
from storage.warc import SealedFile, StoredVisit, is_in_use, repair_tail, scan, seal_file, visits_in

OPEN, SEALED = "open", "sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Bytes of a file whose records have no rows yet."""

    file: str
    offset: int


def note_file(connection: Connection, name: str, writer: str, now: datetime) -> None:
    """Give a file its row when it has none."""
    if connection.execute(select(warc_files.c.id).where(warc_files.c.name == name)).first():
        return
    connection.execute(
        insert(warc_files).values(
            name=name,
            writer=writer,
            location="local",
            state=OPEN,
            created_at=now,
            size_bytes=0,
            known_bytes=0,
        )
    )


def note_known(connection: Connection, name: str, known_bytes: int) -> None:
    """Every record of the file before that offset has rows."""
    sizes = {"known_bytes": known_bytes, "size_bytes": known_bytes}
    change(connection, warc_files, {"name": name}, sizes)


def note_sealed(connection: Connection, sealed: SealedFile, now: datetime) -> None:
    """The file is finished: its size and digest are final."""
    connection.execute(
        update(warc_files)
        .where(warc_files.c.name == sealed.name)
        .values(state=SEALED, sealed_at=now, size_bytes=sealed.size_bytes, sha256=sealed.sha256)
    )


def mend(connection: Connection, folder: Path, now: datetime) -> None:
    """Cut torn tails of files that no process holds, and seal them."""
    rows = {row.name: row for row in connection.execute(select(warc_files))}
    for path in sorted(folder.glob("*.warc.gz")):
        row = rows.get(path.name)
        if (row is not None and row.state != OPEN) or is_in_use(path):
            continue
        if repair_tail(path, row.known_bytes if row is not None else 0) == 0:
            path.unlink()  # its writer died before the first whole record
            continue
        note_file(connection, path.name, "dead", now)
        note_sealed(connection, seal_file(path), now)


def unknown_stretches(connection: Connection) -> list[Stretch]:
    """Sealed files that end with records without rows."""
    rows = connection.execute(
        select(warc_files)
        .where(warc_files.c.state == SEALED, warc_files.c.known_bytes < warc_files.c.size_bytes)
        .order_by(warc_files.c.name)
    )
    return [Stretch(file=row.name, offset=row.known_bytes) for row in rows]


def orphans(folder: Path, stretches: Iterable[Stretch]) -> Iterator[StoredVisit]:
    """The visits that lie there, in file order."""
    for stretch in stretches:
        yield from visits_in(scan(folder / stretch.file, stretch.offset))


def note_adopted(connection: Connection, folder: Path, stretches: Iterable[Stretch]) -> None:
    """Every record of these sealed stretches has rows now."""
    for stretch in stretches:
        note_known(connection, stretch.file, (folder / stretch.file).stat().st_size)
