"""A visit that the database refuses is kept without its reading, and harms no other."""

from pathlib import Path

import pytest
from sqlalchemy import select

from core.records import Quality
from storage.tables import (
    articles,
    captures,
    versions,
)
from tests.storage.recording import (
    article,
    article_url,
    count,
    every_capture_reads_back,
    kinds,
    paragraphs,
    placement,
    recording,
    rows,
)

TEN = {"timeout": 10}


UNSTORABLE = {
    "lone surrogate in the title": {"title": "Tin \udcff mới"},
    "lone surrogate in the text": {"blocks": paragraphs("a \ud800 b")},
    "lone surrogate in an author": {"authors": ("\udfff",)},
    "NUL in the title": {"title": "Tin \0 mới"},
    "NUL in the text": {"blocks": paragraphs("a \0 b")},
    "a word that errors know": {"title": "The full house is locked \udcff"},
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_a_visit_the_database_refuses_is_kept_and_its_neighbours_survive(
    tmp_path: Path, name: str
) -> None:
    """Its capture has the quality `unstorable`, no version is made, the group goes on."""
    with recording(tmp_path) as portal:
        records = []
        for native_id, changes_ in (("1", {}), ("2", UNSTORABLE[name]), ("3", {})):
            found = article(native_id=native_id, url=article_url(native_id), **changes_)
            records.append(portal.record_of(*portal.article_page(found, views=5)))
        reports = [
            future.result(**TEN) for future in [portal.archive.record(record) for record in records]
        ]
        after = portal.shows(article(native_id="4", url=article_url("4")))
        assert every_capture_reads_back(tmp_path) == 4
    assert [report.quality for report in reports] == [
        Quality.OK, Quality.UNSTORABLE, Quality.OK,
    ]  # fmt: skip
    assert after.changes == ("new",)
    found = rows(tmp_path, select(captures.c.quality).order_by(captures.c.id))
    assert [row.quality for row in found] == ["ok", "unstorable", "ok", "ok"]
    assert {row.native_id for row in rows(tmp_path, articles.select())} == {"1", "3", "4"}


def test_a_count_beyond_the_database_is_unstorable(tmp_path: Path) -> None:
    """A number with twenty digits is refused with its visit, not with the group."""
    with recording(tmp_path) as portal:
        report = portal.shows(article(), views=10**20)
        assert report.quality is Quality.UNSTORABLE
        assert portal.shows(article(), views=10).changes == ("new",)


def test_a_listing_that_contradicts_itself_is_unstorable(tmp_path: Path) -> None:
    """Two items at one place are refused with their page, whatever words they hold."""
    with recording(tmp_path) as portal:
        bad = portal.lists(
            placement(1, "1", title="A full house"), placement(1, "2", title="locked")
        )
        good = portal.lists(placement(1, "1"))
    assert bad.quality is Quality.UNSTORABLE
    assert good.quality is Quality.OK


def test_an_unstorable_page_of_a_known_article_does_not_make_it_gone(tmp_path: Path) -> None:
    """What cannot be kept as rows proves nothing about the article."""
    with recording(tmp_path) as portal:
        portal.shows(article())
        for _ in range(3):
            portal.next_cycle()
            portal.shows(article(title="\udcff"))
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "live"
    assert count(tmp_path, versions) == 1
    assert kinds(tmp_path) == ["new"]
