"""What WARC files are spoken of with: places, records, stored captures and visits.

Decides names and fields only. Record ids are bare (`urn:uuid:…`), instants aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.records import Failure, PageKind, Quality

WARC_VERSION: Final = b"WARC/1.1"
IDENTICAL: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
ANSWERS: Final = ("response", "revisit")  # the record types that are a capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a WARC record lies."""

    file: str  # file name inside the WARC folder
    offset: int  # bytes from the start of the file
    length: int  # compressed length
    record_id: str
    record_type: str  # response, revisit, metadata, request or warcinfo

    @property
    def end(self) -> int:
        """Offset of the byte after the record."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """An earlier response that a revisit refers to."""

    record_id: str
    url: str
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcInfo:
    """What each file says of its making."""

    software: str  # name and version
    user_agent: str  # as sent to the portals
    is_part_of: str  # the archive's name


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A file that is never written again."""

    name: str
    size_bytes: int
    sha256: str  # hex


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it lies in the file."""

    headers: Mapping[str, str]  # WARC headers, names in lower case; of a repeated one the first
    block: bytes

    @property
    def record_id(self) -> str:
        """The record's id without its brackets."""
        return self.headers["warc-record-id"].strip("<>")

    @property
    def record_type(self) -> str:
        """`WARC-Type`."""
        return self.headers["warc-type"]

    @property
    def concurrent_to(self) -> str | None:
        """Id of the record this one came with."""
        value = self.headers.get("warc-concurrent-to")
        return None if value is None else value.strip("<>")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCapture:
    """A capture as far as its records hold it; the decoded body is not among it."""

    url: str
    captured_at: datetime
    status: int
    reason: str
    http_version: str
    headers: tuple[tuple[bytes, bytes], ...]  # as received, in order
    payload: bytes | None  # content-coded; None: equal to the payload of `original`
    truncated: str | None
    ip: str | None
    record_id: str
    payload_digest: str | None  # "sha1:" and base32; None for a 304, which has no payload
    original: Original | None = None  # set on a revisit that names one


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCapture:
    """A capture inside a stored visit."""

    place: Place  # of its response or revisit record
    capture: StoredCapture
    request_headers: tuple[tuple[bytes, bytes], ...] = ()
    quality: Quality | None = None  # None when the visit's own record is missing
    duration_ms: int | None = None
    tls_error: str | None = None  # how the certificate failed; None too when that record is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVisit:
    """A visit put together again. Without its own record all but `captures` is None."""

    captures: tuple[KeptCapture, ...]
    id: str | None = None
    place: Place | None = None  # of the visit's own record
    portal: str | None = None
    kind: PageKind | None = None
    cycle_at: datetime | None = None
    started_at: datetime | None = None
    target_url: str | None = None
    page_no: int | None = None
    failure: Failure | None = None
    missing: tuple[str, ...] = ()  # captures it names that were not among the records
