"""Every error Khotin raises, and which of them are worth trying again.

    KhotinError
    ├── ConfigError          a person's mistake: config.toml, the environment, the command line
    ├── FetchError           an attempt that brought no whole answer
    │   ├── Unreachable      no connection: DNS, refused, TLS
    │   ├── TimedOut         connected, then silence
    │   ├── Truncated        the answer stopped before its end
    │   ├── TooLarge         the answer passed a size limit
    │   └── Disallowed       not asked at all: robots.txt, scope, address
    ├── ReadError            an answer that could not be read
    │   ├── LayoutChanged    required fields are missing
    │   ├── BadValue         a value out of sense
    │   └── LayoutCrashed    a portal's rules raised
    └── StorageError         the archive
        ├── Locked           another process holds it
        ├── SchemaMismatch   made by another version of Khotin
        └── Damaged          bytes and rows disagree

A 404, 429 or 503 is an answer and is not here. `retryable` is decided in this file alone. The
message of an error is one line for a person: what, where, what to do.
"""


class KhotinError(Exception):
    """The root. `exit_status` is what the command line ends with."""

    retryable = False
    exit_status = 1


class ConfigError(KhotinError):
    """Something a person wrote is not allowed; nothing was started."""

    exit_status = 2


class FetchError(KhotinError):
    """One attempt brought no whole answer. `url` is what was asked for."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class Unreachable(FetchError):
    """No connection could be made, or it broke before the first byte of an answer."""

    retryable = True


class TimedOut(FetchError):
    """A time limit passed: connecting, between two bytes, or in all."""

    retryable = True


class Truncated(FetchError):
    """The connection ended before the announced end of the answer."""

    retryable = True


class Malformed(FetchError):
    """What came is not HTTP as anyone knows it: a bad moment of a gateway, or a bad server."""

    retryable = True


class TooLarge(FetchError):
    """The answer passed a size limit, on the wire or inflated."""


class Disallowed(FetchError):
    """The URL may not be asked for; no request was sent."""


class ReadError(KhotinError):
    """An answer could not be read. `field` is the record name it failed at, "" for the page."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class LayoutChanged(ReadError):
    """The page is of a known layout, but a required field is missing."""


class BadValue(ReadError):
    """A text was found where a value belongs, and it makes no sense."""


class LayoutCrashed(ReadError):
    """A portal's rules raised an exception on this page."""


class StorageError(KhotinError):
    """The archive could not be read or written. `path` is the file or folder."""

    exit_status = 3

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class Locked(StorageError):
    """Another process holds the archive."""

    retryable = True


class SchemaMismatch(StorageError):
    """The archive was made by a version of Khotin this one does not know."""


class Damaged(StorageError):
    """Stored bytes and rows disagree."""
