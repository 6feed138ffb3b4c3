"""A portal without code: every key that docs/portals.md promises changes a reading as it says."""

import json
import pickle
import tomllib
from datetime import UTC, datetime

import pytest

from core.config import PortalConfig, parse
from core.jsonform import reading_to_json
from core.records import PageKind, Quality
from crawler.isolate import read_apart
from crawler.read import read
from crawler.urls import is_article_url, native_id, refusal
from portal import site_of
from tests.crawler.sites import HTML, captured

HOST = "xabac.example.vn"
BASE = f"http://{HOST}"
URL = f"{BASE}/tin-tuc/-/view_content/5012-le-hoi-dinh-lang.html"
HEAD = f'[portals.xabac]\nhost = "{HOST}"\nscheme = "http"\nfamily = "hanoi-liferay"\n'
LAYOUT = "[[portals.xabac.layouts]]\n"
FIELDS = LAYOUT + "[portals.xabac.layouts.fields]\n"
SPRING = datetime(2026, 4, 12, 1, 0, tzinfo=UTC)

ARTICLE = """<!DOCTYPE html><html class="aui" lang="vi-VN"><head>
<title>Lễ hội đình làng Bắc - Tin tức - Cổng thông tin xã Bắc</title>
<meta name="pubdate" content="2026-03-09T07:05:00+07:00"/>
<link rel="next" href="/tin-tuc/trang-2"/>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tên cho máy",
"author": {"@type": "Person", "name": "Vũ Thị Lan"}, "keywords": ["lễ hội", "đình làng"]}
</script>
</head><body><ul class="navi"><li><a href="/tin-tuc">Tin tức</a></li></ul>
<ul class="menu-moi"><li><a href="/van-hoa">Văn hóa</a></li></ul>
<div class="dd_chuyenmuc"><span class="tintuc">Tin tức</span></div>
<h1 class="tieu-de">Lễ hội đình làng Bắc khai hội</h1>
<div class="asset-full-content-title">Lễ hội đình làng Bắc</div>
<div class="assetPublishDate block_timer">Ngày đăng 03/04/2026 | 15:20 | View count: 75</div>
<span class="luot">Đọc: 1.204</span><span class="bl">12 bình luận</span>
<ol class="duong-dan"><li>Trang chủ</li><li>Văn hóa</li><li>Lễ hội</li></ol>
<div class="asset-full-content"><div class="asset-content" id="_101_5012">
<div class="sapo-wrapper"><p class="sapo">Sáng mồng mười, dân làng Bắc mở hội.</p></div>
<div class="journal-content-article">
<p>Đoàn rước kiệu đi từ đình ra bến sông, qua ba xóm của làng.</p>
<div class="quang-cao">Mua đất nền giá rẻ</div>
<ul class="tin-cung-muc"><li>
<a href="/tin-tuc/-/view_content/4990-cu.html">Hội năm trước</a></li></ul>
<p>Chiều cùng ngày có thi kéo co, chọi gà và hát chèo.</p>
<p class="view-content-author"><strong>PHẠM HẢO</strong></p>
</div></div></div>
<div class="noi-dung-moi"><p>Toàn văn ở khung mới, một đoạn dài vừa đủ.</p></div>
<p class="tep"><a href="/documents/10180/ke-hoach.pdf">Kế hoạch số 12</a></p>
<ul class="thoi-tiet"><li><b>Xã Bắc</b><span>27°C</span></li>
<li><b>Bến Nam</b><span></span></li></ul>
<div class="hoi-y-kien"><h4>Thăm dò</h4><p class="hoi">Nên mở hội mấy ngày?</p>
<div class="y"><em>Một ngày</em><i>30</i><u>60%</u></div>
<div class="y"><em>Ba ngày</em><i>20</i><u>40%</u></div><p class="tong">Tổng: 50</p>
<input type="hidden" name="ma" value="poll-77"/><s>đã kết thúc</s></div>
<div class="dem">Đang truy cập: 6 Tổng: 12.345</div>
<div class="lien-ket"><h4>Liên kết</h4><a href="http://tinh.example.vn/">Tỉnh</a></div>
</body></html>"""

LIST = """<!DOCTYPE html><html class="aui" lang="vi-VN"><head>
<title>Tin - Cổng xã Bắc</title></head>
<body><div class="o-tin"><h2><a href="/tin-tuc/-/view_content/5012-a.html">Lễ hội</a></h2>
<em>03/04/2026</em><i>Lượt xem: 1.024</i><p>Dân làng mở hội.</p>
<img data-src="/a.jpg" src="/x.gif"></div>
<a class="dong" href="/tin-tuc/-/view_content/5011-b.html">Tin một dòng</a>
<a class="sau" href="/tin-tuc/trang-2">Trang sau</a></body></html>"""


def portal_of(section: str, head: str = HEAD) -> PortalConfig:
    """The portal that a config with this section names."""
    return parse(tomllib.loads(head + section)).portals["xabac"]


def site(section: str = ""):
    return site_of("xabac", portal_of(section))


def seen(section: str = "", html: str = ARTICLE, *, url: str = URL, at: datetime = SPRING):
    """The record that the section's rules read in a page."""
    capture = captured(html.encode(), url, captured_at=at)
    reading = read(capture, site(section), PageKind.OTHER)
    return reading_to_json(reading, portal="xabac", url=url, status=200)


# --- what a key changes ------------------------------------------------------------------------


def test_without_a_section_the_family_reads_alone() -> None:
    """The page of these tests is one of the family: what changes below is the section's work."""
    record = seen()
    article = record["article"]
    assert (record["quality"], record["layout"]) == ("ok", "hanoi-liferay/2022")
    assert article["title"] == "Lễ hội đình làng Bắc"
    assert article["published_on"] == "2026-04-03"
    assert article["authors"] == ["PHẠM HẢO"]
    assert "Mua đất nền" in article["text"]
    assert record["view_count"]["count"] == 75
    assert (record["weather"], record["visitors"], record["polls"]) == ([], None, [])
    assert site().family is site_of("khac", portal_of("")).family


def test_a_selector_of_ones_own_is_tried_before_the_familys() -> None:
    """`title = ["h1.tieu-de", "..."]`, and the record names layout and candidate."""
    record = seen(FIELDS + 'title = ["h1.tieu-de", "..."]')
    assert record["article"]["title"] == "Lễ hội đình làng Bắc khai hội"
    assert record["layout"] == "xabac/1"
    assert record["provenance"]["article.title"] == {"candidate": 1, "selector": "h1.tieu-de"}


def test_where_ones_own_selector_finds_nothing_the_familys_does() -> None:
    """`"..."` stands for the family's candidates, at its place."""
    record = seen(FIELDS + 'title = ["h1.khong-co", "..."]')
    assert record["article"]["title"] == "Lễ hội đình làng Bắc"
    assert record["provenance"]["article.title"]["candidate"] == 2
    first = seen(FIELDS + 'title = ["...", "h1.tieu-de"]')
    assert first["article"]["title"] == "Lễ hội đình làng Bắc"


def test_without_the_three_points_the_family_is_not_asked() -> None:
    """Candidates replace the family's: a page without them has lost its layout."""
    record = seen(FIELDS + 'title = ["h1.khong-co"]')
    assert (record["quality"], record["article"]) == ("layout_changed", None)
    assert "no title" in record["reason"]


@pytest.mark.parametrize(
    ("field", "candidate", "name", "expected"),
    [
        ("view_count", '{ selector = "span.luot", pattern = "Đọc: ([0-9.]+)" }', "", 1204),
        ("comment_count", '"span.bl"', "", 12),
        (
            "published",
            '{ selector = "meta[name=pubdate]", attribute = "content" }',
            "published_at",
            "2026-03-09T00:05:00Z",
        ),
        (
            "published",
            '{ selector = "META[name=pubdate]", attribute = "CONTENT" }',
            "published_at",
            "2026-03-09T00:05:00Z",
        ),
        ("updated", '"div.block_timer"', "updated_at", "2026-04-03T08:20:00Z"),
        ("title", '"::json-ld headline"', "title", "Tên cho máy"),
        ("title", '"::headline"', "title", "Lễ hội đình làng Bắc"),
        ("authors", '"::json-ld author.name"', "authors", ["Vũ Thị Lan"]),
        ("tags", '"::json-ld keywords"', "tags", ["lễ hội", "đình làng"]),
        ("lead", '"h1.tieu-de"', "lead", "Lễ hội đình làng Bắc khai hội"),
        ("section", '"ol.duong-dan li:last-child"', "section", "Lễ hội"),
        ("breadcrumb", '"ol.duong-dan li"', "breadcrumb", ["Văn hóa", "Lễ hội"]),
        (
            "native_id",
            '{ selector = "div.asset-content", attribute = "id", pattern = "_([0-9]+)$" }',
            "native_id",
            "5012",
        ),
        (
            "section",
            '{ selector = "title", pattern = "(?i) - (TIN [^-]+) - " }',
            "section",
            "Tin tức",
        ),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_each_field_takes_selector_attribute_and_pattern(
    field: str, candidate: str, name: str, expected: object
) -> None:
    """`[portals.ID.layouts.fields]`: text, attribute, the group of a pattern, words of ours."""
    record = seen(f"{FIELDS}{field} = [{candidate}]")
    assert record["quality"] == "ok"
    assert (record[field]["count"] if not name else record["article"][name]) == expected


def test_a_pattern_may_be_written_in_any_unicode_form() -> None:
    """What an editor saved with loose accents is found on the page that has them composed."""
    loose = '{ selector = "span.luot", pattern = "Đo\u0323c: ([0-9.]+)" }'
    assert seen(f"{FIELDS}view_count = [{loose}]")["view_count"]["count"] == 1204


def test_a_field_can_be_taken_off() -> None:
    """An empty list: this portal's authors are never asked for."""
    assert seen(FIELDS + "authors = []")["article"]["authors"] == []


def test_dates_are_read_month_first_where_a_portal_prints_them_so() -> None:
    """`date_formats` come before the usual grammar; what they do not fit is read as ever."""
    section = LAYOUT + 'date_formats = ["%m/%d/%Y | %H:%M"]'
    article = seen(section)["article"]
    assert (article["published_on"], article["published_at"]) == (
        "2026-03-04",
        "2026-03-04T08:20:00Z",
    )
    other = ARTICLE.replace("03/04/2026 | 15:20", "31/03/2026 | 15:20")
    assert seen(section, other)["article"]["published_on"] == "2026-03-31"


def test_date_formats_hold_in_listings_too() -> None:
    """The date of an item is printed by the same portal."""
    section = f"""{LAYOUT}date_formats = ["%m/%d/%Y"]
[[portals.xabac.layouts.listing]]
item = "div.o-tin"\ntitle = "h2 a"\nlink = "h2 a"\ntimer = "em"
"""
    (item,) = seen(section, LIST, url=f"{BASE}/tin-tuc")["placements"]
    assert item["published_at"] == "2026-03-03T17:00:00Z"


def test_a_weather_block_is_added() -> None:
    """Filled and unfilled places, as with a family's own block."""
    block = (
        '[[portals.xabac.layouts.weather]]\nrow = "ul.thoi-tiet li"\nplace = "b"\nvalue = "span"'
    )
    weather = seen(LAYOUT + block)["weather"]
    found = [(each["place"], each["is_filled"], each["temperature_c"]) for each in weather]
    assert found == [("Xã Bắc", True, 27), ("Bến Nam", False, None)]


@pytest.mark.parametrize(
    "native_id", ['"input[name=ma]"', '{ selector = "input[name=ma]", attribute = "value" }']
)
def test_a_poll_is_added(native_id: str) -> None:
    """Question, options with votes and shares, total, id, and that it is over."""
    block = f"""[[portals.xabac.layouts.polls]]
block = "div.hoi-y-kien"\ntitle = "h4"\nquestion = "p.hoi"\noption = "div.y"
text = "em"\nvotes = "i"\nshare = "u"\ntotal = "p.tong"\nclosed_sign = "s"\nopen_sign = "button"
native_id = {native_id}
"""
    (poll,) = seen(LAYOUT + block)["polls"]
    assert (poll["title"], poll["question"]) == ("Thăm dò", "Nên mở hội mấy ngày?")
    assert (poll["total_count"], poll["is_open"]) == (50, False)
    assert [(each["text"], each["votes_count"], each["share_pct"]) for each in poll["options"]] == [
        ("Một ngày", 30, 60),
        ("Ba ngày", 20, 40),
    ]
    assert poll["native_id"] == ("poll-77" if "attribute" in native_id else None)


def test_a_link_block_is_added() -> None:
    """Its links are `a[href]` when nothing else is said."""
    block = '[[portals.xabac.layouts.link_blocks]]\nblock = "div.lien-ket"\ntitle = "h4"'
    assert seen(LAYOUT + block)["link_blocks"] == [
        {"title": "Liên kết", "links": [{"text": "Tỉnh", "url": "http://tinh.example.vn/"}]}
    ]


def test_the_counters_of_visitors_are_where_the_section_says() -> None:
    """One selector; its text holds the counters."""
    visitors = seen(LAYOUT + 'visitors = "div.dem"')["visitors"]
    assert (visitors["online_count"], visitors["total_count"]) == (6, 12345)


def test_blocks_of_ones_own_come_before_the_familys() -> None:
    """Lists of blocks are added, they do not replace."""
    old = (
        '<div class="weather_wrapper"><table class="weather_data"><tr><td>Hà Nội</td><td>20°C</td>'
    )
    block = (
        '[[portals.xabac.layouts.weather]]\nrow = "ul.thoi-tiet li"\nplace = "b"\nvalue = "span"'
    )
    page = ARTICLE.replace('<div class="dem">', f"{old}</tr></table></div><div class='dem'>")
    places = [each["place"] for each in seen(LAYOUT + block, page)["weather"]]
    assert places == ["Xã Bắc", "Bến Nam", "Hà Nội"]


def test_a_listing_is_read_by_rules_of_ones_own() -> None:
    """`item`, and relative to it everything else."""
    section = f"""{LAYOUT}next_page = ["a.sau"]
[[portals.xabac.layouts.listing]]
item = "div.o-tin"\ntitle = "h2 a"\nlink = "h2 a"\ntimer = "em"\nview_count = "i"
summary = "p"\nimage = "img"
"""
    record = seen(section, LIST, url=f"{BASE}/tin-tuc")
    (item,) = record["placements"]
    assert record["kind"] == "listing"
    assert (item["position"], item["native_id"], item["title"]) == (1, "5012", "Lễ hội")
    assert (item["summary"], item["image_url"]) == ("Dân làng mở hội.", f"{BASE}/a.jpg")
    assert (item["published_text"], item["view_count"]["count"]) == ("03/04/2026", 1024)
    assert record["links"]["next"] == f"{BASE}/tin-tuc/trang-2"


def test_an_empty_selector_in_a_listing_is_the_item_itself() -> None:
    """Where each item is one link."""
    section = f'{LAYOUT}[[portals.xabac.layouts.listing]]\nitem = "a.dong"\ntitle = ""\nlink = ""'
    (item,) = seen(section, LIST, url=f"{BASE}/tin-tuc")["placements"]
    assert (item["title"], item["native_id"]) == ("Tin một dòng", "5011")


def test_the_body_is_where_the_section_says() -> None:
    """`body`, the first that is there; `"..."` are the family's."""
    new = seen(LAYOUT + 'body = ["div.khong-co", "div.noi-dung-moi", "..."]')
    assert new["article"]["text"] == "Toàn văn ở khung mới, một đoạn dài vừa đủ."
    assert new["provenance"]["article.text"]["candidate"] == 2
    old = seen(LAYOUT + 'body = ["div.khong-co", "..."]')
    assert "Đoàn rước kiệu" in old["article"]["text"]


def test_what_is_skipped_in_the_body_is_no_content() -> None:
    """`body_skip` with `"..."` keeps the family's: the byline stays out of the text."""
    text = seen(LAYOUT + 'body_skip = ["...", "div.quang-cao"]')["article"]["text"]
    assert "Mua đất nền" not in text
    assert "PHẠM HẢO" not in text
    assert "Đoàn rước kiệu" in text
    alone = seen(LAYOUT + 'body_skip = ["div.quang-cao"]')["article"]["text"]
    assert "PHẠM HẢO" in alone


def test_what_is_unread_is_no_word_of_any_field() -> None:
    """`unread`: taken out before the fields are read."""
    marked = ARTICLE.replace("Lễ hội đình làng Bắc</div>", "Lễ hội<i class=ro>(mới)</i></div>")
    assert seen("", marked)["article"]["title"] == "Lễ hội(mới)"
    assert seen(LAYOUT + 'unread = ["i.ro"]', marked)["article"]["title"] == "Lễ hội"


def test_related_lists_lead_on_and_are_no_content() -> None:
    """`related`: their links are kept, their text is not the article's."""
    record = seen(LAYOUT + 'related = "ul.tin-cung-muc"')
    assert "Hội năm trước" not in record["article"]["text"]
    assert record["links"]["related"] == [f"{BASE}/tin-tuc/-/view_content/4990-cu.html"]


def test_images_and_files_beside_the_body_are_the_articles() -> None:
    """`images` and `attachments` stand outside the body."""
    record = seen(LAYOUT + 'attachments = "p.tep a"')
    (file,) = record["article"]["attachments"]
    assert (file["name"], file["url"]) == (
        "Kế hoạch số 12",
        f"{BASE}/documents/10180/ke-hoach.pdf",
    )
    beside = ARTICLE.replace("<ol class", '<div class="anh"><img src="/hoi.jpg"></div><ol class')
    record = seen(LAYOUT + 'images = "div.anh"', beside)
    assert [each["url"] for each in record["article"]["images"]] == [f"{BASE}/hoi.jpg"]


def test_the_menu_and_the_next_page_are_where_the_section_says() -> None:
    """`menu` names the sections, `next_page` the rest of a listing."""
    record = seen(LAYOUT + 'menu = "ul.menu-moi a"')
    assert record["links"]["listings"] == [f"{BASE}/van-hoa"]


def test_a_required_field_that_is_missing_is_a_changed_layout() -> None:
    """`required`: a thinner article is none."""
    record = seen(LAYOUT + 'required = ["title", "lead"]')
    assert record["quality"] == "ok"
    record = seen(LAYOUT + 'required = ["lead"]', ARTICLE.replace('class="sapo"', 'class="x"'))
    assert (record["quality"], record["article"]) == ("layout_changed", None)
    assert "lead" in record["reason"]


def test_words_on_a_page_say_that_it_is_missing() -> None:
    """`missing_signs`: the selector alone is no proof, its words are."""
    section = f"""{LAYOUT}[[portals.xabac.layouts.missing_signs]]
selector = "div.thong-bao"\nwords = "(?i)hồ sơ (?:số )?z-17"
"""
    page = "<html class=aui><body><div class='thong-bao'>{}</div><p>Kính báo</p></body></html>"
    closed = page.format("Hồ sơ số Z-17 chuyển vào kho")
    assert seen(section, closed)["quality"] == "soft_404"
    assert seen(section, closed.replace("Z-17", "Z-18"))["quality"] != "soft_404"
    assert seen("", closed)["quality"] != "soft_404"


def test_words_on_a_page_say_that_it_wants_a_login() -> None:
    """`login_signs`, likewise."""
    section = f'{LAYOUT}[[portals.xabac.layouts.login_signs]]\nselector = "form.vao"'
    page = "<html class=aui><body><form class='vao'><input></form></body></html>"
    assert seen(section, page)["quality"] == "login_wall"
    assert seen("", page)["quality"] != "login_wall"


# --- several layouts at once --------------------------------------------------------------------

TWO_FACES = f"""{LAYOUT}id = "xabac/moi"
valid_from = 2026-03-01
article_signs = ["h1.tieu-de"]
[portals.xabac.layouts.fields]
title = ["h1.tieu-de"]

{LAYOUT}id = "xabac/cu"
valid_until = 2026-03-01
article_signs = ["div.asset-full-content-title"]
"""
NEW_FACE = ARTICLE.replace("asset-full-content-title", "x")
OLD_FACE = ARTICLE.replace("h1 class", "h6 class")
WINTER = datetime(2026, 2, 28, 16, 59, tzinfo=UTC)  # 23:59 in the portal's zone


@pytest.mark.parametrize(
    ("html", "at", "layout"),
    [
        (NEW_FACE, SPRING, "xabac/moi"),
        (NEW_FACE, WINTER, "xabac/moi"),  # a trial run of the new face: its signs are there
        (OLD_FACE, SPRING, "hanoi-liferay/2022"),  # the old one is over, the family's is not
        (OLD_FACE, WINTER, "xabac/cu"),
        (ARTICLE, SPRING, "xabac/moi"),
        (ARTICLE, WINTER, "xabac/cu"),
        (ARTICLE, datetime(2026, 2, 28, 17, 0, tzinfo=UTC), "xabac/moi"),
    ],
)
def test_evidence_chooses_the_layout_and_the_date_breaks_ties(
    html: str, at: datetime, layout: str
) -> None:
    """Two faces live at once; the day counts in the portal's zone, the last one is outside."""
    assert seen(TWO_FACES, html, at=at)["layout"] == layout


def test_a_layout_may_build_on_another_of_the_section() -> None:
    """`base` names one that stands above it, or one of the family."""
    section = f"""{FIELDS}title = ["h1.tieu-de"]
{LAYOUT}base = "xabac/1"\nvalid_from = 2026-04-01\nbody_skip = ["div.quang-cao", "..."]
"""
    later = site(section).family.layouts[1]
    assert [each.selector for each in later.fields["title"]] == ["h1.tieu-de"]
    assert later.body_skip[0] == "div.quang-cao"
    family = seen(LAYOUT + 'base = "hanoi-liferay/2022"\nid = "rieng"')
    assert (family["layout"], family["article"]["title"]) == ("rieng", "Lễ hội đình làng Bắc")


def test_dates_of_a_base_are_its_own() -> None:
    """A face that follows another takes its rules and not its end."""
    section = f"{LAYOUT}valid_until = 2026-03-01\n{LAYOUT}base = 'xabac/1'\nvalid_from = 2026-03-01"
    old, new = site(section).family.layouts[:2]
    assert (str(old.valid_until), new.valid_until, str(new.valid_from)) == (
        "2026-03-01",
        None,
        "2026-03-01",
    )


# --- [portals.ID.urls] -------------------------------------------------------------------------


def rules(section: str):
    return site("[portals.xabac.urls]\n" + section).family.urls


def test_an_article_is_what_the_pattern_of_its_path_says() -> None:
    """Its group `id`, if any, is the native id; without one the URL is the identity."""
    with_id = rules("article = '/bai/[a-z-]+-(?P<id>[0-9]+)$'")
    assert is_article_url(f"{BASE}/bai/le-hoi-77", with_id)
    assert native_id(f"{BASE}/bai/le-hoi-77", with_id) == "77"
    assert not is_article_url(URL, with_id)
    without = rules("article = '^/bai/[a-z-]+$'")
    assert is_article_url(f"{BASE}/bai/le-hoi", without)
    assert native_id(f"{BASE}/bai/le-hoi", without) is None
    assert not is_article_url(f"{BASE}/trang?x=/bai/le-hoi", without)


def test_an_id_that_is_not_there_is_none() -> None:
    """A group that took no part, or took nothing."""
    maybe = rules("article = '^/bai/(?:so-(?P<id>[0-9]+)|[a-z-]+)$'")
    assert native_id(f"{BASE}/bai/le-hoi", maybe) is None
    assert native_id(f"{BASE}/bai/so-5", maybe) == "5"


def test_a_query_can_name_an_article() -> None:
    """`has_query_articles`: the pattern sees the query too."""
    named = rules("article = '^/xem[?]id=(?P<id>[0-9]+)$'\nhas_query_articles = true")
    assert native_id(f"{BASE}/xem?id=5", named) == "5"
    assert native_id(f"{BASE}/xem?id=5", rules("article = '^/xem[?]id=(?P<id>[0-9]+)$'")) is None


def test_what_is_never_asked_for_is_refused() -> None:
    """`never` adds to the family's; it sees path and query."""
    own = site("[portals.xabac.urls]\nnever = ['^/lich-cong-tac', '[?&]in=1']")
    assert refusal(f"{BASE}/lich-cong-tac/thang-5", own) == "this portal's section"
    assert refusal(f"{BASE}/tin?in=1", own)
    assert refusal(f"{BASE}/tin?p_p_lifecycle=1", own)
    assert not refusal(f"{BASE}/tin", own)
    assert not refusal(f"{BASE}/lich-cong-tac", site())


def test_parameters_that_choose_nothing_are_dropped() -> None:
    """`drop_params` adds to the family's."""
    page = LIST.replace("/tin-tuc/trang-2", "/tin-tuc?sid=9&amp;trang=2&amp;redirect=x")
    section = '[portals.xabac.urls]\ndrop_params = ["sid"]\n'
    section += LAYOUT + 'next_page = ["a.sau"]'
    assert seen(section, page, url=f"{BASE}/tin-tuc")["links"]["next"] == f"{BASE}/tin-tuc?trang=2"


# --- the hash of the rules ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        FIELDS + 'title = ["h1.khac", "..."]',
        FIELDS + 'lead = ["h1.tieu-de", "..."]',
        LAYOUT + 'body_skip = ["...", "div.quang-cao"]',
        FIELDS.replace("]]\n", ']]\nid = "khac"\n') + 'title = ["h1.tieu-de", "..."]',
        FIELDS.replace("]]\n", "]]\nvalid_from = 2026-01-01\n", 1)
        + 'title = ["h1.tieu-de", "..."]',
        "[portals.xabac.urls]\nnever = ['/x']",
        "",
    ],
)
def test_another_section_is_another_hash(changed: str) -> None:
    """A reading tells by which rules it was made."""
    mine = seen(FIELDS + 'title = ["h1.tieu-de", "..."]')["rules"]
    assert seen(changed)["rules"] != mine


def test_the_same_section_is_the_same_hash() -> None:
    """Whatever the order of its keys, and in another process."""
    one = FIELDS + 'title = ["h1.tieu-de"]\nlead = ["p.sapo"]'
    other = FIELDS + 'lead = ["p.sapo"]\ntitle = ["h1.tieu-de"]'
    assert seen(one)["rules"] == seen(one)["rules"] == seen(other)["rules"]


# --- the child process ----------------------------------------------------------------------------

EVERYTHING = f"""{LAYOUT}valid_from = 2026-03-01
date_formats = ["%m/%d/%Y | %H:%M"]
[portals.xabac.layouts.fields]
view_count = [{{ selector = "span.luot", pattern = "Đọc: ([0-9.]+)" }}]
[[portals.xabac.layouts.missing_signs]]
selector = "div.thong-bao"\nwords = "đã bị gỡ"
[portals.xabac.urls]
article = '/view_content/(?P<id>[0-9]+)-'
never = ["/x"]
"""


async def test_a_site_with_rules_of_its_own_is_read_in_the_child_too() -> None:
    """Patterns and all cross the border; the reading is the one made here."""
    own = site(EVERYTHING)
    again = pickle.loads(pickle.dumps(own))
    assert again.family.overrides == own.family.overrides
    capture = captured(ARTICLE.encode(), URL, captured_at=SPRING, content_type=HTML)
    here = read(capture, own, PageKind.ARTICLE)
    there = await read_apart(capture, own, PageKind.ARTICLE)
    assert there == here
    assert (there.quality, there.layout) == (Quality.OK, "xabac/1")
    assert there.view_count is not None
    assert there.view_count.count == 1204


def test_the_overrides_are_told_as_text() -> None:
    """What the hash covers can be read."""
    said = json.loads(site(EVERYTHING).family.overrides)
    assert said["layouts"][0]["date_formats"] == ["%m/%d/%Y | %H:%M"]
    assert said["urls"]["never"] == ["/x"]
