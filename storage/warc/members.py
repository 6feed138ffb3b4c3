"""Gzip members: one record, one member. The only file here that knows compression.

Decides what a whole member is: its stream ends with a right checksum, its content begins with
`WARC/1.1` and ends with two empty lines. Refuses to know what the record says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from isal import isal_zlib

from storage.warc.words import WARC_VERSION

_GZIP: Final = 31  # window bits: a gzip container, its time stamp 0
_LEVEL: Final = 2  # level 3 takes four times as long and is no smaller on pages
_BROKEN: Final = cast("type[Exception]", isal_zlib.error)  # its stub calls it an instance
_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A whole member and what it holds."""

    offset: int
    length: int  # compressed
    content: bytes

    @property
    def end(self) -> int:
        """Offset of the byte after the member."""
        return self.offset + self.length


def pack(parts: Iterable[bytes]) -> bytes:
    """One member that holds `parts` in a row."""
    deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    packed = [deflate.compress(part) for part in parts]
    packed.append(deflate.flush())
    return b"".join(packed)


def members(stream: BinaryIO, *, start: int, end: int) -> Iterator[Member]:
    """The whole members that lie between two offsets, up to the first that is not whole.

    `start` must be the beginning of a member. The file is read once, in pieces of 64 KiB. A
    reader that wants to know whether all was whole compares the last member's end with `end`.
    """
    stream.seek(start)
    unread_bytes = end - start
    rest = b""
    while True:
        inflate = isal_zlib.decompressobj(_GZIP)
        parts: list[bytes] = []
        length = 0
        while not inflate.eof:
            chunk = rest or stream.read(min(_CHUNK_BYTES, unread_bytes))
            if not chunk:
                return
            unread_bytes -= 0 if rest else len(chunk)
            rest = b""
            try:
                parts.append(inflate.decompress(chunk))
            except _BROKEN:
                return
            length += len(chunk)
        rest = inflate.unused_data
        length -= len(rest)
        content = b"".join(parts)
        if not _is_record(content):
            return
        yield Member(offset=start, length=length, content=content)
        start += length


def _is_record(content: bytes) -> bool:
    return content.startswith(WARC_VERSION + b"\r\n") and content.endswith(b"\r\n\r\n")
