"""Faults of the connection: it breaks, drips, is silent; before the head, in it, in the body."""

import asyncio
from collections.abc import Mapping

from tests.faults.pages import CHUNK, CHUNKED, PAGE, gzip_without_end
from tests.faults.server import Connection, Fault, answer, in_pieces, left_open

HUGE_BYTES = 100_000_000
PIECE = b"x" * 100_000


async def reset_before(connection: Connection) -> None:
    """RST before the first byte."""
    connection.reset()


async def reset_headers(connection: Connection) -> None:
    """RST in the middle of the head."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await connection.pause()
    connection.reset()


async def reset_body(connection: Connection) -> None:
    """RST in the middle of the body."""
    await connection.send(answer(PAGE[:300], length=len(PAGE)))
    await connection.pause()
    connection.reset()


async def silence(connection: Connection) -> None:
    """Nothing at all, for as long as the client waits."""
    await connection.reader.read()


async def silence_in_head(connection: Connection) -> None:
    """Half a head, then nothing."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/ht")
    await connection.reader.read()


async def silence_in_body(connection: Connection) -> None:
    """The head and a part of the body, then nothing."""
    await connection.send(answer(PAGE[:300], length=len(PAGE)))
    await connection.reader.read()


async def silence_in_chunks(connection: Connection) -> None:
    """A chunk, and the last one never comes."""
    await connection.send(CHUNKED + CHUNK)
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


async def interim_without_end(connection: Connection) -> None:
    """103 after 103, and never an answer."""
    while True:
        await connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
        await asyncio.sleep(0.02)


async def headers_without_end(connection: Connection) -> None:
    """Header after header."""
    await connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await connection.send(b"X-More: and more\r\n" * 50)
        await asyncio.sleep(0)


async def trailers_without_end(connection: Connection) -> None:
    """A whole chunked body, and trailer after trailer."""
    await connection.send(CHUNKED + CHUNK + b"0\r\n")
    await connection.pause()
    while True:
        await connection.send(b"X-More: and more\r\n" * 50)
        await asyncio.sleep(0)


async def huge(connection: Connection) -> None:
    """100 MB of page."""
    await connection.send(answer(b"", length=HUGE_BYTES))
    for _ in range(HUGE_BYTES // len(PIECE)):
        await connection.send(PIECE)


async def huge_chunked(connection: Connection) -> None:
    """100 MB of page, and nobody said so before."""
    await connection.send(CHUNKED)
    for _ in range(HUGE_BYTES // len(PIECE)):
        await connection.send(f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n")


async def endless_gzip(connection: Connection) -> None:
    """A gzip stream that goes on for as long as anybody reads."""
    head, piece = gzip_without_end()
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    await connection.send(start + head)
    while True:
        await connection.send(piece * 64)


async def stale(connection: Connection) -> None:
    """A page; the second request on the connection is read, and the connection closed."""
    if connection.requests_count == 1:
        await left_open(answer(PAGE))(connection)


FAULTS: Mapping[str, Fault] = {
    "/reset-before": reset_before,
    "/reset-headers": reset_headers,
    "/reset-body": reset_body,
    "/close-before": b"",
    "/close-in-headers": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "/silence": silence,
    "/silence-in-head": silence_in_head,
    "/silence-in-body": silence_in_body,
    "/silence-in-chunks": silence_in_chunks,
    "/drip": drip,
    "/drip-head": drip_head,
    "/interim-without-end": interim_without_end,
    "/headers-without-end": headers_without_end,
    "/trailers-without-end": trailers_without_end,
    "/huge": huge,
    "/huge-chunked": huge_chunked,
    "/endless-gzip": endless_gzip,
    "/stale": stale,
    "/slow-but-whole": in_pieces(answer(b"", length=len(PAGE)), PAGE[:700], PAGE[700:]),
}
