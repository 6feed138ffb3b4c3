"""Counters, weather and listings as runs, seen by a second connection."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.records import Count, Poll, PollOption, Visitors
from storage.tables import (
    placement_runs,
    placements,
    poll_runs,
    presence,
    readings,
    series_runs,
    versions,
    visitor_runs,
    weather_runs,
)
from tests.storage.recording import (
    HOME,
    START,
    article,
    article_url,
    count,
    kinds,
    placement,
    recording,
    rows,
    unfilled,
    weather,
)


def series(folder: Path, table: Any, *names: str) -> list[tuple[Any, ...]]:
    """These columns of all runs, in order of their beginning."""
    columns = [table.c[name] for name in names]
    return [tuple(row) for row in rows(folder, select(*columns).order_by(table.c.id))]


def test_an_equal_count_in_one_cycle_is_one_observation(tmp_path: Path) -> None:
    """However many pages show it; the next cycle adds one; another value is another run."""
    names = ("value", "observations_count")
    with recording(tmp_path) as portal:
        for url in (article_url(), article_url(section="tin-tuc")):
            portal.shows(article(url=url), views=75)
        assert series(tmp_path, series_runs, *names) == [(75, 1)]
        portal.next_cycle()
        portal.shows(article(), views=75)
        assert series(tmp_path, series_runs, *names) == [(75, 2)]
        portal.next_cycle()
        portal.shows(article(), views=80)
        portal.next_cycle()
        portal.shows(article(), views=75)
    assert series(tmp_path, series_runs, *names) == [(75, 2), (80, 1), (75, 1)]
    ends = series(tmp_path, series_runs, "first_seen_at", "last_seen_at")
    twelve = timedelta(hours=12)
    assert ends == [
        (START, START + twelve),
        (START + 2 * twelve, START + 2 * twelve),
        (START + 3 * twelve, START + 3 * twelve),
    ]
    assert kinds(tmp_path) == ["new"]
    assert count(tmp_path, versions) == 1


def test_counts_of_listings_and_articles_are_series_apart(tmp_path: Path) -> None:
    """A cached listing that lags never looks like a fall."""
    names = ("source", "value", "observations_count")
    listed = placement(1, "8104417", view_count=Count(count=70, text="70"))
    with recording(tmp_path) as portal:
        for views in (75, 76):
            portal.lists(listed)
            portal.lists(listed, url=HOME)
            portal.shows(article(), views=views)
            portal.next_cycle()
    assert series(tmp_path, series_runs, *names) == [
        ("listing", 70, 2), ("article", 75, 1), ("article", 76, 1),
    ]  # fmt: skip


def test_filled_and_unfilled_weather_are_runs_apart(tmp_path: Path) -> None:
    """Some pages fill the block and some do not: neither ends the other's run."""
    with recording(tmp_path) as portal:
        for _ in range(3):
            portal.shows(article(), weather=(weather(),))
            portal.shows(article(), weather=(unfilled(),))
            portal.shows(article(), weather=(weather(), unfilled("Đà Nẵng")))
            portal.next_cycle()
        portal.shows(article(), weather=(weather(temperature_c=31.0, text="Hà Nội 31 °C"),))
    names = ("place", "is_filled", "temperature_c", "observations_count")
    assert series(tmp_path, weather_runs, *names) == [
        ("Hà Nội", True, 29.0, 3),
        ("Hà Nội", False, None, 3),
        ("Đà Nẵng", False, None, 3),
        ("Hà Nội", True, 31.0, 1),
    ]


def test_weather_now_and_forecasts_of_one_place_are_runs_apart(tmp_path: Path) -> None:
    """A block with today and two days ahead makes three runs, however often it is seen."""
    block = (
        weather(),
        weather(valid_on=date(2026, 5, 5), low_c=24.0, temperature_c=None, text="mai"),
        weather(valid_on=date(2026, 5, 6), low_c=25.0, temperature_c=None, text="kia"),
    )
    with recording(tmp_path) as portal:
        for _ in range(3):
            portal.shows(article(), weather=block)
            portal.shows(article(), weather=block)
            portal.next_cycle()
    assert series(tmp_path, weather_runs, "valid_on", "observations_count") == [
        (None, 3), (date(2026, 5, 5), 3), (date(2026, 5, 6), 3),
    ]  # fmt: skip


def test_an_unchanged_listing_extends_its_run(tmp_path: Path) -> None:
    """Another order, another title or another item begins another run with items of its own."""
    one, two = placement(1, "1"), placement(2, "2")
    with recording(tmp_path) as portal:
        for items in ((one, two), (one, two), (placement(1, "2"), placement(2, "1")), (one,)):
            portal.lists(*items)
            portal.next_cycle()
        portal.lists(one, url=f"{HOME}van-hoa")
    assert series(tmp_path, placement_runs, "url", "observations_count") == [
        (f"{HOME}kinh-te", 2), (f"{HOME}kinh-te", 1), (f"{HOME}kinh-te", 1), (f"{HOME}van-hoa", 1),
    ]  # fmt: skip
    found = rows(tmp_path, placements.select().order_by(placements.c.run_id, placements.c.position))
    assert [(row.run_id, row.position, row.title) for row in found] == [
        (1, 1, "Bài 1"), (1, 2, "Bài 2"), (2, 1, "Bài 2"), (2, 2, "Bài 1"), (3, 1, "Bài 1"),
        (4, 1, "Bài 1"),
    ]  # fmt: skip
    assert kinds(tmp_path) == []


def test_a_304_proves_presence_and_content_but_never_a_count(tmp_path: Path) -> None:
    """The version and the URL's presence last longer; the series and the readings do not."""
    later = START + timedelta(hours=12)
    with recording(tmp_path) as portal:
        portal.shows(article(), views=75)
        portal.next_cycle()
        report = portal.answers(304)
    assert (report.outcome, report.changes) == ("not_modified", ())
    (version,) = rows(tmp_path, versions.select())
    assert (version.first_seen_at, version.last_seen_at) == (START, later)
    assert version.first_capture_id != version.last_capture_id
    (run,) = rows(tmp_path, presence.select())
    assert (run.state, run.checks_count, run.last_seen_at) == ("live", 2, later)
    assert series(tmp_path, series_runs, "last_seen_at", "observations_count") == [(START, 1)]
    assert count(tmp_path, readings) == 1


def test_comments_are_a_series_of_their_own(tmp_path: Path) -> None:
    """A page shows views and comments; neither touches the other, none makes a change."""
    with recording(tmp_path) as portal:
        for comments in (2, 2, 3):
            portal.shows(article(), views=75, comment_count=Count(count=comments, text="?"))
            portal.next_cycle()
    assert series(tmp_path, series_runs, "counter", "value", "observations_count") == [
        ("views", 75, 3), ("comments", 2, 2), ("comments", 3, 1),
    ]  # fmt: skip
    assert kinds(tmp_path) == ["new"]


def test_visitors_are_looked_at_once_in_a_cycle(tmp_path: Path) -> None:
    """The counter counts our own looks: its first value in a cycle is the observation."""
    with recording(tmp_path) as portal:
        for total in (100, 200):
            for more in range(3):
                seen = Visitors(online_count=7, total_count=total + more)
                portal.shows(article(), visitors=seen)
            portal.next_cycle()
    names = ("online_count", "today_count", "total_count", "observations_count")
    assert series(tmp_path, visitor_runs, *names) == [(7, None, 100, 1), (7, None, 200, 1)]


def test_a_polls_form_and_its_result_are_runs_apart(tmp_path: Path) -> None:
    """A form without votes is no count; equal votes extend a run, others begin one."""
    with recording(tmp_path) as portal:
        for votes in (5, 5, 6):
            portal.shows(article(), polls=(poll(None),))
            portal.shows(article(), polls=(poll(votes),))
            portal.next_cycle()
    names = ("poll", "has_votes", "total_count", "observations_count")
    assert series(tmp_path, poll_runs, *names) == [
        ("675935", False, None, 3), ("675935", True, 5, 2), ("675935", True, 6, 1),
    ]  # fmt: skip


def test_a_poll_without_an_id_is_known_by_its_question(tmp_path: Path) -> None:
    """Folded, so that another tone placement is the same poll."""
    with recording(tmp_path) as portal:
        for question in ("Hoà bình?", "Hòa bình?"):
            portal.shows(article(), polls=(replace(poll(None), native_id=None, question=question),))
            portal.next_cycle()
    assert {row[0] for row in series(tmp_path, poll_runs, "poll")} == {"hoa binh?"}


def poll(votes: int | None) -> Poll:
    return Poll(
        native_id="675935",
        question="Nội dung trên trang?",
        options=(PollOption(text="Đầy đủ", votes_count=votes),),
        total_count=votes,
        is_open=True,
    )
