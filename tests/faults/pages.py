"""What the faulty answers are about: a page, and the ways to squeeze it."""

import gzip
import zlib

import brotli
import zstandard

PAGE = (
    "<!doctype html><title>Lễ hội</title><body><h1>Lễ hội đền Và</h1><p>Thị xã Sơn Tây "
    + "đưa tin. " * 200
).encode()
VIETNAMESE_1258 = "Đường đ\xea\xecn x\xe3 đ\xe3 s\u01b0\u0309a xong".encode("cp1258", "ignore")
GZIPPED = gzip.compress(PAGE, mtime=0)
BREAD = brotli.compress(PAGE)
CHUNK = f"{300:x}\r\n".encode() + PAGE[:300] + b"\r\n"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n"
    b"Connection: close\r\n\r\n"
)


def raw_deflate(data: bytes) -> bytes:
    """RFC 1951 without zlib's wrapper, as some servers send it."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def zeros(size: int, coding: str) -> bytes:
    """So many zero bytes, squeezed to next to nothing."""
    squeezed = {
        "gzip": lambda data: gzip.compress(data, mtime=0),
        "br": lambda data: brotli.compress(data, quality=5),
        "zstd": zstandard.compress,
    }
    result: bytes = squeezed[coding](bytes(size))
    return result


def gzip_without_end() -> tuple[bytes, bytes]:
    """The head of a gzip stream, and a piece that may follow it, and itself, for ever."""
    stream = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    head = stream.compress(b"<!doctype html>") + stream.flush(zlib.Z_FULL_FLUSH)
    return head, stream.compress(bytes(1 << 20)) + stream.flush(zlib.Z_FULL_FLUSH)
