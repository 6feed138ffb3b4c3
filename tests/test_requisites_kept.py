"""What a page needs to be shown is kept too: pictures, style sheets, scripts, fonts, files."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.clock import DrivenClock
from storage.tables import articles, captures, documents, frontier
from tests.crawler.test_documents import pdf
from tests.small_site import HOST, HTML, SmallSite, article_page, crawled, rows, serving_site
from tests.test_discovery import known, later

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
CSS = "@import 'them.css'; body { background: url(/nen.png) } @font-face { src: url(chu.woff2) }"
OTHER = "anh.example.org"
HEAD = "<link rel=stylesheet href=/theme/main.css><script src=/theme/main.js></script>"
INSIDE = (
    f"<p><img src=/anh/1.png></p><p><img src='http://{OTHER}/anh/2.png'></p>"
    "<p><a href='/documents/10/ke-hoach.pdf'>Kế hoạch số 12</a></p>"
)


@pytest.fixture
def site() -> SmallSite:
    """One article with everything, beside one that shows the same picture."""
    made = SmallSite()
    made.sections["tin-tuc"] = [2, 1]
    page = article_page(1).replace("</head>", HEAD + "</head>").replace("<p>", INSIDE + "<p>", 1)
    made.put("/tin-tuc/-/view_content/1-bai.html", page)
    made.put(
        "/tin-tuc/-/view_content/2-bai.html",
        article_page(2).replace("<p>", "<p><img src=/anh/1.png></p><p>", 1),
    )
    for path in ("/anh/1.png", "/anh/2.png", "/nen.png"):
        made.put(path, PNG, "image/png")
    made.put("/theme/main.css", CSS, "text/css")
    made.put("/theme/them.css", "b { color: red }", "text/css")
    made.put("/theme/main.js", "console.log(1)", "text/javascript")
    made.put("/theme/chu.woff2", b"wOF2" + bytes(90), "font/woff2")
    made.put(
        "/documents/10/ke-hoach.pdf",
        pdf(("Kế hoạch phát triển kinh tế",)),
        "application/pdf",
    )
    return made


def kept(folder: Path) -> set[str]:
    """The paths that have a capture, without the portal's pages."""
    found = rows(folder, select(captures.c.url).distinct())
    pages = ("view_content", "robots.txt", f"{HOST}/tin-tuc")
    urls = [row.url.removeprefix("http://") for row in found]
    return {url for url in urls if url != f"{HOST}/" and not any(part in url for part in pages)}


async def test_without_a_word_nothing_but_pages_is_asked_for(
    tmp_path: Path, site: SmallSite
) -> None:
    """A portal's pictures are its traffic: they are asked for where the section says so."""
    async with serving_site(site):
        await crawled(tmp_path, site)
    assert kept(tmp_path) == set()


async def test_images_are_kept_once_wherever_they_stand(tmp_path: Path, site: SmallSite) -> None:
    """Also those of another host, whose robots.txt is asked for first."""
    async with serving_site(site):
        await crawled(tmp_path, site, assets="images")
        robots = [n for n, path in enumerate(site.asked) if path == "/robots.txt"]
        assert [site.hosts[n] for n in robots] == [HOST, OTHER]
        assert site.visits_to("/anh/1.png") == ["/anh/1.png"]
    assert kept(tmp_path) == {f"{HOST}/anh/1.png", f"{OTHER}/anh/2.png"}


async def test_with_all_everything_is_kept_that_a_replay_asks_for(
    tmp_path: Path, site: SmallSite
) -> None:
    """What style sheets need, too; and equal bytes lie in the archive once."""
    async with serving_site(site):
        await crawled(tmp_path, site, assets="all")
    assert kept(tmp_path) >= {
        f"{HOST}/anh/1.png",
        f"{OTHER}/anh/2.png",
        f"{HOST}/theme/main.css",
        f"{HOST}/theme/them.css",
        f"{HOST}/theme/main.js",
        f"{HOST}/theme/chu.woff2",
        f"{HOST}/nen.png",
        f"{HOST}/documents/10/ke-hoach.pdf",
    }
    types = (
        select(captures.c.record_type, func.count())
        .where(captures.c.media_type == "image/png")
        .group_by(captures.c.record_type)
    )
    assert dict(tuple(row) for row in rows(tmp_path, types)) == {"response": 1, "revisit": 2}


async def test_the_text_of_a_pdf_is_kept_with_its_digest(tmp_path: Path, site: SmallSite) -> None:
    """The capture and its text share the digest of the body."""
    async with serving_site(site):
        await crawled(tmp_path, site, assets="all")
    pdf = select(captures.c.body_sha256).where(captures.c.media_type == "application/pdf")
    ((digest,),) = rows(tmp_path, pdf)
    (document,) = rows(tmp_path, select(documents))
    assert document.body_sha256 == digest
    assert (document.media_type, document.pages_count) == ("application/pdf", 1)
    assert "Kế hoạch phát triển kinh tế" in document.text


async def test_pictures_are_asked_for_after_the_news_and_never_again(
    tmp_path: Path, site: SmallSite
) -> None:
    """Articles first; a picture that was kept is done, one that failed is tried again."""
    async with serving_site(site):
        site.put("/nen.png", "busy", status=500)
        await crawled(tmp_path, site, assets="all")
        last_page = max(n for n, path in enumerate(site.asked) if "view_content" in path)
        assert min(site.asked.index(path) for path in ("/anh/1.png", "/nen.png")) > last_page
        site.forget()
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(site.clock.now() + timedelta(hours=1))
        await crawled(tmp_path, site, assets="all")
        assert site.visits_to(".png") == ["/nen.png"]
    failed = select(frontier.c.failures_count).where(frontier.c.url.endswith("/nen.png"))
    assert rows(tmp_path, failed) == [(2,)]


async def test_a_picture_that_is_missing_breaks_nothing(tmp_path: Path, site: SmallSite) -> None:
    """A 404 is a capture; the article is as good as with it, and nobody asks again."""
    async with serving_site(site):
        del site.extra["/anh/1.png"]
        tally = await crawled(tmp_path, site, assets="images")
        assert tally.changes == {"new": 2}
        site.forget()
        assert isinstance(site.clock, DrivenClock)
        site.clock.move_to(site.clock.now() + timedelta(days=1))
        await crawled(tmp_path, site, assets="images")
        assert site.visits_to("/anh/1.png") == []


async def test_a_file_that_is_too_large_is_not_taken_day_after_day(
    tmp_path: Path, site: SmallSite
) -> None:
    """Its first megabytes are a capture that says so; it is looked at again in a month."""
    path = "/documents/10/ke-hoach.pdf"
    async with serving_site(site):
        site.put(path, b"%PDF-1.4 " + bytes(9 << 20), "application/pdf")
        await crawled(tmp_path, site, assets="all")
        assert site.visits_to(path) == [path]
        for _ in range(3):
            later(site, days=1, hours=1)
            await crawled(tmp_path, site, assets="all")
            assert site.visits_to(path) == []
        later(site, days=30)
        await crawled(tmp_path, site, assets="all")
        assert site.visits_to(path) == [path]
    found = rows(tmp_path, select(captures.c.quality).where(captures.c.url.endswith(path)))
    assert {row.quality for row in found} == {"too_large"}


async def test_a_picture_that_always_fails_is_tried_five_times_and_then_once_a_month(
    tmp_path: Path, site: SmallSite
) -> None:
    """A server's error may pass; one that has lasted for days is not asked about daily."""
    async with serving_site(site):
        site.put("/anh/1.png", "error", status=500)
        tries = 0
        for _ in range(10):
            await crawled(tmp_path, site, assets="images")
            tries += len(site.visits_to("/anh/1.png"))
            later(site, days=1, hours=1)
        assert tries == 5
        later(site, days=30)
        await crawled(tmp_path, site, assets="images")
        assert site.visits_to("/anh/1.png") == ["/anh/1.png"]


async def test_a_page_where_a_file_of_another_host_was_is_no_article(
    tmp_path: Path, site: SmallSite
) -> None:
    """The other host shows an article instead of the file: its bytes are kept, and no more."""
    page = article_page(1).replace("<p>", f"<p><a href='http://{OTHER}/quyet-dinh.pdf'>QĐ</a>", 1)
    site.put("/tin-tuc/-/view_content/1-bai.html", page)
    answer = site.answer

    def shows_a_page(path: str) -> tuple[int, bytes, str]:
        is_file = site.hosts[-1] == OTHER and path == "/quyet-dinh.pdf"
        return (200, article_page(777).encode(), HTML) if is_file else answer(path)

    site.answer = shows_a_page  # type: ignore[method-assign]
    async with serving_site(site):
        await crawled(tmp_path, site, assets="all")
    assert f"{OTHER}/quyet-dinh.pdf" in kept(tmp_path)
    assert known(tmp_path) == {1, 2}
    urls = [row.url for row in rows(tmp_path, select(articles.c.url))]
    assert not [url for url in urls if OTHER in url]


@pytest.mark.parametrize("path", ["/anh/1.png", "/documents/10/ke-hoach.pdf"])
async def test_a_part_of_a_page_behind_a_redirect_is_kept(
    tmp_path: Path, site: SmallSite, path: str
) -> None:
    """The portal leads to a host whose robots.txt was not read yet: it is asked there."""
    answer = site.answer

    def leads_away(asked: str) -> tuple[int, bytes, str]:
        if asked == path and site.hosts[-1] == HOST:
            return 302, f"http://cdn.example.org{path}".encode(), HTML
        return answer(asked)

    site.answer = leads_away  # type: ignore[method-assign]
    async with serving_site(site):
        await crawled(tmp_path, site, assets="all")
        robots = [host for host, at in zip(site.hosts, site.asked, strict=True) if "robots" in at]
        assert "cdn.example.org" in robots
    there = select(captures.c.status).where(captures.c.url == f"http://cdn.example.org{path}")
    assert rows(tmp_path, there) == [(200,)]
