"""Gone, returned, moved: what visits prove, through the open archive."""

from pathlib import Path
from typing import Any

import pytest

from core.records import PageKind, Quality
from storage.tables import (
    article_sections,
    articles,
    changes,
    versions,
)
from tests.storage.recording import (
    HOME,
    START,
    Recorder,
    article,
    article_url,
    count,
    kinds,
    placement,
    recording,
    rows,
)


def test_an_article_is_gone_after_two_checks_apart_and_returns(tmp_path: Path) -> None:
    """Close checks are one; the change is an interval with evidence; one answer brings it back."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.next_cycle(12)
        assert portal.answers(404).changes == ()
        portal.next_cycle(1)
        assert portal.answers(404).changes == ()
        portal.next_cycle(6)
        assert portal.answers(410).changes == ("gone",)
        (row,) = rows(tmp_path, articles.select())
        assert row.state == "gone"
        portal.next_cycle(24)
        assert portal.answers(404).changes == ()
        portal.next_cycle(24)
        assert portal.shows(article()).changes == ("returned",)
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "live"
    gone = next(row for row in rows(tmp_path, changes.select()) if row.kind == "gone")
    assert gone.last_seen_before_at == START
    assert gone.detail["checks_count"] == 3
    assert gone.detail["last_seen_at"] == "2026-05-04T01:00:00Z"
    assert gone.detail["first_missing_at"] == "2026-05-04T13:00:00Z"
    assert kinds(tmp_path) == ["new", "gone", "returned"]
    assert count(tmp_path, versions) == 1


def test_an_outage_proves_nothing_and_forgets_nothing(tmp_path: Path) -> None:
    """Silence and refusals between two 404s neither count nor begin the count anew."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.next_cycle()
        portal.answers(404)
        for _ in range(3):
            portal.next_cycle()
            assert portal.is_silent().changes == ()
            assert portal.answers(503).changes == ()
            assert portal.answers(403).changes == ()
        portal.next_cycle()
        assert portal.answers(404).changes == ("gone",)


def test_an_outage_alone_never_makes_an_article_gone(tmp_path: Path) -> None:
    """Weeks of silence are not a disappearance."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        for _ in range(20):
            portal.next_cycle(24)
            portal.is_silent()
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "live"
    assert kinds(tmp_path) == ["new"]


def test_leaving_a_listing_proves_nothing(tmp_path: Path) -> None:
    """Only the article's own URL can say that it is gone."""
    with recording(tmp_path) as portal:
        portal.lists(placement(1, "8104417"), placement(2, "2"))
        portal.shows(article())
        for _ in range(4):
            portal.next_cycle(24)
            portal.lists(placement(1, "2"))
    (row,) = rows(tmp_path, articles.select().where(articles.c.native_id == "8104417"))
    assert row.state == "live"
    assert "gone" not in kinds(tmp_path)


def test_one_live_url_of_two_keeps_the_article(tmp_path: Path) -> None:
    """It is gone when its other URL is gone too."""
    old, new = article_url(), article_url(section="tin-tuc")
    with recording(tmp_path) as portal:
        portal.shows(article(url=old))
        portal.shows(article(url=new))
        for _ in range(3):
            portal.next_cycle()
            portal.answers(404, old)
            portal.shows(article(url=new))
        assert "gone" not in kinds(tmp_path)
        for _ in range(2):
            portal.next_cycle()
            portal.answers(404, old)
            portal.answers(404, new)
    assert kinds(tmp_path).count("gone") == 1


@pytest.mark.parametrize(
    "seen",
    [
        {"quality": Quality.WRONG_PAGE},
        {"quality": Quality.OK, "kind": PageKind.FRONT},
        {"quality": Quality.SOFT_404},
    ],
    ids=["wrong page", "front page", "soft 404"],
)
def test_an_article_that_leads_to_the_front_page_is_softly_gone(
    tmp_path: Path, seen: dict[str, Any]
) -> None:
    """Two checks apart, as with a 404, and told as *gone*."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.next_cycle()
        assert portal.leads_home(**seen).changes == ()
        portal.next_cycle()
        assert portal.leads_home(**seen).changes == ("gone",)
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "soft_gone"
    assert count(tmp_path, versions) == 1


def test_what_is_gone_is_told_once(tmp_path: Path) -> None:
    """A portal that later answers 404 with its front page tells nothing new to the monitor."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        for answer in (portal.answers, portal.leads_home, portal.answers):
            for _ in range(3):
                portal.next_cycle()
                if answer == portal.answers:
                    portal.answers(404)
                else:
                    portal.leads_home()
    assert kinds(tmp_path) == ["new", "gone"]


def test_a_listed_article_that_answers_404_is_no_loss(tmp_path: Path) -> None:
    """It was never read: it stays listed."""
    with recording(tmp_path) as portal:
        portal.lists(placement(1, "8104417"))
        for _ in range(3):
            portal.next_cycle()
            portal.answers(404)
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "listed"
    assert kinds(tmp_path) == []


# --- sections ------------------------------------------------------------------------------------


def _moved(portal: Recorder, order: str) -> None:
    """The article leaves one section for another; its pages are met in this order."""
    old, new = article_url(), article_url(section="van-hoa")
    found = article(url=new, section="Văn hóa")
    for step in order:
        if step == "l":
            portal.lists(placement(1, "8104417", url=new), url=f"{HOME}van-hoa")
        elif step == "o":
            portal.shows(found, asked=old)
        elif step == "n":
            portal.shows(found)


@pytest.mark.parametrize("order", ["o", "on", "no", "lo", "lno", "lon"])
def test_a_moved_article_gives_exactly_one_moved(tmp_path: Path, order: str) -> None:
    """In whatever order listing, old URL and new URL are asked, within a cycle or later."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.next_cycle()
        _moved(portal, order)
        portal.next_cycle()
        _moved(portal, "on")
    assert kinds(tmp_path) == ["new", "moved"]
    moved = next(row for row in rows(tmp_path, changes.select()) if row.kind == "moved")
    assert moved.detail == {"entered": ["Văn hóa"], "left": ["Kinh tế"]}
    found = rows(tmp_path, article_sections.select().order_by(article_sections.c.id))
    assert [(row.section, row.left_at is None) for row in found] == [
        ("Kinh tế", False), ("Văn hóa", True),
    ]  # fmt: skip
    assert count(tmp_path, versions) == 1


def test_a_move_whose_old_url_answers_404_is_one_moved_and_no_loss(tmp_path: Path) -> None:
    """The old section is left when its URL is gone for sure."""
    old, new = article_url(), article_url(section="van-hoa")
    with recording(tmp_path) as portal:
        portal.shows(article())
        for _ in range(4):
            portal.next_cycle()
            portal.shows(article(url=new, section="Văn hóa"))
            portal.answers(404, old)
    assert kinds(tmp_path) == ["new", "moved"]


def test_an_article_met_in_two_sections_at_first_is_no_move(tmp_path: Path) -> None:
    """Learning where a new article stands is no change."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.shows(article(url=article_url(section="tin-tuc"), section="Tin tức"))
        portal.next_cycle()
        portal.shows(article())
        portal.shows(article(url=article_url(section="tin-tuc"), section="Tin tức"))
    assert kinds(tmp_path) == ["new"]


def test_two_ways_of_answering_that_it_is_not_there_add_up(tmp_path: Path) -> None:
    """A 404 and a page that says "not found" with status 200 are one absence."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        portal.next_cycle(12)
        assert portal.answers(404).changes == ()
        portal.next_cycle(12)
        assert portal.leads_home().changes == ("gone",)
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "gone"


def test_a_url_used_for_another_article_lets_go_of_the_old_one(tmp_path: Path) -> None:
    """The old article is gone after as many checks as if its page had vanished."""
    here = "http://songmay.example.vn/noi-bat.html"
    with recording(tmp_path) as portal:
        portal.shows(article(native_id="1", url=here))
        portal.next_cycle(12)
        portal.shows(article(native_id="2", url=here, title="Một bài khác hẳn"))
        portal.next_cycle(12)
        portal.shows(article(native_id="2", url=here, title="Một bài khác hẳn"))
    states = {row.native_id: row.state for row in rows(tmp_path, articles.select())}
    assert states == {"1": "soft_gone", "2": "live"}
    assert kinds(tmp_path) == ["new", "new", "gone"]
