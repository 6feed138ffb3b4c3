"""Any bytes that call themselves HTML give a reading with a named quality, never an exception."""

import json
import re
import time
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cases
from core.config import AUTO, PortalConfig
from core.jsonform import reading_to_json
from core.records import PageKind, Quality
from crawler.portals import FAMILIES
from crawler.read import read
from portal import site_of
from tests.crawler.sites import (
    ARTICLE_URL,
    BASE,
    LISTING_URL,
    STATES,
    STORY,
    captured,
    page,
    read_body,
)


def strings_of(data):
    """Every text in a record as JSON."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from strings_of(key)
            yield from strings_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings_of(value)


def assert_sound(reading):
    """What holds for the reading of any bytes at an article's address."""
    assert reading.quality in Quality
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert (reading.article is not None) == (reading.quality is Quality.OK)
    if reading.article is not None:
        assert reading.kind is PageKind.ARTICLE
        assert reading.article.title
        assert reading.article.lead or reading.article.blocks
    for text in strings_of(reading_to_json(reading, portal="songmay", url=ARTICLE_URL, status=200)):
        text.encode()
        assert "\0" not in text


TAGS = st.sampled_from([
    b"<html class=aui>", b"<body>", b"<div class='asset-full-content-title'>", b"</div>", b"</p>",
    b"<div class='asset-full-content'>", b"<div class='asset-content' id='_101_9'>",
    b"<p class=sapo>",
    b"<div class='journal-content-article'>", b"<div class='assetPublishDate block_timer'>",
    b"<td>",
    b"<div class='asset-abstract'>", b"<h3 class='asset-title'>", b"<a href='/-/view_content/1'>",
    b"<table class='weather_data'>", b"<div class=weather_wrapper>", b"<tr>", b"</html>", b"a",
    b"75",
    b"31/12/2020 | 10:00", b"View count: 7", b"99\xc2\xb0C", b"\xff", b"\0", b"&#0;", b"&#xD800;",
    b"<!--", b"-->", b"<script>", b"</script>", b"<svg>", b"<template>", b"<a href='\xff\0[::'>",
    b"<img src='//[1]/' width='9\xff'>", b"<table>", b"<li>", b"<code class=lfr-url-error>",
])  # fmt: skip


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=400), st.lists(TAGS, max_size=40).map(b"".join)))
def test_any_bytes_have_a_quality(body):
    """Whatever calls itself HTML: a reading, and what it holds can be stored."""
    assert_sound(read_body(body))


PATHS = [STORY.path, "/tin-tuc-su-kien", "/", "/dang-nhap", STORY.path + "/vi"]
PATHS += [STATES[0].story(native_id).path for native_id in (8104276, 712046, 8104203)]
CUTS = st.tuples(
    st.sampled_from(["cut", "flip", "twice", "insert", "tail"]),
    st.floats(0, 1),
    st.integers(1, 3_000),
    st.lists(TAGS, min_size=1, max_size=6).map(b"".join),
)


def mutated(body, how, share, length, hostile):
    at = int(share * len(body))
    match how:
        case "cut":
            return body[:at] + body[at + length :]
        case "flip":
            return body[:at] + bytes([(body[at] if at < len(body) else 0) ^ 0x1F]) + body[at + 1 :]
        case "twice":
            return body[: at + length] + body[at:]
        case "insert":
            return body[:at] + hostile + body[at:]
        case _:
            return body[: len(body) - length // 100] + hostile


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PATHS), st.lists(CUTS, min_size=1, max_size=5))
def test_a_damaged_page_is_read_or_refused(path, changes):
    """Bytes lost, flipped, doubled or slipped in: good means a title and a text, never a crash."""
    body = page(path)
    for change in changes:
        body = mutated(body, *change)
    reading = read_body(body)
    assert_sound(reading)
    assert not reading.reason.startswith("the rules of"), reading.reason
    listing = read_body(body, LISTING_URL, expected=PageKind.LISTING)
    assert listing.quality in Quality
    assert not listing.reason.startswith("the rules of"), listing.reason
    assert all(item.title is not None and item.url.startswith(BASE) for item in listing.placements)


# --- every family --------------------------------------------------------------------------------

HANG_S = 10.0  # of CPU, far above what any page here takes: for hangs only
SEED, DAMAGED_COUNT = 20261123, 240
SHOWN = ("hanoi-liferay", "vnexpress", "epi")  # families that monsters are shown to
FAMILY_IDS = [*FAMILIES, AUTO]
CASES = [cases.load_case(folder) for folder in cases.cases_in(Path(__file__).parents[1] / "cases")]
PIECES = [
    piece
    for case in CASES
    for piece in Random(SEED).choices(re.findall(rb"<[^>]{0,400}>|[^<]+", case.capture.body), k=40)
]  # fmt: skip
HOSTILE = [
    b"\0", b"&#0;", b"&#xD800;", b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"<!--",
    b"</script>", b"<script>", b"<svg>", b"<template>", b"<plaintext>", b"<frameset>", b"</table>",
    b"<![CDATA[", b'"', b"<", b"&", b"%00", b"\xcc\x81" * 40, b"9" * 5_000, b"31/02/9999 | 25:61",
    b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-23:59", b"1e999", b"\x1b$B",
    b"<base href='//[::'>", b"<a href='http://[1'>", b"<a href='//a:b@c:99999/'>", b"<body hidden>",
    b"<meta charset=utf-16>", b"<p style='font-family:.VnTime'>\xc2\xb8", b"<link rel=canonical>",
    "²³½٣ giờ trước".encode(), "99999999999 năm trước".encode(), "İ".encode() * 30,
]  # fmt: skip
CHARSETS = ["utf-8", "utf-16", "windows-1258", "iso-2022-jp", "gb18030", "utf-7", "x-none", ""]


@cache
def site_of_case(number, family):
    """The portal of a case, read as this family."""
    portal = CASES[number].portal
    return site_of("songmay", PortalConfig(host=portal.host, scheme=portal.scheme, family=family))


def assert_read(body, number, family, *, charset="utf-8", expected=PageKind.ARTICLE):
    """Read bytes at a case's address as a family's page: what holds for any of them."""
    url = CASES[number].capture.url
    content_type = f"text/html; charset={charset}".encode()
    began = time.process_time()
    reading = read(
        captured(body, url, content_type=content_type), site_of_case(number, family), expected
    )
    assert time.process_time() - began < HANG_S
    assert reading.quality in Quality
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert not reading.reason.startswith("the rules of"), reading.reason
    record = reading_to_json(reading, portal="songmay", url=url, status=200)
    json.dumps(record, allow_nan=False)
    for text in strings_of(record):
        text.encode()
        assert "\0" not in text
    return reading


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.sampled_from(HOSTILE) | TAGS, max_size=60).map(b"".join),
    st.integers(0, len(CASES) - 1),
    st.sampled_from(FAMILY_IDS),
    st.sampled_from(CHARSETS),
)
def test_pieces_of_all_families_make_a_page_of_any(body, number, family, charset):
    """Markup of every family in one page, read by the rules of each."""
    assert_read(body, number, family, charset=charset)


def damaged(body, dice):
    """A page after one to eight accidents: cut, doubled, shuffled, swapped, slipped in."""
    for _ in range(dice.choice((1, 2, 3, 8))):
        at = dice.randrange(len(body) or 1)
        end = at + dice.choice((1, 30, 500, 5_000))
        match dice.randrange(7):
            case 0:
                body = body[:at] + body[end:]
            case 1:
                body = body[:end] + body[at:]
            case 2:
                body = body[:at] + dice.choice(HOSTILE) * dice.choice((1, 1, 40)) + body[at:]
            case 3:
                tags = re.findall(rb"<[^>]*>?|[^<]+", body[at:end])
                body = body[:at] + b"".join(dice.sample(tags, len(tags))) + body[end:]
            case 4:
                body = body[:at] + b"".join(dice.choices(PIECES, k=12)) + body[at:]
            case 5:
                names = [b"class", b"id", b"href", b"content", b"datetime", b"style", b"name"]
                one, other = dice.sample(names, 2)
                body = body.replace(b" " + one + b"=", b" " + other + b"=")
            case _:
                flipped = bytes(
                    sign ^ dice.choice((0,) * 30 + (1, 32, 128)) for sign in body[at:end]
                )
                body = body[:at] + flipped + body[end:]
    return body


def test_damaged_case_pages_are_read_or_refused():
    """Every family's own pages, damaged: read as its own, as another's, and as nobody's."""
    dice = Random(SEED)
    for turn in range(DAMAGED_COUNT):
        number = turn % len(CASES)
        own = CASES[number].folder.parent.name
        family = dice.choice((own, own, AUTO, dice.choice(FAMILY_IDS)))
        expected = dice.choice((PageKind.ARTICLE, PageKind.ARTICLE, PageKind.LISTING))
        body = damaged(CASES[number].capture.body, dice)
        assert_read(body, number, family, charset=dice.choice(CHARSETS), expected=expected)


# --- monsters ------------------------------------------------------------------------------------


def numbered(pattern, count):
    """So many times the pattern, each with its number."""
    return b"".join(pattern.replace(b"#", b"%d" % number) for number in range(count))


def json_ld(text):
    return b'<script type="application/ld+json">' + text + b"</script>"


def objects(count):
    one = {"@type": "NewsArticle", "headline": "Tin", "author": {"name": "Lê An"}}
    return json.dumps({"@graph": [one] * count}).encode()


def story(**values):
    return json_ld(json.dumps({"@type": "NewsArticle", "headline": "Tin mới", **values}).encode())


MONSTERS = {
    "nested tags": b"<div>" * 100_000,
    "nested tags that are allowed": b"<div class='title author date'>x" * 2_000 + b"<p>a" * 5_000,
    "nested tables": (b"<table><tr><td>" * 100 + b"x" + b"</table>" * 100) * 20,
    "nested items": b"<div class='item-news asset-abstract post'><h3><a href=/a-12345.html>"
    b"mot hai ba bon</a></h3>" * 500,
    "nested inline tags": b"<b><i><font face='.VnTime'>\xc2\xb8<p>" * 700,
    "attributes": b"<p " + numbered(b"a#=1 ", 100_000) + b">",
    "attributes of many tags": numbered(b"<p class='a title' id=p# data-x=# hidden=#>x", 3_000),
    "links": numbered(b"<a href='/tin/bai-viet-so-#.html'>bai viet so #</a>\n", 2_500),
    "titles that are links": numbered(
        b"<h3 class=title><a href='/b-#.html'>bai so # dai</a></h3>", 2_000
    ),
    "list items": b"<ul>" + b"<li>mot hai ba" * 10_000,
    "nested lists": b"<ul><li>mot" * 1_000,
    "JSON-LD scripts": json_ld(b'{"@type":"NewsArticle","headline":"x"}') * 2_000,
    "JSON-LD objects": json_ld(objects(7_000)),
    "JSON-LD lists in lists": json_ld(b"[" * 100_000),
    "JSON-LD objects in objects": json_ld(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "JSON-LD digits": json_ld(b'{"@type":"NewsArticle","headline":"x","datePublished":'
                              + b"9" * 100_000 + b"}"),
    "JSON-LD numbers": json_ld(b'{"@type":"NewsArticle","headline":1e999,"datePublished":-1e308,'
                               b'"commentCount":' + b"9" * 4_000 + b',"keywords":[NaN,Infinity]}'),
    "JSON-LD dates": b"".join(
        story(datePublished=date, dateModified=date)
        for date in ("99999-99-99T99:99", "0000-00-00", "9999-12-31T23:59:59-23:59", "1e9", "-1",
                     "0001-01-01T00:00:00+14:00", "2026-05-05T10:00:00+99:99", "9" * 500)
    ),
    "JSON-LD surrogates": story(author={"name": "\ud800 An"}, keywords=["\udfff", "\0"]),
    "metas": numbered(b"<meta property='article:tag' content='the #'>", 10_000),
    "poll options": b"<form class='portlet-polls-display'><p>Q?</p>"
    + numbered(b"<label class=radio><input type=radio>chon #</label>", 4_000),
    "options": b"<select>" + numbered(b"<option value='/a/#'>chon #", 3_000),
    "a long title": b"<title>" + b"tin tuc - " * 50_000 + b"</title><h1>" + b"tin tuc - " * 50_000,
    "a long dateline": b"<div class='date assetPublishDate block_timer'>"
    + "Ngày đăng 16/05/2023 | 15:20 ".encode() * 15_000,
    "a long byline": b"<p class='author view-content-author'>" + "PHẠM HẢO - ".encode() * 30_000,
    "labels in a byline": b"<p class='author view-content-author'>" + "Ảnh: ".encode() * 50_000,
    "a long caption": b"<figure><img src=/a.jpg><figcaption>" + "Ảnh: A (".encode() * 30_000,
    "a long style": b"<p style='" + b"display :font:x;width  " * 15_000 + b"'>x",
    "a long class": b"<p class='" + b"caption-x title " * 20_000 + b"'>x",
    "a long line": "Ủy ban nhân dân phường họp. ".encode() * 20_000,
    "figures": numbered(
        b"<figure><img src=/a#.jpg><figcaption>Anh: Le An #</figcaption></figure>", 1_500
    ),
    "style rules": b"<style>" + b".a{font-family:.VnTime}\n" * 20_000 + b"</style>",
    "fonts": "<font face='.VnTime'>¸bµ</font>".encode() * 5_000,
    "entities": b"&#225;&amp;&#xD800;&#0;&notit;" * 20_000,
    "marks": b"a" + "\u0301\u0323".encode() * 100_000,
    "NULs": b"<p>a\0b</p>" * 200 + b"\0" * 100_000,
    "surrogates": b"<p>" + b"\xed\xa0\x80" * 50_000,
    "surrogates in UTF-16": b"\xff\xfe" + b"\x00\xd8" * 50_000,
    "broken UTF-8": b"<p>" + b"\xc3\xe1\xbb" * 50_000,
    "escapes of a charset": b"<meta charset=iso-2022-jp>" + b"\x1b$B" * 50_000,
    "comments that never end": b"<!--" + b"-" * 100_000 + b"<!--" * 20_000,
    "scripts that never end": b"<script><!--" + b"<script " * 20_000,
    "words with which scripts leave": b"<script>" + b"location.href = document.cookie " * 1_000,
    "half tags": b"<" * 100_000,
    "labels": "<p>Tin liên quan</p><p>Bình luận</p>".encode() * 3_000,
    "password fields": b"<form>" + b"<input type=password>" * 10_000,
}  # fmt: skip

LONG_URLS = {
    "words in a day's folder": b"/2026/05/" + b"a-" * 900 + b"/b",
    "language suffixes": b"/vi/en" * 300 + b"x",
    "language suffixes in the query": b"/x?a=" + b"/vi/en" * 300 + b"x",
    "words without a number": b"/" + b"a-" * 900 + b"!",
    "endings": b"/" + b"aa-859837.html" * 130 + b"!",
    "dashes": b"/" + b"-c1-p" * 370,
    "digits": b"/a-" + b"9" * 1_800,
    "dates": b"/2026/05/05" * 170,
    "parameters": b"/x.aspx?" + b"idnews=2&" * 200,
    "portlets": b"/-/asset_publisher/x/content" * 60,
    "escapes": b"/" + b"%41%25" * 300,
    "sessions": b"/a" + b";jsessionid=1" * 140,
    "a word in a day's folder": b"/2026/05/" + b"o" * 1_800,
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_read_or_refused(name):
    """Alone and inside an article, by shape, by evidence and by a family's own rules."""
    monster = MONSTERS[name]
    for number, case in enumerate(CASES):
        if case.folder.name in ("article", "seed-twin") and case.folder.parent.name in SHOWN:
            body = case.capture.body
            at = body.index(b"<p", len(body) // 3)
            assert_read(body[:at] + monster + body[at:], number, case.folder.parent.name)
    assert_read(b"<html><body>" + monster, 0, AUTO)


@pytest.mark.parametrize("name", LONG_URLS)
def test_long_links_are_judged_in_no_time(name):
    """Fifty different links of two thousand characters, by the URL patterns of each family."""
    links = numbered(b"<a href='" + LONG_URLS[name] + b"#'>x</a>", 50)
    for family in FAMILY_IDS:
        assert_read(b"<!doctype html><html><body>" + links, 0, family)
