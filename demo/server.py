"""The replica as a site on this machine: a real server on a loopback port, driven by a given clock.

Decides headers, status lines, robots.txt, files and gzip, and keeps a log of what was asked. What
a page says is `pages.py`. Articles carry no validators, as on the real portal; files do.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from types import TracebackType
from typing import Self

from aiohttp import web

from demo.pages import page_at
from demo.town import Town, TownState

ROBOTS = "User-agent: *\nDisallow: /dang-nhap\nDisallow: /c/portal/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    method: str
    path_qs: str  # path and query as sent
    host: str  # Host header
    user_agent: str  # "" when none was sent
    at: datetime  # aware UTC, by the replica's clock


class ReplicaPortal:
    """The portal of a town on 127.0.0.1, for as long as the context lasts.

    `now` is read once per request and must give aware instants. A `port` of 0 takes a free one.
    """

    def __init__(self, town: Town, now: Callable[[], datetime], *, port: int = 0) -> None:
        self.port = port
        self.requests: list[Asked] = []
        self._town = town
        self._now = now
        self._dice = Random(town.seed)
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens, as 127.0.0.1:PORT."""
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        now = self._now()
        asked = Asked(
            method=request.method,
            path_qs=request.raw_path,
            host=request.host,
            user_agent=request.headers.get("User-Agent", ""),
            at=now.astimezone(UTC),
        )
        self.requests.append(asked)
        response = self._response(request, self._town.at(now))
        response.headers["Date"] = format_datetime(asked.at, usegmt=True)
        response.headers["Server"] = "Apache-Coyote/1.1"
        return response

    def _response(self, request: web.Request, state: TownState) -> web.Response:
        if request.method not in ("GET", "HEAD"):
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        if request.path == "/robots.txt":
            return web.Response(text=ROBOTS)
        file = file_at(state, request.path, request.query)
        if file is not None:
            return _file_response(file, if_none_match=request.headers.get("If-None-Match", ""))
        base = f"http://{request.host}"
        page = page_at(state, request.raw_path, dice=self._dice, base=base)
        if page.location is not None:
            return web.Response(status=page.status, headers={"Location": page.location})
        response = web.Response(
            status=page.status,
            body=page.html.encode(),
            headers={
                "Content-Type": "text/html;charset=UTF-8",
                "Liferay-Portal": "Liferay Portal Community Edition 6.2 CE GA4 (replica)",
                "Set-Cookie": f"JSESSIONID={self._dice.getrandbits(128):032X}; Path=/; HttpOnly",
                "Vary": "Accept-Encoding",
            },
        )
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBytes:
    """A file the portal serves."""

    media_type: str
    body: bytes

    @property
    def etag(self) -> str:
        """A strong validator of the bytes, with its quotes."""
        return f'"{hashlib.sha1(self.body, usedforsecurity=False).hexdigest()[:16]}"'


def file_at(state: TownState, path: str, query: Mapping[str, str]) -> FileBytes | None:
    """The image or document at a decoded path; None when no standing article has it."""
    if path == "/image/journal/article":
        wanted = query.get("img_id", "")
        found = any(
            str(picture.image_id) == wanted for story in state.stories for picture in story.pictures
        )
        return FileBytes(media_type="image/png", body=png(int(wanted))) if found else None
    for story in state.stories:
        for file in story.files:
            if path == file.href or path.startswith(f"{file.href}/"):
                return FileBytes(media_type="application/pdf", body=pdf(path.split("/")[4]))
    return None


def png(number: int, *, width: int = 96, height: int = 54) -> bytes:
    """A small valid PNG: a landscape of sky and field whose colours depend on `number`."""
    dice = Random(number)
    sky = dice.randint(120, 200), dice.randint(170, 215), 235
    field = dice.randint(60, 140), dice.randint(130, 180), dice.randint(50, 90)
    horizon = dice.randint(height // 3, height // 2)
    rows = (
        b"\0" + bytes(min(255, part + row) for part in (sky if row < horizon else field)) * width
        for row in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def pdf(title: str) -> bytes:
    """A small valid PDF of one page that prints `title`; letters outside ASCII become `?`."""
    printed = title.encode("ascii", "replace").translate(None, b"()\\")
    stream = b"BT /F1 14 Tf 60 760 Td (" + printed + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _file_response(file: FileBytes, *, if_none_match: str) -> web.Response:
    validators = {"ETag": file.etag, "Cache-Control": "max-age=0"}
    offered = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if file.etag in offered or "*" in offered:
        return web.Response(status=304, headers=validators)
    return web.Response(body=file.body, content_type=file.media_type, headers=validators)
