"""Politeness that can be proven afterwards: from what was asked when, and from the archive."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import DrivenClock, SystemClock
from core.config import parse
from cycle import Plan, crawl
from machines import key_of_host
from storage.archive import Archive
from storage.frontier import requests_count
from storage.tables import captures, politeness_keys, portals, visits
from tally import Tally
from tests.small_site import HOST, START, SmallSite, crawled, rows, serving_site


def pauses(times: list[datetime]) -> list[float]:
    """Seconds between one request and the next."""
    return [(b - a).total_seconds() for a, b in itertools.pairwise(times)]


async def test_the_archive_alone_proves_the_pauses_and_one_request_at_a_time(
    tmp_path: Path,
) -> None:
    """Each answer's begin lies the delay after the end of the one before it, in real time."""
    async with serving_site(SmallSite()) as site:
        site.clock = SystemClock()
        site.sections["tin-tuc"] = list(range(6, 0, -1))
        await crawled(tmp_path, site, delay="1s")
        arrivals = pauses(site.times)
    columns = (captures.c.captured_at, captures.c.duration_ms)
    asked = rows(tmp_path, select(*columns).order_by(captures.c.captured_at))
    assert len(asked) == len(arrivals) + 1 == 10
    for before, after in itertools.pairwise(asked):
        ended = before.captured_at
        began = after.captured_at - timedelta(milliseconds=after.duration_ms)
        assert (began - ended).total_seconds() >= 1.0 - 0.02  # clocks are read to the millisecond
    assert min(arrivals) >= 1.0 - 0.02
    assert max(arrivals) < 2.0  # jitter is a tenth at most, the rest is work


async def test_jitter_differs_from_request_to_request(tmp_path: Path) -> None:
    """No two pauses alike, none shorter than the delay, none longer than a tenth more."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(8, 0, -1))
        await crawled(tmp_path, site, delay="10s")
        found = pauses(site.times)
    assert len({round(each, 3) for each in found}) > len(found) // 2
    assert all(10.0 <= each <= 11.0 for each in found), found


async def test_a_crawl_delay_is_kept(tmp_path: Path) -> None:
    """robots.txt asks for more than the config: its pause counts from the first page on."""
    async with serving_site(SmallSite()) as site:
        site.robots = "User-agent: Khotin\nCrawl-delay: 7\n"
        site.sections["tin-tuc"] = [2, 1]
        await crawled(tmp_path, site, delay="2s")
        assert min(pauses(site.times)) >= 7.0


# --- budget and quiet hours ----------------------------------------------------------------------


async def test_a_daily_budget_is_kept_over_restarts_and_ends_at_midnight(tmp_path: Path) -> None:
    """Ten requests a day by the portal's clocks: robots.txt and redirects count, too."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(20, 0, -1))
        site.put("/", "/trang-chu", status=302)
        site.put("/trang-chu", site._frame(""))
        for _ in range(3):
            tally = await crawled(tmp_path, site, daily_requests=10)
        assert len(site.asked) == 10
        (note,) = [each for each in tally.notes if "budget" in each]
        assert "the daily budget of 10 requests is used up" in note
        assert tally.given_up == []
        assert isinstance(site.clock, DrivenClock)
        midnight = datetime(2026, 5, 4, 17, 0, tzinfo=UTC)  # 00:00 at Ho Chi Minh City
        (row,) = rows(tmp_path, select(portals))
        assert row.waits_until == midnight
        site.clock.move_to(midnight)
        await crawled(tmp_path, site, daily_requests=10)
        assert len(site.asked) == 20
    with Archive(tmp_path, site.clock, user_agent="test") as archive:
        counted = archive.run(lambda c: requests_count(c, "p", START)).result()
    assert counted == 20


async def test_nothing_is_asked_in_quiet_hours(tmp_path: Path) -> None:
    """A crawl that reaches them stops before the next request, and says until when."""
    quiet_from = START + timedelta(minutes=1)  # 08:01 there
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(20, 0, -1))
        more = {"quiet_hours": ["08:01-09:30"], "delay": "10s"}
        tally = await crawled(tmp_path, site, **more)
        assert 3 < len(site.asked) < 9
        assert max(site.times) < quiet_from
        (note,) = [each for each in tally.notes if "quiet" in each]
        assert "quiet hours until 09:30" in note
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(datetime(2026, 5, 4, 2, 30, tzinfo=UTC))
        await crawled(tmp_path, site, **more)
        assert len({path for path in site.asked if "view_content" in path}) == 20


async def test_a_redirect_does_not_reach_into_quiet_hours(tmp_path: Path) -> None:
    """The hop is left, and the place it leads to is asked for when they are over."""
    async with serving_site(SmallSite()) as site:
        site.put("/", "/trang-chu", status=302)
        site.put("/trang-chu", site._frame(""))
        more = {"quiet_hours": ["08:00-09:00"], "delay": "30s"}
        assert isinstance(site.clock, DrivenClock)
        site.clock = DrivenClock(START - timedelta(seconds=40))  # robots.txt, `/`, then quiet
        await crawled(tmp_path, site, **more)
        assert site.asked == ["/robots.txt", "/"]
        site.clock.move_to(START + timedelta(hours=1))
        await crawled(tmp_path, site, **more)
        assert "/trang-chu" in site.asked


# --- who is asked, and in whose turn -------------------------------------------------------------


async def both(folder: Path, site: SmallSite, clock: Any, **settings: dict[str, Any]) -> Tally:
    """One crawl of several portals at once; each keyword is a portal's settings."""
    common = {"scheme": "http", "family": "hanoi-liferay", "connect_to": site.address}
    config = parse({"portals": {name: common | each for name, each in settings.items()}})
    tally = Tally()
    with Archive(folder, clock, user_agent="test") as archive:
        async for event in crawl(config, archive, clock, list(settings), Plan()):
            tally.add(event)
    return tally


async def test_two_portals_on_one_machine_take_turns(tmp_path: Path) -> None:
    """One request at a time for both, with pauses, and neither waits for the other's end."""
    async with serving_site(SmallSite()) as site:
        site.clock = SystemClock()
        site.sections["tin-tuc"] = list(range(120, 0, -1))
        site.per_page = 60
        of_each = {"delay": "0s", "politeness_key": "one-machine"}
        tally = await both(
            tmp_path,
            site,
            site.clock,
            a={"host": "a.example.vn"} | of_each,
            b={"host": "b.example.vn"} | of_each,
        )
        turns = [host for host, _ in itertools.groupby(site.hosts)]
    assert tally.changes == {"new": 240}
    assert len(turns) >= 5, turns
    assert set(Counter(turns)) == {"a.example.vn", "b.example.vn"}


async def test_nobody_waits_for_a_host_that_fails(tmp_path: Path) -> None:
    """One portal answers 503 for an hour; the other one's crawl ends within its own time."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1, 2, 3]
        down: set[str] = set()
        answer = site.answer

        def fails(path: str) -> tuple[int, bytes, str]:
            if site.hosts[-1] == "a.example.vn":
                down.add(path)
                return 503, b"busy", "text/plain"
            return answer(path)

        site.answer = fails  # type: ignore[method-assign]
        tally = await both(
            tmp_path,
            site,
            site.clock,
            a={"host": "a.example.vn", "delay": "0s", "politeness_key": "host"},
            b={"host": "b.example.vn", "delay": "0s", "politeness_key": "host"},
        )
    assert down == {"/robots.txt"}
    assert tally.changes == {"new": 3}
    (given_up,) = tally.given_up
    assert given_up.startswith("a: the rest stays due")


async def test_a_host_that_fails_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    """Each visit that finds it down doubles the pause; the archive remembers over restarts."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        await crawled(tmp_path, site)
        site.put("/", "busy", status=503)
        site.put("/tin-tuc", "busy", status=503)
        waits = []
        for _ in range(5):
            assert isinstance(site.clock, DrivenClock)
            site.clock.move_to(site.clock.now() + timedelta(minutes=5))
            site.forget()
            await crawled(tmp_path, site, listings=["/tin-tuc"])
            (row,) = rows(tmp_path, select(politeness_keys))
            assert "the host answered 503" in row.reason
            waits.append((row.blocked_until - site.times[-1]).total_seconds())
            site.clock.move_to(max(site.clock.now(), row.blocked_until))
    assert waits == sorted(waits)
    assert waits[-1] > waits[0] * 8


@pytest.mark.parametrize(
    ("settings", "host", "key"),
    [
        ({"politeness_key": "toa-nha"}, "a.example.vn", "named:toa-nha"),
        ({"politeness_key": "host"}, "a.example.vn", "host:a.example.vn"),
        ({"politeness_key": "host"}, "127.0.0.1", "address:127.0.0.1"),  # not the portal's own
        ({"connect_to": "127.0.0.1:9"}, "b.example.vn", "host:a.example.vn"),
        ({}, "127.0.0.1", "address:127.0.0.1"),
        ({}, "104.16.1.1", "host:104.16.1.1"),  # Cloudflare's
        ({}, "khong-co.invalid", "host:khong-co.invalid"),
    ],
)
async def test_the_key_of_a_host(settings: dict[str, Any], host: str, key: str) -> None:
    """The config's word, else the address, else the host; a delivery network's address is none."""
    config = parse({"portals": {"p": {"host": "a.example.vn"} | settings}}).portals["p"]
    assert await key_of_host(config, host) == key


async def test_a_stopped_crawl_tells_no_request_that_was_not_sent(tmp_path: Path) -> None:
    """A crawl cancelled while it waits for its turn leaves a log of what was asked, no more."""
    async with serving_site(SmallSite()) as site:
        site.clock = SystemClock()
        site.sections["tin-tuc"] = [1, 2, 3]
        task = asyncio.create_task(crawled(tmp_path, site, delay="30s"))
        while len(site.asked) < 1:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [row.url for row in rows(tmp_path, select(visits))] == [f"http://{HOST}/robots.txt"]
    assert site.asked == ["/robots.txt"]
