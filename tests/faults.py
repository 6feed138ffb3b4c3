"""A server that misbehaves on purpose: the path picks the fault.

A raw asyncio socket server, because no HTTP library lets one send what must be sent here. A fault
is a row in `FAULTS`: whole bytes of an answer, or a coroutine that is given the connection. Bytes
are sent, then the connection is closed; a coroutine may do what it likes with it.
"""

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

import brotli
import zstandard

PAGE = ("<!doctype html><title>Tin</title><p>Thị xã Sơn Tây " + "đưa tin. " * 200).encode()
VIETNAMESE_1258 = "Đường đ\xea\xecn x\xe3 đ\xe3 s\u01b0\u0309a xong".encode("cp1258", "ignore")


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]  # as received

    def header(self, name: str) -> str | None:
        """The first value of that header; None when it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection with its request, for a fault to play with."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send and wait until it has left."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Fault = bytes | Callable[[Connection], Awaitable[None]]


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> bytes:
    """An HTTP/1.1 answer; `length` is the Content-Length it claims, by default the true one."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode("latin-1") + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect with a small body."""
    return answer(b"moved", f"Location: {location}", status=status)


def raw_deflate(data: bytes) -> bytes:
    """RFC 1951 without zlib's wrapper, as some servers send it."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


async def reset_before(connection: Connection) -> None:
    """RST before the first byte."""
    connection.reset()


async def reset_headers(connection: Connection) -> None:
    """RST in the middle of the head."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await asyncio.sleep(0.05)
    connection.reset()


async def reset_body(connection: Connection) -> None:
    """RST in the middle of the body."""
    await connection.send(answer(PAGE[:300], length=len(PAGE)))
    await asyncio.sleep(0.05)
    connection.reset()


async def silence(connection: Connection) -> None:
    """Nothing at all, for as long as the client waits."""
    await connection.reader.read()


async def silence_in_body(connection: Connection) -> None:
    """The head and a part of the body, then nothing."""
    await connection.send(answer(PAGE[:300], length=len(PAGE)))
    await connection.reader.read()


async def drip(connection: Connection) -> None:
    """A byte now and then: never idle, never done."""
    await connection.send(answer(b"", length=len(PAGE)))
    for byte in PAGE:
        await connection.send(bytes((byte,)))
        await asyncio.sleep(0.02)


async def drip_head(connection: Connection) -> None:
    """A head that comes letter by letter and never ends."""
    await connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await connection.send(b"a")
        await asyncio.sleep(0.02)


async def huge(connection: Connection) -> None:
    """20 MB of page."""
    await connection.send(answer(b"", length=20_000_000))
    for _ in range(200):
        await connection.send(b"x" * 100_000)


async def keep_alive(connection: Connection) -> None:
    """A proper answer whose connection stays open for the next request."""
    await connection.send(answer(PAGE).replace(b"Connection: close\r\n", b""))


async def cookie_wall(connection: Connection) -> None:
    """A page for those who send the cookie; the others are sent round again."""
    if connection.request.header("Cookie"):
        await connection.send(answer(PAGE))
    else:
        extra = ("Location: /cookie-demanding", "Set-Cookie: pass=1; Path=/")
        await connection.send(answer(b"", *extra, status="302 Found"))


async def conditional(connection: Connection) -> None:
    """304 for those who know the ETag."""
    if connection.request.header("If-None-Match") == '"v1"':
        await connection.send(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
    else:
        await connection.send(answer(PAGE, 'ETag: "v1"'))


async def chain(connection: Connection) -> None:
    """/chain/N redirects to /chain/N-1, and /chain/0 is a page."""
    left = int(connection.request.path.rpartition("/")[2] or 0)
    await connection.send(redirect(f"/chain/{left - 1}") if left else answer(PAGE))


_GZIP = gzip.compress(PAGE)
_CHUNK = f"{300:x}\r\n".encode() + PAGE[:300] + b"\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n"

FAULTS: Mapping[str, Fault] = {
    "/ok": answer(PAGE),
    "/ok-gzip": answer(_GZIP, "Content-Encoding: gzip"),
    "/ok-br": answer(brotli.compress(PAGE), "Content-Encoding: br"),
    "/ok-deflate": answer(zlib.compress(PAGE), "Content-Encoding: deflate"),
    "/ok-deflate-raw": answer(raw_deflate(PAGE), "Content-Encoding: deflate"),
    "/ok-zstd": answer(zstandard.compress(PAGE), "Content-Encoding: zstd"),
    "/ok-chunked": _CHUNKED + _CHUNK + b"0\r\n\r\n",
    "/ok-keep-alive": keep_alive,
    "/ok-http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "/unknown-coding": answer(PAGE, "Content-Encoding: rot13"),
    "/not-gzip": answer(PAGE, "Content-Encoding: gzip"),
    "/empty": answer(b""),
    "/truncated": answer(PAGE[:300], length=len(PAGE)),
    "/truncated-gzip": answer(_GZIP[:-20], "Content-Encoding: gzip"),
    "/cut-chunked": _CHUNKED + _CHUNK,
    "/bad-chunk": _CHUNKED + _CHUNK + b"zz\r\n",
    "/short-length": answer(PAGE, length=100),
    "/huge": huge,
    "/bomb": answer(gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip"),
    "/reset-before": reset_before,
    "/reset-headers": reset_headers,
    "/reset-body": reset_body,
    "/close-before": b"",
    "/silence": silence,
    "/silence-in-body": silence_in_body,
    "/drip": drip,
    "/drip-head": drip_head,
    "/chain/": chain,
    "/loop-a": redirect("/loop-b"),
    "/loop-b": redirect("/loop-a"),
    "/to-other-host": redirect("http://other.example/away", "301 Moved Permanently"),
    "/to-relative": redirect("ok?from=../x"),
    "/to-raw-utf8": redirect("/ok?q=" + "tin mới".encode().decode("latin-1")),
    "/to-fragment": redirect("/ok#part", "308 Permanent Redirect"),
    "/to-mail": redirect("mailto:a@b.vn"),
    "/to-nowhere": answer(b"", status="302 Found"),
    "/304": conditional,
    "/404": answer(b"<p>404", status="404 Not Found"),
    "/410": answer(b"<p>410", status="410 Gone"),
    "/429": answer(b"slow", status="429 Too Many Requests"),
    "/429-retry-after": answer(b"slow", "Retry-After: 120", status="429 Too Many Requests"),
    "/500": answer(b"<p>500", status="500 Internal Server Error"),
    "/503": answer(b"busy", status="503 Service Unavailable"),
    "/503-retry-after": answer(
        b"busy", "Retry-After: Wed, 01 Jan 2025 00:10:00 GMT", status="503 Service Unavailable"
    ),
    "/latin1": answer("<p>café".encode("latin-1"), "Content-Type: text/html; charset=latin1"),
    "/windows-1258": answer(VIETNAMESE_1258, "Content-Type: text/html; charset=windows-1258"),
    "/binary": answer(b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "/duplicate-length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "/length-and-chunked": _CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n" + _CHUNK + b"0\r\n\r\n",
    "/bad-header-name": b"HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 2\r\n\r\nok",
    "/not-http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "/big-header": answer(PAGE, "X-Big: " + "a" * 30_000),
    "/giant-header": answer(PAGE, "X-Giant: " + "a" * 200_000),
    "/odd-reason": answer(PAGE, status="200 \xff\xfe"),
    "/cookie-demanding": cookie_wall,
}


class FaultServer:
    """Serves `FAULTS`, and `faults` given besides, on a port of its own. An async context manager.

    A name that ends in `/` matches every path that begins with it.
    """

    def __init__(self, faults: Mapping[str, Fault] | None = None) -> None:
        self._faults = {**FAULTS, **(faults or {})}
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str) -> str:
        """The address of that fault."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._serve(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Play one request's fault; whether the connection is fit for another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        pairs = [line.partition(":") for line in head[1:] if line]
        request = Request(method, path, tuple((key, value.strip()) for key, _, value in pairs))
        self.requests.append(request)
        fault = self._fault_at(path.partition("?")[0])
        if isinstance(fault, bytes):
            writer.write(fault)
            await writer.drain()
            return False
        await fault(Connection(request, reader, writer))
        return fault is keep_alive

    def _fault_at(self, path: str) -> Fault:
        if path in self._faults:
            return self._faults[path]
        for name, fault in self._faults.items():
            if name.endswith("/") and path.startswith(name):
                return fault
        return answer(b"<p>no such fault", status="404 Not Found")


def closed_port() -> int:
    """A port on 127.0.0.1 where nobody listens: connections are refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
