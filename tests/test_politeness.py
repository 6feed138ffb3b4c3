"""What a portal's operator would complain of, tried with servers of our own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from core.clock import Clock, DrivenClock, SystemClock
from core.config import parse
from cycle import crawl
from demo.town import VISITS
from storage.archive import Archive
from tally import Tally

HOME = "a.example.vn"
OTHER = "b.example.vn"
Answer = Callable[[web.Request], web.StreamResponse]


class Asked:
    """What was asked for, host and path, and when by the given clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.urls: list[str] = []
        self.times: list[float] = []

    def note(self, request: web.Request) -> str:
        url = f"{request.host}{request.path_qs}"
        self.urls.append(url)
        self.times.append(self._clock.now().timestamp())
        return url


@asynccontextmanager
async def answering(
    clock: Clock, answer: Callable[[str], web.Response], slow_s: float = 0.0
) -> AsyncIterator[tuple[dict[str, object], Asked]]:
    """A server for both hosts; gives the portal's settings and what was asked."""
    asked = Asked(clock)

    async def handle(request: web.Request) -> web.Response:
        url = asked.note(request)
        await asyncio.sleep(slow_s)
        return answer(url)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"127.0.0.1:{runner.addresses[0][1]}"
    settings = {
        "host": HOME,
        "family": "hanoi-liferay",
        "other_hosts": [OTHER],
        "scheme": "http",
        "connect_to": address,
        "politeness_key": "one",
    }
    try:
        yield settings, asked
    finally:
        await runner.cleanup()


async def cycle_of(folder: Path, clock: Clock, settings: dict[str, object]) -> Tally:
    config = parse({"portals": {"p": settings}})
    tally = Tally()
    with Archive(folder, clock, user_agent="test") as archive:
        async for event in crawl(config, archive, clock, ["p"]):
            tally.add(event)
    return tally


def page(*links: str) -> web.Response:
    anchors = "".join(f'<a href="{link}">bài</a>' for link in links)
    text = f"<html class=aui><body><div class=portlet-boundary>{anchors}</div></body></html>"
    return web.Response(text=text, content_type="text/html")


def article_path(number: int) -> str:
    return f"/tin/-/view_content/{number}-bai.html"


async def test_one_host_without_robots_txt_does_not_starve_the_others(tmp_path: Path) -> None:
    """Its targets are postponed; the portal's other host is visited to the end."""
    links = [f"http://{OTHER}{article_path(1)}", *(article_path(n) for n in range(2, 8))]

    def answer(url: str) -> web.Response:
        if url == f"{OTHER}/robots.txt":
            return web.Response(status=500)
        if url.endswith("/robots.txt"):
            return web.Response(status=404)
        return page(*links) if url == f"{HOME}/" else page()

    clock = DrivenClock(VISITS[0])
    async with answering(clock, answer) as (settings, asked):
        tally = await cycle_of(tmp_path, clock, settings)
    assert {f"{HOME}{article_path(n)}" for n in range(2, 8)} <= set(asked.urls)
    assert f"{OTHER}{article_path(1)}" not in asked.urls
    assert any(f"{OTHER}/robots.txt cannot be had" in note for note in tally.notes)


async def test_a_redirect_to_a_host_whose_robots_txt_is_unread_ends_there(tmp_path: Path) -> None:
    """The place it leads to becomes a target, and that host's rules are read first."""

    def answer(url: str) -> web.Response:
        if url == f"{OTHER}/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /bi-mat")
        if url.endswith("/robots.txt"):
            return web.Response(status=404)
        if url == f"{HOME}/":
            return web.Response(status=302, headers={"Location": f"http://{OTHER}/bi-mat"})
        return page()

    clock = DrivenClock(VISITS[0])
    async with answering(clock, answer) as (settings, asked):
        await cycle_of(tmp_path, clock, settings)
    assert asked.urls == [f"{HOME}/robots.txt", f"{HOME}/", f"{OTHER}/robots.txt"]


async def test_redirects_of_robots_txt_wait_their_turn(tmp_path: Path) -> None:
    """Two seconds between any two requests, these included."""

    def answer(url: str) -> web.Response:
        steps = {f"{HOME}/robots.txt": "/r1.txt", f"{HOME}/r1.txt": "/r2.txt"}
        if url in steps:
            return web.Response(status=301, headers={"Location": steps[url]})
        return web.Response(text="User-agent: *") if url.endswith("r2.txt") else page()

    clock = DrivenClock(VISITS[0])
    async with answering(clock, answer) as (settings, asked):
        await cycle_of(tmp_path, clock, settings)
    assert len(asked.urls) == 4
    gaps = [later - sooner for sooner, later in zip(asked.times, asked.times[1:], strict=False)]
    assert min(gaps) >= 2.0


async def test_a_stopped_crawl_leaves_the_portal_its_pause(tmp_path: Path) -> None:
    """The next crawl knows that a request was in flight when the first one was stopped."""

    def answer(url: str) -> web.Response:
        return web.Response(status=404) if url.endswith("/robots.txt") else page()

    clock = SystemClock()
    async with answering(clock, answer, slow_s=0.3) as (settings, asked):
        settings["delay"] = "1s"
        first = asyncio.create_task(cycle_of(tmp_path, clock, settings))
        while len(asked.urls) < 2:
            await asyncio.sleep(0.01)
        stopped_at = clock.now().timestamp()
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        await cycle_of(tmp_path, clock, settings)
    assert asked.urls[1:] == [f"{HOME}/", f"{HOME}/"]
    assert asked.times[2] - stopped_at >= 0.95
