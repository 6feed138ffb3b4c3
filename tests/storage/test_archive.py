"""The open archive: what is acknowledged, the bytes behind every row, and trouble."""

import asyncio
import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import DrivenClock
from core.errors import StorageError
from core.jsonform import article_from_json, article_to_json
from core.records import Block, BlockKind, Quality
from storage.archive import Archive
from storage.tables import (
    articles,
    captures,
    versions,
    visits,
    warc_files,
)
from storage.warc import read_capture, scan, visits_in
from tests.storage.recording import (
    HOME,
    START,
    Recorder,
    article,
    article_url,
    capture,
    count,
    every_capture_reads_back,
    place_of,
    reading,
    recording,
    rows,
)

TEN = {"timeout": 10}


def test_what_is_acknowledged_is_seen_by_a_second_connection(tmp_path: Path) -> None:
    """When the future has a result, visit, capture, version and bytes are there for others."""
    with recording(tmp_path) as portal:
        for number in range(12):
            native_id = str(8104000 + number)
            page, seen = portal.article_page(
                article(native_id=native_id, url=article_url(native_id))
            )
            record = portal.record_of(page, seen)
            report = portal.archive.record(record).result(**TEN)
            (row,) = rows(tmp_path, visits.select().where(visits.c.id == record.visit.id))
            assert row.outcome == "answered"
            assert report.changes == ("new",)
            assert count(tmp_path, versions) == number + 1
            assert every_capture_reads_back(tmp_path) == number + 1


def test_a_group_acknowledges_all_its_visits_in_order(tmp_path: Path) -> None:
    """Two hundred visits handed in at once are all kept, each seeing the ones before."""
    with recording(tmp_path) as portal:
        futures = []
        for number in range(200):
            page, seen = portal.article_page(article(title=f"Lần {number // 2}"), views=number)
            futures.append(portal.archive.record(portal.record_of(page, seen)))
        reports = [future.result(timeout=60) for future in futures]
    assert [report.changes for report in reports[:4]] == [("new",), (), ("edited",), ()]
    assert count(tmp_path, versions) == 100
    assert [row[0] for row in rows(tmp_path, select(versions.c.version_no))] == list(range(1, 101))
    assert count(tmp_path, articles) == 1
    assert every_capture_reads_back(tmp_path) == 200


def test_visits_may_be_handed_in_from_many_threads(tmp_path: Path) -> None:
    """One writer, whoever calls: nothing is lost and nothing is doubled."""
    with recording(tmp_path) as portal:
        records = [
            portal.record_of(
                *portal.article_page(article(native_id=str(n), url=article_url(str(n))))
            )
            for n in range(60)
        ]

        def hand_in(part: int) -> None:
            for record in records[part::4]:
                portal.archive.record(record).result(timeout=60)

        threads = [threading.Thread(target=hand_in, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = [row.native_id for row in rows(tmp_path, articles.select())]
    assert sorted(found) == sorted(str(n) for n in range(60))
    assert every_capture_reads_back(tmp_path) == 60


def test_leaving_the_archive_writes_what_waits_and_seals_the_file(tmp_path: Path) -> None:
    """Records handed in just before the end are kept; the file is final, its digest true."""
    with recording(tmp_path) as portal:
        record = portal.record_of(*portal.article_page(article()))
        future = portal.archive.record(record)
    assert future.result(timeout=0).changes == ("new",)
    (row,) = rows(tmp_path, warc_files.select())
    path = tmp_path / "warc" / row.name
    assert (row.state, row.size_bytes) == ("sealed", path.stat().st_size)
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert row.known_bytes == row.size_bytes
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_full_warc_file_is_followed_by_another(tmp_path: Path) -> None:
    """Rotation loses nothing: each capture reads back from the file its row names."""
    clock = DrivenClock(START)
    with Archive(tmp_path, clock, user_agent="test", max_warc_bytes=4_000) as archive:
        portal = Recorder(archive, clock)
        for number in range(20):
            portal.shows(article(title=f"Lần {number}"))
    files = rows(tmp_path, warc_files.select())
    assert len(files) > 2
    assert {file.state for file in files} == {"sealed"}
    assert all(file.known_bytes == file.size_bytes for file in files)
    assert every_capture_reads_back(tmp_path) == 20


# --- the bytes -----------------------------------------------------------------------------------


def test_every_row_has_its_bytes_whatever_was_answered(tmp_path: Path) -> None:
    """Pages, redirects, 404, 304, repeats: each captures row reads back with an equal payload."""
    with recording(tmp_path) as portal:
        portal.shows(article(), body=b"<html>one</html>")
        portal.next_cycle()
        portal.shows(article(), body=b"<html>one</html>")
        portal.answers(304)
        portal.answers(404)
        portal.answers(500)
        portal.leads_home()
        portal.shows(article(url=article_url(section="van-hoa")), asked=article_url())
        assert every_capture_reads_back(tmp_path) == 9


def test_an_identical_payload_is_kept_once(tmp_path: Path) -> None:
    """Its second capture is a `revisit` that names the first; other bytes are a response again."""
    with recording(tmp_path) as portal:
        portal.shows(article(), body=b"<html>one</html>")
        portal.next_cycle()
        portal.shows(article(), body=b"<html>one</html>")
        portal.shows(article(), body=b"<html>two</html>")
    found = rows(tmp_path, captures.select().order_by(captures.c.id))
    assert [row.record_type for row in found] == ["response", "revisit", "response"]
    again = read_capture(
        tmp_path / "warc",
        place_of(rows(tmp_path, select(captures, warc_files.c.name).join(warc_files).where(
            captures.c.id == found[1].id))[0]),
    )  # fmt: skip
    assert again.original is not None
    assert again.original.record_id == found[0].record_id


def test_two_equal_payloads_in_one_group_are_kept_once(tmp_path: Path) -> None:
    """The second of them refers to the first although no row of it is committed yet."""
    with recording(tmp_path) as portal:
        records = []
        for native_id in ("1", "2", "3"):
            found = article(native_id=native_id, url=article_url(native_id))
            records.append(portal.record_of(*portal.article_page(found, body=b"<html>x</html>")))
        for future in [portal.archive.record(record) for record in records]:
            future.result(**TEN)
        assert every_capture_reads_back(tmp_path) == 3
    assert sorted(row.record_type for row in rows(tmp_path, captures.select())) == [
        "response", "revisit", "revisit",
    ]  # fmt: skip


def test_a_failed_visit_is_kept_as_metadata(tmp_path: Path) -> None:
    """No capture, but a visit's row and a WARC record that name the error."""
    with recording(tmp_path) as portal:
        portal.is_silent()
    (row,) = rows(tmp_path, visits.select())
    assert (row.outcome, row.error, row.message) == ("failed", "Unreachable", "connection refused")
    assert count(tmp_path, captures) == 0
    (file,) = (tmp_path / "warc").iterdir()
    (stored,) = visits_in(scan(file))
    assert stored.id == row.id
    assert stored.failure is not None
    assert stored.failure.error == "Unreachable"
    assert stored.place is not None
    assert (stored.place.offset, stored.place.length) == (row.warc_offset, row.warc_length)


# --- the writer in trouble -----------------------------------------------------------------------


def test_a_jobs_error_is_its_callers_and_the_writer_goes_on(tmp_path: Path) -> None:
    """A transaction that raises is undone; the next visit is recorded as ever."""

    def fails(connection: Any) -> None:
        connection.execute(articles.update().values(title="lost"))
        raise ValueError("mine")

    with recording(tmp_path) as portal:
        portal.shows(article())
        with pytest.raises(ValueError, match="mine"):
            portal.run(fails)
        assert [row.title for row in rows(tmp_path, articles.select())] == [article().title]
        assert portal.shows(article(title="Khác")).changes == ("edited",)


def test_a_visit_is_recorded_once(tmp_path: Path) -> None:
    """The same visit handed in again is refused in words; nothing is doubled."""
    with recording(tmp_path) as portal:
        record = portal.record_of(*portal.article_page(article()))
        portal.archive.record(record).result(**TEN)
        with pytest.raises(StorageError) as caught:
            portal.archive.record(record).result(**TEN)
    assert "\n" not in str(caught.value)
    assert count(tmp_path, visits) == 1


def test_a_broken_database_under_a_running_archive_is_told_not_waited_for(tmp_path: Path) -> None:
    """Every visit still gets an answer: a one-line error; the archive can be left."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.run(lambda c: c.exec_driver_sql("DROP INDEX ix_captures_payload_sha1"))
        portal.run(lambda c: c.exec_driver_sql("ALTER TABLE captures RENAME TO broken"))
        for _ in range(2):
            with pytest.raises(StorageError) as caught:
                portal.shows(article(title="Khác"))
            assert "\n" not in str(caught.value)


def test_an_article_with_many_images_and_blocks_is_kept_whole(tmp_path: Path) -> None:
    """Content goes in and comes out equal."""
    found = article(
        blocks=tuple(
            Block(kind=kind, text=f"{kind} 😀 ‘ờ’", url=f"{HOME}x?{n}&<>\"'")
            for n, kind in enumerate(list(BlockKind) * 50)
        )
    )
    with recording(tmp_path) as portal:
        portal.shows(found)
    (row,) = rows(tmp_path, versions.select())
    assert row.content == article_to_json(found)
    assert article_from_json(row.content) == found


def test_a_redirect_is_two_captures_of_one_visit(tmp_path: Path) -> None:
    """Hops are counted from one, the last holds the reading's quality."""
    with recording(tmp_path) as portal:
        portal.shows(article(url=article_url(section="x")), asked=article_url())
    found = rows(tmp_path, captures.select().order_by(captures.c.hop_no))
    assert [(row.hop_no, row.status) for row in found] == [(1, 302), (2, 200)]
    assert len({row.visit_id for row in found}) == 1


def test_a_bad_capture_is_kept_and_never_becomes_a_version(tmp_path: Path) -> None:
    """A page of doubtful quality leaves its capture, its reason and nothing else."""
    with recording(tmp_path) as portal:
        page = capture(article_url(), portal.clock.now())
        seen = reading(
            page, quality=Quality.LAYOUT_CHANGED, reason="no title", article=article(title="")
        )
        portal.record((page,), seen)
    (row,) = rows(tmp_path, captures.select())
    assert (row.quality, row.reason) == ("layout_changed", "no title")
    assert count(tmp_path, versions) == count(tmp_path, articles) == 0


async def test_a_waiter_that_is_cancelled_stops_neither_the_record_nor_the_writer(
    tmp_path: Path,
) -> None:
    """A signal may end the wait for a record or a job, never the writing of it."""
    with recording(tmp_path) as portal:
        holding = threading.Event()
        portal.archive.run(lambda _: holding.wait(10))
        record = portal.record_of(*portal.article_page(article()))
        waits = [
            asyncio.ensure_future(asyncio.wrap_future(portal.archive.record(record))),
            asyncio.ensure_future(asyncio.wrap_future(portal.archive.run(lambda _: 1))),
        ]
        await asyncio.sleep(0)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        holding.set()
        assert portal.archive.run(lambda _: "alive").result(timeout=10) == "alive"
    assert count(tmp_path, visits) == 1
