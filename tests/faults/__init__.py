"""A server that misbehaves on purpose: the path picks the fault.

A raw asyncio socket server, because no HTTP library lets one send what must be sent here. A fault
is a row in `FAULTS`: whole bytes of an answer, or a coroutine that is given the connection. Bytes
are sent, then the connection is closed; a coroutine may do what it likes with it. Certificates and
the proxy stand beside it; what is left open afterwards is counted by `leaks`.
"""

import ssl
from collections.abc import Mapping

from tests.faults import bodies, connections, heads, statuses
from tests.faults.pages import PAGE, VIETNAMESE_1258, raw_deflate
from tests.faults.server import (
    Connection,
    Fault,
    Request,
    answer,
    closed_port,
    left_open,
    redirect,
)
from tests.faults.server import FaultServer as _FaultServer

FAULTS: Mapping[str, Fault] = {
    **bodies.FAULTS,
    **heads.FAULTS,
    **connections.FAULTS,
    **statuses.FAULTS,
}


class FaultServer(_FaultServer):
    """Serves `FAULTS`, and `faults` given besides. An async context manager."""

    def __init__(
        self, faults: Mapping[str, Fault] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__({**FAULTS, **(faults or {})}, tls)


__all__ = [
    "FAULTS",
    "PAGE",
    "VIETNAMESE_1258",
    "Connection",
    "Fault",
    "FaultServer",
    "Request",
    "answer",
    "closed_port",
    "left_open",
    "raw_deflate",
    "redirect",
]
