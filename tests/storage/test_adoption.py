"""What a dead process left: bytes without rows are given theirs, once, whatever happens."""

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adopt import adopt_orphans
from core.clock import DrivenClock
from core.config import Config, parse
from core.records import KeyState, PageKind, Quality, Target, Visit
from demo.pages import page_at
from demo.town import EPOCH, Town
from storage import frontier
from storage.archive import Archive
from storage.frontier import Finding
from storage.record import VisitRecord
from storage.tables import (
    articles,
    captures,
    changes,
    politeness_keys,
    versions,
    visits,
    warc_files,
)
from storage.warc import Original, Place, WarcInfo, WarcWriter
from tests.storage.recording import (
    HOME,
    HOST,
    KEY,
    PORTAL,
    START,
    Recorder,
    capture,
    recording,
    rows,
)

INFO = WarcInfo(software="Khotin/0.1.0", user_agent="test", is_part_of="test")
ADOPTED_AT = START + timedelta(hours=3)


def config(**more: Any) -> Config:
    """A config that knows the portal."""
    return parse({"portals": {PORTAL: {"host": HOST, "scheme": "http"}, **more}})


def page(native_id: int) -> tuple[str, bytes]:
    """An article's page as the replica serves it: its URL and its bytes."""
    state = Town().at(EPOCH + timedelta(hours=1))
    story = state.story(native_id)
    assert story is not None
    found = page_at(state, story.path, dice=Random(1), base=f"http://{HOST}")
    assert found.location is None
    return f"http://{HOST}{story.path}", found.html.encode()


STORIES = tuple(story.native_id for story in Town().at(EPOCH + timedelta(hours=1)).stories[:6])


def visit_of(number: int, native_id: int, *, at: Any = START, portal: str = PORTAL) -> Visit:
    """A visit to an article as the dead process made it; the page came compressed."""
    url, body = page(native_id)
    found = capture(
        url,
        at,
        body=body,
        payload=gzip.compress(body, mtime=0),
        headers=((b"Content-Type", b"text/html;charset=UTF-8"), (b"Content-Encoding", b"gzip")),
    )
    target = Target(portal=portal, url=url, kind=PageKind.ARTICLE, cycle_at=START)
    return Visit(id=f"{number:032x}", target=target, started_at=at, captures=(found,))


def left_by_a_dead_process(
    folder: Path, *left: Visit, originals: dict[int, int] | None = None, torn: bytes = b""
) -> list[tuple[Place, ...]]:
    """An archive whose last process appended these visits and died before the commit.

    `originals` names, by index of the visit, the visit whose payload it repeats.
    """
    with recording(folder):
        pass
    places: list[tuple[Place, ...]] = []
    writer = WarcWriter(folder / "warc", info=INFO, clock=DrivenClock(START))
    for index, visit in enumerate(left):
        known = (originals or {}).get(index)
        named = {}
        if known is not None:
            first = left[known].captures[0]
            record_id = places[known][0].record_id
            named = {0: Original(record_id=record_id, url=first.url, captured_at=START)}
        places.append(writer.append_visit(visit, originals=named))
    name = writer.file
    assert name is not None
    writer.close()
    (folder / "warc" / name).chmod(0o644)  # it died before sealing
    with (folder / "warc" / name).open("ab") as stream:
        stream.write(torn)
    return places


def adopted(folder: Path, settings: Config | None = None) -> int:
    """Open the archive later and adopt what is left."""
    with Archive(folder, DrivenClock(ADOPTED_AT), user_agent="test") as archive:
        return adopt_orphans(settings or config(), archive)


def test_orphans_get_their_rows_with_their_original_times(tmp_path: Path) -> None:
    """Read as they would have been, seen when they were captured, recorded now; the tail is cut."""
    left = [visit_of(n, native_id) for n, native_id in enumerate(STORIES, start=1)]
    left_by_a_dead_process(tmp_path, *left, torn=b"\x1f\x8b\x08\x00torn")
    assert adopted(tmp_path) == len(STORIES)
    found = rows(tmp_path, articles.select())
    assert {row.native_id for row in found} == {str(native_id) for native_id in STORIES}
    assert {row.state for row in found} == {"live"}
    assert {row.first_seen_at for row in found} == {START}
    assert {row.recorded_at for row in rows(tmp_path, visits.select())} == {ADOPTED_AT}
    assert {row.kind for row in rows(tmp_path, changes.select())} == {"new"}
    assert {row.first_seen_at for row in rows(tmp_path, versions.select())} == {START}
    (file,) = rows(tmp_path, warc_files.select())
    path = tmp_path / "warc" / file.name
    assert file.state == "sealed"
    assert file.size_bytes == file.known_bytes == path.stat().st_size
    assert not path.read_bytes().endswith(b"torn")


def test_orphans_are_adopted_once(tmp_path: Path) -> None:
    """The next start finds nothing to adopt."""
    left_by_a_dead_process(tmp_path, visit_of(1, STORIES[0]))
    assert adopted(tmp_path) == 1
    assert adopted(tmp_path) == 0
    assert len(rows(tmp_path, visits.select())) == 1


def test_a_process_that_dies_while_adopting_is_followed_by_one_that_goes_on(
    tmp_path: Path,
) -> None:
    """Some orphans have rows already: they keep them, the rest get theirs, nothing is doubled."""
    left = [visit_of(n, native_id) for n, native_id in enumerate(STORIES, start=1)]
    left_by_a_dead_process(tmp_path, *left)
    with Archive(tmp_path, DrivenClock(ADOPTED_AT), user_agent="test") as archive:
        for stored, visit in list(zip(archive.orphans(), left, strict=True))[:3]:
            record = Recorder(archive, DrivenClock(ADOPTED_AT)).record_of((), None)
            assert stored.place is not None
            places = (*(kept.place for kept in stored.captures), stored.place)
            record = VisitRecord(
                visit=visit, reading=None, key="", key_state=record.key_state,
                gone_rule=record.gone_rule, retry_at=None,
            )  # fmt: skip
            archive.adopt(record, places).result(timeout=30)
    adopted(tmp_path)
    assert adopted(tmp_path) == 0
    assert len(rows(tmp_path, visits.select())) == len(left)
    assert len(rows(tmp_path, captures.select())) == len(left)


def test_two_processes_that_start_together_adopt_each_orphan_once(tmp_path: Path) -> None:
    """Both see the orphans; who comes second finds the rows there and goes on."""
    left = [visit_of(n, native_id) for n, native_id in enumerate(STORIES, start=1)]
    left_by_a_dead_process(tmp_path, *left)
    clock = DrivenClock(ADOPTED_AT)
    with (
        Archive(tmp_path, clock, user_agent="one") as one,
        Archive(tmp_path, clock, user_agent="two") as two,
    ):
        seen_by_one = list(one.orphans())
        adopt_orphans(config(), two)
        assert len(seen_by_one) == len(left)
        for stored, visit in zip(seen_by_one, left, strict=True):
            assert stored.place is not None
            record = VisitRecord(
                visit=visit, reading=None, key="",
                key_state=Recorder(two, clock).record_of((), None).key_state,
                gone_rule=Recorder(two, clock).rule, retry_at=None,
            )  # fmt: skip
            places = (*(kept.place for kept in stored.captures), stored.place)
            one.adopt(record, places).result(timeout=30)
        Recorder(one, clock).is_silent()
    assert len(rows(tmp_path, visits.select())) == len(left) + 1
    assert len(rows(tmp_path, articles.select())) == len(left)
    assert len(rows(tmp_path, changes.select())) == len(left)


def test_an_orphan_that_repeats_another_orphans_payload_is_read_too(tmp_path: Path) -> None:
    """A revisit takes its bytes from the record it names, which has its row by then."""
    first, second = (
        visit_of(1, STORIES[0]),
        visit_of(2, STORIES[0], at=START + timedelta(minutes=1)),
    )
    left_by_a_dead_process(tmp_path, first, second, originals={1: 0})
    assert adopted(tmp_path) == 2
    (version,) = rows(tmp_path, versions.select())
    assert version.last_seen_at == START + timedelta(minutes=1)
    found = rows(tmp_path, captures.select().order_by(captures.c.id))
    assert [row.record_type for row in found] == ["response", "revisit"]
    assert found[0].body_sha256 == found[1].body_sha256


def test_an_orphan_may_repeat_one_whose_portal_is_no_longer_in_the_config(tmp_path: Path) -> None:
    """The portal's own visits stay without rows, with a warning; the others are adopted."""
    foreign = visit_of(1, STORIES[0], portal="khac")
    same = visit_of(2, STORIES[0])
    left_by_a_dead_process(tmp_path, foreign, same, originals={1: 0})
    assert adopted(tmp_path) == 1
    (row,) = rows(tmp_path, articles.select())
    assert row.native_id == str(STORIES[0])


def test_orphans_of_a_portal_that_is_not_in_the_config_wait_for_it(tmp_path: Path) -> None:
    """A start with another config does not make them nobody's for ever."""
    left_by_a_dead_process(tmp_path, visit_of(1, STORIES[0]))
    other = parse({"portals": {"khac": {"host": "khac.example.vn", "scheme": "http"}}})
    assert adopted(tmp_path, other) == 0
    assert adopted(tmp_path) == 1


def test_a_bad_orphan_is_adopted_as_bad(tmp_path: Path) -> None:
    """What the fetcher refused stays refused: its bytes are not unpacked to look again."""
    visit = visit_of(1, STORIES[0])
    bad = replace(visit.captures[0], quality=Quality.TOO_LARGE, body=b"")
    left_by_a_dead_process(tmp_path, replace(visit, captures=(bad,)))
    assert adopted(tmp_path) == 1
    (row,) = rows(tmp_path, captures.select())
    assert (row.quality, row.body_bytes) == ("too_large", 0)
    assert rows(tmp_path, articles.select()) == []


def test_an_orphan_that_is_slow_to_read_does_not_hold_up_the_start(tmp_path: Path) -> None:
    """A large page is read apart, as when it was fetched, and given up after its two seconds."""
    visit = visit_of(1, STORIES[0])
    images = b"".join(b'<img src="/a?img_id=%d">' % number for number in range(190_000))
    mark = b'<div class="journal-content-article">'
    body = visit.captures[0].body.replace(mark, mark + images)
    assert len(body) > 3_000_000
    slow = replace(visit.captures[0], body=body, payload=gzip.compress(body, mtime=0))
    left_by_a_dead_process(tmp_path, replace(visit, captures=(slow,)), visit_of(2, STORIES[1]))
    assert adopted(tmp_path) == 2
    found = rows(tmp_path, captures.select().order_by(captures.c.id))
    assert [row.quality for row in found] == ["too_complex", "ok"]


@pytest.mark.parametrize("length", [0, 1, 300])
def test_a_file_that_holds_no_whole_visit_is_no_obstacle(tmp_path: Path, length: int) -> None:
    """Its writer died at its beginning: the archive opens, and nothing is adopted."""
    with recording(tmp_path):
        pass
    writer = WarcWriter(tmp_path / "warc", info=INFO, clock=DrivenClock(START))
    writer.append_visit(visit_of(1, STORIES[0]))
    name = writer.file
    assert name is not None
    writer.close()
    path = tmp_path / "warc" / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:length])
    assert adopted(tmp_path) == 0
    assert adopted(tmp_path) == 0
    assert rows(tmp_path, visits.select()) == []


def test_captures_whose_visit_was_torn_off_are_adopted_too(tmp_path: Path) -> None:
    """The host tells the portal; a second start adopts nothing twice."""
    (place, own), *_ = left_by_a_dead_process(tmp_path, visit_of(1, STORIES[0]))
    path = tmp_path / "warc" / place.file
    with path.open("r+b") as stream:
        stream.truncate(own.offset + own.length // 2)
    assert adopted(tmp_path) == 1
    assert adopted(tmp_path) == 0
    (row,) = rows(tmp_path, articles.select())
    assert (row.native_id, row.state) == (str(STORIES[0]), "live")
    (kept,) = rows(tmp_path, captures.select())
    assert kept.record_id == place.record_id


# --- what the politeness key is to remember -------------------------------------------------------


def known_to_the_frontier(portal: Recorder) -> None:
    """The portal has a target, and so a key."""
    found = [Finding(url=HOME, kind=PageKind.FRONT)]
    of = Target(portal=PORTAL, url="", kind=PageKind.FRONT, cycle_at=START)
    portal.run(lambda c: frontier.add_targets(c, found, of=of, key=KEY, now=START))


def refused(status: int, *headers: tuple[bytes, bytes]) -> Visit:
    """The dead process's last visit: it was refused."""
    visit = visit_of(1, STORIES[0])
    answer = replace(
        visit.captures[0],
        status=status,
        headers=((b"Content-Type", b"text/html"), *headers),
        body=b"slow down",
        payload=b"slow down",
    )
    return replace(visit, captures=(answer,))


def test_an_orphan_that_was_refused_blocks_its_key(tmp_path: Path) -> None:
    """A `Retry-After` of a day counts from the answer, though its row is made at the next start."""
    with recording(tmp_path) as portal:
        known_to_the_frontier(portal)
    left_by_a_dead_process(tmp_path, refused(429, (b"Retry-After", b"86400")))
    assert adopted(tmp_path) == 1
    (row,) = rows(tmp_path, politeness_keys.select())
    assert START + timedelta(days=1) <= row.blocked_until < START + timedelta(days=1, hours=3)
    assert "429" in row.reason


def test_an_orphan_that_was_answered_does_not_free_a_blocked_key(tmp_path: Path) -> None:
    """The key was blocked after that visit; what is known of it is not undone by older news."""
    until = ADOPTED_AT + timedelta(days=1)
    blocked = KeyState(
        next_slot_at=until, blocked_until=until, refusals_count=5, reason="the host answered 503"
    )
    with recording(tmp_path) as portal:
        known_to_the_frontier(portal)
        portal.run(lambda c: frontier.save_key(c, KEY, blocked))
    left_by_a_dead_process(tmp_path, visit_of(1, STORIES[0]))
    assert adopted(tmp_path) == 1
    (row,) = rows(tmp_path, politeness_keys.select())
    assert (row.blocked_until, row.next_slot_at) == (until, until)
    assert row.reason == "the host answered 503"


def test_an_orphan_counts_as_a_request_of_its_key(tmp_path: Path) -> None:
    """The next request comes the portal's delay after it at the earliest."""
    with recording(tmp_path) as portal:
        known_to_the_frontier(portal)
    left_by_a_dead_process(tmp_path, visit_of(1, STORIES[0], at=ADOPTED_AT))
    assert adopted(tmp_path) == 1
    (row,) = rows(tmp_path, politeness_keys.select())
    assert row.next_slot_at >= ADOPTED_AT + timedelta(seconds=2)
    assert row.blocked_until is None
