"""Any bytes that call themselves HTML give a reading with a named quality, never an exception."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.jsonform import reading_to_json
from core.records import PageKind, Quality
from tests.crawler.sites import ARTICLE_URL, BASE, LISTING_URL, STATES, STORY, page, read_body


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
