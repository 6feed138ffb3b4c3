"""What goes wrong on the way to an answer, as errors of our tree.

Decides which foreign error means what, and what is worth asking again within seconds. Messages
are one line for a person and hold no secret.
"""

import os
import ssl

import aiohttp
from aiohttp import http_exceptions

from core.errors import Disallowed, FetchError, Malformed, TimedOut, TooLarge, Unreachable
from crawler.fetch.guard import RefusedAddressError

TRANSLATED: tuple[tuple[type[BaseException], type[FetchError]], ...] = (
    # The first that fits counts.
    (aiohttp.InvalidURL, Disallowed),
    (aiohttp.NonHttpUrlClientError, Disallowed),
    (aiohttp.RedirectClientError, Disallowed),
    (TimeoutError, TimedOut),  # with aiohttp's ServerTimeoutError
    (aiohttp.ClientHttpProxyError, Unreachable),  # the proxy spoke, not the portal
    (aiohttp.ClientResponseError, Malformed),
    (aiohttp.ClientPayloadError, Unreachable),
    (aiohttp.UploadAbortedError, Unreachable),
    (aiohttp.ClientConnectionError, Unreachable),  # refused, reset, DNS, TLS, disconnected
    (OSError, Unreachable),
)
_LASTING = (
    # Worth a due time, but not a second try within seconds: it would end the same way.
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ClientHttpProxyError,
)
_TOO_MANY = "Too many headers"  # how aiohttp says it; it has no class for it


def translated(error: BaseException, url: str) -> FetchError:
    """The foreign error, or what caused it, as one of ours."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None and cause not in causes:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, RefusedAddressError):
            return Disallowed(f"{url}: {cause.told}", url=url)
    message = f"{url}: {_told(error)}"
    if any(_is_head_too_large(cause) for cause in causes):
        return TooLarge(message, url=url)
    for foreign, ours in TRANSLATED:
        if isinstance(error, foreign):
            return ours(message, url=url)
    return Disallowed(message, url=url)  # a ValueError: no such URL can be asked for


def is_connection_fault(error: BaseException) -> bool:
    """Whether asking again within seconds may help.

    Silence is not asked again so soon, and a bad certificate does not mend in ten seconds.
    """
    return isinstance(error, Unreachable) and not isinstance(error.__cause__, _LASTING)


def certificate_fault(error: BaseException) -> str:
    """How the certificate failed, in a few words on one line; "" when it is not about that."""
    foreign = error.__cause__ if isinstance(error, FetchError) else error
    if not isinstance(foreign, aiohttp.ClientConnectorCertificateError):
        return ""
    inner = foreign.certificate_error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return clean(" ".join(inner.verify_message.split()))[:200]
    return "the certificate is not valid"


def clean(text: str) -> str:
    """Text without the lone surrogates that stand for bytes outside UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_head_too_large(error: BaseException) -> bool:
    if isinstance(error, http_exceptions.LineTooLong):
        return True
    return isinstance(error, http_exceptions.HttpProcessingError) and _TOO_MANY in error.message


def _told(error: BaseException) -> str:
    """What happened, in a few words on one line."""
    if fault := certificate_fault(error):
        return f"the certificate is refused: {fault}"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        said = " ".join(error.message.split())[:100]
        return clean(f"the proxy answers {error.status} {said}".rstrip())
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy cannot be reached: {_of_system(error.os_error)}"
    if isinstance(error, aiohttp.ClientResponseError):
        return clean(f"the answer is not valid HTTP: {' '.join(error.message.split())[:200]}")
    if isinstance(error, TimeoutError):
        return "no answer within the time limits"
    if isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str):
        return "the connection ended in the middle of the answer's head"
    if isinstance(error, OSError):
        return _of_system(error)
    return _one_line(error)


def _of_system(error: OSError) -> str:
    text = _one_line(error)
    return os.strerror(error.errno) if error.errno and "Connect call failed" in text else text


def _one_line(error: BaseException) -> str:
    return clean(" ".join(str(error).split())[:300]) or type(error).__name__
