"""Feeds of every dialect become placements, and hostile ones get a named quality."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.jsonform import reading_to_json
from core.records import PageKind, Precision, Quality
from crawler.feeds import MAX_ITEMS
from tests.crawler.sites import ARTICLE_URL, BASE, STORY, read_body

URL = f"{BASE}/rss"
RSS_TYPE = b"application/rss+xml"


def read_feed(body, *, url=URL, expected=PageKind.FEED, content_type=RSS_TYPE):
    """What is read in a feed, given as text, bytes or data for JSON."""
    if isinstance(body, dict):
        body = json.dumps(body)
    body = body.encode() if isinstance(body, str) else body
    return read_body(body, url, expected=expected, content_type=content_type)


def rss(inner, version="2.0"):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="{version}" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Tin</title>'
        f"<link>{BASE}/</link><image><title>Logo</title><link>{BASE}/logo</link></image>"
        f"{inner}</channel></rss>"
    )


def item(path="/tin/1", title="Tin một", more=""):
    return f"<item><title>{title}</title><link>{BASE}{path}</link>{more}</item>"


def atom(inner):
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Tin</title>{inner}</feed>'


def only(reading):
    assert reading.quality is Quality.OK, reading.reason
    (placement,) = reading.placements
    return placement


def published(printed, tag="pubDate"):
    """The time an item of RSS states, and the reasons why not."""
    reading = read_feed(rss(item(more=f"<{tag}>{printed}</{tag}>")))
    return only(reading).published, [each.reason for each in reading.refusals]


def test_an_rss_item_is_a_placement():
    """Position, canonical URL, title, summary, image, time and native id."""
    more = (
        "<description><![CDATA[<a href='/x'><img src='/image/a.jpg'></a></br>Thị xã đầu tư"
        " <b>cơ sở</b> vật chất]]></description><pubDate>Tue, 16 May 2023 15:20:00 +0700</pubDate>"
        "<guid isPermaLink='false'>712046</guid>"
    )
    body = rss(
        f"<item><title>Đảng ủy</title><link>{ARTICLE_URL}?utm_source=rss#x</link>{more}</item>"
    )
    reading = read_feed(body)
    placement = only(reading)
    assert reading.kind is PageKind.FEED
    assert (placement.position, placement.url, placement.title) == (1, ARTICLE_URL, "Đảng ủy")
    assert placement.native_id == str(STORY.native_id)
    assert placement.summary == "Thị xã đầu tư cơ sở vật chất"
    assert placement.image_url == f"{BASE}/image/a.jpg"
    assert placement.published.at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)
    assert placement.published.precision is Precision.MINUTE
    assert placement.published.text == "16 May 2023 15:20:00 +0700"
    assert reading.links.articles == (ARTICLE_URL,)


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<channel rdf:about="x"><title>c</title></channel>'
    f'<item rdf:about="{BASE}/tin/1"><title>Tin một</title><link>{BASE}/tin/1</link>'
    "<dc:date>2023-05-16T15:20+07:00</dc:date></item></rdf:RDF>"
)
ATOM = atom(
    f'<entry><title>Tin một</title><link rel="self" href="{BASE}/api/1"/>'
    f'<link rel="alternate" href="{BASE}/tin/1"/><id>urn:1</id>'
    "<published>2023-05-16T08:20:00Z</published><updated>2023-05-17T08:20:00Z</updated></entry>"
)
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [
        {"id": "1", "url": BASE + "/tin/1", "title": "Tin một",
         "date_published": "2023-05-16T15:20:00+07:00"},
    ],
}  # fmt: skip
DATED = "<pubDate>Tue, 16 May 2023 15:20:00 +0700</pubDate>"


@pytest.mark.parametrize(
    "body",
    [
        *(rss(item(more=DATED), version) for version in ("0.90", "0.91", "0.92", "2.0")),
        RDF,
        ATOM,
        ATOM.replace("<", "<a:").replace("<a:/", "</a:").replace("xmlns=", "xmlns:a="),
        JSON_FEED,
    ],
    ids=["rss 0.90", "rss 0.91", "rss 0.92", "rss 2.0", "rdf", "atom", "atom, prefixed", "json"],
)
@pytest.mark.parametrize("content_type", [RSS_TYPE, b"text/html; charset=utf-8", None])
def test_every_dialect_says_the_same(body, content_type):
    """Whatever the header calls it."""
    placement = only(read_feed(body, content_type=content_type))
    assert (placement.url, placement.title) == (f"{BASE}/tin/1", "Tin một")
    assert placement.published.at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A &amp; B", "A & B"),
        ("A & B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("&lt;b&gt;Tin&lt;/b&gt; m&lt;i&gt;ộ&lt;/i&gt;t", "Tin một"),
        ("<![CDATA[<b>Tin</b><br>một &amp; hai]]>", "Tin một & hai"),
        ("1 &lt; 2 &amp;lt;b&amp;gt;", "1 < 2 <b>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Tin", "Tin"),
        ("&nbsp;Tin&nbsp;&nbsp;một&#13;&#10;", "Tin một"),
        ("Tin\u0001 m\u200bột&#8203;", "Tin\ufffd một"),
        ("Ti\u00ean ho\u0323c", "Tiên học"),
    ],
)
def test_a_title_is_plain_text(written, title):
    """Tags gone, entities undone once by XML and once by HTML, one clean line."""
    assert only(read_feed(rss(item(title=written)))).title == title


def test_the_title_of_an_atom_entry_is_as_its_type_says():
    """Plain text may hold `<`; html and xhtml lose their tags."""
    for kind, written in (
        ("text", "a &lt; b &lt;i&gt;"), ("html", "a &amp;lt; b &amp;lt;i&amp;gt;"),
        ("xhtml", '<div xmlns="http://www.w3.org/1999/xhtml">a &lt; b &lt;i&gt;</div>'),
    ):  # fmt: skip
        entry = f'<entry><title type="{kind}">{written}</title><link href="/tin/1"/></entry>'
        title = only(read_feed(atom(entry))).title
        assert title == "a < b <i>" or (kind == "xhtml" and title.startswith("a < b"))


def test_a_summary_comes_from_whatever_says_most_shortly():
    """The description, else the content; thumbnails and enclosures are images."""
    more = (
        "<content:encoded><![CDATA[<p>Nội dung</p>]]></content:encoded>"
        '<media:thumbnail url="/t.jpg"/><enclosure url="/e.mp3" type="audio/mpeg"/>'
    )
    placement = only(read_feed(rss(item(more=more))))
    assert (placement.summary, placement.image_url) == ("Nội dung", f"{BASE}/t.jpg")
    bare = only(read_feed(rss(item())))
    assert (bare.summary, bare.image_url, bare.published) == (None, None, None)


def test_items_out_of_scope_stay_out_with_their_reason():
    """Other hosts, logins, scripts, credentials, broken links; an item without a title is none."""
    hostile = [
        "https://evil.example/1", "javascript:alert(1)", f"{BASE}/dang-nhap", "http://[::bad",
        "http://u:p@songmay.example.vn/x", "data:text/html,x",
    ]  # fmt: skip
    inner = "".join(f"<item><title>T</title><link>{each}</link></item>" for each in hostile)
    reading = read_feed(rss(inner + item() + item() + item("/tin/2", " ")))
    assert [(each.position, each.url) for each in reading.placements] == [(1, f"{BASE}/tin/1")]
    assert {"another host", "login", "not a page of the web", "the item has no title"} == {
        each.reason for each in reading.refusals
    }


def test_a_guid_that_is_a_link_will_do():
    """Where `<link>` is missing."""
    inner = f"<item><title>T</title><guid>{BASE}/tin/1</guid></item>"
    assert only(read_feed(rss(inner))).url == f"{BASE}/tin/1"


def test_relative_links_are_relative_to_the_feed():
    """And in Atom to `xml:base`."""
    inner = "<item><title>T</title><link>tin/1</link></item>"
    assert only(read_feed(rss(inner), url=f"{BASE}/a/rss")).url == f"{BASE}/a/tin/1"
    entry = f'<entry xml:base="{BASE}/b/"><title>T</title><link href="1"/></entry>'
    assert only(read_feed(atom(entry))).url == f"{BASE}/b/1"


def test_the_next_page_is_followed_in_scope():
    """Atom's `rel=next` (RFC 5005), JSON Feed's `next_url`; not to itself, not to other hosts."""
    link = '<link rel="next" href="{}"/>'.format
    assert read_feed(atom(link("/rss?page=2"))).links.next == f"{BASE}/rss?page=2"
    assert read_feed(atom(link("https://evil.example/2"))).links.next is None
    assert read_feed(atom(link("/rss"))).links.next is None
    assert read_feed(JSON_FEED | {"next_url": f"{BASE}/feed/2"}).links.next == f"{BASE}/feed/2"
    assert read_feed(JSON_FEED | {"next_url": 7}).links.next is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Tue, 16 May 2023 15:20:00 +0700", (2023, 5, 16, 8, 20)),
        ("Tue, 16 May 2023 08:20:00 GMT", (2023, 5, 16, 8, 20)),
        ("Tue, 16 May 2023 08:20:00 Z", (2023, 5, 16, 8, 20)),
        ("Tue, 16 May 2023 04:20:00 EDT", (2023, 5, 16, 8, 20)),
        ("16 May 23 15:20 +0700", (2023, 5, 16, 8, 20)),
        ("2023-05-16T15:20:00+07:00", (2023, 5, 16, 8, 20)),
        ("2023-05-16 15:20:00", (2023, 5, 16, 8, 20)),
        ("16/05/2023 15:20", (2023, 5, 16, 8, 20)),
        ("Thứ ba, 16/05/2023, 15:20 (GMT+7)", (2023, 5, 16, 8, 20)),
    ],
)
def test_dates_of_every_kind_are_instants(printed, expected):
    """RFC 822, ISO 8601 and what portals print; without an offset in the site's zone."""
    when, reasons = published(printed)
    assert (when.at, when.precision) == (datetime(*expected, tzinfo=UTC), Precision.MINUTE)
    assert not reasons


def test_a_date_without_a_time_is_a_day():
    """Its midnight is the portal's."""
    when, _ = published("16/05/2023")
    assert (when.on, when.precision) == (date(2023, 5, 16), Precision.DAY)


@pytest.mark.parametrize(
    "printed",
    ["Tue, 16 May 2033 15:20:00 +0700", "2026-05-08T15:20:00Z", "31/02/2023 10:00",
     "16/05/2023 25:61", "soon", "5/16/2023 3:20:00 PM", "1" * 300, "Tue, 16 May 1823 15:20 EST"],
)  # fmt: skip
def test_a_date_that_makes_no_sense_is_refused(printed):
    """The item stays, its time is a refusal with the text that stood there."""
    when, reasons = published(printed)
    assert when is None
    assert len(reasons) == 1


def test_dublin_core_dates_an_item_and_an_edit_does_not():
    """Atom's `updated` alone says nothing of publishing."""
    when, _ = published("2023-05-16T15:20:00+07:00", "dc:date")
    assert when.at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)
    edited = "<updated>2023-05-16T08:20:00Z</updated>"
    entry = f'<entry><title>T</title><link href="/tin/1"/>{edited}</entry>'
    assert only(read_feed(atom(entry))).published is None


def test_minutes_that_hold_the_month_are_not_believed():
    """Five different times, all with the month for minutes: the day alone is kept, and told."""
    lying = "".join(
        item(f"/tin/{day}", more=f"<pubDate>{day} May 2023 {day}:05:00 +0700</pubDate>")
        for day in range(10, 16)
    )
    reading = read_feed(rss(lying))
    assert {each.published.precision for each in reading.placements} == {Precision.DAY}
    assert reading.placements[0].published.on == date(2023, 5, 10)
    assert "minutes" in reading.refusals[-1].reason
    honest = read_feed(rss(lying.replace("15:05:00", "15:06:00")))
    assert {each.published.precision for each in honest.placements} == {Precision.MINUTE}


def test_a_feed_without_items_is_a_good_one():
    """A section nobody wrote for yet."""
    reading = read_feed(rss(""))
    assert (reading.quality, reading.placements, reading.refusals) == (Quality.OK, (), ())


def test_what_was_whole_before_the_cut_is_kept():
    """A refusal says that the end is missing; without an item the feed is truncated."""
    whole = rss(item() + item("/tin/2", "Tin hai"))
    reading = read_feed(whole[: whole.rindex("</item>") + 3])
    assert reading.placements[0].title == "Tin một"
    assert reading.quality is Quality.OK
    assert reading.refusals[-1].reason == "the feed is cut: its end is missing"
    assert read_feed(whole[:200]).quality is Quality.TRUNCATED


def test_at_most_a_thousand_items():
    """The rest is left out, and told."""
    inner = "".join(item(f"/tin/{number}", f"T{number}") for number in range(MAX_ITEMS + 50))
    reading = read_feed(rss(inner))
    assert len(reading.placements) == MAX_ITEMS
    assert reading.refusals[-1].reason == "more than 1,000 items: the rest is left out"
    many = [{"url": f"{BASE}/{number}", "title": "T"} for number in range(MAX_ITEMS + 50)]
    assert len(read_feed(JSON_FEED | {"items": many}).placements) == MAX_ITEMS


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://evil.example/p"> %p;]>',
    ],
)
def test_declared_entities_are_refused(doctype):
    """Nothing is expanded, nothing opened."""
    reading = read_feed(doctype + rss(item(title="&b;&x;")).partition("?>")[2])
    assert (reading.quality, reading.placements) == (Quality.TOO_COMPLEX, ())
    assert "root:" not in str(reading)


def test_netscapes_document_type_is_harmless():
    """RSS 0.91 names a DTD; nobody asks for it."""
    doctype = '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://my.netscape.com/rss.dtd">'
    assert only(read_feed(doctype + rss(item(), "0.91").partition("?>")[2])).title == "Tin một"


def test_a_feed_that_names_a_file_or_a_url_opens_neither(tmp_path):
    """feedparser opens strings that look like one; ours never gets a string."""
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item(title="secret")), "utf-8")
    for body in (str(secret), f"file://{secret}", "http://127.0.0.1:9/feed"):
        reading = read_feed(body)
        assert (reading.quality, reading.placements) == (Quality.WRONG_PAGE, ())


@pytest.mark.parametrize(
    ("body", "quality"),
    [
        ("{", Quality.WRONG_PAGE),
        ("{}", Quality.WRONG_PAGE),
        ('{"items": 7}', Quality.WRONG_PAGE),
        ('{"items": [' + "[" * 200_000, Quality.TOO_COMPLEX),
        ('{"items": ' + "9" * 10_000 + "}", Quality.WRONG_PAGE),
        ('{"items": [7, null, [], {"url": [], "title": {}}, {"title": "\\ud800"}]}', Quality.OK),
        ("<note>hello</note>", Quality.WRONG_PAGE),
        ("hello", Quality.WRONG_PAGE),
        (bytes(range(256)) * 4_000, Quality.UNDECODABLE),
    ],
)
def test_what_is_no_feed_has_a_name(body, quality):
    """JSON of another kind, XML of another kind, noise."""
    reading = read_feed(body)
    assert (reading.quality, reading.placements) == (quality, ())
    assert reading.kind is PageKind.FEED


def test_an_error_page_in_place_of_a_feed_goes_the_way_of_pages():
    """HTML is HTML wherever it stands."""
    page = "<!DOCTYPE html><html><body><h1>Không tìm thấy</h1></body></html>"
    for content_type in (RSS_TYPE, b"text/html", b"text/plain", None):
        assert read_feed(page, content_type=content_type).kind is not PageKind.FEED


def test_a_feed_at_an_articles_url_is_a_wrong_page():
    """It must not make the article's next version."""
    reading = read_feed(rss(item()), expected=PageKind.ARTICLE)
    assert (reading.quality, reading.article) == (Quality.WRONG_PAGE, None)


def test_what_a_script_printed_first_is_passed_over():
    """A warning of PHP before the prolog."""
    assert only(read_feed("<br />\n<b>Warning</b>: x in y<br />\n" + rss(item()))).title


HOSTILE = {
    "garbage": b"<rss>" + bytes(range(256)) * 4_000,
    "nesting": b"<rss>" + b"<a>" * 300_000,
    "items": b"<rss><channel>" + b"<item>" * 160_000,
    "authors": rss("<item><author>a@" + "a." * 400_000 + "!</author></item>").encode(),
    "owners": rss(
        "<item><managingEditor>a@" + "a." * 400_000 + "!</managingEditor></item>"
    ).encode(),
    "categories": rss("".join(f"<category>{n}</category>" for n in range(40_000))).encode(),
    "links": b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>" + b"<link href='a'/>" * 60_000,
    "brackets": b"<rss><channel><item><title>" + b"<" * 1_000_000,
    "ampersands": b"<rss><channel><item><title>" + b"&" * 1_000_000,
    "cdata": b"<rss><channel><item><title>" + b"<![CDATA[" * 110_000,
    "comments": b"<rss><channel><item><title>" + b"<!--" * 250_000,
    "attributes": b"<rss><channel><item " + b"a='1' " * 160_000 + b">",
    "namespaces": b"<rss " + b"".join(b"xmlns:a%d='b' " % n for n in range(55_000)) + b">",
    "date": rss("<item><pubDate>" + "2023-" * 200_000 + "</pubDate></item>").encode(),
    "scripts": rss(item(title="&lt;script>" * 90_000)).encode(),
    "images": rss(item(more="<description>" + "&lt;img " * 120_000 + "</description>")).encode(),
    "numbers": rss(item(title="&#0;&#xD800;&#x110000;&#9999999;" * 3_000)).encode(),
    "nul": b"<rss>" + bytes(1_000_000),
    "json": b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_megabytes_have_a_quality(name):
    """One megabyte of each shape; whatever comes out can be stored."""
    reading = read_feed(HOSTILE[name])
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert not reading.reason.startswith("the rules of"), reading.reason
    record = json.dumps(reading_to_json(reading, portal="x", url=URL, status=200))
    assert "\\u0000" not in record
    assert "\\ud800" not in record


PIECES = st.sampled_from([
    "<item>", "</item>", "<entry>", "<title>", "</title>", "<link>", "</link>",
    "<link href='//['/>",
    BASE + "/1", "http://[::", "<pubDate>", "16 May 2023 15:20", "99/99/9999", "</pubDate>", "<id>",
    "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&amp;", "&#0;", "&#xD800;", "&", "\0",
    "<description>", "<img src='//['>", "<content type='xhtml'><div>", "xml:base='http://['",
    "<content type='image/png' src='x'>", "<title mode='base64'>@@@</title>", "<created>", "ế",
    "<enclosure url='//[' type='image/x'/>", "<media:thumbnail url='x'/>", "\ud800",
])  # fmt: skip
ROOTS = st.sampled_from(["<rss version='2.0'>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "{"])


@settings(max_examples=250, deadline=None)
@given(ROOTS, st.lists(PIECES, max_size=40).map("".join))
def test_any_pieces_of_a_feed_give_a_reading(root, text):
    """Every placement is in scope; nothing raises."""
    reading = read_feed((root + text).encode("utf-8", "surrogatepass"))
    assert not reading.reason.startswith("the rules of"), reading.reason
    assert all(each.url.startswith(BASE + "/") and each.title for each in reading.placements)
