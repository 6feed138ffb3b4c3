"""A visit becomes WARC 1.1 records (ISO 28500), each compressed and ready to append (pure).

Decides which records a visit has, in which order, and every header. Payloads are stored
content-coded as sent; digests are over those bytes, so warcio, fastwarc and jwarc agree.
Refuses to know files and offsets. Only record ids are random.
"""

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.records import Capture, Visit
from storage.warc import lines
from storage.warc.members import pack
from storage.warc.words import IDENTICAL, NOT_MODIFIED, WARC_VERSION, Original, WarcInfo

_FIELDS: Final = "application/warc-fields"
_RESPONSE: Final = "application/http;msgtype=response"
_REQUEST: Final = "application/http;msgtype=request"
_SPECIFICATION: Final = (
    b"http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
)
_CUTS: Final = ("length", "time", "disconnect")
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)

Header = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One record, compressed."""

    record_id: str
    record_type: str
    member: bytes


def warcinfo_piece(info: WarcInfo, *, file: str, at: datetime, is_simulated: bool) -> Piece:
    """The record that opens a file."""
    fields = [
        ("software", lines.text_line(info.software)),
        ("format", b"WARC File Format 1.1"),
        ("conformsTo", _SPECIFICATION),
        ("robots", b"classic"),
        ("http-header-user-agent", lines.text_line(info.user_agent)),
        ("isPartOf", lines.text_line(info.is_part_of)),
    ]
    if is_simulated:
        told = b"simulated: the instants in this file come from a driven clock, not from the world"
        fields.append(("khotin-time", told))
    headers: list[Header] = [("WARC-Filename", file), ("Content-Type", _FIELDS)]
    return _piece("warcinfo", at, headers, (lines.write_fields(fields),))


def visit_pieces(visit: Visit, originals: Mapping[int, Original]) -> list[Piece]:
    """All records of a visit, the visit's own last. `originals` is by index of the capture."""
    pieces: list[Piece] = []
    answers: list[Piece] = []
    for index, capture in enumerate(visit.captures):
        answer, *others = _capture_pieces(capture, originals.get(index))
        answers.append(answer)
        pieces += [answer, *others]
    return [*pieces, _visit_piece(visit, answers)]


def instant_text(instant: datetime) -> str:
    """`2026-11-23T19:03:00.000000Z`. Raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a zone: {instant!r}")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha1_text(*parts: bytes) -> str:
    """`sha1:` and base32, the form every index keys on."""
    digest = hashlib.sha1(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return "sha1:" + base64.b32encode(digest.digest()).decode("ascii")


def _capture_pieces(capture: Capture, original: Original | None) -> list[Piece]:
    if capture.status == 304 and not capture.payload:
        pieces = _not_modified_pieces(capture, original)
    elif original is not None:
        pieces = [_identical_piece(capture, original)]
    else:
        pieces = [_response_piece(capture)]
    headers: list[Header] = [
        ("WARC-Target-URI", lines.uri(capture.url)),
        ("WARC-Concurrent-To", f"<{pieces[0].record_id}>"),
        ("Content-Type", _REQUEST),
    ]
    block = (lines.request_head(capture),)
    return [*pieces, _piece("request", capture.captured_at, headers, block)]


def _response_piece(capture: Capture) -> Piece:
    head, is_length_added = lines.response_head(capture)
    headers = [*_about(capture), *_about_payload(capture, is_length_added=is_length_added)]
    return _piece("response", capture.captured_at, headers, (head, capture.payload))


def _identical_piece(capture: Capture, original: Original) -> Piece:
    """The head is kept, with the payload's length; the payload is the original's."""
    head, is_length_added = lines.response_head(capture)
    headers = [
        *_about(capture),
        *_refers_to(IDENTICAL, original),
        *_about_payload(capture, is_length_added=is_length_added),
    ]
    return _piece("revisit", capture.captured_at, headers, (head,))


def _not_modified_pieces(capture: Capture, original: Original | None) -> list[Piece]:
    """An empty revisit; pywb would replay a 304 head in it as an empty page.

    The head lies in a `metadata` record of fields, which no index takes for a capture.
    """
    headers = [*_about(capture), *_refers_to(NOT_MODIFIED, original)]
    revisit = _piece("revisit", capture.captured_at, headers, ())
    fields = [("http-status-line", lines.status_line(capture))]
    fields += [("http-header", lines.header_line(*header)) for header in capture.headers]
    headers = [
        ("WARC-Target-URI", lines.uri(capture.url)),
        ("WARC-Concurrent-To", f"<{revisit.record_id}>"),
        ("Content-Type", _FIELDS),
    ]
    block = (lines.write_fields(fields),)
    return [revisit, _piece("metadata", capture.captured_at, headers, block)]


def _visit_piece(visit: Visit, answers: list[Piece]) -> Piece:
    """The visit's own record; it says what the captures' records cannot."""
    target = visit.target
    fields = [
        ("khotin-visit", visit.id),
        ("khotin-portal", target.portal),
        ("khotin-kind", str(target.kind)),
        ("khotin-cycle", instant_text(target.cycle_at)),
        ("khotin-started", instant_text(visit.started_at)),
        ("khotin-target", lines.uri(target.url)),
        ("khotin-page-no", str(target.page_no)),
    ]
    for piece, capture in zip(answers, visit.captures, strict=True):
        told = f"<{piece.record_id}> {capture.quality} {capture.duration_ms}"
        fields.append(("khotin-capture", told))
        if capture.tls_error is not None:
            fields.append(("khotin-tls-error", f"<{piece.record_id}> {capture.tls_error}"))
    if visit.failure is not None:
        fields += [
            ("khotin-error", visit.failure.error),
            ("khotin-message", visit.failure.message),
            ("khotin-retryable", "yes" if visit.failure.is_retryable else "no"),
        ]
    headers: list[Header] = [("WARC-Target-URI", lines.uri(target.url))]
    if answers:
        headers.append(("WARC-Concurrent-To", f"<{answers[0].record_id}>"))
    headers.append(("Content-Type", _FIELDS))
    block = lines.write_fields((name, lines.text_line(text)) for name, text in fields)
    return _piece("metadata", visit.started_at, headers, (block,))


def _about(capture: Capture) -> list[Header]:
    headers: list[Header] = [("WARC-Target-URI", lines.uri(capture.url))]
    if capture.ip is not None:
        headers.append(("WARC-IP-Address", capture.ip))
    if capture.truncated is not None:
        cut = capture.truncated if capture.truncated in _CUTS else "unspecified"
        headers.append(("WARC-Truncated", cut))
    return headers


def _about_payload(capture: Capture, *, is_length_added: bool) -> list[Header]:
    headers: list[Header] = [("WARC-Payload-Digest", sha1_text(capture.payload))]
    media_type = _sniff(capture.body)
    if media_type is not None:
        headers.append(("WARC-Identified-Payload-Type", media_type))
    if is_length_added:
        headers.append(("Khotin-Added-Header", "Content-Length"))
    return [*headers, ("Content-Type", _RESPONSE)]


def _refers_to(profile: str, original: Original | None) -> list[Header]:
    headers: list[Header] = [("WARC-Profile", profile)]
    if original is None:
        return headers
    return [
        *headers,
        ("WARC-Refers-To", f"<{original.record_id}>"),
        ("WARC-Refers-To-Target-URI", lines.uri(original.url)),
        ("WARC-Refers-To-Date", instant_text(original.captured_at)),
    ]


def _piece(
    record_type: str, at: datetime, headers: list[Header], block: tuple[bytes, ...]
) -> Piece:
    record_id = f"urn:uuid:{uuid.uuid4()}"
    told: list[Header] = [
        ("WARC-Type", record_type),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", instant_text(at)),
        *headers,
        ("WARC-Block-Digest", sha1_text(*block)),
        ("Content-Length", str(sum(map(len, block)))),
    ]
    head = lines.write_fields((name, lines.text_line(value)) for name, value in told)
    member = pack((WARC_VERSION + b"\r\n", head, b"\r\n", *block, b"\r\n\r\n"))
    return Piece(record_id=record_id, record_type=record_type, member=member)


def _sniff(body: bytes) -> str | None:
    """The media type the decoded body shows by itself; None when it shows none."""
    for magic, media_type in _MAGIC:
        if body.startswith(magic):
            return media_type
    start = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.startswith(b"<"):
        return None
    if b"<!doctype html" in start or b"<html" in start:
        return "text/html"
    return "application/xml" if start.startswith((b"<?xml", b"<rss", b"<feed")) else None
