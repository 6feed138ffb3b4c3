"""Faults of the head: what is no HTTP, what is too much of it, what contradicts itself."""

from collections.abc import Mapping

from tests.faults.pages import CHUNK, CHUNKED, PAGE
from tests.faults.server import Fault, answer, left_open

_PAGE_FOLLOWS = f"Content-Length: {len(PAGE)}\r\nConnection: close\r\n\r\n".encode() + PAGE
_NO_BODY = b"Connection: close\r\n\r\n"


def _with(line: bytes) -> bytes:
    """The page with one more header line, as raw bytes."""
    return answer(PAGE).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


FAULTS: Mapping[str, Fault] = {
    "/duplicate-length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "/length-and-chunked": CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n" + CHUNK + b"0\r\n\r\n",
    "/length-of-minus-one": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + PAGE,
    "/length-of-letters": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + PAGE,
    "/length-beyond-counting": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\nabc",
    "/bad-header-name": b"HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 2\r\n\r\nok",
    "/header-without-colon": _with(b"just a line"),
    "/header-with-nul": _with(b"X-Nul: a\0b"),
    "/folded-header": _with(b"X-Folded: one\r\n two"),
    "/header-in-utf8": _with("X-Town: Sơn Tây".encode()),
    "/header-in-no-charset": _with(b"X-Town: S\xff\xfen T\xe2y"),
    "/duplicate-headers": _with(b'ETag: "a"\r\nETag: "b"\r\nContent-Type: text/plain'),
    "/big-header": answer(PAGE, "X-Big: " + "a" * 30_000),
    "/giant-header": answer(PAGE, "X-Giant: " + "a" * 200_000),
    "/many-headers": answer(PAGE, *(f"X-{number}: 1" for number in range(500))),
    "/giant-reason": answer(PAGE, status="200 " + "a" * 200_000),
    "/odd-reason": answer(PAGE, status="200 \xff\xfe"),
    "/no-reason": b"HTTP/1.1 200\r\n" + _PAGE_FOLLOWS,
    "/not-http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "/http-0.9": PAGE,
    "/http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "/http-2.0": b"HTTP/2.0 200 OK\r\n" + _PAGE_FOLLOWS,
    "/http-9.9": b"HTTP/9.9 200 OK\r\n" + _PAGE_FOLLOWS,
    "/line-feeds-only": b"HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nok",
    "/status-of-letters": b"HTTP/1.1 OK 200\r\n" + _PAGE_FOLLOWS,
    "/status-99": b"HTTP/1.1 99 Odd\r\n" + _PAGE_FOLLOWS,
    "/status-999": b"HTTP/1.1 999 Odd\r\n" + _PAGE_FOLLOWS,
    "/100-first": b"HTTP/1.1 100 Continue\r\n\r\n" + answer(PAGE),
    "/103-first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(PAGE),
    "/101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "/204-with-body": left_open(answer(PAGE, status="204 No Content")),
    "/205-with-body": left_open(answer(PAGE, status="205 Reset Content")),
    "/204": b"HTTP/1.1 204 No Content\r\n" + _NO_BODY,
}
