"""Which article a page is, and whose change a new version is."""

from pathlib import Path

from core.records import Image
from storage.tables import article_urls, articles, frontier, versions
from tests.storage.recording import (
    HOME,
    LONG,
    article,
    article_url,
    count,
    kinds,
    paragraphs,
    placement,
    recording,
    rows,
)


def test_one_native_id_at_many_urls_is_one_article(tmp_path: Path) -> None:
    """Sections and slugs come and go; the portal's own id stays."""
    urls = [article_url(section=name) for name in ("kinh-te", "tin-tuc", "van-hoa")]
    with recording(tmp_path) as portal:
        for url in urls:
            portal.shows(article(url=url))
        portal.lists(placement(1, "8104417", url=f"{HOME}-/view_content/8104417-khac.html"))
    (row,) = rows(tmp_path, articles.select())
    assert row.native_id == "8104417"
    assert {r.url for r in rows(tmp_path, article_urls.select())} == {
        *urls, f"{HOME}-/view_content/8104417-khac.html",
    }  # fmt: skip
    assert count(tmp_path, versions) == 1


def test_a_listed_article_is_the_same_when_it_is_read(tmp_path: Path) -> None:
    """From *listed*, without a version, to *live* with one; that it is new is said once."""
    with recording(tmp_path) as portal:
        portal.lists(placement(1, "8104417"))
        (row,) = rows(tmp_path, articles.select())
        assert row.state == "listed"
        assert count(tmp_path, versions) == 0
        portal.shows(article())
    (row,) = rows(tmp_path, articles.select())
    assert row.state == "live"
    assert kinds(tmp_path) == ["new"]


def test_without_a_native_id_the_url_is_the_article(tmp_path: Path) -> None:
    """Two URLs are two articles; the id that a page gives later joins the article of its URL."""
    plain = f"{HOME}gioi-thieu"
    with recording(tmp_path) as portal:
        portal.shows(article(native_id=None, url=plain))
        portal.shows(article(native_id=None, url=f"{HOME}lich-su"))
        portal.shows(article(native_id="77", url=plain))
    found = {row.url: row.native_id for row in rows(tmp_path, articles.select())}
    assert found == {plain: "77", f"{HOME}lich-su": None}


def test_equal_text_under_another_native_id_is_another_article_of_one_cluster(
    tmp_path: Path,
) -> None:
    """Twins are told, never merged; a short notice has no twins."""
    with recording(tmp_path) as portal:
        portal.shows(article(native_id="1", url=article_url("1"), blocks=paragraphs(LONG)))
        portal.shows(article(native_id="2", url=article_url("2"), blocks=paragraphs(LONG)))
        portal.shows(article(native_id="3", url=article_url("3")))
        portal.shows(article(native_id="4", url=article_url("4")))
    found = {row.native_id: row.cluster_id for row in rows(tmp_path, articles.select())}
    assert found["1"] is not None
    assert found["1"] == found["2"]
    assert found["3"] is found["4"] is None


def test_rules_that_read_the_same_bytes_otherwise_are_no_change_of_the_site(
    tmp_path: Path,
) -> None:
    """Even when a 304, which has no bytes of its own, came in between."""
    body = b"<html>one</html>"
    with recording(tmp_path) as portal:
        portal.shows(article(), body=body)
        portal.next_cycle()
        portal.answers(304)
        portal.next_cycle()
        report = portal.shows(article(lead=None), body=body, rules="rules-2")
    assert report.changes == ()
    assert [row.cause for row in rows(tmp_path, versions.select())] == ["first", "rules"]
    assert kinds(tmp_path) == ["new"]


def test_http_and_https_of_an_image_are_one_image(tmp_path: Path) -> None:
    """The portal's own files are known by their paths: a new scheme or host is no edit."""
    with recording(tmp_path) as portal:
        for scheme in ("http", "https", "http"):
            image = Image(url=f"{scheme}://songmay.example.vn/image/1.jpg")
            url = article_url().replace("http:", f"{scheme}:")
            portal.shows(article(url=url, images=(image,)))
            portal.next_cycle()
    assert kinds(tmp_path) == ["new"]


def test_a_url_that_leads_to_another_article_tells_that_its_own_is_gone(tmp_path: Path) -> None:
    """Two checks apart, as for a page that vanished; the URL is not given to the other article."""
    with recording(tmp_path) as portal:
        other = article(native_id="2", url=article_url("2"), title="Một bài khác hẳn")
        portal.shows(article())
        portal.shows(other)
        for _ in range(2):
            portal.next_cycle(12)
            portal.shows(other, asked=article_url())
    assert kinds(tmp_path) == ["new", "new", "gone"]


def test_a_listing_goes_on_although_another_one_told_its_news_first(tmp_path: Path) -> None:
    """What a front list showed before is news on the section's list all the same."""
    page_2 = f"{HOME}kinh-te?cur=2"
    with recording(tmp_path) as portal:
        portal.lists(placement(1, "1"), next_url=page_2)
        done = {"due_at": None, "visited_at": portal.clock.now()}
        visited = frontier.update().where(frontier.c.url == page_2).values(done)
        portal.run(lambda c: c.execute(visited))
        portal.next_cycle()
        new = (placement(1, "3"), placement(2, "2"))
        portal.lists(*new, url=f"{HOME}noi-bat")
        portal.lists(*new, next_url=page_2)
        (row,) = rows(tmp_path, frontier.select().where(frontier.c.url == page_2))
        assert row.due_at == portal.cycle_at
        portal.run(lambda c: c.execute(visited))
        portal.next_cycle()
        portal.lists(*new, next_url=page_2)
        (row,) = rows(tmp_path, frontier.select().where(frontier.c.url == page_2))
        assert row.due_at is None
