"""Records read back: one by its place, or a file from an offset on.

Decides when stored bytes are damaged. Refuses to know what a record is about.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.errors import Damaged
from storage.warc.files import damaged_at, opened
from storage.warc.members import Member, members
from storage.warc.recover import is_not_modified, stored_capture
from storage.warc.words import Place, StoredCapture, StoredRecord


def scan(
    path: Path, from_offset: int = 0, to_offset: int | None = None
) -> Iterator[tuple[Place, StoredRecord]]:
    """The records between two record boundaries, in order, one in memory at a time.

    `to_offset` is the end of the file when None; give the synced size for a file that is being
    written. Raises Damaged after the last record before bytes that are no whole record.
    """
    with opened(path) as stream:
        end = os.fstat(stream.fileno()).st_size if to_offset is None else to_offset
        whole = from_offset
        for member in members(stream, start=from_offset, end=end):
            record = _record(member, path)
            yield _place(member, record, path), record
            whole = member.end
    if whole != end:
        raise damaged_at(path, whole)


def read_record(folder: Path, place: Place) -> StoredRecord:
    """The record at a place. Raises Damaged when another or none lies there."""
    path = folder / place.file
    with opened(path) as stream:
        found = next(members(stream, start=place.offset, end=place.end), None)
    if found is None or found.end != place.end:
        raise damaged_at(path, place.offset)
    record = _record(found, path)
    if record.record_id != place.record_id:
        raise Damaged(
            f"another record than {place.record_id} at byte {place.offset}: {path}: "
            "bring the file back from a copy",
            path=str(path),
        )
    return record


def read_capture(folder: Path, place: Place) -> StoredCapture:
    """The capture whose response or revisit record lies at a place.

    The head of a 304 lies in the record behind it, and is read too. Raises Damaged.
    """
    record = read_record(folder, place)
    head = None
    if is_not_modified(record):
        for _, after in islice(scan(folder / place.file, place.end), 1):
            head = after if after.concurrent_to == place.record_id else None
    return stored_capture(place, record, head)


def _record(member: Member, path: Path) -> StoredRecord:
    head, _, rest = member.content.partition(b"\r\n\r\n")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "surrogateescape").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    block = rest[:-4]
    if headers.get("content-length") != str(len(block)) or rest[-4:] != b"\r\n\r\n":
        raise damaged_at(path, member.offset)
    if "warc-record-id" not in headers or "warc-type" not in headers:
        raise damaged_at(path, member.offset)
    return StoredRecord(headers=headers, block=block)


def _place(member: Member, record: StoredRecord, path: Path) -> Place:
    return Place(
        file=path.name,
        offset=member.offset,
        length=member.length,
        record_id=record.record_id,
        record_type=record.record_type,
    )
