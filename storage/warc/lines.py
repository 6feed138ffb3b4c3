"""Lines of `name: value`, in HTTP heads and in `application/warc-fields`, both ways (pure).

Decides how bytes off the wire become lines no reader can mistake, and how the headers as
received come back. Servers send anything: a CR, LF or NUL inside a value would end the head early.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from core.records import Capture

Headers = tuple[tuple[bytes, bytes], ...]

# A header that is no longer true of the stored payload (chunking was undone, the length is
# another) keeps its place and value under this prefix.
RECEIVED: Final = b"X-Khotin-Received-"

_VALUE_TABLE: Final = bytes.maketrans(b"\r\n\0", b"   ")
_NAME_BREAKERS: Final = re.compile(rb"[\x00-\x20:\x7f]")
_AFTER_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^#]*)")
_VERSIONS: Final = ("1.0", "1.1")
_URL_SAFE: Final = "".join(map(chr, range(0x21, 0x7F)))


def response_head(capture: Capture) -> tuple[bytes, bool]:
    """The head stored before the payload, and whether a Content-Length was added as last line.

    `Transfer-Encoding` and a Content-Length that is not the payload's are renamed.
    """
    size = b"%d" % len(capture.payload)
    headers: list[tuple[bytes, bytes]] = []
    has_length = False
    for name, value in capture.headers:
        lowered = name.lower()
        is_length = lowered == b"content-length" and value.strip() == size
        has_length = has_length or is_length
        is_untrue = lowered in (b"transfer-encoding", b"content-length") and not is_length
        is_taken = lowered.startswith(RECEIVED.lower())
        headers.append((RECEIVED + name if is_untrue or is_taken else name, value))
    if not has_length:
        headers.append((b"Content-Length", size))
    return _head(status_line(capture), headers), not has_length


def parse_response(block: bytes, *, is_length_added: bool) -> tuple[bytes, Headers, bytes]:
    """Status line, headers as received, and payload of a stored response."""
    first, headers, payload = _parse(block)
    if is_length_added:
        headers = headers[:-1]
    prefix = RECEIVED.lower()
    received = tuple(
        (name[len(prefix) :] if name.lower().startswith(prefix) else name, value)
        for name, value in headers
    )
    return first, received, payload


def request_head(capture: Capture) -> bytes:
    """The request as sent; its method is always GET."""
    found = _AFTER_HOST.match(uri(capture.url))
    asked = found[1] if found else ""
    asked = asked if asked.startswith("/") else f"/{asked}"
    return _head(f"GET {asked} HTTP/1.1".encode("ascii"), capture.request_headers)


def parse_request(block: bytes) -> Headers:
    """The headers of a stored request."""
    return _parse(block)[1]


def status_line(capture: Capture) -> bytes:
    """`HTTP/1.1 200 OK`; a version no reader knows becomes 1.1."""
    version = capture.http_version if capture.http_version in _VERSIONS else "1.1"
    try:  # aiohttp gives raw bytes of the reason as surrogates: they become those bytes again
        reason = capture.reason.encode("utf-8", "surrogateescape").translate(_VALUE_TABLE)
    except UnicodeEncodeError:
        reason = text_line(capture.reason)
    return b"HTTP/%s %03d %s" % (version.encode("ascii"), capture.status, reason)


def parse_status_line(line: bytes) -> tuple[str, int, str]:
    """HTTP version, status and reason. Raises ValueError when it is no status line."""
    protocol, status, reason = [*line.split(b" ", 2), b""][:3]
    version = protocol.decode("ascii").removeprefix("HTTP/")
    return version, int(status), reason.decode("utf-8", "surrogateescape")


def write_fields(fields: Iterable[tuple[str, bytes]]) -> bytes:
    """A block of `application/warc-fields`; names may repeat."""
    return b"".join(b"%s: %s\r\n" % (name.encode("ascii"), value) for name, value in fields)


def parse_fields(block: bytes) -> tuple[tuple[str, bytes], ...]:
    """Names, in lower case, and values of `application/warc-fields`, in order."""
    return tuple(
        (name.decode("utf-8", "replace").lower(), value)
        for name, value in _parse_lines(block.split(b"\r\n"))
    )


def header_line(name: bytes, value: bytes) -> bytes:
    """One header, in which nothing can end the line early or be taken for the colon."""
    return b"%s: %s" % (_NAME_BREAKERS.sub(b"_", name) or b"_", value.translate(_VALUE_TABLE))


def parse_header_line(line: bytes) -> tuple[bytes, bytes]:
    """Name and value of one header; only the one space after the colon is taken off."""
    name, _, value = line.partition(b":")
    return name, value.removeprefix(b" ")


def text_line(text: str) -> bytes:
    """Text as one line of UTF-8; lone surrogates become `?`."""
    return text.encode("utf-8", "replace").translate(_VALUE_TABLE)


def uri(url: str) -> str:
    """The URL with all but visible ASCII percent-encoded; a canonical URL stays as it is."""
    return quote(url.encode("utf-8", "surrogatepass"), safe=_URL_SAFE)


def _head(first: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    lines = [first, *(header_line(name, value) for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _parse(block: bytes) -> tuple[bytes, Headers, bytes]:
    head, _, payload = block.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return first, _parse_lines(lines), payload


def _parse_lines(lines: Iterable[bytes]) -> Headers:
    return tuple(parse_header_line(line) for line in lines if line)
