"""What is due, for whom, and in which order: claims, leases, cycles, the robots cache."""

import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import DrivenClock
from core.config import PortalConfig
from core.records import KeyState, Links, PageKind, Target
from storage import frontier
from storage.archive import Archive
from storage.frontier import KEY_LEASE, SLICE, Done, Finding, Slice, Wait
from storage.portals import add_portal
from storage.robots import robots_of, save_robots
from storage.tables import frontier as targets
from storage.tables import politeness_keys
from tests.storage.recording import (
    HOME,
    KEY,
    PORTAL,
    START,
    Recorder,
    article,
    article_url,
    capture,
    reading,
    recording,
    rows,
)

FRONT, LISTING, ARTICLE, OTHER = (
    PageKind.FRONT, PageKind.LISTING, PageKind.ARTICLE, PageKind.OTHER,
)  # fmt: skip


def add(portal: Recorder, *found: tuple[str, PageKind], page_no: int = 1) -> int:
    """Put these paths into the frontier."""
    findings = [Finding(url=HOME + path, kind=kind, page_no=page_no) for path, kind in found]
    start = Target(portal=PORTAL, url=HOME, kind=FRONT, cycle_at=portal.cycle_at)
    added = portal.run(
        lambda c: frontier.add_targets(c, findings, of=start, key=KEY, now=portal.clock.now())
    )
    return len(added.new)


def claim(portal: Recorder, owner: str = "me", name: str = PORTAL) -> Slice | Wait | Done:
    """What the frontier gives that owner now."""
    at, now = portal.cycle_at, portal.clock.now()
    return portal.run(lambda c: frontier.claim(c, name, owner=owner, cycle_at=at, now=now))  # type: ignore[no-any-return]


def claimed(portal: Recorder, owner: str = "me") -> list[str]:
    """The paths of a claim that must give a slice, given back at once."""
    found = claim(portal, owner)
    assert isinstance(found, Slice), found
    portal.run(lambda c: frontier.release(c, [owner]))
    return [target.url.removeprefix(HOME) for target in found.targets]


def start(portal: Recorder, *, is_all: bool = False) -> None:
    """The beginning of a cycle."""
    portal.run(lambda c: frontier.start_cycle(c, PORTAL, portal.cycle_at, is_all=is_all))


# --- order ---------------------------------------------------------------------------------------


def test_a_slice_comes_in_the_order_front_listing_new_known(tmp_path: Path) -> None:
    """What tells of news first, then the news, then what was read before."""
    with recording(tmp_path) as portal:
        add(portal, ("old-1", ARTICLE), ("old-2", ARTICLE))
        found = claim(portal)
        assert isinstance(found, Slice)
        for target in found.targets:
            page, seen = portal.article_page(article(native_id=None, url=target.url))
            portal.record(page, seen, id=target.id, url=target.url)
        portal.run(lambda c: frontier.release(c, ["me"]))
        portal.next_cycle()
        add(portal, ("new-1", ARTICLE), ("other", OTHER), ("list", LISTING), ("", FRONT))
        start(portal, is_all=True)
        assert claimed(portal) == ["", "list", "new-1", "other", "old-1", "old-2"]


def test_a_slice_is_bounded_and_nothing_is_left_out(tmp_path: Path) -> None:
    """Fifty rows at the most; claims go on until nothing is due, each target once."""
    with recording(tmp_path) as portal:
        add(portal, *((f"a{number}", ARTICLE) for number in range(SLICE + 7)))
        seen: list[str] = []
        while isinstance(found := claim(portal), Slice):
            assert len(found.targets) <= SLICE
            for target in found.targets:
                page, reading_ = portal.article_page(article(native_id=None, url=target.url))
                portal.record(page, reading_, id=target.id, url=target.url)
                seen.append(target.url)
        assert found == Done()
    assert len(seen) == len(set(seen)) == SLICE + 7


def test_a_target_visited_in_this_cycle_is_not_claimed_again(tmp_path: Path) -> None:
    """Even when something makes it due once more."""
    with recording(tmp_path) as portal:
        add(portal, ("a", ARTICLE))
        found = claim(portal)
        assert isinstance(found, Slice)
        page, seen = portal.article_page(article(native_id=None, url=f"{HOME}a"))
        portal.record(page, seen, id=found.targets[0].id)
        portal.run(lambda c: frontier.make_due(c, PORTAL, [f"{HOME}a"], portal.cycle_at))
        start(portal, is_all=True)
        assert claim(portal) == Done()
        portal.next_cycle()
        start(portal, is_all=True)
        assert claimed(portal) == ["a"]


def test_known_urls_stay_as_they_are_when_they_are_found_again(tmp_path: Path) -> None:
    """Only new ones are added and counted."""
    with recording(tmp_path) as portal:
        assert add(portal, ("a", ARTICLE), ("b", LISTING)) == 2
        assert add(portal, ("b", ARTICLE), ("c", ARTICLE)) == 1
        assert claimed(portal) == ["b", "a", "c"]


# --- cycles --------------------------------------------------------------------------------------


def test_a_cycle_makes_front_page_and_listings_due_and_with_all_everything(tmp_path: Path) -> None:
    """Later pages of a listing wait for news; what was set aside stays there."""
    with recording(tmp_path) as portal:
        add(portal, ("", FRONT), ("list", LISTING), ("a", ARTICLE), ("bad", ARTICLE))
        add(portal, ("list?p=2", LISTING), page_no=2)
        later = portal.clock.now() + timedelta(days=9)
        portal.run(lambda c: c.execute(targets.update().values(due_at=later)))
        portal.run(
            lambda c: c.execute(
                targets.update()
                .where(targets.c.url == f"{HOME}bad")
                .values(set_aside="it ended the process")
            )
        )
        assert claim(portal) == Done()
        portal.next_cycle()
        start(portal)
        assert claimed(portal) == ["", "list"]
        start(portal, is_all=True)
        assert claimed(portal) == ["", "list", "list?p=2", "a"]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(hours=1), timedelta(0)),
        (timedelta(hours=23, minutes=59), timedelta(0)),
        (timedelta(days=1), timedelta(days=1)),
        (timedelta(days=6), timedelta(days=1)),
        (timedelta(days=7), timedelta(days=7)),
        (timedelta(days=29), timedelta(days=7)),
        (timedelta(days=30), timedelta(days=30)),
        (timedelta(days=3000), timedelta(days=30)),
    ],
)
def test_the_older_an_article_the_later_it_is_due_again(age: timedelta, wait: timedelta) -> None:
    """First day every cycle, week daily, month weekly, then monthly."""
    assert frontier.due_again(age, START) == START + wait


def test_a_page_that_ended_the_process_twice_is_set_aside(tmp_path: Path) -> None:
    """Each counted attempt without a record is one; a recorded visit forgets them."""
    with recording(tmp_path) as portal:
        add(portal, ("bad", ARTICLE), ("good", ARTICLE))
        found = claim(portal)
        assert isinstance(found, Slice)
        bad, good = found.targets
        for target in (bad, good, bad):
            portal.run(lambda c, at=target.id: frontier.begin_attempt(c, at))
        page, seen = portal.article_page(article(native_id=None, url=good.url))
        portal.record(page, seen, id=good.id)
        portal.run(lambda c: frontier.begin_attempt(c, good.id))
        portal.run(lambda c: frontier.release(c, ["me"]))
        portal.next_cycle()
        start(portal, is_all=True)
        assert claimed(portal) == ["good"]
        assert claimed(portal) == ["good"]
    (row,) = rows(tmp_path, targets.select().where(targets.c.url == f"{HOME}bad"))
    assert row.set_aside


def test_links_of_a_page_become_due_in_the_cycle_they_were_found_in(tmp_path: Path) -> None:
    """They are rows before the page that named them is acknowledged."""
    with recording(tmp_path) as portal:
        page = capture(HOME, portal.clock.now())
        seen = reading(
            page,
            kind=FRONT,
            links=Links(
                articles=(f"{HOME}a", f"{HOME}b"), listings=(f"{HOME}l",), next=f"{HOME}l?p=2"
            ),
        )
        report = portal.record((page,), seen, kind=FRONT)
        assert report.found_count == 4
        assert claimed(portal) == ["l", "l?p=2", "a", "b"]


# --- leases --------------------------------------------------------------------------------------


def test_two_owners_never_hold_one_key(tmp_path: Path) -> None:
    """The second waits, also for another portal behind the same key, until the first gives back."""
    with recording(tmp_path) as portal:
        config = PortalConfig(host="khac.example.vn", scheme="http")
        portal.run(lambda c: add_portal(c, "khac", config, START))
        other = Target(portal="khac", url="", kind=FRONT, cycle_at=START)
        finding = Finding(url="http://khac.example.vn/", kind=FRONT)
        portal.run(lambda c: frontier.add_targets(c, [finding], of=other, key=KEY, now=START))
        add(portal, ("a", ARTICLE), ("b", ARTICLE))
        assert isinstance(claim(portal, "one"), Slice)
        for name in (PORTAL, "khac"):
            found = claim(portal, "two", name)
            assert isinstance(found, Wait)
            assert found.is_leased
            assert found.until == START + KEY_LEASE
        portal.run(lambda c: frontier.release(c, ["one"]))
        assert isinstance(claim(portal, "two", "khac"), Slice)
        assert isinstance(claim(portal, "one"), Wait)


def test_a_process_gives_back_what_it_holds_and_nothing_else(tmp_path: Path) -> None:
    """`ab` stands for `ab/portal`, not for `abc` or `a_`."""
    with recording(tmp_path) as portal:
        for owner in ("ab/songmay", "abc/songmay", "a_/songmay"):
            portal.run(
                lambda c, o=owner: c.execute(
                    politeness_keys.insert().values(
                        key=o, next_slot_at=START, delay_s=2.0, refusals_count=0, reason="",
                        lease_owner=o, lease_until=START + KEY_LEASE,
                    )
                )
            )  # fmt: skip
        portal.run(lambda c: frontier.release(c, ["ab"]))
    held = [row.lease_owner for row in rows(tmp_path, politeness_keys.select()) if row.lease_owner]
    assert sorted(held) == ["a_/songmay", "abc/songmay"]


def test_a_lease_that_ran_out_is_free(tmp_path: Path) -> None:
    """Half an hour after a claim nobody waits for its owner any more."""
    with recording(tmp_path) as portal:
        add(portal, ("a", ARTICLE))
        assert isinstance(claim(portal, "one"), Slice)
        portal.clock.move_to(START + KEY_LEASE)
        assert claimed(portal, "two") == ["a"]


def test_a_blocked_key_is_waited_for_with_its_reason(tmp_path: Path) -> None:
    """Politeness outranks what is due."""
    with recording(tmp_path) as portal:
        add(portal, ("a", ARTICLE))
        until = START + timedelta(minutes=7)
        state = KeyState(next_slot_at=until, blocked_until=until, reason="the host answered 429")
        portal.run(lambda c: frontier.save_key(c, KEY, state))
        assert claim(portal) == Wait(until=until, reason="the host answered 429")
        portal.clock.move_to(until)
        assert claimed(portal) == ["a"]


def test_many_owners_at_once_share_the_targets_without_overlap(tmp_path: Path) -> None:
    """Two open archives, eight threads: a key is held by one at a time, a target visited once."""
    holders: list[str] = []
    most: list[int] = []
    taken: list[str] = []
    guard = threading.Lock()

    def work(archive: Archive, owner: str, at: Any) -> None:
        while True:
            found = archive.run(
                lambda c: frontier.claim(c, PORTAL, owner=owner, cycle_at=at, now=at)
            ).result(timeout=30)
            if isinstance(found, Done):
                return
            if isinstance(found, Wait):
                continue
            with guard:
                holders.append(owner)
                most.append(len(holders))
                taken.extend(target.url for target in found.targets[:5])
            for target in found.targets[:5]:
                archive.run(
                    lambda c, t=target: c.execute(
                        targets.update().where(targets.c.id == t.id).values(due_at=None)
                    )
                ).result(timeout=30)
            with guard:
                holders.remove(owner)
            archive.run(lambda c: frontier.release(c, [owner])).result(timeout=30)

    with recording(tmp_path) as portal:
        add(portal, *((f"a{number}", ARTICLE) for number in range(40)))
        with Archive(tmp_path, DrivenClock(START), user_agent="test") as second:
            threads = [
                threading.Thread(
                    target=work, args=((portal.archive, second)[n % 2], f"owner-{n}", START)
                )
                for n in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
    assert sorted(taken) == sorted(f"{HOME}a{number}" for number in range(40))
    assert max(most) == 1


DIES = """
    import os, signal, sys
    from pathlib import Path
    from core.records import PageKind
    from storage import frontier
    from storage.frontier import Slice
    from tests.storage.recording import PORTAL, START, recording
    from tests.storage.test_frontier import ARTICLE, add, claim

    with recording(Path(sys.argv[1])) as portal:
        add(portal, ("a", ARTICLE))
        assert isinstance(claim(portal, f"{portal.archive.owner}/{PORTAL}"), Slice)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_leases_of_a_killed_process_come_back_at_the_next_start(tmp_path: Path) -> None:
    """Not after half an hour, but as soon as somebody opens the archive."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DIES), str(tmp_path)], check=False, timeout=60
    )
    assert done.returncode == -9
    (row,) = rows(tmp_path, politeness_keys.select())
    assert row.lease_owner is not None
    assert len(list((tmp_path / "locks").iterdir())) == 1
    with recording(tmp_path) as portal:
        assert claimed(portal) == ["a"]
        assert [path.stem for path in (tmp_path / "locks").iterdir()] == [portal.archive.owner]


def test_opening_an_archive_takes_nothing_from_the_living(tmp_path: Path) -> None:
    """A second process that starts leaves the first one's lease and WARC file alone."""
    with recording(tmp_path) as portal:
        add(portal, ("a", ARTICLE))
        owner = f"{portal.archive.owner}/{PORTAL}"
        assert isinstance(claim(portal, owner), Slice)
        portal.shows(article(url=article_url()))
        with Archive(tmp_path, DrivenClock(START), user_agent="test"):
            (row,) = rows(tmp_path, politeness_keys.select())
            assert row.lease_owner == owner
        portal.shows(article(title="Khác"))
        assert len(list((tmp_path / "warc").iterdir())) == 1
    assert list((tmp_path / "locks").iterdir()) == []


# --- robots --------------------------------------------------------------------------------------


def test_a_robots_answer_holds_until_it_expires(tmp_path: Path) -> None:
    """Saved for an origin, replaced by the next answer, kept over a restart."""
    origin, day = HOME.rstrip("/"), timedelta(days=1)
    with recording(tmp_path) as portal:
        assert portal.run(lambda c: robots_of(c, origin, START)) is None
        for text in ("Disallow: /a", "Disallow: /á"):
            portal.run(
                lambda c, t=text: save_robots(
                    c, origin, {"text": t}, fetched_at=START, expires_at=START + day
                )
            )
    with recording(tmp_path) as portal:
        found = portal.run(lambda c: robots_of(c, origin, START + day - timedelta(seconds=1)))
        assert found == {"text": "Disallow: /á"}
        assert portal.run(lambda c: robots_of(c, origin, START + day)) is None
        assert portal.run(lambda c: robots_of(c, "http://other.example", START)) is None
