"""What a page needs to be shown: every URL a replay would ask for, and nothing dangerous."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jsonform import reading_to_json
from core.records import PageKind, Quality, RequisiteKind
from crawler.read import read
from crawler.requisites import MAX_REQUISITES, largest_of, requisite_url
from crawler.styles import urls_of_style
from crawler.urls import canonical
from tests.crawler.sites import ARTICLE_URL, BASE, LISTING_URL, RULES, SITE, STORY, captured, page

IMAGE, STYLE, SCRIPT, FONT, FILE = (
    RequisiteKind(each) for each in ("image", "style", "script", "font", "file")
)
SITES = {assets: replace(SITE, assets=assets) for assets in ("none", "images", "all")}
ARTICLE = page(STORY.path)
PATIENCE_S = 20


def requisites(markup, *, assets="all", url=ARTICLE_URL, body=ARTICLE, where=b"</body>"):
    """What is needed by the replica's article with this markup added, less what it needs anyway."""
    markup = markup.encode() if isinstance(markup, str) else markup
    site = SITES[assets]

    def of(html):
        reading = read(captured(html, url), site, PageKind.OTHER)
        assert reading.quality is Quality.OK, reading.reason
        return [(each.kind, each.url) for each in reading.requisites]

    before = of(body)
    return [each for each in of(body.replace(where, markup + where)) if each not in before]


def test_nothing_is_asked_for_unless_the_site_says_so():
    """`assets = "none"` is the default."""
    reading = read(captured(ARTICLE), SITE, PageKind.ARTICLE)
    assert reading.requisites == ()
    assert read(captured(ARTICLE), SITES["all"], PageKind.ARTICLE).requisites


@pytest.mark.parametrize(
    ("markup", "path"),
    [
        ('<img src="/a.jpg">', "/a.jpg"),
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', "/a.jpg"),
        ('<img data-original=" /a b.jpg ">', "/a%20b.jpg"),
        ('<img srcset="/s.jpg 480w, /l.jpg 1080w">', "/l.jpg"),
        ('<img data-srcset="/s.jpg, /l.jpg 2x">', "/l.jpg"),
        ('<picture><source srcset="/a.webp 1x"></picture>', "/a.webp"),
        ('<video poster="/a.jpg"></video>', "/a.jpg"),
        ('<input type="image" src="/a.png">', "/a.png"),
        ('<table background="/a.gif"></table>', "/a.gif"),
        ("<div style=\"background:url('/a.png') no-repeat\"></div>", "/a.png"),
        ("<style>h1 { background: URL( /a.png ) }</style>", "/a.png"),
        ("<noscript><img src='/a.jpg'></noscript>", "/a.jpg"),
        ('<img src="/a.jpg?v=2&amp;a=1&amp;utm_source=x#top">', "/a.jpg?v=2&a=1"),
        ('<img src="/a;jsessionid=AB12.jpg/b.jpg;jsessionid=1F">', "/a/b.jpg"),
    ],
)
def test_images_are_found_wherever_they_stand(markup, path):
    """With "images" and with "all"."""
    for assets in ("images", "all"):
        assert requisites(markup, assets=assets) == [(IMAGE, BASE + path)]


@pytest.mark.parametrize(
    ("markup", "kind", "url"),
    [
        ('<link rel="StyleSheet" href="//cdn.example/a.css?b=1&a=2">', STYLE,
         "http://cdn.example/a.css?b=1&a=2"),
        ('<link rel="alternate stylesheet" href="/a.css">', STYLE, f"{BASE}/a.css"),
        ("<style>@import '/a.css' screen;</style>", STYLE, f"{BASE}/a.css"),
        ('<script src="https://cdn.example/a.js"></script>', SCRIPT, "https://cdn.example/a.js"),
        ('<link rel="preload" as="font" href="/a.woff2">', FONT, f"{BASE}/a.woff2"),
        ("<style>@font-face { src: url(/a) }</style>", FONT, f"{BASE}/a"),
        ('<link rel="shortcut icon" href="/a.ico">', IMAGE, f"{BASE}/a.ico"),
        ('<iframe src="/documents/a.pdf"></iframe>', FILE, f"{BASE}/documents/a.pdf"),
    ],
)  # fmt: skip
def test_the_rest_is_found_with_all_alone(markup, kind, url):
    """Style sheets, scripts, fonts, icons and documents in frames; any host."""
    assert requisites(markup) == [(kind, url)]
    assert requisites(markup, assets="images") == []


def test_the_articles_files_come_first():
    """As the links are written: a replay asks for them so, not in their canonical form."""
    place = b'<div class="journal-content-article">'
    assert place in ARTICLE
    link = place + b'<p><a href="/documents/1/Q\xc4\x90.pdf?t=99&amp;a=1">Quy\xe1\xba\xbft</a></p>'
    body = ARTICLE.replace(place, link)
    reading = read(captured(body), SITES["all"], PageKind.ARTICLE)
    first = reading.requisites[0]
    assert (first.kind, first.url) == (FILE, f"{BASE}/documents/1/Q%C4%90.pdf?t=99&a=1")
    (attachment,) = [each for each in reading.article.attachments if "Q%C4" in each.url]
    assert attachment.url == canonical(first.url, BASE, RULES)
    kinds = [each.kind for each in reading.requisites]
    assert kinds == sorted(kinds, key=[FILE, STYLE, FONT, SCRIPT, IMAGE].index)
    images = read(captured(body), SITES["images"], PageKind.ARTICLE)
    assert {each.kind for each in images.requisites} <= {IMAGE}


def test_front_pages_and_listings_need_theirs_with_all():
    """With "images" an archive keeps the pictures of its articles."""
    for path, kind in (("/", PageKind.FRONT), ("/tin-tuc-su-kien", PageKind.LISTING)):
        body = page(path).replace(b"</body>", b'<img src="/x.jpg"></body>')
        readings = {
            assets: read(captured(body, BASE + path), site, PageKind.LISTING)
            for assets, site in SITES.items()
        }
        assert readings["all"].kind is kind
        assert (IMAGE, f"{BASE}/x.jpg") in [
            (each.kind, each.url) for each in readings["all"].requisites
        ]
        assert readings["images"].requisites == ()


def test_relative_urls_are_relative_to_the_base_element():
    """As browsers have it."""
    body = ARTICLE.replace(b"<head>", b'<head><base href="/static/">')
    assert requisites('<img src="a.jpg">', body=body) == [(IMAGE, f"{BASE}/static/a.jpg")]
    assert requisites('<img src="x.jpg">')[0][1].startswith(BASE)


@pytest.mark.parametrize(
    "href",
    [
        "", "#top", "data:image/png;base64,AA", "javascript:alert(1)", "blob:http://x/1",
        "file:///etc/passwd", "ftp://x/a.jpg", "http://u:p@x.example/a.jpg", "http://[::/a.jpg",
        "http:///", "/dang-nhap", "/c/portal/logout", "/a?p_p_lifecycle=1", "x" * 5_000,
        "/login/?x=a.png&p_p_lifecycle=2",
    ],
)  # fmt: skip
def test_what_is_no_file_or_does_something_is_not_asked_for(href):
    """Scripts, credentials, logins and actions of the portal; not even for an image."""
    assert requisites(f'<img src="{href}">') == []
    assert requisites(f'<link rel="stylesheet" href="{href}">') == []


def test_a_static_file_among_the_portals_internals_is_asked_for():
    """What is refused as a page may be a style sheet by its name; a person's own rules hold."""
    for path in ("/combo/?browserId=o&/html/js/a.js", "/c/a.css", "/combo/?a=1&/html/b.css"):
        assert requisite_url(path, ARTICLE_URL, SITE) == BASE + path
    assert requisite_url("/combo/?browserId=o", ARTICLE_URL, SITE) is None
    import re

    own = replace(SITE, never=(("private", re.compile("^/private/")),))
    assert requisite_url("/private/a.css", ARTICLE_URL, own) is None
    assert requisite_url("/private/a.css", ARTICLE_URL, SITE) is not None


def test_on_other_hosts_the_portals_rules_do_not_hold():
    """What is a login here is a picture there."""
    found = requisite_url("https://cdn.example/dang-nhap", ARTICLE_URL, SITE)
    assert found == "https://cdn.example/dang-nhap"


@pytest.mark.parametrize(
    "href",
    ["/a.css?v=1&a=2", "/A%2fb.css?x=%41", "/a?b&a", "/a?", "https://HOST.example:443/a/../b.js",
     "/a.jpg?t=1234&img_id=7", "/a;v=1/b.css", "/a(1).jpg", "//cdn.example/ế.png", "/?&&a=1"],
)  # fmt: skip
def test_a_url_is_kept_as_a_browser_would_ask_for_it(href):
    """Resolved by the WHATWG rules, fragment off, and no other change."""
    import ada_url

    asked = ada_url.join_url(ARTICLE_URL, href).removesuffix("?")
    assert requisite_url(f"{href}#x", ARTICLE_URL, SITE) == asked


HREFS = st.text("abAB/?&=;.:%2fE()#x_tm1 ế", max_size=30)


@given(HREFS)
def test_a_requisite_has_the_canonical_form_of_its_link(href):
    """What was taken away is what `canonical` takes away too; twice is once."""
    found = requisite_url(href, ARTICLE_URL, SITE)
    if found is not None:
        assert canonical(found, BASE, RULES) == canonical(href.strip(), ARTICLE_URL, RULES)
        assert requisite_url(found, BASE, SITE) == found


@pytest.mark.parametrize(
    ("srcset", "best"),
    [
        ("", ""), ("a.jpg", "a.jpg"), (" a.jpg ,b.jpg 2x", "b.jpg"), ("a.jpg 2x, b.jpg", "a.jpg"),
        ("a.jpg 100w,b.jpg 1000w,c.jpg 500w", "b.jpg"), ("a,b.jpg 1x, c.jpg 1.5x", "c.jpg"),
        ("w_1,h_2/a.jpg 300w, s.jpg 100w", "w_1,h_2/a.jpg"), ("a.jpg, b.jpg", "a.jpg"),
        ("data:image/gif;base64,AA 9x, a.jpg 1x", "a.jpg"), (",,, ", ""),
        ("a.jpg 100w 50h", "a.jpg"),
        ("a.jpg nonsense, b.jpg -5w", "a.jpg"),
    ],
)  # fmt: skip
def test_the_largest_of_a_srcset_is_taken(srcset, best):
    """By width or density; commas may stand inside a URL."""
    assert largest_of(srcset) == best


CSS = """
/* url(no.png) */ @charset "utf-8";
@import "a.css"; @import url(b.css) screen; @import url( 'c.css' );
h1 { background: url("d.png"), url(e.gif) } h2 { content: "url(no.png)"; cursor:url(f.cur),auto }
@font-face { font-family: x; src: url(g.eot?#iefix) format("x"), url('h') }
i { src: url(j.woff2); background: url(data:image/png;base64,AA) url(#k) url( k\\29 .png ) }
"""


def test_a_style_sheet_names_what_it_needs():
    """Imports, images and fonts; comments and texts name nothing."""
    assert list(urls_of_style(CSS)) == [
        ("a.css", STYLE), ("b.css", STYLE), ("c.css", STYLE), ("d.png", IMAGE), ("e.gif", IMAGE),
        ("f.cur", IMAGE), ("g.eot?#iefix", FONT), ("h", FONT), ("j.woff2", FONT), ("k).png", IMAGE),
    ]  # fmt: skip


@pytest.mark.parametrize("content_type", [b"text/css", b"text/plain", b"application/octet-stream"])
def test_a_style_sheet_is_an_asset_with_requisites(content_type):
    """Relative to itself, in the charset it declares; with "all" alone."""
    where = f"{BASE}/css/main.css?v=1"
    for assets, count in (("none", 0), ("images", 0), ("all", 10)):
        capture = captured(CSS.encode(), where, content_type=content_type)
        reading = read(capture, SITES[assets], PageKind.ASSET)
        assert (reading.kind, reading.quality) == (PageKind.ASSET, Quality.OK)
        assert len(reading.requisites) == count
    assert reading.requisites[0].url == f"{BASE}/css/a.css"


def test_at_most_three_hundred_of_a_page():
    """Images give way to what shows the page."""
    many = "".join(f'<img src="/{number}.jpg">' for number in range(1_000))
    body = ARTICLE.replace(
        b"</body>", many.encode() + b'<link rel="stylesheet" href="/z.css"></body>'
    )
    found = read(captured(body), SITES["all"], PageKind.ARTICLE).requisites
    assert len(found) == MAX_REQUISITES
    assert (STYLE, f"{BASE}/z.css") in [(each.kind, each.url) for each in found]


def test_a_requisite_is_in_the_record_under_fixed_names():
    """`requisites` is a list of URL and kind."""
    reading = read(captured(b"@import 'a.css'", f"{BASE}/b.css"), SITES["all"], PageKind.ASSET)
    record = reading_to_json(reading, portal="x", url=f"{BASE}/b.css", status=200)
    assert record["requisites"] == []  # it calls itself HTML
    capture = captured(b"@import 'a.css'", f"{BASE}/b.css", content_type=b"text/css")
    reading = read(capture, SITES["all"], PageKind.ASSET)
    record = reading_to_json(reading, portal="x", url=f"{BASE}/b.css", status=200)
    assert record["requisites"] == [{"url": f"{BASE}/a.css", "kind": "style"}]


def test_a_bad_page_needs_nothing():
    """A wall or an error page is not replayed."""
    body = b"<html><body><img src='/a.jpg'><h1>404</h1></body></html>"
    reading = read(captured(body), SITES["all"], PageKind.ARTICLE)
    assert reading.quality is not Quality.OK
    assert reading.requisites == ()


HOSTILE = {
    "srcset": b'<img srcset="' + b"a 1x," * 150_000 + b'">',
    "commas": b'<img srcset="' + b"," * 800_000 + b'">',
    "style": b'<p style="' + b"url(" * 200_000 + b'">',
    "many styles": b"<p style='a:url(" * 40_000,
    "quotes": b"<style>" + b"\"'" * 400_000 + b"</style>",
    "comments": b"<style>" + b"/*" * 400_000 + b"</style>",
    "imports": b"<style>" + b"@import " * 100_000 + b"</style>",
    "escapes": b"<style>url(" + b"\\" * 800_000 + b"</style>",
    "slashes": b'<img src="' + b"/;(%28" * 600 + b'">',
    "surrogates": b'<img src="/\xed\xa0\x80&#xD800;&#0;.jpg">',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_does_not_hold_the_reader(name):
    """One page of each shape; what comes out can be stored."""
    began = time.monotonic()
    body = ARTICLE.replace(b"</body>", HOSTILE[name] + b"</body>")
    reading = read(captured(body), SITES["all"], PageKind.ARTICLE)
    assert time.monotonic() - began < PATIENCE_S
    assert not reading.reason.startswith("the rules of"), reading.reason
    record = str(reading_to_json(reading, portal="x", url=LISTING_URL, status=200))
    assert "\0" not in record
    record.encode()
