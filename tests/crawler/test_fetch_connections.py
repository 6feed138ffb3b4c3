"""Connections are kept, and what a server does to a kept one harms neither it nor the archive."""

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest

from core.clock import DrivenClock
from crawler.fetch import Fetcher, FetchSettings
from tests.crawler.visitor import HURRIED, START, Visitor, everything, serving, target
from tests.faults import PAGE, FaultServer, answer, left_open


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


class Visits:
    """Several visits by one fetcher."""

    def __init__(self, server, **settings):
        self.server = server
        self.clock = DrivenClock(START)
        self.fetcher = Fetcher(FetchSettings(**{**HURRIED, **settings}), self.clock)

    async def __aenter__(self):
        await self.fetcher.__aenter__()
        return self

    async def __aexit__(self, *exception):
        await self.fetcher.__aexit__(*exception)

    async def visit(self, path, delay_s=0.0):
        page = target(self.server.url(path))
        return await self.fetcher.fetch(page, permits=everything, delay_s=delay_s)


async def test_several_requests_share_one_connection(server):
    """HTTP/1.1 keep-alive: the handshake is paid once."""
    async with Visits(server) as visits:
        for _ in range(4):
            assert (await visits.visit("/ok-keep-alive")).last.body == PAGE
    assert server.connections_count == 1
    assert [request.connection_no for request in server.requests] == [1, 1, 1, 1]


async def test_a_connection_closed_while_it_rested_is_replaced_without_a_word(server):
    """The server's end of keep-alive is not a fault: one request each, nothing is waited for."""
    async with Visits(server) as visits:
        await visits.visit("/stale")
        next(iter(server.writers)).close()
        await asyncio.sleep(0.05)
        visit = await visits.visit("/stale")
        assert (visit.failure, visit.last.body) == (None, PAGE)
        assert visits.clock.now() == START
    assert [request.connection_no for request in server.requests] == [1, 2]


@pytest.mark.parametrize("delay_s", [0.0, 3.0])
async def test_a_request_lost_on_a_stale_connection_gets_through_politely(server, delay_s):
    """Closed as it was sent: asked again on a new connection, after the portal's delay."""
    async with Visits(server) as visits:
        await visits.visit("/stale")
        visit = await visits.visit("/stale", delay_s)
        waited_s = (visits.clock.now() - START).total_seconds()
        assert (visit.failure, visit.last.body) == (None, PAGE)
        assert max(delay_s, 0.5) <= waited_s <= 10.0
    assert [request.connection_no for request in server.requests] == [1, 1, 2]


@pytest.mark.parametrize(("delay_s", "tries_count"), [(4.0, 3), (6.0, 2), (60.0, 1)])
async def test_tries_lie_the_portals_delay_apart_or_do_not_happen(server, delay_s, tries_count):
    """Within ten seconds in all; what does not fit in there is a due time."""
    async with Visits(server) as visits:
        visit = await visits.visit("/reset-before", delay_s)
        waited_s = (visits.clock.now() - START).total_seconds()
        assert visit.failure.error == "Unreachable"
        assert waited_s == pytest.approx(delay_s * (tries_count - 1))
    assert len(server.requests) == tries_count


async def late(connection):
    """An answer, and a moment later another one that nobody asked for."""
    await left_open(answer(PAGE))(connection)
    await connection.pause()
    await connection.send(answer(b"<p>of another page").replace(b"Connection: close\r\n", b""))


@pytest.mark.parametrize(
    "path", ["/two-answers", "/late", "/204-with-body", "/205-with-body", "/304-with-body-open"]
)
async def test_bytes_nobody_asked_for_are_no_answer_to_the_next_question(path):
    """A second answer, or a body where none may be: the connection is given up with them."""
    more = {
        "/late": late,
        "/304-with-body-open": left_open(answer(PAGE, status="304 Not Modified")),
        "/next": left_open(answer(b"<p>the right one")),
    }
    async with FaultServer(more) as server, Visits(server) as visits:
        await visits.visit(path)
        await asyncio.sleep(0.15)
        visit = await visits.visit("/next")
    assert (visit.failure, visit.last.body) == (None, b"<p>the right one")
    assert [request.path for request in server.requests].count("/next") == 1


async def test_a_server_that_does_not_take_connections_is_given_up_in_time():
    """Its queue is full, so the handshake stays unanswered: the connect limit ends it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        async with AsyncExitStack() as stack:
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
            async with asyncio.timeout(5):
                visit = await Visitor(None, connect_s=0.3, total_s=30.0).visit(
                    f"http://127.0.0.1:{port}/"
                )
    assert (visit.failure.error, visit.failure.is_retryable) == ("TimedOut", True)


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("/silence", {"idle_s": 0.2, "total_s": 30.0}),
        ("/silence-in-head", {"idle_s": 0.2, "total_s": 30.0}),
        ("/drip-head", {"idle_s": 30.0, "total_s": 0.4}),
        ("/interim-without-end", {"idle_s": 30.0, "total_s": 0.4}),
    ],
)
async def test_each_limit_of_time_ends_what_it_is_for(server, path, limits):
    """Idle when nothing comes, total when something always comes; no second try within seconds."""
    async with asyncio.timeout(5):
        visit = await Visitor(server, **limits).visit(path)
    assert (visit.failure.error, len(server.requests)) == ("TimedOut", 1)
    assert visit.failure.message == f"{server.url(path)}: no answer within the time limits"


@pytest.mark.parametrize("path", ["/many-headers", "/giant-header", "/headers-without-end"])
async def test_a_head_that_is_too_much_is_refused(server, path):
    """Too many lines or too long ones, announced or without end."""
    visit = await Visitor(server).visit(path)
    assert (visit.failure.error, visit.captures) == ("TooLarge", ())


@pytest.mark.parametrize("path", ["/100-first", "/103-first"])
async def test_what_comes_before_the_answer_is_passed_over(server, path):
    """RFC 9110 15.2: any number of interim answers."""
    visit = await Visitor(server).visit(path)
    assert (visit.last.status, visit.last.body) == (200, PAGE)


@pytest.mark.parametrize("cut", [1, 9, 17, 40, 80])
async def test_a_head_cut_anywhere_by_the_network_is_the_same_head(cut):
    """Even in the middle of the blank line, and with a fault right behind it."""
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole += b"2\r\nok\r\nzz\r\n"
    pieces = [whole[:cut], whole[cut : cut + 34], whole[cut + 34 :]]

    async def send(connection):
        for piece in pieces:
            await connection.send(piece)
            await connection.pause()

    async with FaultServer({"/cut": send}) as server:
        visit = await Visitor(server).visit("/cut")
    assert (visit.failure, visit.last.body) == (None, b"ok")
    assert visit.last.truncated == "disconnect"


@pytest.mark.parametrize("is_chunked", [True, False])
async def test_a_large_body_comes_whole_through_a_slow_reader(is_chunked):
    """Reading pauses when more waits than is taken; what was paused goes on."""
    body = PAGE * 2_500

    async def send(connection):
        if is_chunked:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            await connection.send(head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        else:
            await connection.send(answer(body))

    async with FaultServer({"/large": send}) as server:
        limits = {"max_wire_bytes": 8 << 20, "max_body_bytes": 8 << 20, "total_s": 20.0}
        async with Visits(server, idle_s=10.0, **limits) as visits:
            page = asyncio.create_task(visits.visit("/large"))
            for _ in range(200):
                await asyncio.sleep(0)
            visit = await page
    assert (visit.failure, visit.last.truncated) == (None, None)
    assert visit.last.body == body
