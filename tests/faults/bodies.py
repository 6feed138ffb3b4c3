"""Faults of the body: its length, its chunks, its coding, its charset, and what it weighs."""

import gzip
import zlib
from collections.abc import Mapping

import zstandard

from tests.faults.pages import (
    BREAD,
    CHUNK,
    CHUNKED,
    GZIPPED,
    PAGE,
    VIETNAMESE_1258,
    raw_deflate,
    zeros,
)
from tests.faults.server import Connection, Fault, answer, in_pieces, left_open

BOMB_BYTES = 50_000_000


async def keep_alive(connection: Connection) -> None:
    """A proper answer whose connection stays open for the next request."""
    await left_open(answer(PAGE))(connection)


async def bomb(connection: Connection) -> None:
    """50 MB in the coding that the path names: /bomb-gzip, /bomb-br, /bomb-zstd, /bomb-nested."""
    coding = connection.request.path.rpartition("-")[2]
    if coding == "nested":
        data, coding = gzip.compress(zeros(BOMB_BYTES, "gzip"), mtime=0), "gzip, gzip"
    else:
        data = zeros(BOMB_BYTES, coding)
    await connection.send(answer(data, f"Content-Encoding: {coding}"))


FAULTS: Mapping[str, Fault] = {
    "/ok": answer(PAGE),
    "/ok-gzip": answer(GZIPPED, "Content-Encoding: gzip"),
    "/ok-br": answer(BREAD, "Content-Encoding: br"),
    "/ok-deflate": answer(zlib.compress(PAGE), "Content-Encoding: deflate"),
    "/ok-deflate-raw": answer(raw_deflate(PAGE), "Content-Encoding: deflate"),
    "/ok-zstd": answer(zstandard.compress(PAGE), "Content-Encoding: zstd"),
    "/ok-stack": answer(gzip.compress(BREAD, mtime=0), "Content-Encoding: br, gzip"),
    "/ok-stack-apart": answer(
        gzip.compress(BREAD, mtime=0), "Content-Encoding: br", "Content-Encoding: gzip"
    ),
    "/ok-chunked": CHUNKED + CHUNK + b"0\r\n\r\n",
    "/ok-keep-alive": keep_alive,
    "/ok-http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "/unknown-coding": answer(PAGE, "Content-Encoding: rot13"),
    "/too-deep-stack": answer(PAGE, "Content-Encoding: gzip, gzip, gzip, gzip, gzip"),
    "/wrong-coding": answer(BREAD, "Content-Encoding: gzip"),
    "/not-gzip": answer(PAGE, "Content-Encoding: gzip"),
    "/damaged-gzip": answer(GZIPPED[:60] + b"\xff" * 40 + GZIPPED[100:], "Content-Encoding: gzip"),
    "/gzip-and-rest": answer(GZIPPED + b"garbage", "Content-Encoding: gzip"),
    "/truncated-gzip": answer(GZIPPED[:-20], "Content-Encoding: gzip"),
    "/bomb-gzip": bomb,
    "/bomb-br": bomb,
    "/bomb-zstd": bomb,
    "/bomb-nested": bomb,
    "/empty": answer(b""),
    "/truncated": answer(PAGE[:300], length=len(PAGE)),
    "/too-long": answer(PAGE, length=100),
    "/too-long-later": in_pieces(answer(PAGE[:100], length=100), PAGE[100:]),
    "/two-answers": left_open(answer(PAGE) + answer(b"<p>a second one")),
    "/cut-chunked": CHUNKED + CHUNK,
    "/bad-chunk": CHUNKED + CHUNK + b"zz\r\n",
    "/bad-chunk-later": in_pieces(CHUNKED + CHUNK, b"zz\r\n"),
    "/chunk-too-short": CHUNKED + b"5\r\n" + PAGE[:300] + b"\r\n0\r\n\r\n",
    "/chunk-beyond-counting": CHUNKED + b"f" * 20 + b"\r\n" + PAGE,
    "/chunk-below-zero": CHUNKED + b"-5\r\n" + PAGE,
    "/latin1": answer("<p>café".encode("latin-1"), "Content-Type: text/html; charset=latin1"),
    "/windows-1258": answer(VIETNAMESE_1258, "Content-Type: text/html; charset=windows-1258"),
    "/wrong-charset": answer(PAGE, "Content-Type: text/html; charset=utf-16"),
    "/unknown-charset": answer(PAGE, "Content-Type: text/html; charset=x-vni"),
    "/binary": answer(b"\x89PNG\r\n\x1a\n" + bytes(500)),
}
