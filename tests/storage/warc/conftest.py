"""Captures and visits of every kind, and writers to put them into files."""

import gzip
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest

from core.clock import DrivenClock
from core.records import Capture, Failure, PageKind, Quality, Target, Visit
from storage.warc import Original, Place, WarcInfo, WarcWriter

START = datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)
PAGE = "<!DOCTYPE html><html><title>Tin Sơn Tây</title><p>Lễ hội đền Và</p></html>".encode()
URL = "https://sontay.hanoi.gov.vn/tin-tuc/-/123.html?x=1"
INFO = WarcInfo(
    software="Khotin/0.1.0", user_agent="Khotin/0.1 (+https://a.example)", is_part_of="Test"
)


class Samples:
    """Makes captures and visits; each keyword replaces a field of an ordinary one."""

    page = PAGE
    url = URL
    start = START
    info = INFO

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def capture(self, **changes: Any) -> Capture:
        """An ordinary page with a right Content-Length, unless told otherwise."""
        payload = changes.get("payload", PAGE)
        fields: dict[str, Any] = {
            "url": URL,
            "captured_at": START,
            "status": 200,
            "reason": "OK",
            "http_version": "1.1",
            "headers": (
                (b"Content-Type", b"text/html; charset=utf-8"),
                (b"Content-Length", b"%d" % len(payload)),
            ),
            "request_headers": ((b"Host", b"sontay.hanoi.gov.vn"), (b"Cookie", b"***")),
            "payload": payload,
            "body": payload,
            "quality": Quality.OK,
            "ip": "192.0.2.7",
            "duration_ms": 42,
        }
        return Capture(**(fields | changes))

    def visit(self, *captures: Capture, failure: Failure | None = None) -> Visit:
        """A visit to the ordinary page."""
        number = next(self._numbers)
        target = Target(
            portal="sontay", url=URL, kind=PageKind.ARTICLE, cycle_at=START - timedelta(minutes=5)
        )
        return Visit(
            id=f"{number:032x}",
            target=target,
            started_at=START,
            captures=captures,
            failure=failure,
        )

    def every_kind(self) -> dict[str, Visit]:
        """One visit of each kind that a portal can bring about, by name."""
        capture, visit = self.capture, self.visit
        packed = gzip.compress(PAGE * 50, mtime=0)
        coded = brotli.compress(PAGE * 50)
        hop = capture(
            status=301, reason="Moved", headers=((b"Location", b"/b"),), payload=b"", body=b""
        )
        cut = Failure(
            error="Truncated", message="the answer stopped at 40 bytes", is_retryable=True
        )
        lost = Failure(error="Unreachable", message="no route\r\nto host \udcff", is_retryable=True)
        not_modified = capture(
            status=304, reason="Not Modified", headers=((b"ETag", b'"x"'),), payload=b"", body=b""
        )
        weird = (
            (b"X-Split", b"a\r\n\r\nHTTP/1.1 200 OK"),
            (b"X Space:\n", b"\x00\xff\xfe v"),
            (b"", b"no name"),
            (b" folded", b" lead and trail \t"),
            (b"X-Khotin-Received-Via", b"a mirror of ours"),
            (b"Set-Cookie", b"a=1"),
            (b"set-cookie", b""),
            (b"X-Viet", "Sơn Tây".encode()),
        )
        return {
            "page": visit(capture()),
            "hops": visit(hop, capture(url="https://sontay.hanoi.gov.vn/b", status=200)),
            "not_modified": visit(not_modified),
            "not_found": visit(capture(status=404, reason="Không thấy")),
            "no_answer": visit(failure=lost),
            "truncated": visit(
                capture(
                    headers=((b"Content-Length", b"9000"),),
                    payload=PAGE[:40],
                    truncated="disconnect",
                ),
                failure=cut,
            ),
            "weird": visit(capture(headers=weird, reason="O\r\nK\udcff \ud800", payload=b"x")),
            "gzip": visit(
                capture(
                    headers=((b"Content-Encoding", b"gzip"), (b"Transfer-Encoding", b"chunked")),
                    payload=packed,
                    body=PAGE * 50,
                )
            ),
            "brotli": visit(
                capture(headers=((b"Content-Encoding", b"br"),), payload=coded, body=PAGE * 50)
            ),
            "empty": visit(capture(payload=b"", body=b"", headers=(), reason="", ip=None)),
            "http_1_0": visit(capture(http_version="1.0", ip="2001:db8::7")),
            "pdf": visit(capture(payload=b"%PDF-1.7 ...", headers=())),
            "broken_url": visit(capture(url="http://a.example/Sơn Tây\r\nX: y?q=[|]#f")),
        }


@pytest.fixture(scope="session")
def samples() -> Samples:
    """The maker of samples."""
    return Samples()


@pytest.fixture(scope="session")
def write() -> Callable[..., tuple[Path, list[tuple[Place, ...]]]]:
    """Write visits into a new sealed file; gives its path and each visit's places."""

    def write_visits(folder: Path, *visits: Visit) -> tuple[Path, list[tuple[Place, ...]]]:
        writer = WarcWriter(folder, info=INFO, clock=DrivenClock(START))
        places = [writer.append_visit(visit) for visit in visits]
        sealed = writer.close()
        assert sealed is not None
        return folder / sealed.name, places

    return write_visits


@dataclass
class Full:
    """A file with a visit of every kind, and one that repeats the first one's payload."""

    path: Path
    visits: dict[str, Visit]
    places: dict[str, tuple[Place, ...]]


@pytest.fixture(scope="session")
def full(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> Full:
    """Every kind of visit in one sealed file."""
    folder = tmp_path_factory.mktemp("full")
    visits = samples.every_kind()
    clock = DrivenClock(START)
    places: dict[str, tuple[Place, ...]] = {}
    with WarcWriter(folder, info=INFO, clock=clock) as writer:
        for name, visit in visits.items():
            places[name] = writer.append_visit(visit)
        first = Original(record_id=places["page"][0].record_id, url=URL, captured_at=START)
        later = START + timedelta(hours=1)
        visits["same_again"] = samples.visit(samples.capture(captured_at=later))
        places["same_again"] = writer.append_visit(visits["same_again"], originals={0: first})
        still = samples.capture(captured_at=later, status=304, payload=b"", headers=())
        visits["still_stands"] = samples.visit(still)
        places["still_stands"] = writer.append_visit(visits["still_stands"], originals={0: first})
        name = writer.file
    assert name is not None
    return Full(path=folder / name, visits=visits, places=places)


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable
