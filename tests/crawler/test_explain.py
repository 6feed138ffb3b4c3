"""`--explain`: every rule of a layout by its name, how often it matched, and what it gave."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.config import PortalConfig, parse
from core.records import PageKind
from core.tomlfile import tables_in
from crawler.explain import Try, explain
from crawler.layout import Candidate, Layout, Sign
from crawler.portals import FAMILIES
from crawler.read import open_page, read
from portal import site_of
from tests.crawler.sites import captured
from tests.crawler.test_custom import ARTICLE, BASE, FIELDS, HEAD, HOST, LAYOUT, LIST, SPRING, URL
from tests.living import ROOT
from tests.test_cli import khotin

NO_RULES = {"id", "required", "date_formats", "valid_from", "valid_until"}


def tried(section: str = "", html: str = ARTICLE, url: str = URL) -> list[Try]:
    """The rules of a portal with this section, tried on a page."""
    portal = parse(tables_in(HEAD + section, Path("config.toml"))).portals["xabac"]
    page = open_page(captured(html.encode(), url, captured_at=SPRING), site_of("xabac", portal))
    assert page is not None
    return list(explain(page))


def found(rule: str, section: str = "", html: str = ARTICLE) -> list[tuple[str, int, str]]:
    """Selector, count and value of one rule of the section's first layout."""
    layout = "xabac/1" if section else "hanoi-liferay/2022"
    return [
        (each.selector, each.matches_count, each.value)
        for each in tried(section, html)
        if (each.layout, each.rule) == (layout, rule)
    ]


def rules_in(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each rule below this one, by its name, with its selector."""
    if isinstance(value, Candidate | Sign):
        yield name, value.selector
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple) and all(isinstance(each, str | Candidate) for each in value):
        for each in value:
            yield from rules_in(each, name)
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from rules_in(each, f"{name}.{number}")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from rules_in(each, f"{name}.{key}")
    elif is_dataclass(value):
        for each in fields(value):
            if not (isinstance(value, Layout) and each.name in NO_RULES):
                yield from rules_in(getattr(value, each.name), f"{name}.{each.name}".strip("."))
    else:
        assert value is None or isinstance(value, date)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_rule_of_every_layout_is_named(family: Any) -> None:
    """By the key that a portal's section has for it; none is left out, none told twice."""
    site = site_of("p", PortalConfig(host=HOST, scheme="http", family=family.id))
    page = open_page(captured(ARTICLE.encode(), URL), site)
    assert page is not None
    told = sorted((each.layout, each.rule, each.selector) for each in explain(page))
    assert told == sorted(
        (layout.id, rule, selector)
        for layout in family.layouts
        for rule, selector in rules_in(layout, "")
    )


def test_candidates_come_in_the_order_of_trust() -> None:
    """What is tried first is told first; a candidate without a match has 0 and no value."""
    section = FIELDS + 'title = ["h1.khong-co", "h1.tieu-de", "..."]'
    assert found("fields.title", section) == [
        ("h1.khong-co", 0, ""),
        ("h1.tieu-de", 1, "Lễ hội đình làng Bắc khai hội"),
        ("div.asset-full-content-title", 1, "Lễ hội đình làng Bắc"),
    ]


def test_the_layouts_of_a_section_come_before_the_familys() -> None:
    """As they are asked."""
    layouts = dict.fromkeys(each.layout for each in tried(LAYOUT))
    assert list(layouts) == ["xabac/1", "hanoi-liferay/2022"]


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        ('"::json-ld keywords"', ("::json-ld keywords", 2, "lễ hội")),
        ('"::json-ld nothing"', ("::json-ld nothing", 0, "")),
        ('"::headline"', ("::headline", 1, "Lễ hội đình làng Bắc")),
        ('"ol.duong-dan li"', ("ol.duong-dan li", 3, "Trang chủ")),
        (
            '{ selector = "meta", attribute = "content" }',
            ("meta", 1, "2026-03-09T07:05:00+07:00"),
        ),
        ('{ selector = "span.luot", pattern = "([0-9.]+)" }', ("span.luot", 1, "1.204")),
        ('{ selector = "span.luot", pattern = "Xem: ([0-9]+)" }', ("span.luot", 1, "")),
    ],
)  # fmt: skip
def test_a_field_tells_nodes_and_what_they_give(
    candidate: str, expected: tuple[str, int, str]
) -> None:
    """A match without a value is one that the pattern refused."""
    selector, count, value = expected
    (one,) = found("fields.lead", f"{FIELDS}lead = [{candidate}]")
    assert one[:2] == (selector, count)
    assert one[2].partition(" | ")[0] == value


def test_a_list_field_tells_its_first_values() -> None:
    """Every node counts, three are shown."""
    section = FIELDS + 'breadcrumb = ["ol.duong-dan li"]'
    assert found("fields.breadcrumb", section) == [
        ("ol.duong-dan li", 3, "Trang chủ | Văn hóa | Lễ hội")
    ]


def test_rules_of_nodes_tell_their_text_and_rules_of_links_where_they_lead() -> None:
    """Body, evidence, skipped parts, blocks."""
    section = (
        LAYOUT + 'body_skip = ["div.quang-cao"]\nvisitors = "div.dem"\nmenu = "ul.navi a"\n'
        'next_page = ["link[rel=next]"]\nbody = ["div.noi-dung-moi", "::text"]\n'
        'article_signs = ["h1.tieu-de", "::json-ld author.name", "::json-ld x"]\n'
        'unread = ["h4"]\n'
    )
    body, shape = found("body", section)
    assert body == ("div.noi-dung-moi", 1, "Toàn văn ở khung mới, một đoạn dài vừa đủ.")
    assert shape[0] == "::text"
    assert found("body_skip", section) == [("div.quang-cao", 1, "Mua đất nền giá rẻ")]
    assert found("visitors", section)[0][2] == "Đang truy cập: 6 Tổng: 12.345"
    assert found("menu", section) == [("ul.navi a", 1, "Tin tức")]
    assert found("next_page", section) == [("link[rel=next]", 1, "/tin-tuc/trang-2")]
    assert found("unread", section) == [("h4", 2, "Thăm dò | Liên kết")]
    assert found("article_signs", section) == [
        ("h1.tieu-de", 1, "Lễ hội đình làng Bắc khai hội"),
        ("::json-ld author.name", 1, "Vũ Thị Lan"),
        ("::json-ld x", 0, ""),
    ]


BLOCKS = f"""{LAYOUT}
[[portals.xabac.layouts.weather]]
row = "ul.thoi-tiet li"\nplace = "b"\nvalue = "span"
[[portals.xabac.layouts.polls]]
block = "div.hoi-y-kien"\nquestion = "p.hoi"\noption = "div.y"\ntext = "em"\nvotes = "i"
closed_sign = "s"\nopen_sign = "button"
native_id = {{ selector = "input[name=ma]", attribute = "value" }}
[[portals.xabac.layouts.link_blocks]]
block = "div.lien-ket"\ntitle = "h4"
[[portals.xabac.layouts.missing_signs]]
selector = "p"\nwords = "kéo co"
[[portals.xabac.layouts.login_signs]]
selector = "form.vao"
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("weather.0.row", ("ul.thoi-tiet li", 2, "Xã Bắc27°C | Bến Nam")),
        ("weather.0.place", ("b", 2, "Xã Bắc | Bến Nam")),
        ("weather.0.value", ("span", 2, "27°C")),
        ("polls.0.question", ("p.hoi", 1, "Nên mở hội mấy ngày?")),
        ("polls.0.option", ("div.y", 2, "Một ngày3060% | Ba ngày2040%")),
        ("polls.0.text", ("em", 2, "Một ngày | Ba ngày")),
        ("polls.0.votes", ("i", 2, "30 | 20")),
        ("polls.0.closed_sign", ("s", 1, "đã kết thúc")),
        ("polls.0.open_sign", ("button", 0, "")),
        ("polls.0.native_id", ("input[name=ma]", 1, "poll-77")),
        ("link_blocks.0.title", ("h4", 1, "Liên kết")),
        ("link_blocks.0.link", ("a[href]", 1, "Tỉnh")),
        ("missing_signs.0", ("p", 10, "Chiều cùng ngày có thi kéo co, chọi gà và hát chèo.")),
        ("login_signs.0", ("form.vao", 0, "")),
    ],
)
def test_rules_inside_a_block_count_the_blocks_that_have_them(
    rule: str, expected: tuple[str, int, str]
) -> None:
    """Place and value of the weather, parts of a poll, links of a block; evidence by its words."""
    (one,) = found(rule, BLOCKS)
    assert one[0] == expected[0]
    assert one[2] == expected[2]
    assert one[1] == (ARTICLE.count("<p") if rule == "missing_signs.0" else expected[1])


def test_rules_of_a_listing_are_told_by_the_item() -> None:
    """Links and images by where they lead; "" is the item itself."""
    section = f"""{LAYOUT}[[portals.xabac.layouts.listing]]
item = "div.o-tin"\ntitle = "h2 a"\nlink = "h2 a"\ntimer = "em"\nsummary = "b"\nimage = "img"
[[portals.xabac.layouts.listing]]
item = "a.dong"\ntitle = ""\nlink = ""
"""
    listing = [
        (each.rule, each.selector, each.matches_count, each.value)
        for each in tried(section, LIST, f"{BASE}/tin-tuc")
        if each.layout == "xabac/1" and each.rule.startswith(("listing.0", "listing.1"))
    ]
    assert listing[1:] == [
        ("listing.0.title", "h2 a", 1, "Lễ hội"),
        ("listing.0.link", "h2 a", 1, "/tin-tuc/-/view_content/5012-a.html"),
        ("listing.0.timer", "em", 1, "03/04/2026"),
        ("listing.0.summary", "b", 0, ""),
        ("listing.0.image", "img", 1, "/a.jpg"),
        ("listing.1.item", "a.dong", 1, "Tin một dòng"),
        ("listing.1.title", "", 1, "Tin một dòng"),
        ("listing.1.link", "", 1, "/tin-tuc/-/view_content/5011-b.html"),
    ]


def test_what_is_told_is_what_is_read() -> None:
    """The first candidate with a value is the one of the record's provenance."""
    portal = parse(tables_in(HEAD + FIELDS + 'title = ["h8", "..."]', Path("c"))).portals["xabac"]
    site = site_of("xabac", portal)
    reading = read(captured(ARTICLE.encode(), URL, captured_at=SPRING), site, PageKind.ARTICLE)
    for name, source in reading.provenance:
        field = name.removeprefix("article.").removesuffix("_at")
        if field == "text":
            continue
        first = next(
            number
            for number, each in enumerate(
                (
                    each
                    for each in tried(FIELDS + 'title = ["h8", "..."]')
                    if (each.layout, each.rule) == ("xabac/1", f"fields.{field}")
                ),
                start=1,
            )
            if each.value
        )
        assert first == source.candidate, name


def test_values_are_short_and_clean() -> None:
    """A page of any size is told in a screen; what moves a terminal is left out."""
    section = FIELDS + 'lead = ["p.dai"]\nbreadcrumb = ["i"]'
    long = "chữ " * 5_000 + "\x1b[2J"
    page = ARTICLE.replace(
        "<ol", f"<p class=dai>\u202e{long}</p>" + f"<i>{long}</i>" * 2_000 + "<ol"
    )
    for each in tried(section, page):
        assert len(each.value) <= 200
        assert "\x1b" not in each.value
        assert "\u202e" not in each.value
        assert each.matches_count <= 1_000


# --- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain")
    section = FIELDS + 'title = ["h1.khong-co", "h1.tieu-de"]'
    (path / "config.toml").write_text(f'{HEAD}{section}\n[portals.mo]\nhost = "mo.example.vn"\n')
    (path / "page.html").write_text(ARTICLE, "utf-8")
    return path


def test_the_command_shows_every_rule_that_was_tried(folder: Path) -> None:
    """Below the record: name, count, selector, value; as data under `rules_tried`."""
    words = ("read", "page.html", "--url", URL, "--at", "2026-04-12T08:00")
    shown = khotin(folder, *words, "--explain")
    assert (shown.returncode, shown.stderr) == (0, "")
    record, _, rules = shown.stdout.partition("layout xabac/1\n")
    assert "article, ok, from a file" in record
    lines = [" ".join(line.split()) for line in rules.splitlines()]
    assert "fields.title 0 h1.khong-co" in lines
    assert "fields.title 1 h1.tieu-de Lễ hội đình làng Bắc khai hội" in lines
    assert "layout hanoi-liferay/2022" in lines
    told = json.loads(khotin(folder, *words, "--explain", "--json").stdout)
    expected = tried(FIELDS + 'title = ["h1.khong-co", "h1.tieu-de"]')
    assert [each["rule"] for each in told["rules_tried"]] == [each.rule for each in expected]
    assert {
        "layout": "xabac/1",
        "rule": "fields.title",
        "selector": "h1.tieu-de",
        "matches_count": 1,
        "value": "Lễ hội đình làng Bắc khai hội",
    } in told["rules_tried"]
    plain = json.loads(khotin(folder, *words, "--json").stdout)
    assert plain["rules_tried"] == []


@pytest.mark.parametrize("host", ["mo.example.vn", "nobody.example.vn"])
def test_of_an_open_family_the_detected_ones_rules_are_shown(folder: Path, host: str) -> None:
    """Of a portal that names none, and of a host that no portal names."""
    url = URL.replace(HOST, host).replace("http:", "https:")
    done = khotin(folder, "read", "page.html", "--url", url, "--explain", "--json")
    told = json.loads(done.stdout)
    assert told["family"] == "hanoi-liferay"
    assert {each["layout"] for each in told["rules_tried"]} == {"hanoi-liferay/2022"}


def test_a_page_without_html_has_no_rules_to_show(folder: Path) -> None:
    """Blank, or not HTML at all."""
    (folder / "blank.html").write_bytes(b" ")
    done = khotin(folder, "read", "blank.html", "--url", URL, "--explain", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rules_tried"] == []


def test_the_page_of_the_first_portal_is_explained() -> None:
    """The seed: its title is found by the first candidate of the family."""
    body = (ROOT / "tests" / "fixtures" / "hanoi" / "seed.html").read_bytes()
    site = site_of("sontay", PortalConfig(host="sontay.hanoi.gov.vn", family="hanoi-liferay"))
    url = "https://sontay.hanoi.gov.vn/dang-oan-the/-/view_content/5079123-toa-am.html"
    page = open_page(captured(body, url), site)
    assert page is not None
    title = next(each for each in explain(page) if each.rule == "fields.title")
    assert title.matches_count == 1
    assert title.value.startswith("Tọa đàm tổng kết 10 năm")
