"""The replica as a site: statuses, headers, files and the log of what was asked."""

import gzip
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from urllib.parse import quote

import aiohttp
import pytest
from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from demo.server import ReplicaPortal, pdf, png
from demo.town import EVENTS, HOST, VISITS, Town

TOWN = Town()


class _Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = VISITS[0]

    def now(self) -> datetime:
        return self.at


class _Visitor:
    """Asks the portal as its own host, follows nothing and decodes nothing."""

    def __init__(self, session: aiohttp.ClientSession, portal: ReplicaPortal) -> None:
        self._session = session
        self._portal = portal

    async def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        url = URL(f"http://{self._portal.address}{path}", encoded=True)
        sent = {"Host": HOST, **{name.replace("_", "-"): it for name, it in headers.items()}}
        async with self._session.request(
            method, url, headers=sent, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers, await answer.read()


@pytest.fixture
def hand() -> _Hand:
    return _Hand()


@pytest.fixture
async def portal(hand: _Hand) -> AsyncIterator[ReplicaPortal]:
    async with ReplicaPortal(TOWN, hand.now) as running:
        yield running


@pytest.fixture
async def visitor(portal: ReplicaPortal) -> AsyncIterator[_Visitor]:
    session = aiohttp.ClientSession(
        auto_decompress=False, skip_auto_headers=("Accept-Encoding", "User-Agent")
    )
    async with session:
        yield _Visitor(session, portal)


async def test_it_listens_on_a_free_loopback_port_and_lets_it_go(hand: _Hand) -> None:
    """The port is real while the context lasts and closed afterwards."""
    async with ReplicaPortal(TOWN, hand.now) as portal:
        assert portal.address == f"127.0.0.1:{portal.port}"
        assert portal.port > 0
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://{portal.address}/")


async def test_an_article_is_served_without_validators(visitor: _Visitor) -> None:
    """As on the real portal: no ETag, no Last-Modified, never 304."""
    path = TOWN.at(VISITS[0]).stories[0].path
    status, headers, body = await visitor.ask(path)
    assert status == 200
    assert headers["Content-Type"] == "text/html;charset=UTF-8"
    assert "ETag" not in headers
    assert "Last-Modified" not in headers
    tree = LexborHTMLParser(body.decode())
    title = tree.css_first("div.asset-full-content-title")
    assert title is not None
    assert title.text() == TOWN.at(VISITS[0]).stories[0].title
    again, _, other = await visitor.ask(path, If_None_Match="*")
    assert again == 200
    assert other != body


async def test_links_carry_the_host_that_was_asked_for(visitor: _Visitor) -> None:
    """Absolute links follow the Host header, so the crawler sees one portal."""
    _, _, body = await visitor.ask("/kinh-te")
    assert f'<a href="http://{HOST}/kinh-te/-/view_content/8104409-'.encode() in body
    assert b"127.0.0.1" not in body


async def test_html_is_gzipped_only_for_who_accepts_it(visitor: _Visitor) -> None:
    """The coding is said in the header and undoes to a page."""
    _, plain, body = await visitor.ask("/kinh-te")
    assert "Content-Encoding" not in plain
    assert body.startswith(b"<!DOCTYPE html>")
    _, coded, body = await visitor.ask("/kinh-te", Accept_Encoding="gzip, br")
    assert coded["Content-Encoding"] == "gzip"
    assert gzip.decompress(body).startswith(b"<!DOCTYPE html>")


async def test_robots_forbids_the_login_and_names_no_delay(visitor: _Visitor) -> None:
    """The file as published, as plain text."""
    status, headers, body = await visitor.ask("/robots.txt")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert body.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /dang-nhap",
        "Disallow: /c/portal/",
    ]


async def test_an_image_is_a_png_with_a_validator_that_holds(visitor: _Visitor) -> None:
    """200 with ETag, then 304 without a body; `t=` does not change the file."""
    status, headers, body = await visitor.ask("/image/journal/article?img_id=81044312&t=1")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    status, again, nothing = await visitor.ask(
        "/image/journal/article?img_id=81044312&t=2", If_None_Match=headers["ETag"]
    )
    assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"])
    status, _, _ = await visitor.ask(
        "/image/journal/article?img_id=81044312", If_None_Match='"other"'
    )
    assert status == 200


async def test_a_document_with_spaces_in_its_name_is_a_pdf(visitor: _Visitor) -> None:
    """The quoted address of an attachment answers, with ETag and 304."""
    path = quote("/documents/20182/31450/Du thao Quy che quan ly via he.pdf")
    status, headers, body = await visitor.ask(path)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert body.startswith(b"%PDF-1.4")
    assert body.endswith(b"%%EOF\n")
    status, _, _ = await visitor.ask(path + "/0a1b2c3d?t=5", If_None_Match=headers["ETag"])
    assert status == 304


@pytest.mark.parametrize(
    "path", ["/khong-co", "/image/journal/article?img_id=1", "/documents/20182/1/khac.pdf", "/%ff"]
)
async def test_what_is_not_there_answers_404_with_the_status_page(
    visitor: _Visitor, path: str
) -> None:
    """Pages, images and documents alike."""
    status, _, body = await visitor.ask(path)
    assert status == 404
    assert b'id="portlet_status"' in body


async def test_the_site_lives_with_the_clock_it_was_given(visitor: _Visitor, hand: _Hand) -> None:
    """An article stands, is taken away, and another answers 302, as the clock is moved."""
    removed, moved = (
        next(
            story.path
            for event in EVENTS
            if event.kind == kind
            for story in TOWN.stories
            if story.native_id == event.native_id
        )
        for kind in ("removed", "moved")
    )
    before = [(await visitor.ask(path))[0] for path in (removed, moved)]
    hand.at = VISITS[1]
    after = [(await visitor.ask(path))[0] for path in (removed, moved)]
    assert (before, after) == ([200, 200], [404, 302])
    _, headers, _ = await visitor.ask(moved)
    assert headers["Location"].startswith(f"http://{HOST}/van-hoa-xa-hoi/-/view_content/8104352-")
    assert headers["Date"] == "Tue, 05 May 2026 01:00:00 GMT"


async def test_every_request_is_written_down(
    visitor: _Visitor, portal: ReplicaPortal, hand: _Hand
) -> None:
    """Method, address as sent, host, agent and instant, in order."""
    await visitor.ask("/kinh-te?a=%C4%90", User_Agent="khotin-test/1")
    await visitor.ask("/dang-nhap", method="HEAD")
    first, second = portal.requests
    assert (first.method, first.path_qs, first.host) == ("GET", "/kinh-te?a=%C4%90", HOST)
    assert (first.user_agent, first.at) == ("khotin-test/1", hand.at)
    assert (second.method, second.path_qs, second.user_agent) == ("HEAD", "/dang-nhap", "")


async def test_a_login_is_sent_to_the_login_page(visitor: _Visitor) -> None:
    """Both exist, so that a crawler that should not ask can be caught asking."""
    status, headers, _ = await visitor.ask("/c/portal/login?p_l_id=123")
    assert (status, headers["Location"]) == (302, f"http://{HOST}/dang-nhap")
    status, _, body = await visitor.ask("/dang-nhap")
    assert status == 200
    assert b'id="_58_fm"' in body


async def test_a_vote_is_refused(visitor: _Visitor) -> None:
    """The portal is read only: what is not GET or HEAD answers 405."""
    status, headers, _ = await visitor.ask("/", method="POST")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_generated_files_depend_on_their_name_alone() -> None:
    """Equal names give equal bytes, other names other bytes."""
    assert png(7) == png(7) != png(8)
    assert pdf("a.pdf") == pdf("a.pdf") != pdf("b.pdf")
