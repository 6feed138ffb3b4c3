"""The pages of the replica: the landmarks of the real portal, and its traps."""

import hashlib
import re
from pathlib import Path
from random import Random

import pytest
from selectolax.lexbor import LexborHTMLParser

from demo.pages import LIST_LENGTH, Page, page_at
from demo.stories import SECTIONS, Story, section_name
from demo.town import EVENTS, HOST, VISITS, Town

STATES = tuple(Town().at(visit) for visit in VISITS)
SEED_PAGE = Path(__file__).parents[1] / "fixtures" / "hanoi" / "seed.html"
SEED_TEXT_SHA256 = (
    "da2e6d7f34ef4c0253403940d492fe8377b82bec555969074aa84fa3792983fb"  # words by one space
)
BASE = f"http://{HOST}"


def _page(path: str, *, visit: int = 0, dice: int = 1) -> Page:
    return page_at(STATES[visit], path, dice=Random(dice))


def _tree(path: str, *, visit: int = 0, dice: int = 1) -> LexborHTMLParser:
    page = _page(path, visit=visit, dice=dice)
    assert page.status == 200
    return LexborHTMLParser(page.html)


def _said(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    assert node is not None, selector
    return _spaced(node.text())


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _hrefs(tree: LexborHTMLParser, selector: str) -> list[str]:
    return [node.attributes["href"] or "" for node in tree.css(selector)]


def _event_id(kind: str) -> int:
    return next(event.native_id for event in EVENTS if event.kind == kind)


def _story(native_id: int, *, visit: int = 0) -> Story:
    story = STATES[visit].story(native_id)
    assert story is not None
    return story


@pytest.mark.parametrize("story", STATES[0].stories, ids=lambda it: str(it.native_id))
def test_an_article_page_shows_what_the_story_holds(story: Story) -> None:
    """Title, section, lead, every piece of the body, byline and id stand at the real landmarks."""
    tree = _tree(story.path)
    assert _said(tree, "div.asset-full-content-title") == story.title
    assert _said(tree, "div.dd_chuyenmuc span.tintuc") == section_name(story.section)
    content = f"div.asset-full-content > div.asset-content#_101_{story.native_id}"
    assert _said(tree, f"{content} > div.sapo-wrapper > p.sapo") == story.lead
    byline = tree.css(f"{content} p.view-content-author")
    assert [_spaced(it.text()) for it in byline] == [" - ".join(story.authors)][: len(byline)]
    assert bool(byline) == bool(story.authors)
    for node in byline:
        node.decompose()
    body = _said(tree, f"{content} > div.journal-content-article")
    assert f"{story.lead} {body}".strip() == _spaced(story.text)


def test_an_article_is_titled_article_page_site() -> None:
    """`Article - Page - Site`, as on the platform."""
    story = STATES[0].stories[0]
    title = _said(_tree(story.path), "title")
    assert title == f"{story.title} - Đảng - đoàn thể - Cổng thông tin điện tử thị xã Sông Mây"


def test_the_timer_line_gives_a_24_hour_time_and_the_views() -> None:
    """`Ngày đăng 03/05/2026 | 16:45 | View count: 414`, no-break spaces around the bar."""
    node = _tree(_story(8104431).path).css_first("div.assetPublishDate.block_timer")
    assert node is not None
    views = _story(8104431).views_count
    assert "\xa0|\xa0View count" in node.text()
    assert _spaced(node.text()) == f"Ngày đăng 03/05/2026 | 16:45 | View count: {views}"


def test_an_imported_article_says_midnight_on_a_12_hour_clock() -> None:
    """`12:00 AM` means the hour is not known."""
    timer = _said(_tree(_story(712046).path), "div.block_timer")
    assert timer.startswith("Ngày đăng 06/05/2014 | 12:00 AM | View count:")


def test_one_section_lists_dates_without_label_and_views() -> None:
    """The list of kinh-te is bare; its articles themselves show the count."""
    timers = [_spaced(it.text()) for it in _tree("/kinh-te").css("div.block_timer")]
    assert timers[0] == "02/05/2026 | 19:30"
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4} \| \d\d:\d\d( AM)?", it) for it in timers)
    assert "View count" in _said(_tree(_story(8104409).path), "div.block_timer")


def test_a_caption_is_a_bare_paragraph_after_its_image() -> None:
    """No figure, no figcaption: the next paragraph is all there is."""
    tree = _tree(_story(8104431).path)
    image = tree.css("div.journal-content-article img")[-1]
    assert image.parent is not None
    after = image.parent.next
    while after is not None and after.tag == "-text":
        after = after.next
    assert after is not None
    assert after.tag == "p"
    assert not after.attributes
    assert after.text() == "Gian hàng nón lá Gò Dâu tại chợ đêm"
    assert not tree.css("figure, figcaption")


def test_attachments_keep_the_spaces_in_their_links() -> None:
    """As clerks upload them: spaces in the href, one file on another host."""
    hrefs = _hrefs(_tree(_story(8104203).path), "div.asset-content a")
    assert "/documents/20182/31450/Du thao Quy che quan ly via he.pdf" in hrefs
    assert any(href.startswith("http://vanban.") for href in hrefs)


def test_a_table_and_a_list_are_real_markup() -> None:
    """Rows and items can be counted."""
    assert len(_tree(_story(8104276).path).css("div.asset-content table tr")) == 6
    assert len(_tree(_story(8104310).path).css("div.asset-content ul li")) == 4


def test_two_renders_differ_in_bytes_but_not_in_the_articles_text() -> None:
    """Tokens, ids, `t=`, visitors and related lists change on every request, the article never."""
    story = _story(8104431)
    pages = [_page(story.path, dice=dice).html for dice in (1, 2)]
    trees = [LexborHTMLParser(page) for page in pages]
    assert pages[0] != pages[1]
    for selector in ("div.asset-full-content-title", "div.block_timer", "div.asset-full-content"):
        assert _said(trees[0], selector) == _said(trees[1], selector)


@pytest.mark.parametrize(
    "pattern",
    [
        r'Liferay\.authToken="(\w{8})"',
        r"p_auth=(\w{8})",
        r'formDate" type="hidden" value="(\d{13})"',
        r'id="_101_(\w{4})_column1_1"',
        r"img_id=\d+&amp;t=(\d{13})",
        r"Đang truy cập: </span>\s*<span[^>]*>(\d+)",
        r'<ul class="related_asset_list">(.*?)</ul>',
    ],
)
def test_each_volatile_piece_changes_on_every_request(pattern: str) -> None:
    """Every kind of noise of the real portal is there."""
    dice = Random(8)
    seen = set()
    for _ in range(6):
        found = re.search(pattern, page_at(STATES[0], _story(8104431).path, dice=dice).html, re.S)
        assert found is not None
        seen.add(found[1])
    assert len(seen) > 1


def test_a_page_is_a_function_of_state_address_and_chance() -> None:
    """Equal dice give equal bytes."""
    assert _page("/kinh-te", dice=4) == _page("/kinh-te", dice=4)


@pytest.mark.parametrize("path", ["/kinh-te", "/tin-tuc-su-kien", STATES[0].stories[0].path])
def test_the_weather_block_is_unfilled_on_inner_pages(path: str) -> None:
    """Three places, empty spans, the Hải Phòng row inside a comment, and the script."""
    tree = _tree(path)
    rows = tree.css("div.weather_wrapper table.weather_data tr")
    assert [_spaced(row.text()) for row in rows] == ["Hà Nội", "Đà Nẵng", "TP Hồ Chí Minh"]
    assert all(_said(tree, f"#{it}") == "" for it in ("tempHanoi", "tempDanang", "tempHCM"))
    html = _page(path).html
    assert "<!-- <tr> <td>Hải Phòng" in html
    assert "setWeatherCity" in html
    assert not tree.css("#tempHaiphong")


@pytest.mark.parametrize("path", ["/", "/trang-chu"])
def test_only_the_front_page_has_filled_weather(path: str) -> None:
    """One block, with the values of the day and a condition."""
    tree = _tree(path)
    assert len(tree.css("table.weather_data")) == 1
    for weather in STATES[0].weather:
        assert _said(tree, f"#{weather.span_id}") == f"{weather.temperature_c}°C"
    assert _said(tree, "table.weather_data em") == STATES[0].weather[0].condition


def test_the_weather_of_the_front_page_follows_the_day() -> None:
    """Another visit, another block."""
    texts = {_said(_tree("/", visit=visit), "table.weather_data") for visit in range(3)}
    assert len(texts) == 3


def test_every_page_has_the_side_blocks_menu_and_login_links() -> None:
    """Link block, poll form, visitors, menu, and the links a crawler must not follow."""
    for path in ("/", "/kinh-te", STATES[0].stories[0].path):
        tree = _tree(path)
        titles = [_spaced(it.text()) for it in tree.css("#column-2 .portlet-title-text")]
        assert titles[0] == "Phần mềm tác nghiệp"
        assert "Thăm dò ý kiến" in titles
        assert "Xin ý kiến về giao diện mới" in _said(tree, "div.portlet-polls-display form")
        assert "Tổng: 1.284.579" in _said(tree, "div.visitor-tracking-wraper")
        assert _hrefs(tree, "ul.navi a")[1:] == [f"/{slug}" for slug, _ in SECTIONS]
        every = _hrefs(tree, "a[href]")
        assert {"/dang-nhap", "/c/portal/login?p_l_id=123"} <= {*every}
        assert any(href.startswith("mailto:") for href in every)
    actions = _hrefs(_tree("/kinh-te"), 'a[href*="p_p_lifecycle=1"]')
    assert len(actions) == 1
    assert _hrefs(_tree(STATES[0].stories[0].path), 'a[href^="javascript:"]')


def test_the_front_page_leads_to_the_newest_article_of_every_section() -> None:
    """What appears today can be found from the front page."""
    hrefs = _hrefs(_tree("/", visit=2), "#column-1 a")
    for slug, _ in SECTIONS:
        assert BASE + STATES[2].in_section(slug)[0].path in hrefs


def test_two_pages_of_a_section_list_each_article_once() -> None:
    """Following `_101_cur=2` from the pager gives the rest of the section, newest first."""
    first = _tree("/tin-tuc-su-kien")
    onward = _hrefs(first, "ul.pager a")[2]
    assert onward.endswith(
        "_101_delta=10&_101_keywords=&_101_advancedSearch=false"
        "&_101_andOperator=true&p_r_p_564233524_resetCur=false&_101_cur=2"
    )
    second = _tree(onward.removeprefix(BASE))
    titles = [_hrefs(tree, "h3.asset-title a") for tree in (first, second)]
    assert len(titles[0]) == LIST_LENGTH
    listed = [BASE + it.path for it in STATES[0].in_section("tin-tuc-su-kien")]
    assert titles[0] + titles[1] == listed
    assert onward in _hrefs(first, "ul.dropdown-menu a")


@pytest.mark.parametrize("cur", ["99", "0", "-1", "abc", "9" * 5000, "²"])
def test_a_page_number_out_of_range_still_answers_with_a_list(cur: str) -> None:
    """Past the end stands the last page, before the start the first: Liferay never refuses."""
    assert _tree(f"/tin-tuc-su-kien?_101_cur={cur}").css("h3.asset-title a")


def test_list_images_stand_where_an_article_has_one() -> None:
    """`.asset-image img` with the journal address of the first picture."""
    tree = _tree("/van-hoa-xa-hoi")
    source = tree.css("div.asset-image img")[0].attributes["src"]
    assert source is not None
    assert source.startswith("/image/journal/article?img_id=81044252&t=")


@pytest.mark.parametrize("suffix", ["/vi", "/en", "/vi/en", "/en/en/vi/vi/en"])
def test_the_trap_answers_with_the_list_and_leads_one_suffix_deeper(suffix: str) -> None:
    """`….html/vi` is 200, shows no article, calls itself canonical and links on for ever."""
    path = _story(8104431).path + suffix
    tree = _tree(path)
    assert len(tree.css("h3.asset-title")) == LIST_LENGTH
    assert not tree.css("div.asset-full-content-title")
    assert _hrefs(tree, "link[rel=canonical]") == [BASE + path]
    deeper = _hrefs(tree, "link[hreflang]")
    assert BASE + path + "/vi" in deeper
    assert BASE + path + "/en" in deeper


def test_an_article_leads_into_the_trap_by_its_alternates() -> None:
    """hreflang links are the current URL and one suffix."""
    path = _story(8104431).path
    alternates = _hrefs(_tree(path), "link[hreflang]")
    assert alternates == [f"{BASE}{path}/en", BASE + path, f"{BASE}{path}/vi"]


@pytest.mark.parametrize("path", ["/khong-co", "/tin-tuc-su-kien/-/view_content/1-x.html", "/vi/x"])
def test_an_unknown_address_answers_404_with_the_status_page(path: str) -> None:
    """Status page of Liferay: no article, no list."""
    page = _page(path)
    tree = LexborHTMLParser(page.html)
    assert page.status == 404
    assert tree.css("#portlet_status h3.alert")
    assert not tree.css("h3.asset-title")


def test_the_removed_article_answers_404_and_leaves_the_lists() -> None:
    """From the second visit on its address is the Status page."""
    path = _story(_event_id("removed")).path
    assert [_page(path, visit=visit).status for visit in range(3)] == [200, 404, 404]
    assert path not in "".join(_hrefs(_tree("/kinh-te", visit=1), "a[href]"))


def test_the_moved_article_redirects_to_its_new_section() -> None:
    """302 with an absolute address that answers 200."""
    old = _story(_event_id("moved")).path
    page = _page(old, visit=1)
    assert (page.status, page.html) == (302, "")
    assert page.location is not None
    assert page.location.startswith(f"{BASE}/van-hoa-xa-hoi/-/")
    assert _page(page.location.removeprefix(BASE), visit=1).status == 200


def test_the_old_slug_of_the_retitled_article_still_answers() -> None:
    """The id decides; the page shows the new title and calls the old address canonical."""
    native_id = _event_id("retitled")
    old = _story(native_id).path
    tree = _tree(old, visit=1)
    assert _said(tree, "div.asset-full-content-title") == _story(native_id, visit=1).title
    assert _hrefs(tree, "link[rel=canonical]") == [BASE + old]
    assert old != _story(native_id, visit=1).path


def test_an_english_page_translates_labels_only() -> None:
    """`/en/…` says Publish date; `View count` and the content are the same in both."""
    tree = _tree("/en/dang-doan-the")
    assert tree.css('html[lang="en-US"]')
    assert _said(tree, "div.block_timer").startswith("Publish date 03/05/2026 | 17:10 | View count")
    assert _said(tree, "h3.asset-title") == STATES[0].in_section("dang-doan-the")[0].title


def test_the_seed_page_reads_exactly_as_the_text_the_project_started_from() -> None:
    """Weather, article, link block and poll: the visible words are those of the given text."""
    tree = LexborHTMLParser(SEED_PAGE.read_text(encoding="utf-8"))
    for script in tree.css("script"):
        script.decompose()
    assert hashlib.sha256(_said(tree, "body").encode()).hexdigest() == SEED_TEXT_SHA256
    assert [_spaced(it.text()) for it in tree.css("table.weather_data td:first-child")] == [
        "Hà Nội",
        "Đà Nẵng",
        "TP Hồ Chí Minh",
    ]
    assert _said(tree, "span.tintuc") == "Đảng - đoàn thể"
    assert _said(tree, "div.block_timer") == "Ngày đăng 16/05/2023 | 15:20 | View count: 75"
    assert _said(tree, "#_101_5079123 p.view-content-author") == "PHẠM HẢO - THÀNH CHUNG"
    assert len(tree.css("div.journal-content-article img")) == 4  # two of them link icons
    paragraphs = [_spaced(it.text()) for it in tree.css("#_101_5079123 p")]
    assert "Thị xã đầu tư cơ sở vật chất, xây dựng mới các trường học" in paragraphs
    assert "Toàn cảnh buổi tọa đàm" in paragraphs
    assert _said(tree, "div.portlet-polls-display form") == "Xin ý kiến về giao diện mới"
