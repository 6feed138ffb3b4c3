"""What was sent, without its Content-Encoding: bounded in size and ratio, and never an exception.

Knows the codings of RFC 9110 8.4.1 and their usual spoilings: deflate without its zlib wrapper,
garbage after the end, several gzip members, a stream that stops half-way. Knows nothing of text.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]  # has no stubs
import zstandard

from core.records import Quality

RATIO_JUDGED_FROM_BYTES = 1 << 20  # small pages of spaces are honest at any ratio
MAX_CODINGS = 4
MAX_MEMBERS = 10_000  # of one gzip or zstd body; each costs a new decompressor
_CHUNK_BYTES = 1 << 16
_FIRST_CHUNK_BYTES = 1 << 12
_ZSTD_WINDOW_BYTES = 1 << 23  # all that RFC 9659 allows a server
_ZSTD_CHUNK_BYTES = 1 << 8  # zstandard bounds no output: so many bytes make 8 MiB at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflated:
    """A body without its coding."""

    body: bytes  # what was got when TRUNCATED; b"" when TOO_LARGE or UNDECODABLE
    quality: Quality  # OK, TRUNCATED, TOO_LARGE or UNDECODABLE
    reason: str = ""  # one sentence when quality is not OK


class _TooMuchError(Exception):
    """More bytes than allowed came out."""


class _BrokenError(Exception):
    """The stream is not of its coding."""


def inflate(payload: bytes, coding: str, *, max_bytes: int, max_ratio: float) -> Inflated:
    """Undo `coding`, the value of Content-Encoding, e.g. `gzip`, `br`, `gzip, br` or "".

    No more than `max_bytes` come out, nor more than `max_ratio` times the payload once they are
    over 1 MiB; both hold for each layer of a stack. An empty payload is empty in every coding.
    """
    names = [name for part in coding.split(",") if (name := part.strip().lower())]
    names = [name for name in names if name != "identity"]
    if unknown := [name for name in names if name not in _DECODERS]:
        return _refused(Quality.UNDECODABLE, f"the content coding {unknown[0][:40]!r} is unknown")
    if len(names) > MAX_CODINGS:
        return _refused(Quality.UNDECODABLE, f"more than {MAX_CODINGS} content codings")
    limit = min(max_bytes, max(RATIO_JUDGED_FROM_BYTES, int(len(payload) * max_ratio)))
    is_whole = True
    body = payload
    for name in reversed(names):  # the last coding was applied last
        if not body:
            break
        try:
            body, is_layer_whole = _DECODERS[name](body, limit)
        except _TooMuchError:
            return _refused(Quality.TOO_LARGE, _why_large(limit, max_bytes, max_ratio))
        except _BrokenError as broken:
            return _refused(Quality.UNDECODABLE, f"the body is not {name}: {broken}")
        is_whole = is_whole and is_layer_whole
    if len(body) > max_bytes:
        return _refused(Quality.TOO_LARGE, _why_large(max_bytes, max_bytes, max_ratio))
    if not is_whole:
        return Inflated(body=body, quality=Quality.TRUNCATED, reason="the body ends early")
    return Inflated(body=body, quality=Quality.OK)


def _refused(quality: Quality, reason: str) -> Inflated:
    return Inflated(body=b"", quality=quality, reason=reason)


def _why_large(limit: int, max_bytes: int, max_ratio: float) -> str:
    if limit < max_bytes:
        return f"the body inflates to more than {max_ratio:g} times what was sent"
    return f"the body is larger than {max_bytes:,} bytes"


def _gunzip(data: bytes, limit: int) -> tuple[bytes, bool]:
    return _members(data, limit, lambda: _Zlib(zlib.MAX_WBITS | 16), (b"\x1f\x8b",))


def _unzstd(data: bytes, limit: int) -> tuple[bytes, bool]:
    skippable = tuple(bytes((0x50 + low,)) + b"\x2a\x4d\x18" for low in range(16))
    return _members(data, limit, _Zstd, (b"\x28\xb5\x2f\xfd", *skippable))


def _undeflate(data: bytes, limit: int) -> tuple[bytes, bool]:
    """RFC 9110 means zlib's format; many servers send the bare stream (RFC 1951) instead."""
    head = int.from_bytes(data[:2], "big")
    if len(data) >= 2 and head % 31 == 0 and data[0] & 0x0F == 8:
        try:
            return _members(data, limit, lambda: _Zlib(zlib.MAX_WBITS), ())
        except _BrokenError:
            pass
    return _members(data, limit, lambda: _Zlib(-zlib.MAX_WBITS), ())


def _unbrotli(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Brotli fails on a chunk that holds the end and more, and keeps what that chunk gave.

    So the chunk it failed on is taken once more, byte by byte, up to the end or the damage.
    """
    body, is_whole, failed_at = _brotli_until_failed(data, limit, len(data))
    if failed_at is not None:
        body, is_whole, failed_at = _brotli_until_failed(data, limit, failed_at)
    if failed_at is not None:
        raise _BrokenError("the stream is damaged")
    return body, is_whole


def _brotli_until_failed(data: bytes, limit: int, fine_from: int) -> tuple[bytes, bool, int | None]:
    """The bytes, whether they end, and where the chunk began that failed; bytewise `fine_from`."""
    stream = brotli.Decompressor()
    pieces: list[bytes] = []
    size = place = 0
    while place < len(data) and not stream.is_finished():
        width = _FIRST_CHUNK_BYTES if place < fine_from else 1
        chunk = data[place : place + width]
        try:
            while True:
                piece = stream.process(chunk, output_buffer_limit=_CHUNK_BYTES)
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise _TooMuchError
                if stream.is_finished() or stream.can_accept_more_data():
                    break
                chunk = b""
        except brotli.error:
            return b"", False, place
        place += width
    return b"".join(pieces), stream.is_finished(), None


class _Zlib:
    """One zlib, gzip or raw stream, with the shape of a zstd one."""

    width = _CHUNK_BYTES

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(data, max_length)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data


class _Zstd:
    """One zstd frame."""

    width = _ZSTD_CHUNK_BYTES

    def __init__(self) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
        self._stream = decompressor.decompressobj()

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Inflate the next chunk; it may be longer than `max_length`, for the caller to see."""
        del max_length
        return self._stream.decompress(data)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data


def _members(
    data: bytes, limit: int, begin: Callable[[], _Zlib | _Zstd], magics: tuple[bytes, ...]
) -> tuple[bytes, bool]:
    """Inflate stream after stream; whatever follows the last and is none is garbage, and ignored.

    Returns the bytes and whether the last stream came to its end. Chunks start small, so that
    thousands of tiny members do not each copy the rest of the data.
    """
    pieces: list[bytes] = []
    size = place = members_count = 0
    while place < len(data) and (not members_count or data.startswith(magics, place)):
        if members_count == MAX_MEMBERS:
            raise _BrokenError(f"more than {MAX_MEMBERS:,} members")
        stream, size_before = begin(), size
        width = min(_FIRST_CHUNK_BYTES, stream.width)
        try:
            while place < len(data) and not stream.eof:
                chunk = data[place : place + width]
                piece = stream.decompress(chunk, limit - size + 1)
                pieces.append(piece)
                size += len(piece)
                place += len(chunk) - (len(stream.unused_data) if stream.eof else 0)
                width = stream.width
                if size > limit:
                    raise _TooMuchError
        except (zlib.error, zstandard.ZstdError) as error:
            if members_count and size == size_before:
                break
            raise _BrokenError("the stream is damaged") from error
        members_count += 1
        if not stream.eof:
            return b"".join(pieces), False
        if not magics:
            break
    return b"".join(pieces), True


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
