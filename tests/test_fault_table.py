"""Every fault of the fault server in one table: what becomes of a visit that meets it.

The table is run twice: by the fetcher alone with short limits, and by whole crawls, a portal for
each fault, all side by side in an archive. Nothing may hang and nothing may be left open.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import DrivenClock
from core.config import parse
from core.records import Capture, KeyState, PageKind, Target, Visit
from crawler.fetch import Fetcher, FetchSettings
from crawler.politeness import after_answer, retry_due_at
from cycle import crawl
from storage import queries
from storage.archive import Archive
from storage.tables import captures, frontier, politeness_keys, visits, warc_files
from storage.warc import read_capture
from tally import Tally
from tests.faults import FAULTS, PAGE, FaultServer, closed_port
from tests.faults.certificates import HOST, Authority
from tests.faults.leaks import nothing_leaks
from tests.faults.statuses import ERROR_PAGE, LOGIN
from tests.storage.recording import place_of

NOW = datetime(2025, 1, 1, 7, 0, tzinfo=UTC)  # what the dates of `statuses.py` are written for
DELAY_S = 5.0
DAY_S = 86_400.0
WIRE_BYTES = 1 << 20
REFUSED = "(refused)"  # nobody listens
HURRIED = FetchSettings(
    user_agent="Khotin/test (+https://khotin.example)",
    connect_s=2.0,
    idle_s=0.4,
    total_s=1.0,
    max_wire_bytes=WIRE_BYTES,
    max_body_bytes=2 << 20,
    allowed_networks=(ip_network("127.0.0.1/32"),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is promised for one fault."""

    failure: str = ""  # class of the visit's failure
    statuses: tuple[int, ...] = (200,)  # of its captures, hop by hop
    quality: str = "ok"  # of the last capture's bytes
    truncated: str | None = None
    kept: bytes | int | None = PAGE  # the last capture's body, or its payload's bytes; None: some
    key_s: float = DELAY_S  # until the politeness key may be asked again
    retry_s: float | None = None  # until the target is due again; None: by the usual schedule
    outcome: str = "answered"  # of the visit, as its row says
    reads: str = ""  # quality in the archive, after reading; "" for that of the bytes


def cut(kept: bytes | None, why: str | None = "disconnect") -> Row:
    """The head came, the body only in part: the part is kept, the rest is asked for again."""
    return Row(quality="truncated", truncated=why, kept=kept, retry_s=300.0)


def too_large(kept: int, truncated: str | None = None) -> Row:
    """More than allowed; the next time it would be no less."""
    return Row(quality="too_large", truncated=truncated, kept=kept)


def undecodable(kept: int) -> Row:
    """Bytes in no coding we know: kept as they came."""
    return Row(quality="undecodable", kept=kept)


def failing(error: str, retry_s: float | None = None) -> Row:
    """No head: nothing is kept but the failure, and the host is left alone for a minute."""
    return Row(failure=error, statuses=(), kept=None, key_s=60.0, retry_s=retry_s, outcome="failed")


def status(code: int, kept: bytes, reads: str = "ok", **more: Any) -> Row:
    """A whole answer that is no page."""
    return Row(statuses=(code,), kept=kept, reads=reads, **({"outcome": "refused"} | more))


def waiting(code: int, key_s: float, retry_s: float = 300.0) -> Row:
    """A 429 or 503: the key waits, and the target at least as long."""
    kept = b"slow" if code == 429 else b"busy"
    return status(code, kept, "server_error", key_s=key_s, retry_s=retry_s)


def leading(*statuses: int, kept: bytes = b"moved", failure: str = "") -> Row:
    """Redirects whose last is the last word."""
    outcome = "failed" if failure else "redirected"
    return Row(statuses=statuses, kept=kept, failure=failure, outcome=outcome)


WHOLE = Row()
UNREACHABLE = failing("Unreachable", 300.0)
TIMED_OUT = failing("TimedOut", 300.0)
NO_HTTP = replace(failing("Malformed", 300.0), key_s=DELAY_S)  # somebody answered
TOO_MUCH_HEAD = replace(failing("TooLarge"), key_s=DELAY_S)
ELSEWHERE = leading(302)  # to what is no page, or not this portal's
TABLE: dict[str, Row] = {
    # --- bodies
    "/ok": WHOLE,
    "/ok-gzip": WHOLE,
    "/ok-br": WHOLE,
    "/ok-deflate": WHOLE,
    "/ok-deflate-raw": WHOLE,
    "/ok-zstd": WHOLE,
    "/ok-stack": WHOLE,
    "/ok-stack-apart": WHOLE,
    "/ok-chunked": Row(kept=PAGE[:300], reads="truncated"),  # it ends inside a character
    "/ok-keep-alive": WHOLE,
    "/ok-http-1.0": WHOLE,
    "/gzip-and-rest": WHOLE,
    "/two-answers": WHOLE,
    "/wrong-charset": WHOLE,
    "/unknown-charset": WHOLE,
    "/latin1": Row(kept="<p>café".encode("latin-1")),
    "/windows-1258": Row(kept=None),
    "/binary": Row(kept=508),
    "/empty": Row(quality="empty", kept=b""),
    "/unknown-coding": undecodable(len(PAGE)),
    "/too-deep-stack": undecodable(len(PAGE)),
    "/not-gzip": undecodable(len(PAGE)),
    "/wrong-coding": Row(quality="undecodable", kept=None),
    "/damaged-gzip": Row(quality="undecodable", kept=None),
    "/truncated-gzip": cut(None, None),
    "/bomb-gzip": Row(quality="too_large", kept=None),
    "/bomb-br": Row(quality="too_large", kept=None),
    "/bomb-zstd": Row(quality="too_large", kept=None),
    "/bomb-nested": Row(quality="too_large", kept=None),
    "/endless-gzip": too_large(WIRE_BYTES, "length"),
    "/huge": too_large(WIRE_BYTES, "length"),
    "/huge-chunked": too_large(WIRE_BYTES, "length"),
    "/truncated": cut(PAGE[:300]),
    "/too-long": Row(kept=PAGE[:100], reads="truncated"),  # what was announced is the answer
    "/too-long-later": Row(kept=PAGE[:100], reads="truncated"),
    "/cut-chunked": cut(PAGE[:300]),
    "/bad-chunk": cut(PAGE[:300]),
    "/bad-chunk-later": cut(PAGE[:300]),
    "/chunk-too-short": cut(PAGE[:5]),
    "/chunk-beyond-counting": cut(b""),
    "/chunk-below-zero": cut(b""),
    # --- heads
    "/duplicate-length": NO_HTTP,
    "/length-and-chunked": NO_HTTP,
    "/length-of-minus-one": NO_HTTP,
    "/length-of-letters": NO_HTTP,
    "/length-beyond-counting": NO_HTTP,
    "/bad-header-name": NO_HTTP,
    "/header-without-colon": NO_HTTP,
    "/header-with-nul": NO_HTTP,
    "/not-http": NO_HTTP,
    "/http-0.9": NO_HTTP,
    "/http-9.9": NO_HTTP,
    "/status-of-letters": NO_HTTP,
    "/status-99": NO_HTTP,
    "/giant-header": TOO_MUCH_HEAD,
    "/many-headers": TOO_MUCH_HEAD,
    "/giant-reason": TOO_MUCH_HEAD,
    "/headers-without-end": TOO_MUCH_HEAD,
    "/folded-header": WHOLE,
    "/header-in-utf8": WHOLE,
    "/header-in-no-charset": WHOLE,
    "/duplicate-headers": WHOLE,
    "/big-header": WHOLE,
    "/odd-reason": WHOLE,
    "/no-reason": WHOLE,
    "/http-1.0": WHOLE,
    "/http-2.0": WHOLE,
    "/line-feeds-only": Row(kept=b"ok"),
    "/100-first": WHOLE,
    "/103-first": WHOLE,
    "/101": status(101, b""),
    "/204": status(204, b""),
    "/204-with-body": status(204, b""),
    "/205-with-body": status(205, PAGE),
    "/status-999": status(999, PAGE, "server_error", retry_s=300.0),
    # --- connections
    REFUSED: UNREACHABLE,
    "/reset-before": UNREACHABLE,
    "/reset-headers": UNREACHABLE,
    "/close-before": UNREACHABLE,
    "/close-in-headers": UNREACHABLE,
    "/silence": TIMED_OUT,
    "/silence-in-head": TIMED_OUT,
    "/drip-head": TIMED_OUT,
    "/interim-without-end": TIMED_OUT,
    "/reset-body": cut(PAGE[:300]),
    "/silence-in-body": cut(PAGE[:300], "time"),
    "/silence-in-chunks": cut(PAGE[:300], "time"),
    "/drip": cut(None, "time"),
    "/trailers-without-end": cut(PAGE[:300]),
    "/slow-but-whole": WHOLE,
    "/stale": WHOLE,
    # --- certificates
    "expired": UNREACHABLE,
    "wrong-name": UNREACHABLE,
    "self-signed": UNREACHABLE,
    "unknown-issuer": UNREACHABLE,
    "early": UNREACHABLE,
    "good": WHOLE,
    # --- redirects
    "/chain/3": Row(statuses=(302, 302, 302, 200)),
    "/chain/12": leading(*[302] * 11, failure="Disallowed"),
    "/numbered/0": leading(*[302] * 11, failure="Disallowed"),
    "/loop-a": leading(302, 302, failure="Disallowed"),
    "/loop-b": leading(302, 302, failure="Disallowed"),
    "/loop-self": leading(302, failure="Disallowed"),
    "/cookie-demanding": leading(302, kept=b"", failure="Disallowed"),
    "/to-relative": Row(statuses=(302, 200)),
    "/to-raw-utf8": Row(statuses=(302, 200)),
    "/to-fragment": Row(statuses=(308, 200)),
    "/to-two-places": Row(statuses=(302, 200)),
    "/to-other-host": leading(301),
    "/to-mail": ELSEWHERE,
    "/to-file": ELSEWHERE,
    "/to-script": ELSEWHERE,
    "/to-data": ELSEWHERE,
    "/to-ftp": ELSEWHERE,
    "/to-credentials": ELSEWHERE,
    "/to-garbage": ELSEWHERE,
    "/to-far": ELSEWHERE,
    "/to-private": ELSEWHERE,
    "/to-private-in-hex": ELSEWHERE,
    "/to-metadata": ELSEWHERE,
    "/to-loopback": ELSEWHERE,
    "/to-mapped": ELSEWHERE,
    "/to-nowhere": leading(302, kept=b""),
    "/300": leading(300, kept=b"<p>choose"),
    # --- answers that are no pages
    "/304": WHOLE,
    "/304-without-cause": status(304, b"", "empty", quality="empty", retry_s=300.0),
    "/304-with-body": status(304, b"", "empty", quality="empty", retry_s=300.0),
    "/changing-etag": WHOLE,
    "/400": status(400, b"<p>400"),
    "/401": status(401, LOGIN, "login_wall"),
    "/403": status(403, b"<p>403", "bot_wall"),
    "/404": status(404, b"<p>404", outcome="missing"),
    "/407": status(407, b"<p>407"),
    "/410": status(410, b"<p>410", outcome="missing"),
    "/451": status(451, b"<p>451"),
    "/500": status(500, b"<p>500", "server_error", retry_s=300.0),
    "/502": status(502, b"<p>502", "server_error", retry_s=300.0),
    "/500-retry-after": status(500, b"slow", "server_error", retry_s=300.0),
    "/200-with-error": Row(kept=ERROR_PAGE, reads="server_error"),
    "/200-with-login": Row(kept=LOGIN, reads="login_wall"),
    # --- Retry-After: 60 s without one that makes sense, seven days at most
    "/429": waiting(429, 60.0),
    "/429-retry-after": waiting(429, 120.0),
    "/429-date": waiting(429, 600.0, 600.0),
    "/429-year-9999": waiting(429, 7 * DAY_S, 7 * DAY_S),
    "/429-huge": waiting(429, 7 * DAY_S, 7 * DAY_S),
    "/429-past": waiting(429, DELAY_S),
    "/429-zero": waiting(429, DELAY_S),
    "/429-negative": waiting(429, 60.0),
    "/429-text": waiting(429, 60.0),
    "/429-empty": waiting(429, 60.0),
    "/429-twice": waiting(429, 120.0),
    "/503": waiting(503, 60.0),
    "/503-retry-after": status(503, b"slow", "server_error", key_s=600.0, retry_s=600.0),
}
LIMITS = {
    "connect_timeout": "10s",
    "idle_timeout": "2s",
    "total_timeout": "4s",
    "max_wire_mb": 1,
    "max_body_mb": 2,
}
CERTIFICATES = ("expired", "wrong-name", "self-signed", "unknown-issuer", "early", "good")


def test_the_table_has_every_fault() -> None:
    """A new fault needs its row."""
    stems = {name for name in FAULTS if not name.endswith("/")}
    stems |= {"/chain/3", "/chain/12", "/numbered/0", REFUSED, *CERTIFICATES}
    assert set(TABLE) == stems


def same_host(url: str) -> str:
    """What a crawl's scope says to the redirects of the table."""
    return "" if HOST in url or ("127.0.0.1" in url and ":1/" not in url) else "another host"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.write_to(tmp_path / "authority.pem"))


@pytest.fixture(autouse=True)
async def _nothing_leaks() -> AsyncIterator[None]:
    """Around every test here: no socket and no task more than before."""
    async with nothing_leaks():
        yield


# --- the fetcher alone ----------------------------------------------------------------------------


async def visited(path: str, authority: Authority) -> Visit:
    """One visit to a fault, by short limits."""
    clock = DrivenClock(NOW)
    tls = authority.context(path) if path in CERTIFICATES else None
    async with FaultServer(tls=tls) as server:
        settings, url = HURRIED, server.url(path)
        if tls is not None:
            settings = FetchSettings(user_agent="x", connect_to=("127.0.0.1", server.port))
            url = f"https://{HOST}/ok"
        elif path == REFUSED:
            url = f"http://127.0.0.1:{closed_port()}/"
        target = Target(portal="p", url=url, kind=PageKind.ARTICLE, cycle_at=NOW)
        async with asyncio.timeout(20), Fetcher(settings, clock) as fetcher:
            return await fetcher.fetch(target, permits=same_host, delay_s=0.0)


@pytest.mark.parametrize("path", TABLE)
async def test_a_visit_that_meets_the_fault_ends_as_the_table_says(
    path: str, authority: Authority
) -> None:
    """Failure, statuses, quality, what is kept, and when key and target are due again."""
    row = TABLE[path]
    visit = await visited(path, authority)
    assert (visit.failure.error if visit.failure else "") == row.failure
    assert tuple(capture.status for capture in visit.captures) == row.statuses
    if visit.last is not None:
        assert (visit.last.quality, visit.last.truncated) == (row.quality, row.truncated)
        is_kept(visit.last, row)
    state = KeyState(next_slot_at=NOW)
    state = after_answer(state, visit, delay_s=DELAY_S, now=NOW, jitter=0.0)
    assert (state.next_slot_at - NOW).total_seconds() == row.key_s
    due_at = retry_due_at(visit, 1, NOW)
    assert (None if due_at is None else (due_at - NOW).total_seconds()) == row.retry_s


def is_kept(capture: Capture, row: Row) -> None:
    """What the row says of the last capture's bytes."""
    if isinstance(row.kept, int):
        assert len(capture.payload) == row.kept
    elif row.kept is None:
        assert capture.payload
        assert row.truncated is None or PAGE.startswith(capture.body)
    else:
        assert capture.body == row.kept


# --- whole crawls ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """An archive after one cycle of a portal for each fault."""
    folder = tmp_path_factory.mktemp("faults")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", authority.write_to(folder / "authority.pem"))
        asyncio.run(crawl_all(folder / "a", authority))
    return folder / "a"


def portal_of(path: str, port: int) -> dict[str, Any]:
    """The section of a portal whose one page is the fault."""
    return {
        "host": f"{id_of(path)}.example.vn",
        "scheme": "https" if path in CERTIFICATES else "http",
        "connect_to": f"127.0.0.1:{port}",
        "politeness_key": f"fault {id_of(path)}",
        "front": None,
        "follow": False,
        "targets": [path if path.startswith("/") else "/ok"],
        "delay": "0s",
    }


async def crawl_all(folder: Path, authority: Authority) -> None:
    """All portals side by side, on one clock."""
    clock = DrivenClock(NOW)
    async with nothing_leaks(), AsyncExitStack() as stack:
        server = await stack.enter_async_context(FaultServer())
        ports = dict.fromkeys(TABLE, server.port) | {REFUSED: closed_port()}
        for kind in CERTIFICATES:
            tls = authority.context(kind, f"{id_of(kind)}.example.vn")
            ports[kind] = (await stack.enter_async_context(FaultServer(tls=tls))).port
        sections = {id_of(path): portal_of(path, port) for path, port in ports.items()}
        with Archive(folder, clock, user_agent="test") as archive:
            config = parse({"crawl": LIMITS, "portals": sections})
            await run(config, archive, clock, list(sections))


async def run(config: Any, archive: Archive, clock: DrivenClock, portals: list[str]) -> None:
    async with asyncio.timeout(90):
        tally = Tally()
        async for event in crawl(config, archive, clock, portals):
            tally.add(event)


def id_of(path: str) -> str:
    return f"f{list(TABLE).index(path)}"


def rows(folder: Path, statement: Any) -> list[Any]:
    with queries.reading(folder) as connection:
        return list(connection.execute(statement).all())


# Hosts whose robots.txt could not be had are never asked for more: the fault is met there already.
SILENT = (REFUSED, *(kind for kind in CERTIFICATES if kind != "good"))


@pytest.mark.parametrize("path", [path for path in TABLE if path not in SILENT])
def test_a_crawl_that_meets_the_fault_records_what_the_table_says(crawled: Path, path: str) -> None:
    """One visit, its captures with quality and bytes, and when its target is due again."""
    row = TABLE[path]
    found = visits.select().where(visits.c.portal == id_of(path), visits.c.kind != "robots")
    (visit,) = rows(crawled, found)
    assert (visit.outcome, visit.error or "") == (row.outcome, row.failure)
    asked = select(captures, warc_files.c.name).join(warc_files)
    asked = asked.where(captures.c.visit_id == visit.id).order_by(captures.c.hop_no)
    kept = rows(crawled, asked)
    assert tuple(capture.status for capture in kept) == row.statuses
    if kept:
        assert kept[-1].quality == (row.reads or row.quality)
        stored = read_capture(crawled / "warc", place_of(kept[-1]))
        assert stored.truncated == row.truncated
        if isinstance(row.kept, int):
            assert kept[-1].payload_bytes == row.kept
        elif row.kept is not None and row.quality == "ok":
            assert kept[-1].body_bytes == len(row.kept)
    (target,) = rows(crawled, frontier.select().where(frontier.c.portal == id_of(path)))
    if row.retry_s is not None:
        waits_s = (target.due_at - visit.started_at).total_seconds()
        assert row.retry_s - 60 < waits_s < row.retry_s + 60  # the crawls share one clock
    elif row.failure:
        assert target.due_at - visit.started_at > timedelta(days=1)


@pytest.mark.parametrize("path", SILENT)
def test_a_host_that_cannot_be_reached_is_left_alone_and_its_page_stays_due(
    crawled: Path, path: str
) -> None:
    """RFC 9309 2.3.1.4: without its robots.txt nothing is asked; the failure says why."""
    (visit,) = rows(crawled, visits.select().where(visits.c.portal == id_of(path)))
    assert (visit.kind, visit.outcome, visit.error) == ("robots", "failed", "Unreachable")
    assert rows(crawled, captures.select().where(captures.c.visit_id == visit.id)) == []
    (target,) = rows(crawled, frontier.select().where(frontier.c.portal == id_of(path)))
    assert target.visited_at is None
    found = politeness_keys.select().where(politeness_keys.c.key == f"named:fault {id_of(path)}")
    (key,) = rows(crawled, found)
    assert (key.refusals_count, key.lease_owner) == (1, None)
    assert key.blocked_until - visit.started_at >= timedelta(seconds=60)


def test_after_the_crawl_no_key_is_held(crawled: Path) -> None:
    """Every lease was given back, whatever the page did."""
    assert [row.key for row in rows(crawled, politeness_keys.select()) if row.lease_owner] == []


# --- robots.txt that cannot be had ----------------------------------------------------------------

ROBOTS: dict[str, bool] = {
    # Whether pages may be asked for then (RFC 9309 2.3.1).
    "/404": True,
    "/401": True,
    "/403": True,
    "/410": True,
    "/empty": True,
    "/loop-self": True,
    "/429": False,
    "/429-retry-after": False,
    "/500": False,
    "/502": False,
    "/503": False,
    "/503-retry-after": False,
    "/status-999": False,
    "/304-without-cause": False,
    "/reset-before": False,
    "/close-in-headers": False,
    "/truncated": False,
    "/silence": False,
    "/silence-in-body": False,
    "/drip": False,
    "/bomb-gzip": False,
    "/not-gzip": False,
    "/not-http": False,
    "/giant-header": False,
    "/204": True,
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each server was asked whose robots.txt is the fault, by fault."""
    return asyncio.run(crawl_robots(tmp_path_factory.mktemp("robots") / "a"))


async def crawl_robots(folder: Path) -> dict[str, list[str]]:
    clock = DrivenClock(NOW)
    found = {}
    with Archive(folder, clock, user_agent="test") as archive:
        for number, path in enumerate(ROBOTS):
            fault = FAULTS[path]
            async with nothing_leaks(), FaultServer({"/robots.txt": fault}) as server:
                section = {
                    "host": f"r{number}.example.vn",
                    "scheme": "http",
                    "connect_to": f"127.0.0.1:{server.port}",
                    "front": None,
                    "follow": False,
                    "targets": ["/ok"],
                    "delay": "0s",
                }
                config = parse({"crawl": LIMITS, "portals": {f"r{number}": section}})
                await run(config, archive, clock, [f"r{number}"])
                found[path] = [request.path for request in server.requests]
    return found


@pytest.mark.parametrize("path", ROBOTS)
def test_a_robots_txt_that_cannot_be_had_forbids_and_one_that_is_not_there_does_not(
    asked: dict[str, list[str]], path: str
) -> None:
    """It is asked for first, and pages only when it allows."""
    assert asked[path][0] == "/robots.txt"
    assert ("/ok" in asked[path]) is ROBOTS[path]


# --- what a portal's section may open -------------------------------------------------------------


async def crawl_one(folder: Path, port: int, path: str, **section: Any) -> list[Any]:
    """The captures of one portal's only page, after a cycle."""
    clock = DrivenClock(NOW)
    ordinary = portal_of("/ok", port) | {"targets": [path]}
    config = parse({"crawl": LIMITS, "portals": {"p": ordinary | section}})
    with Archive(folder, clock, user_agent="test") as archive:
        await run(config, archive, clock, ["p"])
    found = select(captures).join(visits).where(visits.c.kind != "robots")
    return rows(folder, found.order_by(captures.c.id))


async def test_an_exempted_portal_is_crawled_and_its_rows_say_how_its_certificate_failed(
    tmp_path: Path, authority: Authority
) -> None:
    """`tls = "record"`: the same rows as ever, and one word more."""
    host = f"{id_of('/ok')}.example.vn"
    async with FaultServer(tls=authority.context("expired", host)) as server:
        section = {"scheme": "https", "tls": "record"}
        (row,) = await crawl_one(tmp_path / "a", server.port, "/ok", **section)
    assert (row.status, row.quality) == (200, "ok")
    assert row.tls_error == "certificate has expired"


async def test_a_portal_that_demands_cookies_is_crawled_when_its_section_says_so(
    tmp_path: Path,
) -> None:
    """`cookies = true`: the page is there, and the cookie's value nowhere in the archive."""
    folder = tmp_path / "a"
    async with FaultServer() as server:
        kept = await crawl_one(folder, server.port, "/cookie-demanding", cookies=True)
    assert [(row.status, row.quality) for row in kept] == [(302, "ok"), (200, "ok")]
    warc = b"".join(gzip.decompress(path.read_bytes()) for path in (folder / "warc").iterdir())
    assert b"Set-Cookie: ***" in warc
    assert b"s3cret" not in warc
    assert b"s3cret" not in b"".join(p.read_bytes() for p in folder.iterdir() if p.is_file())


@pytest.mark.parametrize("is_allowed", [True, False])
async def test_a_portal_at_an_inner_address_is_asked_when_its_section_says_so(
    tmp_path: Path, is_allowed: bool
) -> None:
    """`allow_addresses`: without it nothing is opened, and the reason names the key."""
    section = {
        "host": "127.0.0.77",
        "connect_to": None,
        "contact": "test@example.vn",
        "allow_addresses": ["127.0.0.77"] if is_allowed else [],
    }
    await crawl_one(tmp_path / "a", 1, "/ok", **section)
    visit, *_ = rows(tmp_path / "a", visits.select().order_by(visits.c.started_at))
    assert (visit.error == "Disallowed") is not is_allowed
    assert ('allow_addresses = ["127.0.0.77"]' in (visit.message or "")) is not is_allowed
