"""WARC records become captures and visits again (pure).

Decides what a record says about a capture, and which records are one visit. A capture whose
visit has no closing record is given too, in a visit without an id: nothing is lost silently.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.errors import Damaged
from core.records import Failure, PageKind, Quality
from storage.warc import lines
from storage.warc.words import (
    ANSWERS,
    NOT_MODIFIED,
    KeptCapture,
    Original,
    Place,
    StoredCapture,
    StoredRecord,
    StoredVisit,
)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """An answer whose visit is not closed yet, and what came with it."""

    place: Place
    answer: StoredRecord
    head: StoredRecord | None = None  # of a 304
    request_headers: lines.Headers = ()


def is_not_modified(record: StoredRecord) -> bool:
    """Whether the record stands for a 304."""
    return record.headers.get("warc-profile") == NOT_MODIFIED


def stored_capture(
    place: Place, record: StoredRecord, head: StoredRecord | None = None
) -> StoredCapture:
    """The capture a response or revisit record holds; `head` is the 304's metadata record.

    A 304 whose head is missing has no headers. Raises Damaged when the record makes no sense.
    """
    headers = record.headers
    payload: bytes | None
    try:
        if is_not_modified(record):
            line, received = _not_modified_head(head)
            payload = b""
        else:
            line, received, payload = lines.parse_response(
                record.block, is_length_added="khotin-added-header" in headers
            )
            payload = None if record.record_type == "revisit" else payload
        version, status, reason = lines.parse_status_line(line)
        return StoredCapture(
            url=headers["warc-target-uri"],
            captured_at=datetime.fromisoformat(headers["warc-date"]),
            status=status,
            reason=reason,
            http_version=version,
            headers=received,
            payload=payload,
            truncated=headers.get("warc-truncated"),
            ip=headers.get("warc-ip-address"),
            record_id=record.record_id,
            payload_digest=headers.get("warc-payload-digest"),
            original=_original(record),
        )
    except (KeyError, ValueError) as error:
        raise _senseless(place, error) from error


def visits_in(records: Iterable[tuple[Place, StoredRecord]]) -> Iterator[StoredVisit]:
    """The visits that records, in file order, belong to.

    Captures left over come as a visit of their own without an id, before the next visit that
    does not name them or at the end. Other records are passed over. Raises Damaged.
    """
    waiting: dict[str, _Waiting] = {}
    for place, record in records:
        if record.record_type in ANSWERS:
            waiting[record.record_id] = _Waiting(place=place, answer=record)
        elif record.record_type == "request":
            if (answered := waiting.get(record.concurrent_to or "")) is not None:
                answered.request_headers = lines.parse_request(record.block)
        elif record.record_type == "metadata":
            fields = lines.parse_fields(record.block)
            names = {name for name, _ in fields}
            if "khotin-visit" in names:
                yield from _close(place, fields, waiting)
                waiting.clear()
            elif "http-status-line" in names and record.concurrent_to in waiting:
                waiting[record.concurrent_to].head = record
    if waiting:
        yield _unclosed(waiting)


def _close(
    place: Place, fields: tuple[tuple[str, bytes], ...], waiting: dict[str, _Waiting]
) -> Iterator[StoredVisit]:
    texts = [(name, value.decode("utf-8", "replace")) for name, value in fields]
    try:
        named = [_named_capture(text) for name, text in texts if name == "khotin-capture"]
        faults = dict(_named_fault(text) for name, text in texts if name == "khotin-tls-error")
        one = dict(texts)
        kept = tuple(
            _kept(waiting.pop(record_id), quality, duration_ms, faults.get(record_id))
            for record_id, quality, duration_ms in named
            if record_id in waiting
        )
        found = {capture.capture.record_id for capture in kept}
        visit = StoredVisit(
            captures=kept,
            id=one["khotin-visit"],
            place=place,
            portal=one["khotin-portal"],
            kind=PageKind(one["khotin-kind"]),
            cycle_at=datetime.fromisoformat(one["khotin-cycle"]),
            started_at=datetime.fromisoformat(one["khotin-started"]),
            target_url=one["khotin-target"],
            page_no=int(one["khotin-page-no"]),
            failure=_failure(one),
            missing=tuple(record_id for record_id, _, _ in named if record_id not in found),
        )
    except (KeyError, ValueError) as error:
        raise _senseless(place, error) from error
    if waiting:
        yield _unclosed(waiting)
    yield visit


def _unclosed(waiting: dict[str, _Waiting]) -> StoredVisit:
    return StoredVisit(captures=tuple(_kept(answer) for answer in waiting.values()))


def _kept(
    waiting: _Waiting,
    quality: Quality | None = None,
    duration_ms: int | None = None,
    tls_error: str | None = None,
) -> KeptCapture:
    return KeptCapture(
        place=waiting.place,
        capture=stored_capture(waiting.place, waiting.answer, waiting.head),
        request_headers=waiting.request_headers,
        quality=quality,
        duration_ms=duration_ms,
        tls_error=tls_error,
    )


def _named_capture(text: str) -> tuple[str, Quality, int]:
    record_id, quality, duration_ms = text.split(" ")
    return record_id.strip("<>"), Quality(quality), int(duration_ms)


def _named_fault(text: str) -> tuple[str, str]:
    """The capture's record id, and how its certificate failed."""
    record_id, _, told = text.partition(" ")
    return record_id.strip("<>"), told


def _failure(one: dict[str, str]) -> Failure | None:
    if "khotin-error" not in one:
        return None
    return Failure(
        error=one["khotin-error"],
        message=one["khotin-message"],
        is_retryable=one["khotin-retryable"] == "yes",
    )


def _not_modified_head(head: StoredRecord | None) -> tuple[bytes, lines.Headers]:
    if head is None:
        return b"HTTP/1.1 304 ", ()
    fields = lines.parse_fields(head.block)
    status_line = dict(fields)["http-status-line"]
    headers = (lines.parse_header_line(value) for name, value in fields if name == "http-header")
    return status_line, tuple(headers)


def _original(record: StoredRecord) -> Original | None:
    if "warc-refers-to" not in record.headers:
        return None
    return Original(
        record_id=record.headers["warc-refers-to"].strip("<>"),
        url=record.headers["warc-refers-to-target-uri"],
        captured_at=datetime.fromisoformat(record.headers["warc-refers-to-date"]),
    )


def _senseless(place: Place, error: Exception) -> Damaged:
    return Damaged(
        f"the record at byte {place.offset} of {place.file} makes no sense ({error!r}): "
        "bring the file back from a copy",
        path=place.file,
    )
