"""Whose turn it is: pauses, budgets, quiet hours, and robots.txt before anything else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from core.records import KeyState, PageKind, Target, Visit
from crawler.fetch.redirects import REDIRECTS, location
from crawler.politeness import ROBOTS_MAX_REDIRECTS, Robots, after_answer, delay_of
from crawler.urls import host_of, origin
from portal import Portal
from storage.frontier import Wait, take_key
from storage.presence import GoneRule
from storage.record import VisitRecord
from storage.robots import robots_of, save_robots

PRODUCT = "Khotin"  # the token robots.txt files know us by


async def wait_for_turn(portal: Portal, state: KeyState) -> None:
    """Wait until the politeness key may be asked."""
    at = state.next_slot_at
    if state.asked_at is not None:  # perhaps for a portal with a shorter pause
        at = max(at, state.asked_at + portal.config.delay)
    wait_s = (at - portal.clock.now()).total_seconds()
    if wait_s > 0:
        await portal.clock.sleep(wait_s)


def portal_delay(portal: Portal, robots: Robots) -> float:
    """Seconds between two requests: the config's, or more when robots.txt asks for more."""
    return delay_of(portal.config.delay.total_seconds(), robots, portal.dice.random())


async def fetch(
    portal: Portal, target: Target, permits: Callable[[str], str], delay_s: float
) -> Visit:
    """The visit; a redirect that would be asked for in quiet hours or over the budget ends it."""
    hops: list[str] = []
    pause = timedelta(seconds=delay_s)  # before a hop

    def permitted(url: str) -> str:
        at = portal.clock.now() + pause
        rest = portal.allowance.rest(at, len(hops)) if hops else None
        hops.append(url)
        return rest[1] if rest is not None else permits(url)

    visit = await portal.fetcher.fetch(target, permits=permitted, delay_s=delay_s)
    portal.allowance.spend(visit)
    return visit


def after(portal: Portal, state: KeyState, visit: Visit, delay_s: float) -> KeyState:
    """When the key may be asked again after this visit."""
    now, jitter = portal.clock.now(), portal.dice.random()
    return after_answer(state, visit, delay_s=delay_s, now=now, jitter=jitter)


# --- robots.txt ----------------------------------------------------------------------------------


async def robots_for(
    portal: Portal, url: str, key: str, state: KeyState
) -> tuple[Robots | None, KeyState]:
    """What the origin's robots.txt says: from the archive while it holds, else asked for now.

    The answers are captures like any other. Waits for the key's turn before asking; None when
    nothing may be asked now. Redirects to another machine are followed in its own turn, under its
    own key; where that is taken the file could not be had.
    """
    where, now = origin(url), portal.clock.now()
    saved = await _run(portal, partial(robots_of, origin=where, now=now))
    if saved is not None:
        return Robots.from_record(saved), state
    asked, asked_key, asked_state, hops_count = f"{where}/robots.txt", key, state, 0
    while True:
        await wait_for_turn(portal, asked_state)
        if portal.allowance.rest(portal.clock.now()) is not None:
            return None, state
        visit, asked_state = await _ask(portal, asked, asked_key, asked_state, hops_count)
        state = asked_state if asked_key == key else state
        hops_count += len(visit.captures)
        there = _leads_on(visit)
        if not there or hops_count > ROBOTS_MAX_REDIRECTS:
            robots = Robots.from_answer(visit, PRODUCT, portal.clock.now())
            break
        await portal.machines.learn([host_of(there)])
        asked, asked_key = there, portal.machines.keys[host_of(there)]
        now = portal.clock.now()
        taken = await _run(portal, partial(take_key, key=asked_key, owner=portal.owner, now=now))
        if isinstance(taken, Wait):
            robots = Robots.not_had(PRODUCT, now)
            break
        asked_state = taken
    await _run(
        portal,
        partial(
            save_robots,
            origin=where,
            record=robots.to_record(),
            fetched_at=robots.fetched_at,
            expires_at=robots.expires_at,
        ),
    )
    return robots, state


def _leads_on(visit: Visit) -> str:
    """Where a redirect leads that was not followed; "" when the visit ended with an answer."""
    last = visit.last
    if visit.failure is not None or last is None or last.status not in REDIRECTS:
        return ""
    return location(last)


async def _ask(
    portal: Portal, url: str, key: str, state: KeyState, hops_count: int
) -> tuple[Visit, KeyState]:
    """Ask for a robots.txt where it is said to lie; recorded like any visit."""
    now, hops = portal.clock.now(), [hops_count]
    target = Target(portal=portal.id, url=url, kind=PageKind.ROBOTS, cycle_at=now)
    keys = portal.machines.keys

    def permits(there: str) -> str:
        if there == url:
            return ""
        hops[0] += 1
        if hops[0] > ROBOTS_MAX_REDIRECTS:
            return f"more than {ROBOTS_MAX_REDIRECTS} redirects"
        return "" if keys.get(host_of(there)) == key else "another machine, whose turn it is not"

    delay_s = portal.config.delay.total_seconds()
    visit = await fetch(portal, target, permits, delay_s)
    robots = Robots.from_answer(visit, PRODUCT, portal.clock.now())
    state = after(portal, state, visit, portal_delay(portal, robots))
    record = VisitRecord(
        visit=visit,
        reading=None,
        key=key,
        key_state=state,
        gone_rule=GoneRule(checks=portal.config.gone_checks, apart=portal.config.gone_apart),
        retry_at=None,
    )
    portal.archive.record(record)
    return visit, state


async def _run(portal: Portal, job: Callable[..., Any]) -> Any:
    return await asyncio.wrap_future(portal.archive.run(job))
