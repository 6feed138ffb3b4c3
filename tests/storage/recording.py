"""Small records of a portal's pages, and somebody who hands visits to an open archive."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from core.clock import DrivenClock
from core.config import PortalConfig
from core.records import (
    Article,
    Attachment,
    Block,
    BlockKind,
    Capture,
    Count,
    Failure,
    Image,
    KeyState,
    Links,
    PageKind,
    Placement,
    Precision,
    Quality,
    Reading,
    Target,
    Visit,
    WeatherObservation,
    When,
)
from follow import Met, leads_of
from follow import Path as Path_
from portal import site_of
from storage import frontier
from storage.archive import Archive
from storage.database import reader_engine
from storage.frontier import Walk
from storage.keep import payload_sha1
from storage.portals import add_portal
from storage.presence import GoneRule
from storage.record import Report, VisitRecord
from storage.tables import captures, changes, warc_files
from storage.warc import Place, read_capture

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
HOST = "songmay.example.vn"
HOME = f"http://{HOST}/"
PORTAL = "songmay"
KEY = f"host:{HOST}"
RULES = "rules-1"
LONG = "Sáng nay, Ủy ban nhân dân thị xã họp bàn việc tu bổ đê điều trước mùa lũ. " * 8


def article_url(native_id: str = "8104417", section: str = "kinh-te") -> str:
    """Where an article stands: the section is part of its URL."""
    return f"{HOME}{section}/-/view_content/{native_id}-bai.html"


def article(**changes: Any) -> Article:
    """An ordinary article; each keyword replaces a field."""
    fields: dict[str, Any] = {
        "native_id": "8104417",
        "url": article_url(),
        "title": "Thị xã tiêm phòng dại cho 1.240 con chó, mèo",
        "lead": "Chiến dịch kéo dài đến hết tháng.",
        "blocks": (
            Block(kind=BlockKind.PARAGRAPH, text="Đến nay đã tiêm 1.240 con, đạt 87%."),
            Block(kind=BlockKind.IMAGE, text="Cán bộ thú y", url=f"{HOME}image?img_id=1"),
            Block(kind=BlockKind.PARAGRAPH, text="Đợt hai bắt đầu ngày 15/5."),
        ),
        "images": (Image(url=f"{HOME}image?img_id=1", caption="Cán bộ thú y"),),
        "attachments": (Attachment(url=f"{HOME}documents/1/ke-hoach.pdf", name="Kế hoạch"),),
        "authors": ("PHẠM HẢO",),
        "section": "Kinh tế",
        "published": When(
            at=START - timedelta(hours=3),
            precision=Precision.MINUTE,
            text="04/05/2026 | 05:00",
            on=START.date(),
        ),
    }
    return Article(**(fields | changes))


def paragraphs(*texts: str) -> tuple[Block, ...]:
    """A body of plain paragraphs."""
    return tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)


def weather(**changes: Any) -> WeatherObservation:
    """One place of a weather block, filled unless told otherwise."""
    fields: dict[str, Any] = {"place": "Hà Nội", "is_filled": True, "text": "Hà Nội 29 °C",
                              "temperature_c": 29.0}  # fmt: skip
    return WeatherObservation(**(fields | changes))


def unfilled(place: str = "Hà Nội") -> WeatherObservation:
    """A weather block that names the place only."""
    return WeatherObservation(place=place, is_filled=False, text=place)


def placement(position: int, native_id: str, **changes: Any) -> Placement:
    """One item of a listing."""
    fields: dict[str, Any] = {
        "position": position,
        "url": article_url(native_id),
        "title": f"Bài {native_id}",
        "native_id": native_id,
    }
    return Placement(**(fields | changes))


def capture(url: str, at: datetime, **changes: Any) -> Capture:
    """One whole answer with a page of its own."""
    body = changes.pop("body", f"<html>{url} {at.isoformat()}</html>".encode())
    fields: dict[str, Any] = {
        "url": url,
        "captured_at": at,
        "status": 200,
        "reason": "OK",
        "http_version": "1.1",
        "headers": ((b"Content-Type", b"text/html;charset=UTF-8"),),
        "request_headers": ((b"Host", HOST.encode()),),
        "payload": body,
        "body": body,
        "quality": Quality.OK,
        "ip": "127.0.0.1",
        "duration_ms": 7,
    }
    return Capture(**(fields | changes))


def reading(of: Capture, **changes: Any) -> Reading:
    """What the rules saw in a capture: nothing but its quality, unless told otherwise."""
    fields: dict[str, Any] = {
        "url": of.url,
        "captured_at": of.captured_at,
        "quality": Quality.OK,
        "reason": "",
        "kind": PageKind.OTHER,
        "family": "hanoi-liferay",
        "layout": "hanoi-liferay/2022",
        "rules": RULES,
        "canonical_url": of.url,
    }
    return Reading(**(fields | changes))


class Recorder:
    """Visits a portal that only exists in records; each method is one visit, recorded at once."""

    def __init__(self, archive: Archive, clock: DrivenClock) -> None:
        self.archive, self.clock = archive, clock
        self.cycle_at = clock.now()
        self.rule = GoneRule(checks=2, apart=timedelta(hours=6))
        config = PortalConfig(host=HOST, scheme="http", family="hanoi-liferay")
        self.path = Path_(
            site=site_of(PORTAL, config), config=config, walk=Walk(), keys={HOST: KEY}, met=Met()
        )
        self.run(lambda c: add_portal(c, PORTAL, config, clock.now()))
        self.run(lambda c: frontier.add_key(c, KEY, 0.0, clock.now()))

    def run(self, job: Callable[[Connection], Any]) -> Any:
        """One job of the writer, waited for."""
        return self.archive.run(job).result(timeout=30)

    def next_cycle(self, hours: float = 12.0) -> None:
        """So much later, a new cycle."""
        self.clock.move_to(self.clock.now() + timedelta(hours=hours))
        self.cycle_at = self.clock.now()

    def record_of(
        self, captures: tuple[Capture, ...], seen: Reading | None, **target: Any
    ) -> VisitRecord:
        """A visit with these captures and what was read in the last one."""
        fields: dict[str, Any] = {
            "portal": PORTAL,
            "url": captures[0].url if captures else article_url(),
            "kind": PageKind.ARTICLE,
            "cycle_at": self.cycle_at,
        }
        failure = target.pop("failure", None)
        visit = Visit(
            id=secrets.token_hex(16),
            target=Target(**(fields | target)),
            started_at=self.clock.now(),
            captures=captures,
            failure=failure,
        )
        return VisitRecord(
            visit=visit,
            reading=seen,
            key=KEY,
            key_state=KeyState(next_slot_at=self.clock.now() + timedelta(seconds=2)),
            gone_rule=self.rule,
            retry_at=None,
            leads=leads_of(self.path, visit, seen),
        )

    def record(self, captures: tuple[Capture, ...], seen: Reading | None, **target: Any) -> Report:
        """Record one visit and wait until it is kept; a job closes the writer's group at once."""
        kept = self.archive.record(self.record_of(captures, seen, **target))
        self.archive.run(lambda _: None)
        return kept.result(timeout=30)

    def shows(
        self, found: Article, *, views: int | None = None, asked: str | None = None, **more: Any
    ) -> Report:
        """The article stands there; `asked` is an old URL that leads to it."""
        return self.record(*self.article_page(found, views=views, asked=asked, **more))

    def article_page(
        self, found: Article, *, views: int | None = None, asked: str | None = None, **more: Any
    ) -> tuple[tuple[Capture, ...], Reading]:
        """The captures and the reading of an article's page."""
        body = more.pop("body", None)
        now = self.clock.now()
        last = capture(found.url, now, **({"body": body} if body is not None else {}))
        seen = reading(
            last,
            kind=PageKind.ARTICLE,
            article=found,
            canonical_url=found.url,
            view_count=Count(count=views, text=str(views)) if views is not None else None,
            **more,
        )
        if asked is None:
            return (last,), seen
        hop = capture(
            asked, now, status=302, headers=((b"Location", found.url.encode()),), body=b""
        )
        return (hop, last), seen

    def answers(self, status: int, url: str | None = None, **more: Any) -> Report:
        """An answer without a page: 404, 304, 500."""
        body = b"" if status == 304 else f"{status} {self.clock.now()}".encode()
        last = capture(url or article_url(), self.clock.now(), status=status, body=body)
        return self.record((last,), None if status == 304 else reading(last), **more)

    def is_silent(self, url: str | None = None) -> Report:
        """Nobody answers."""
        failure = Failure(error="Unreachable", message="connection refused", is_retryable=True)
        return self.record((), None, url=url or article_url(), failure=failure)

    def lists(self, *items: Placement, url: str = f"{HOME}kinh-te", **more: Any) -> Report:
        """A listing with these items; `next_url` is its next page."""
        last = capture(url, self.clock.now())
        next_url = more.pop("next_url", None)
        seen = reading(
            last,
            kind=PageKind.LISTING,
            placements=items,
            links=Links(articles=tuple(dict.fromkeys(item.url for item in items)), next=next_url),
            **more,
        )
        return self.record((last,), seen, kind=PageKind.LISTING)

    def leads_home(self, url: str | None = None, **more: Any) -> Report:
        """An article's URL that leads to the front page."""
        now = self.clock.now()
        asked = url or article_url()
        hop = capture(asked, now, status=302, headers=((b"Location", b"/"),), body=b"")
        last = capture(HOME, now)
        seen = reading(last, **({"quality": Quality.WRONG_PAGE, "reason": "a listing"} | more))
        return self.record((hop, last), seen)


@cache
def _empty_database() -> bytes:
    """A new archive's database, made once: the migrations take longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        with Archive(Path(folder), DrivenClock(START), user_agent="test"):
            pass
        return (Path(folder) / "archive.db").read_bytes()


@contextmanager
def recording(folder: Path, at: datetime = START) -> Iterator[Recorder]:
    """An open archive, new when there is none in the folder, and its recorder."""
    clock = DrivenClock(at)
    if not (folder / "archive.db").exists():
        folder.mkdir(exist_ok=True)
        (folder / "archive.db").write_bytes(_empty_database())
    with Archive(folder, clock, user_agent="test") as archive:
        yield Recorder(archive, clock)


def rows(folder: Path, statement: Any) -> list[Any]:
    """What a second connection sees, read-only."""
    with reader_engine(folder / "archive.db").connect() as connection:
        return list(connection.execute(statement).all())


def count(folder: Path, table: Any) -> int:
    """How many rows a second connection sees."""
    return int(rows(folder, select(func.count()).select_from(table))[0][0])


def kinds(folder: Path) -> list[str]:
    """The kinds of all changes, in order."""
    return [row.kind for row in rows(folder, select(changes.c.kind).order_by(changes.c.id))]


def place_of(row: Any) -> Place:
    """Where a capture's row, joined with its file's name, says that its record lies."""
    return Place(
        file=row.name,
        offset=row.warc_offset,
        length=row.warc_length,
        record_id=row.record_id,
        record_type=row.record_type,
    )


def every_capture_reads_back(folder: Path) -> int:
    """Each row's place holds a record whose payload has the row's digest; gives their number."""
    found = rows(
        folder,
        select(captures, warc_files.c.name).join(
            warc_files, warc_files.c.id == captures.c.warc_file_id
        ),
    )
    by_record = {row.record_id: row for row in found}
    for row in found:
        kept = read_capture(folder / "warc", place_of(row))
        assert (kept.status, kept.url) == (row.status, row.url)
        payload = kept.payload
        if payload is None:  # a revisit: the bytes are its original's
            assert kept.original is not None
            original = by_record[kept.original.record_id]
            payload = read_capture(folder / "warc", place_of(original)).payload
        assert payload is not None
        assert payload_sha1(payload) == row.payload_sha1
        assert len(payload) == row.payload_bytes
    return len(found)
