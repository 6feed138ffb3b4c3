"""A visit's own rows: the visit, its captures, where their bytes lie. Given, never changed."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from core.records import Capture, Document, Quality, Reading, Visit
from storage.statements import Prepared, add, add_for_id, find_first, insert_for
from storage.tables import captures, documents, readings, visits, warc_files
from storage.warc import Original, Place

_ORIGINAL = select(captures.c.record_id, captures.c.url, captures.c.captured_at).limit(1)
_LAST_WHOLE = Prepared(
    _ORIGINAL.where(captures.c.url == bindparam("at_url"), captures.c.status == 200).order_by(
        captures.c.captured_at.desc()
    )
)
_SAME_PAYLOAD = Prepared(
    _ORIGINAL.where(
        captures.c.payload_sha1 == bindparam("at_sha1"),
        captures.c.payload_bytes == bindparam("at_bytes"),
        captures.c.record_type == "response",
    ).order_by(captures.c.id)
)

MIN_REVISIT_BYTES = 1  # an empty payload proves nothing and costs nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A visit whose rows exist: what the deciding steps refer to."""

    visit: Visit
    capture_id: int | None  # of the last capture
    body_sha256: str
    now: datetime  # when this is recorded


def outcome_of(visit: Visit) -> str:
    """One word for how a visit ended."""
    last = visit.last
    if visit.failure is not None or last is None:
        return "failed"
    if last.status == 200:
        return "answered"
    if last.status == 304:  # to a question that no 304 answers it proves nothing
        return "not_modified" if last.quality is Quality.OK else "refused"
    if last.status in (404, 410):
        return "missing"
    if 300 <= last.status < 400:
        return "redirected"
    return "refused"


@lru_cache(maxsize=2)  # asked several times of one answer, on its way through
def payload_sha1(payload: bytes) -> str:
    """The digest every WARC index keys on: SHA-1 of the payload as sent, base32."""
    return base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


def original_of(connection: Connection, capture: Capture) -> Original | None:
    """The earlier response that this answer repeats; None when there is none.

    For a 200 one with the same payload; for a 304 the last whole answer of its URL.
    """
    if capture.status == 304:
        query = _LAST_WHOLE
        wanted: dict[str, Any] = {"at_url": capture.url}
    elif capture.status == 200 and len(capture.payload) >= MIN_REVISIT_BYTES:
        digest = payload_sha1(capture.payload)
        query = _SAME_PAYLOAD
        wanted = {"at_sha1": digest, "at_bytes": len(capture.payload)}
    else:
        return None
    found = query.look(connection, wanted)
    if not found:
        return None
    row = found[0]
    return Original(record_id=row.record_id, url=row.url, captured_at=row.captured_at)


def place_of(connection: Connection, record_id: str) -> Place | None:
    """Where a capture's record lies; None when no row knows it."""
    row = connection.execute(
        select(captures, warc_files.c.name)
        .join(warc_files, warc_files.c.id == captures.c.warc_file_id)
        .where(captures.c.record_id == record_id)
    ).first()
    if row is None:
        return None
    return Place(
        file=row.name,
        offset=row.warc_offset,
        length=row.warc_length,
        record_id=row.record_id,
        record_type=row.record_type,
    )


def is_kept(connection: Connection, visit_id: str) -> bool:
    """Whether the visit has its rows."""
    found = connection.execute(select(visits.c.id).where(visits.c.id == visit_id))
    return found.first() is not None


def keep_visit(
    connection: Connection,
    visit: Visit,
    reading: Reading | None,
    places: tuple[Place, ...],
    now: datetime,
) -> Kept:
    """Insert the visit and its captures; `places` are theirs in order, the visit's own last."""
    file_ids = _file_ids(connection, places)
    own = places[-1]
    row: dict[str, Any] = {
        "id": visit.id,
        "portal": visit.target.portal,
        "url": visit.target.url,
        "kind": visit.target.kind.value,
        "cycle_at": visit.target.cycle_at,
        "started_at": visit.started_at,
        "outcome": outcome_of(visit),
        "error": visit.failure.error if visit.failure else None,
        "message": _clean(visit.failure.message) if visit.failure else None,
        "requests_count": visit.requests_count,
        "warc_file_id": file_ids[own.file],
        "warc_offset": own.offset,
        "warc_length": own.length,
        "recorded_at": now,
    }
    add(connection, visits, row)
    capture_id, body_sha256 = None, ""
    for hop_no, (capture, place) in enumerate(zip(visit.captures, places, strict=False), start=1):
        is_last = hop_no == len(visit.captures)
        row = _capture_row(capture, place, reading if is_last else None)
        row |= {"visit_id": visit.id, "hop_no": hop_no, "warc_file_id": file_ids[place.file]}
        capture_id = add_for_id(connection, captures, row)
        body_sha256 = row["body_sha256"]
    return Kept(visit=visit, capture_id=capture_id, body_sha256=body_sha256, now=now)


def keep_reading(
    connection: Connection,
    kept: Kept,
    reading: Reading,
    *,
    article_id: int | None,
    content_hash: str | None,
) -> None:
    """Insert what the rules saw; texts are in the version, here is only where they came from."""
    places = {field: [found.candidate, found.selector] for field, found in reading.provenance}
    refusals = [
        {"field": refused.field, "text": refused.text, "reason": refused.reason}
        for refused in reading.refusals
    ]
    row = {
        "capture_id": kept.capture_id,
        "article_id": article_id,
        "kind": reading.kind.value,
        "quality": reading.quality.value,
        "layout": reading.layout,
        "rules": reading.rules,
        "content_hash": content_hash,
        "provenance": places or None,
        "refusals": refusals or None,
        "recorded_at": kept.now,
    }
    add(connection, readings, row)


def keep_document(connection: Connection, kept: Kept, document: Document | None) -> None:
    """Keep the text of a file, once for equal bytes."""
    if document is None:
        return
    row = {
        "body_sha256": kept.body_sha256,
        "media_type": document.media_type,
        "pages_count": document.pages_count,
        "text": _clean(document.text),
        "recorded_at": kept.now,
    }
    connection.execute(insert_for(connection, documents).on_conflict_do_nothing(), row)


def _capture_row(capture: Capture, place: Place, reading: Reading | None) -> dict[str, Any]:
    quality = reading.quality if reading is not None else capture.quality
    reason = reading.reason if reading is not None else ""
    if reading is not None and reading.quality is Quality.OK:
        reason = ""
    return {
        "url": capture.url,
        "captured_at": capture.captured_at,
        "status": capture.status,
        "quality": quality.value,
        "reason": _clean(reason)[:500],
        "headers": [[_header(name), _header(value)] for name, value in capture.headers],
        "media_type": _media_type(capture),
        "ip": capture.ip,
        "payload_bytes": len(capture.payload),
        "body_bytes": len(capture.body),
        "payload_sha1": payload_sha1(capture.payload),
        "body_sha256": hashlib.sha256(capture.body).hexdigest(),
        "record_id": place.record_id,
        "record_type": place.record_type,
        "warc_offset": place.offset,
        "warc_length": place.length,
        "duration_ms": capture.duration_ms,
        "tls_error": capture.tls_error,
    }


def _media_type(capture: Capture) -> str | None:
    for name, value in capture.headers:
        if name.lower() == b"content-type":
            return _header(value).partition(";")[0].strip().lower()[:100] or None
    return None


def _header(raw: bytes) -> str:
    return _clean(raw.decode("latin-1"))


def _clean(text: str) -> str:
    """Text that any database takes: no NUL, no lone surrogate."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def _file_ids(connection: Connection, places: tuple[Place, ...]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in {place.file for place in places}:
        row = find_first(connection, warc_files, {"name": name})
        assert row is not None, "a file has its row before its records have theirs"
        found[name] = row.id
    return found
