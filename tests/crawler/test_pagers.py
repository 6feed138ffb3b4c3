"""Where a listing goes on and where a poll shows its result, on markup as sites have it."""

from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.config import PortalConfig
from core.errors import ConfigError
from core.records import PageKind
from crawler.explain import explain
from crawler.layout import Candidate, check_template
from crawler.pagers import quoted_url
from crawler.read import open_page, read
from crawler.urls import refusal
from portal import site_of
from tests.crawler.learned_sites import site_with
from tests.crawler.sites import captured
from tests.serving import HANOI

HOST = "songmay.example.vn"
BASE = f"https://{HOST}"
ITEMS = "".join(
    f'<article><h3><a href="/tin/bai-viet-so-{n}-10000{n}.html">Bài viết số {n} của báo</a></h3>'
    f"<p>Tóm tắt của bài viết số {n} trên trang này.</p></article>"
    for n in range(1, 6)
)


def links_on(html, path="/tin-tuc", family="generic", site=None):
    """The links that the rules of a family see on this page."""
    site = site or site_of("songmay", PortalConfig(host=HOST, family=family))
    body = f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{html}</body></html>"
    return read(captured(body.encode(), BASE + path), site, PageKind.LISTING).links


def next_on(html, path="/tin-tuc", family="generic"):
    """The next page, less scheme and host; None when there is none."""
    found = links_on(ITEMS + html, path, family).next
    return found.removeprefix(BASE) if found is not None else None


def numbers(link, *labels):
    """A pager of plain links without a class."""
    return "<div>" + " ".join(f'<a href="{link(each)}">{each}</a>' for each in labels) + "</div>"


# --- by shape ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "link", "following"),
    [
        ("/tin-tuc", lambda n: f"/tin-tuc?page={n}", "/tin-tuc?page=2"),
        ("/tin-tuc", lambda n: f"?trang={n}", "/tin-tuc?trang=2"),
        ("/tin-tuc.html", lambda n: f"/tin-tuc/trang-{n}.html", "/tin-tuc/trang-2.html"),
        ("/tin-tuc/", lambda n: f"/tin-tuc/page/{n}/", "/tin-tuc/page/2/"),
        ("/tin-tuc", lambda n: f"/tin-tuc-p{n}", "/tin-tuc-p2"),
        ("/tin-tuc.htm", lambda n: f"/tin-tuc-trang-{n}.htm", "/tin-tuc-trang-2.htm"),
        ("/TinTuc.aspx?L=4", lambda n: f"?L=4&PageIndex={n}", "/TinTuc.aspx?L=4&PageIndex=2"),
        ("/tin-tuc", lambda n: f"/tin-tuc?page={n - 1}", "/tin-tuc?page=1"),  # counted from 0
        ("/tin-tuc", lambda n: f"/tin-tuc?start={20 * n - 20}", "/tin-tuc?start=20"),
        ("/", lambda n: f"/page/{n}", "/page/2"),
    ],
)
def test_the_first_page_leads_to_the_second(here, link, following):
    """By the link that says 2, in whatever way the URLs count."""
    assert next_on(numbers(link, 2, 3, 4), here) == following


@pytest.mark.parametrize(
    ("here", "html", "following"),
    [
        ("/t?page=3", numbers(lambda n: f"/t?page={n}", 1, 2, 4, 5), "/t?page=4"),
        ("/t/trang-9.html", numbers(lambda n: f"/t/trang-{n}.html", 8, 10), "/t/trang-10.html"),
        ("/t?page=2", '<a href="/t?page=1">Trước</a><a href="/t?page=3">Sau</a>', "/t?page=3"),
        ("/t/page/2", '<a href="/t/page/3"><i></i></a><a href="/t/page/3">»</a>', "/t/page/3"),
        ("/t?start=20", '<a href="?start=0">‹</a><a href="?start=40">›</a>', "/t?start=40"),
        ("/t?page=1", numbers(lambda n: f"/t?page={n - 1}", 1, 3, 4), "/t?page=2"),
    ],
)  # fmt: skip
def test_a_later_page_leads_on_by_its_own_number(here, html, following):
    """Not back, not to the last one."""
    assert next_on(html, here) == following


@pytest.mark.parametrize(
    "label",
    ["Trang sau", "Trang tiếp theo »", "Tiếp", "Tiếp theo", "Kế tiếp", "Sau", "Next", "Next page ›",
     "»", ">", "Older posts", "Bài viết cũ hơn"],
)  # fmt: skip
def test_the_words_of_a_next_link(label):
    """Vietnamese and English, with an arrow or an arrow alone."""
    assert next_on(f'<p><a href="/tin-tuc?page=2">{label}</a></p>') == "/tin-tuc?page=2"


def test_an_icon_says_next_by_its_name():
    """`aria-label` and `title`, where there is no text or a bare arrow."""
    assert next_on('<a href="?page=2" aria-label="Trang sau"><svg></svg></a>') == "/tin-tuc?page=2"
    assert next_on('<a href="?page=2" title="Next"><i class="fa"></i></a>') == "/tin-tuc?page=2"


@pytest.mark.parametrize(
    "html",
    [
        numbers(lambda n: f"/tin-tuc?page={n}", 1, 3),
        numbers(lambda n: f"/van-hoa?page={n}", 1, 2, 3),  # of another list
        numbers(lambda n: f"/lich/2026/11/{n:02}", *range(1, 31)),
        numbers(lambda n: f"/tin-tuc?ngay={n}", *range(1, 31)),
        '<a href="/tin-tuc?page=2">Tiếp sức đến trường</a>',
        '<a href="/tin-tuc/tiep-theo">Tiếp theo</a>',
        '<a href="https://elsewhere.example/tin-tuc?page=2">2</a>',
        "<a href=\"javascript:__doPostBack('ctl00$pager','2')\">2</a>",
        '<a href="#">2</a><a>Trang sau</a>',
        '<a href="/tin-tuc?page=999999999999">2</a>',
        '<a href="/tin-tuc?page=0">Sau</a>',
    ],
    ids=range(11),
)
def test_what_is_no_next_page(html):
    """Pagers of other lists, calendars, sentences, other hosts, forms posted back."""
    assert next_on(html) is None


def test_the_last_page_has_no_next():
    """Only earlier numbers are left."""
    assert next_on(numbers(lambda n: f"/tin?page={n}", 1, 2, 3), "/tin?page=4") is None


def test_a_shape_may_stand_in_onclick():
    """`href="#"` beside a handler that says where the click leads."""
    html = """<a href="#" onclick="window.location.href='/tin-tuc?page=2';return false">2</a>"""
    assert next_on(html) == "/tin-tuc?page=2"


@pytest.mark.parametrize("attribute", ["data-url", "data-href", "data-next-url"])
def test_a_button_for_more_names_its_page(attribute):
    """ "Xem thêm" with the URL in an attribute; without a number in it nothing is known."""
    assert (
        next_on(f'<button {attribute}="/tin-tuc/trang-2">Xem thêm</button>') == "/tin-tuc/trang-2"
    )
    assert next_on(f'<button {attribute}="/ajax/them">Xem thêm</button>') is None
    assert next_on(f'<div {attribute}="/tin-tuc/trang-2">Chia sẻ</div>') is None


def test_link_rel_next_is_trusted_first():
    """What a page says for machines stands before its shape."""
    html = '<link rel="next" href="/tin-tuc?p=2">' + numbers(lambda n: f"/tin-tuc?page={n}", 2)
    assert next_on(html) == "/tin-tuc?p=2"


# --- of families ---------------------------------------------------------------------------------


def test_vportals_pager_is_read_out_of_onclick():
    """A template that breaks the line within the quotes, and a date that would be new every day."""
    at = "_vcmsviewcontent_WAR_VCMSportlet_INSTANCE_3Q9sYGmBaFqi"
    there = "/web/guest/tin/-/vcmsviewcontent/3Q9sYGmBaFqi/2015/tin-tuc.html"

    def pager(day):
        query = f"p_p_state=normal&amp;{at}_pagenum=3&amp;{at}_cmd=&amp;{at}_toDay={day}"
        return f"""<div class="portlet-boundary"><ul class="yiiPager">
        <li class="previous"><a href="#" onclick="self.location = '{there}?{at}_pagenum=1'"></a>
        <li class="next"> <a href="#" onclick="self.location = '{BASE}{there}?{query}
            ';" ></a></li></ul></div>"""

    first, second = (links_on(pager(day), there, "vportal").next for day in (24, 25))
    assert first == f"{BASE}{there}?{at}_cmd=&{at}_pagenum=3&p_p_state=normal"
    assert second == first


def test_sharepoints_arrow_is_read_out_of_onclick():
    r"""`RefreshPageTo` with `\u0026` for `&`; the arrow back is not the next page."""

    def arrow(query):
        url = f"/vn/Pages/tin.aspx?{query}".replace("&", r"\u0026")
        click = f'javascript:RefreshPageTo(event, "{url}");javascript:return false;'
        return f"<td><a onclick='{click}' href='javascript:'><img src='/_layouts/x.gif'></a></td>"

    html = f"""<form id="aspnetForm"><div id="s4-workspace"><table><tr>
    {arrow("Paged=TRUE&PagedPrev=TRUE&p_ID=90")}
    {arrow("Paged=TRUE&p_ID=60&PageFirstRow=31&View={AB12-3}")}</tr></table></div></form>"""
    found = links_on(html, "/vn/Pages/tin.aspx", "sharepoint").next
    wanted = "/vn/Pages/tin.aspx?PageFirstRow=31&Paged=TRUE&View=%7BAB12-3%7D&p_ID=60"
    assert found == BASE + wanted


def test_sharepoints_other_views_stay_refused():
    """Only the pages of a list may name its view; another view is a twin."""
    site = site_of("songmay", PortalConfig(host=HOST, family="sharepoint"))
    assert refusal(f"{BASE}/tin.aspx?View=%7BAB%7D", site) == "twin of a list"
    assert refusal(f"{BASE}/tin.aspx?Paged=TRUE&PagedPrev=TRUE&p_ID=1", site) == "twin of a list"
    assert refusal(f"{BASE}/tin.aspx?Paged=TRUE&SortField=a&p_ID=1", site) == "twin of a list"
    assert refusal(f"{BASE}/tin.aspx?Paged=TRUE&View=%7BAB%7D&p_ID=1", site) == ""


# --- of a portal's own section -------------------------------------------------------------------

LAYOUT = "[[portals.hualat.layouts]]\n"
NUMBERED = (
    """{ selector = "a.sau", attribute = "onclick", """
    r"""pattern = ', (\d+)\)', template = "?trang={}" }"""
)


def next_by(section, html, path="/tin-tuc?L=4&trang=2"):
    site = site_with(LAYOUT + section)
    body = f"<!DOCTYPE html><html><body>{ITEMS}{html}</body></html>".encode()
    url = f"{site.home.rstrip('/')}{path}"
    found = read(captured(body, url), site, PageKind.LISTING).links.next
    return found.removeprefix(site.home) if found is not None else None


@pytest.mark.parametrize(
    ("rule", "html", "following"),
    [
        (
            """{ selector = "a.sau", attribute = "onclick" }""",
            """<a class="sau" onclick="go('tin', '/tin-tuc/3')">x</a>""",
            "tin-tuc/3",
        ),
        (
            NUMBERED,
            """<a class="sau" onclick="goPage('tin', 3)">x</a>""",
            "tin-tuc?L=4&trang=3",
        ),
        (
            r"""{ selector = "a", pattern = '\((\d+)\)', template = "/tin/{}.htm" }""",
            """<a href="javascript:goPage(3)">x</a>""",
            None,  # the first link of the page is another
        ),
        (
            r"""{ selector = "a[href*=go]", pattern = '\((\d+)\)', template = "/tin/{}.htm" }""",
            """<a href="javascript:goPage(3)">x</a>""",
            "tin/3.htm",
        ),
        (
            """{ selector = "button", attribute = "data-trang", template = "?trang={}&moi=1" }""",
            """<button data-trang="3">x</button>""",
            "tin-tuc?L=4&moi=1&trang=3",
        ),
        (
            """{ selector = "a.sau" }""",
            """<a class="sau" href="javascript:open('\\/tin-tuc\\/3')">x</a>""",
            "tin-tuc/3",
        ),
        ('"::next"', '<a href="/tin-tuc?L=4&trang=3">3</a>', "tin-tuc?L=4&trang=3"),
        (
            NUMBERED,
            """<a class="sau" onclick="goPage('tin')">x</a>""",
            None,
        ),
        (
            """{ selector = "a.sau", attribute = "onclick" }""",
            """<a class="sau" onclick="return false">x</a>""",
            None,
        ),
        (
            """{ selector = "a.sau", attribute = "onclick" }""",
            """<a class="sau" onclick="open('https://elsewhere.example/x')">x</a>""",
            None,
        ),
    ],
    ids=range(10),
)
def test_a_section_says_where_the_next_page_stands(rule, html, following):
    """In a handler, as a part of one, in an attribute; what names no page of the portal is none."""
    assert next_by(f"next_page = [{rule}]", html) == following


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (
            'next_page = [{ selector = "a", template = "?p=" }]',
            "next_page.0.template = '?p=': allowed is a URL with one {}, where the value goes",
        ),
        (
            'next_page = [{ selector = "a", template = "{}/{}" }]',
            "next_page.0.template = '{}/{}': allowed is a URL with one {}, where the value goes",
        ),
        (
            'next_page = [{ selector = "::next", template = "{}" }]',
            "next_page.0.template = '{}': allowed is a template beside CSS alone",
        ),
        (
            'next_page = ["::headline"]',
            "next_page.0 = '::headline': allowed is CSS or ::next",
        ),
        (
            'poll_results = ["::next"]',
            "poll_results.0 = '::next': allowed is CSS",
        ),
        (
            'fields = { title = [{ selector = "h1", template = "{}" }] }',
            "fields.title.0.template = '{}': allowed is a template of links alone: "
            "next_page, poll_results",
        ),
    ],
)
def test_a_mistake_in_a_rule_of_links_is_told(section, told):
    """One line that names the key, the value and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        site_with(LAYOUT + section)
    assert str(caught.value) == f"portals.hualat.layouts.0.{told}"


@pytest.mark.parametrize("template", ["", "x", "{}{}", "{}#x", "{} x", "{a}"])
def test_a_template_that_cannot_be_filled_is_refused(template):
    """In a family's file, too, before any page is read."""
    with pytest.raises(ValueError, match="template"):
        check_template(template)
    with pytest.raises(ValueError, match="template"):
        Candidate(selector="a", template=template)


def test_explaining_names_what_each_link_rule_finds():
    """The text of the handler, and where a pager's shape leads."""
    section = 'next_page = [{ selector = "a.sau", attribute = "onclick" }, "::next"]'
    site = site_with(LAYOUT + section)
    html = f"""{ITEMS}<a class="sau" onclick="go('/a/b')"></a><a href="/tin-tuc?page=2">2</a>"""
    page = open_page(captured(html.encode(), f"{site.home}tin-tuc"), site)
    tried = [each for each in explain(page) if each.rule == "next_page"]
    found = {each.selector: (each.matches_count, each.value) for each in tried[:2]}
    assert found["a.sau"] == (1, "go('/a/b')")
    assert found["::next"] == (1, f"{site.home}tin-tuc?page=2")


@pytest.mark.parametrize(
    ("script", "url"),
    [
        ("location.href='/a?b=1'", "/a?b=1"),
        ('window.open("https://a.vn/x", "_blank")', "https://a.vn/x"),
        ("viewPoolsResult('x.html?p_p_id=59&a=1')", "x.html?p_p_id=59&a=1"),
        (r"go('\/a\x2Fb\u003Fc')", "/a/b?c"),
        ("self.location = ' \n /a?b ';", "/a?b"),
        ("nv_sendvoting(this.form, '3', 0, 'ab12', '')", ""),
        ("return Search_onclick();", ""),
        ("alert('Bạn / chưa chọn')", ""),
        ("it's / not 'closed/", ""),
        ("", ""),
    ],
)
def test_the_first_quoted_url_of_a_script(script, url):
    """Sentences, numbers and tokens are none."""
    assert quoted_url(script) == url


@settings(deadline=None, max_examples=60)  # each reads a page
@given(st.text(), st.text())
@example(r"go('\ud800/a?x')", "")
@example("'" * 5_000 + "/", "'/" * 5_000)
@example("go('http://[/?')", "javascript:go('?page=2')")
def test_any_handler_and_any_href_end_in_a_link_of_the_portal_or_in_none(handler, href):
    """Pages are written by others: no text in an attribute stops the reading."""
    found = next_by(
        "next_page = [{ selector = 'a.sau', attribute = 'onclick' }, 'a.sau', '::next']",
        f'<a class="sau" href="{escape(href)}" onclick="{escape(handler)}">2</a>',
    )
    assert found is None or "://" not in found.partition("?")[0]


# --- results of polls ----------------------------------------------------------------------------


def test_the_result_of_a_poll_is_a_link_of_the_page_that_asks():
    """Hanoi's button calls a script with the URL of the pop-up; it may be asked for."""

    def button(lifecycle):
        url = (
            f"/y-kien?p_p_id=59_INSTANCE_a1&amp;p_p_lifecycle={lifecycle}&amp;p_p_state=pop_up"
            "&amp;p_p_mode=view&amp;_59_INSTANCE_a1_flagRedirect=true"
        )
        return f"""<button onclick="viewPoolsResult('{url}')">Kết quả</button>"""

    html = f"""<div class="portlet-polls-display"><form><input type="radio">{button(0)}{button(1)}
    </form></div><div class="portlet-boundary"></div>"""
    found = links_on(html, "/y-kien", "hanoi-liferay")
    query = (
        "_59_INSTANCE_a1_flagRedirect=true&p_p_id=59_INSTANCE_a1&p_p_lifecycle=0&p_p_mode=view"
        "&p_p_state=pop_up"
    )
    assert found.polls == (f"{BASE}/y-kien?{query}",)
    assert found.polls[0] not in (*found.listings, *found.articles)


@pytest.mark.skipif(not HANOI.is_dir(), reason="the saved pages are not beside the project")
def test_the_saved_page_with_a_poll_names_its_result():
    """The real button of 2022, but for the file name that the mirroring tool wrote into it."""
    site = site_of("sotttt", PortalConfig(host="sotttt.hanoi.gov.vn", family="hanoi-liferay"))
    for name in ("chien-luoc-quy-hoach.html", "lay-y-kien-van-ban-du-thao.html"):
        capture = captured((HANOI / name).read_bytes(), f"https://sotttt.hanoi.gov.vn/{name}")
        found = read(capture, site, PageKind.LISTING).links.polls
        assert len(found) == 1
        assert "_59_INSTANCE_6aZaRrRqV2Cq_flagRedirect=true" in found[0]
        assert refusal(found[0], site) == ""


def test_a_section_says_where_its_poll_shows_the_result():
    """`poll_results`, with a number put into the URL of the page's own."""
    section = (
        r"""poll_results = [{ selector = "a.kq", attribute = "onclick", pattern = '\((\d+)', """
        """template = "/binh-chon/{}/ket-qua" }]"""
    )
    site = site_with(LAYOUT + section)
    html = f"""{ITEMS}<a class="kq" onclick="kq(7)"></a><a class="kq" onclick="kq(9)"></a>"""
    body = f"<!DOCTYPE html><html><body>{html}</body></html>".encode()
    found = read(captured(body, f"{site.home}y-kien"), site, PageKind.LISTING).links
    assert found.polls == (f"{site.home}binh-chon/7/ket-qua", f"{site.home}binh-chon/9/ket-qua")


def test_nukeviets_poll_has_its_number():
    """`nv_sendvoting(this.form, '3', …)`: its question's id, though no field carries it."""
    html = """<div id="news-bodyhtml"></div><form><h4>Bạn hài lòng không?</h4>
    <div class="radio"><label><input type="radio" name="option" value="1">Có</label></div>
    <div class="radio"><label><input type="radio" name="option" value="2">Không</label></div>
    <input type="button" onclick="nv_sendvoting(this.form, '3', '1', '8ab9', 'Chọn đi');">
    </form>"""
    site = site_of("songmay", PortalConfig(host=HOST, family="nukeviet"))
    body = f"<!DOCTYPE html><html><body>{html}</body></html>".encode()
    polls = read(captured(body, f"{BASE}/"), site, PageKind.FRONT).polls
    assert [poll.native_id for poll in polls] == ["3"]


# --- feeds ---------------------------------------------------------------------------------------


def test_plain_links_to_feeds_are_feeds_and_nothing_else():
    """From the head and from the page, each once, never as article or section."""
    html = """<link rel="alternate" type="application/rss+xml" href="/rss/moi.rss">
    <nav><a href="/van-hoa">Văn hóa</a><a href="/rss">RSS</a></nav>
    <a href="/rss/moi.rss">Tin mới</a><a href="/van-hoa/feed/">Văn hóa</a>
    <article><h3><a href="/feed/">Nguồn tin</a></h3></article>"""
    found = links_on(ITEMS + html)
    feeds = ("rss/moi.rss", "rss", "van-hoa/feed/", "feed/")
    assert found.feeds == tuple(f"{BASE}/{each}" for each in feeds)
    assert f"{BASE}/van-hoa" in found.listings
    assert not set(found.feeds) & {*found.articles, *found.listings}
