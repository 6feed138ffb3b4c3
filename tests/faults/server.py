"""The server: reads a request, finds the fault its path names, plays it."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]  # as received
    connection_no: int = 0  # from 1: which connection it came on

    def header(self, name: str) -> str | None:
        """The first value of that header; None when it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(slots=True)
class Connection:
    """One connection with its request, for a fault to play with."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests_count: int = 1  # on this connection so far, this one included
    stays: bool = field(default=False)  # set by a fault that leaves it open for another request

    async def send(self, data: bytes) -> None:
        """Send and wait until it has left."""
        self.writer.write(data)
        await self.writer.drain()

    async def pause(self) -> None:
        """Long enough for the other side to have read what was sent."""
        await asyncio.sleep(0.05)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Fault = bytes | Callable[[Connection], Awaitable[None]]


def answer(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None
) -> bytes:
    """An HTTP/1.1 answer; `length` is the Content-Length it claims, by default the true one."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode("latin-1") + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect with a small body."""
    return answer(b"moved", f"Location: {location}", status=status)


def left_open(data: bytes) -> Callable[[Connection], Awaitable[None]]:
    """The answer, on a connection that stays open for the next request."""

    async def send(connection: Connection) -> None:
        connection.stays = True
        await connection.send(data.replace(b"Connection: close\r\n", b"", 1))

    return send


def in_pieces(*pieces: bytes) -> Callable[[Connection], Awaitable[None]]:
    """The pieces one after the other, each read before the next is sent; then the end."""

    async def send(connection: Connection) -> None:
        for piece in pieces:
            await connection.send(piece)
            await connection.pause()

    return send


class FaultServer:
    """Serves `faults` on a port of its own. An async context manager.

    A name that ends in `/` matches every path that begins with it. With `tls` it speaks TLS.
    """

    def __init__(self, faults: Mapping[str, Fault], tls: ssl.SSLContext | None = None) -> None:
        self._faults = dict(faults)
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.writers: set[asyncio.StreamWriter] = set()  # of the open connections
        self.connections_count = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str) -> str:
        """The address of that fault."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.writers.add(writer)
        self.connections_count += 1
        number, count = self.connections_count, 1
        try:
            while await self._serve(reader, writer, number, count):
                count += 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()
            self.writers.discard(writer)
            self._tasks.discard(task)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, count: int
    ) -> bool:
        """Play one request's fault; whether the connection is fit for another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        pairs = [line.partition(":") for line in head[1:] if line]
        headers = tuple((key, value.strip()) for key, _, value in pairs)
        request = Request(method, path, headers, number)
        self.requests.append(request)
        fault = self._fault_at(path.partition("?")[0])
        if isinstance(fault, bytes):
            writer.write(fault)
            await writer.drain()
            return False
        connection = Connection(request, reader, writer, count)
        await fault(connection)
        return connection.stays

    def _fault_at(self, path: str) -> Fault:
        if path in self._faults:
            return self._faults[path]
        for name, fault in self._faults.items():
            if name.endswith("/") and path.startswith(name):
                return fault
        return answer(b"<p>no such fault", status="404 Not Found")


def closed_port() -> int:
    """A port on 127.0.0.1 where nobody listens: connections are refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
