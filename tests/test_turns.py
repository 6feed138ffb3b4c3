"""Whose turn it is over midnight, over several hosts, and with more than one process asking."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import DrivenClock
from core.config import parse
from core.records import PageKind, Target
from cycle import Plan, crawl
from storage import frontier
from storage.archive import Archive
from storage.frontier import Finding
from storage.tables import frontier as targets
from storage.tables import politeness_keys, visits
from tests.small_site import (
    HOST,
    START,
    SmallSite,
    article_page,
    article_path,
    crawled,
    rows,
    serving_site,
)
from tests.storage.recording import HOME, KEY, PORTAL, recording
from tests.storage.recording import HOST as RECORDED_HOST
from tests.test_manners import both, pauses

MIDNIGHT = datetime(2026, 5, 4, 17, 0, tzinfo=UTC)  # 00:00 at Ho Chi Minh City
MACHINE, MACHINE_KEY = "127.0.0.2", "address:127.0.0.2"  # another one than the portal's


async def through_proxy(folder: Path, site: SmallSite, **more: Any) -> Any:
    """One cycle in which each host has a key of its own; the site answers as their proxy."""
    settings = {
        "connect_to": None,
        "proxy": f"http://{site.address}",
        "politeness_key": "host",
        "allow_addresses": ["127.0.0.0/8"],
        "contact": "khotin@example.org",
    }
    return await crawled(folder, site, **(settings | more))


def asked_of(site: SmallSite, host: str) -> list[str]:
    """What that host was asked for, in order."""
    return [path for path, asked in zip(site.asked, site.hosts, strict=True) if asked == host]


# --- budget and quiet hours ----------------------------------------------------------------------


async def test_a_new_day_has_its_own_budget_also_inside_a_slice(tmp_path: Path) -> None:
    """Midnight comes amid fifty claimed articles: ten more are asked for, and no more."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(60, 0, -1))
        site.per_page = 60
        site.clock = DrivenClock(MIDNIGHT - timedelta(seconds=45))
        tally = await crawled(tmp_path, site, daily_requests=10, delay="10s")
        days = Counter(at >= MIDNIGHT for at in site.times)
    assert 3 <= days[False] <= 5
    assert days[True] == 10
    assert [each for each in tally.notes if "the daily budget of 10 requests is used up" in each]


@pytest.mark.parametrize("budget", [1, 2, 3, 4])
async def test_robots_txt_of_a_second_host_is_within_the_budget(
    tmp_path: Path, budget: int
) -> None:
    """The last request of a day may be any; the one after it is not sent, whatever it is for."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        more = {"other_hosts": ["b.example.vn"], "listings": ["http://b.example.vn/tin-tuc"]}
        await crawled(tmp_path, site, daily_requests=budget, **more)
    assert len(site.asked) == budget


async def test_robots_txt_of_a_second_host_is_not_asked_for_in_quiet_hours(tmp_path: Path) -> None:
    """They begin after the second request; the second host is asked when they are over."""
    more = {
        "quiet_hours": ["08:00-09:00"],
        "delay": "30s",
        "other_hosts": ["b.example.vn"],
        "listings": ["http://b.example.vn/tin-tuc"],
    }
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        site.clock = DrivenClock(START - timedelta(seconds=40))
        await crawled(tmp_path, site, **more)
        assert max(site.times) < START
        assert "b.example.vn" not in site.hosts
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(START + timedelta(hours=1))
        await crawled(tmp_path, site, **more)
        assert asked_of(site, "b.example.vn")[0] == "/robots.txt"


async def test_further_tries_of_a_connection_are_requests(tmp_path: Path) -> None:
    """A server that hangs up was asked three times: the log counts them, and so does the budget."""
    asked: list[str] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head.split()[1])
        if asked[-1] == "/robots.txt":
            writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    site = SmallSite()
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    site.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        await crawled(tmp_path, site)
        counted = rows(tmp_path, select(visits.c.url, visits.c.requests_count))
        assert {row.url.removeprefix(f"http://{HOST}"): row.requests_count for row in counted} == {
            "/robots.txt": 1,
            "/": 3,
        }
        assert Counter(asked) == {"/robots.txt": 1, "/": 3}
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(START + timedelta(hours=2))  # no pause is left, the day is the same
        tally = await crawled(tmp_path, site, daily_requests=4)
    assert len(asked) == 4
    assert [each for each in tally.notes if "the daily budget of 4 requests" in each]


async def test_two_processes_that_crawl_one_portal_keep_one_budget(tmp_path: Path) -> None:
    """Both read from the archive what was sent today before they ask."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(60, 0, -1))
        site.per_page = 60
        section = {
            "host": HOST,
            "scheme": "http",
            "family": "hanoi-liferay",
            "connect_to": site.address,
            "delay": "0s",
            "daily_requests": 20,
        }
        config = parse({"portals": {"p": section}})

        async def process() -> None:
            with Archive(tmp_path, site.clock, user_agent="test") as archive:
                async for _ in crawl(config, archive, site.clock, ["p"], Plan()):
                    pass

        await asyncio.gather(process(), process())
    assert len(site.asked) == 20


# --- robots.txt that lies elsewhere --------------------------------------------------------------


async def test_robots_txt_is_followed_over_five_redirects_and_no_further(tmp_path: Path) -> None:
    """Where it leads on for ever there is none (RFC 9309 2.3.1.2), and the portal is read."""
    async with serving_site(SmallSite()) as site:
        site.put("/robots.txt", "/r1", status=302)
        for number in range(1, 12):
            site.put(f"/r{number}", f"/r{number + 1}", status=302)
        await crawled(tmp_path, site)
    hops = ["/robots.txt", "/r1", "/r2", "/r3", "/r4", "/r5"]
    assert site.asked[:7] == [*hops, "/"]
    assert not site.visits_to("/r6")


def leading_to_the_machine(site: SmallSite, rules: str) -> None:
    """Let the portal's robots.txt lead to that of another machine, which has these rules."""
    site.put("/robots.txt", f"http://{MACHINE}/rules.txt", status=302)
    site.put("/rules.txt", rules, "text/plain")


async def test_robots_txt_on_another_machine_is_asked_under_that_machines_key(
    tmp_path: Path,
) -> None:
    """It holds for the portal; both machines rest after their requests, each for itself."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        leading_to_the_machine(site, "User-agent: *\nDisallow: /tin-tuc\n")
        await through_proxy(tmp_path, site, delay="20s")
    assert asked_of(site, MACHINE) == ["/rules.txt"]
    assert asked_of(site, HOST) == ["/robots.txt", "/"]
    found = {row.key: row for row in rows(tmp_path, select(politeness_keys))}
    assert set(found) == {f"host:{HOST}", MACHINE_KEY}
    asked_at = site.times[site.hosts.index(MACHINE)]
    assert found[MACHINE_KEY].next_slot_at >= asked_at + timedelta(seconds=20)
    assert found[MACHINE_KEY].lease_owner is None
    own = [at for at, host in zip(site.times, site.hosts, strict=True) if host == HOST]
    assert min(pauses(own)) >= 20.0


@pytest.mark.parametrize(
    "values",
    [
        {"lease_owner": "another", "lease_until": START + timedelta(hours=1)},
        {"blocked_until": START + timedelta(hours=1), "reason": "it answered 429"},
    ],
    ids=["held", "blocked"],
)
async def test_robots_txt_on_a_machine_that_is_not_free_is_not_asked_for(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    """Another crawl asks that machine, or it wants no requests: the portal waits for its rules."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        leading_to_the_machine(site, "User-agent: *\nAllow: /\n")
        with Archive(tmp_path, site.clock, user_agent="test") as archive:
            archive.run(lambda c: frontier.add_key(c, MACHINE_KEY, 0.0, START)).result(timeout=30)
            row = politeness_keys.update().where(politeness_keys.c.key == MACHINE_KEY)
            archive.run(lambda c: c.execute(row.values(**values))).result(timeout=30)
            await through_proxy(tmp_path, site)
        assert site.asked == ["/robots.txt"]
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(START + timedelta(hours=2))
        await through_proxy(tmp_path, site)
    assert asked_of(site, MACHINE) == ["/rules.txt"]
    assert article_path(1) in asked_of(site, HOST)


# --- keys of several hosts -----------------------------------------------------------------------


async def test_each_of_two_portals_on_one_machine_keeps_its_own_pause(tmp_path: Path) -> None:
    """The patient one waits its time after a request of the other, too."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [3, 2, 1]
        of_each = {"politeness_key": "one-machine"}
        await both(
            tmp_path,
            site,
            site.clock,
            a={"host": "a.example.vn", "delay": "30s"} | of_each,
            b={"host": "b.example.vn", "delay": "1s"} | of_each,
        )
        asked = list(zip(pauses(site.times), itertools.pairwise(site.hosts), strict=True))
    before_a = [pause for pause, (_, host) in asked if host == "a.example.vn"]
    assert len(before_a) >= 5
    assert min(before_a) >= 30.0
    assert min(pause for pause, _ in asked) >= 1.0


async def test_the_next_page_of_a_listing_on_another_host_has_that_hosts_key(
    tmp_path: Path,
) -> None:
    """The pager leads to a second host of the portal, which is another machine."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(12, 0, -1))
        page = site.listing_page
        there = "href='http://b.example.vn/tin-tuc?_101_cur"
        site.listing_page = lambda name, number: page(name, number).replace(  # type: ignore[method-assign]
            "href='/tin-tuc?_101_cur", there
        )
        await through_proxy(tmp_path, site, other_hosts=["b.example.vn"])
        assert asked_of(site, "b.example.vn")[:2] == ["/robots.txt", "/tin-tuc?_101_cur=2"]
    found = rows(tmp_path, select(targets.c.url, targets.c.key))
    on_b = {row.key for row in found if row.url.startswith("http://b.example.vn/")}
    others = {row.key for row in found if row.url.startswith(f"http://{HOST}/")}
    assert (on_b, others) == ({"host:b.example.vn"}, {f"host:{HOST}"})


def test_a_host_that_moves_takes_its_urls_along_from_every_key(tmp_path: Path) -> None:
    """One URL of a host stood under another key already: all of them have the new one after."""
    new = "address:192.0.2.4"
    of = Target(portal=PORTAL, url=HOME, kind=PageKind.FRONT, cycle_at=START)
    found = [
        Finding(url=f"{HOME}a", kind=PageKind.OTHER, key=new),
        Finding(url=f"{HOME}b", kind=PageKind.OTHER, key=KEY),
        Finding(url=f"{HOME}c", kind=PageKind.OTHER, key="host:another"),
        Finding(url=f"http://{RECORDED_HOST}.example.org/d", kind=PageKind.ASSET, key=KEY),
    ]
    with recording(tmp_path) as portal:
        for key in (new, "host:another"):
            portal.run(lambda c, key=key: frontier.add_key(c, key, 0.0, START))
        portal.run(lambda c: frontier.add_targets(c, found, of=of, key=KEY, now=START))
        portal.run(lambda c: frontier.move_to_key(c, PORTAL, f"http://{RECORDED_HOST}", new))
    keys = {row.url: row.key for row in rows(tmp_path, select(targets.c.url, targets.c.key))}
    assert [keys[each.url] for each in found] == [new, new, new, KEY]


# --- a crawl that is stopped ---------------------------------------------------------------------


async def test_a_stopped_crawl_keeps_the_page_that_was_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name server is slow with a picture's host, and the crawl is stopped meanwhile."""
    loop = asyncio.get_running_loop()
    ask_name_server = loop.getaddrinfo
    is_waiting, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(host: Any, *args: Any, **more: Any) -> Any:
        if host == "anh.invalid":
            is_waiting.set()
            await goes_on.wait()
            return []
        return await ask_name_server(host, *args, **more)

    monkeypatch.setattr(loop, "getaddrinfo", slow)
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        picture = "<p><img src='http://anh.invalid/a.jpg'></p>"
        site.put(article_path(1), article_page(1).replace("<p>", f"{picture}<p>", 1))
        crawling = asyncio.create_task(through_proxy(tmp_path, site, assets="all"))
        await asyncio.wait_for(is_waiting.wait(), 20)
        crawling.cancel()
        loop.call_later(0.2, goes_on.set)
        await asyncio.wait_for(asyncio.gather(crawling, return_exceptions=True), 20)
        assert crawling.cancelled()
    kept = [row.url.removeprefix(f"http://{HOST}") for row in rows(tmp_path, select(visits.c.url))]
    assert article_path(1) in kept
    assert sorted(kept) == sorted(site.asked)
