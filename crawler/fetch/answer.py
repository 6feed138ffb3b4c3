"""What arrives on a connection: an answer's head, its body as far as it comes, and who gave it.

Decides that a fault in a body never takes the head along, and how much of a body is kept.
"""

import ipaddress
import re

import aiohttp
from aiohttp import client_proto, http_exceptions

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[0-9] 1(?!01)[0-9]{2}")  # another head follows (RFC 9110 15.2)
_BEGINNING_BYTES = 16  # of a head: enough to see its status


class HeadFirst(client_proto.ResponseHandler):
    """Gives the parser an answer's head by itself, then the rest, and nothing after its end.

    aiohttp drops a head when bytes that came with it in one piece are faulty: whether a broken
    body is an answer would depend on how the network cut it. And it takes what arrives on a
    resting connection for the answer to the next question.
    """

    _is_in_head = True
    _beginning = b""
    _before = b""  # the last bytes: a blank line may be cut in two

    def set_response_params(self, **params: object) -> None:
        """Begin the next answer."""
        self._is_in_head, self._beginning, self._before = True, b"", b""
        super().set_response_params(**params)  # type: ignore[arg-type]  # as they came

    def data_received(self, data: bytes) -> None:
        """Bytes from the wire; none of them when a parser that paused may go on."""
        if not data:
            super().data_received(data)
            return
        if not self._is_in_head and self._is_answered():
            if self.transport is not None:
                self.transport.close()  # nobody asked for these
            return
        while self._is_in_head and data:
            found = _BLANK_LINE.search(self._before + data)
            if found is None:
                self._beginning = (self._beginning + data)[:_BEGINNING_BYTES]
                self._before = (self._before + data)[-3:]
                break
            end = found.end() - len(self._before)
            head, data = data[:end], data[end:]
            self._is_in_head = _INTERIM.match(self._beginning + head) is not None
            self._beginning = self._before = b""
            super().data_received(head)
        if data and self.exception() is None:
            super().data_received(data)
            self._tell_payload()

    def _is_answered(self) -> bool:
        return self._payload is not None and self._payload.is_eof()

    def _tell_payload(self) -> None:
        """A parser that failed in a body does not say so to who waits for it."""
        error, payload = self.exception(), self._payload
        if error is not None and payload is not None and not payload.is_eof():
            payload.set_exception(error)


class Answer(aiohttp.ClientResponse):
    """An answer that remembers who gave it; a small one has lost its connection when read."""

    peer: str | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """As in aiohttp: return when the head is there."""
        transport = connection.transport
        name = transport.get_extra_info("peername") if transport is not None else None
        self.peer = _address(str(name[0])) if name else None
        return await super().start(connection)


async def payload_of(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, str | None]:
    """What came of the body, at most `limit` bytes, and why not all of it: WARC-Truncated."""
    pieces: list[bytes] = []
    size = 0
    truncated = None
    try:
        async for piece in answer.content.iter_any():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                truncated = "length"
                break
    except TimeoutError:
        truncated = "time"
    except (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError):
        truncated = "disconnect"
    if truncated in ("time", "disconnect"):
        # Pieces that arrived together with the fault; the reader gives none once it has failed.
        pieces.extend(answer.content._buffer)
    return b"".join(pieces)[:limit], truncated


def _address(text: str) -> str:
    """An IP address as people write it: IPv4 mapped into IPv6 unwrapped, no zone."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
