"""The look before parsing: what would take the parser minutes is refused, no real page is."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.decode import complexity, scan_complexity
from crawler.decode.elements import FORMATTING
from tests.serving import SHARED

DOUBT = "raw text inside svg, math or template hides tags"
SAVED = sorted(
    path
    for root in (Path(__file__).parents[1] / "fixtures", SHARED / "pages")
    for path in root.rglob("*.html*")
)


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.name)
def test_saved_pages_pass_the_look_before_parsing(path):
    """No real page is refused."""
    assert scan_complexity(path.read_bytes()) == ""


@pytest.mark.parametrize(
    "name", ["div", "b", "span", "svg", "x", "p", "li", "a", "font", "select", "template"]
)
def test_a_name_alone_is_no_reason_to_refuse(name):
    """A thousand siblings that close are a long page, not a deep one."""
    assert scan_complexity(f"<{name}>x</{name}>".encode() * 5_000) == ""


@pytest.mark.parametrize("name", ["div", "b", "span", "svg", "x", "ul", "template"])
def test_deep_nesting_is_refused(name):
    """200,000 elements inside one another take lexbor more than a minute."""
    assert scan_complexity(f"<{name}>".encode() * 200_000)


def test_many_attributes_on_a_tag_are_refused():
    """Also unquoted, doubled, on an end tag, on a script, and on the last tag of a cut page."""
    many = b" ".join(b"a%d" % i for i in range(1_001))
    for start in (b"<p ", b"</p ", b"<script ", b'<p title=">"', b"<P/", b"<style "):
        assert scan_complexity(b"<p>" + start + many + b">x")
        assert scan_complexity(b"<p>" + start + many)
    assert scan_complexity(b"<p " + many.rpartition(b" a9")[0] + b">") == ""


@pytest.mark.parametrize(
    ("body", "is_fine"),
    [
        ("<p>một" * 5_000, True),
        ("<ul>" + "<li>một" * 5_000, True),
        ("<p>x</p></p>" * 5_000, True),
        ("<table>" + "<tr><td>1<td>2" * 5_000, True),
        ("<br><img src=a><input>" * 5_000, True),
        ("<p><b>x</p>" * 5_000, True),
        ("<svg><path d='M0 0'/><g/></svg>" * 5_000, True),
        ("<a href=1>x" * 5_000, True),
        ("<script>'<div>'</script>" * 5_000, True),
        ("<!-- <div> -->" * 5_000, True),
        ("<div title='<div>'></div>" * 5_000, True),
        ("<select>" + "<option>x" * 5_000, True),
        ("<select>" + "<option>x" * 20_000, False),
        ("<div></x>" * 5_000, False),
        ("<div title='</div>'>" * 5_000, False),
        ("<div><!--</div>-->" * 5_000, False),
        ("<div><table><td></div>" * 5_000, False),
        ("<span><div></span>" * 5_000, False),
        ("<svg><style><g></style>" * 5_000, False),
        ("<svg><foreignobject><div></svg>" * 5_000, False),
        ("<nobr><font>x" * 5_000, False),
        ("<rt><ruby><li>" * 5_000, False),
        ("<h1></h2><x-y></h1>" * 5_000, False),
        ("<select><select><x-y></select>" * 5_000, False),
        ("<b><x-z><div></b></div><x-y></x-z>" * 5_000, False),
        ("<svg><foreignobject></svg><x-y></foreignobject>" * 5_000, False),
        ("<main></optgroup><optgroup>" * 5_000, False),
        ("<!doctype html>" + "<p><table></table><x-y></p>" * 5_000, False),
        ("<template><center><colgroup><listing>" * 5_000, False),
        ("<script>a<b c='</script>" + "<div>" * 5_000 + "'", False),
        ("<script><!--<script></script><a x='</script>-->" + "<div>" * 5_000, False),
        ('<p " >' + "<div>" * 5_000 + '"', False),
        ("<p x=y='>" + "<div>" * 5_000 + "'", False),
    ],
)
def test_what_counts_as_deep(body, is_fine):
    """Elements closed by others do not count; end tags the parser ignores close nothing."""
    assert (scan_complexity(body.encode()) == "") is is_fine


def test_formatting_that_is_reopened_in_every_paragraph_is_refused():
    """Each <p> closes all of them and its text opens all anew: 1,250 make 800,000 elements."""
    body = b"".join(b"<p><font c=%d>x" % i for i in range(1_500))
    assert "formatting" in scan_complexity(body)


def test_attributes_of_the_root_elements_are_counted_together():
    """They all end on one element."""
    assert scan_complexity(b"".join(b"<html a%d>" % i for i in range(1_500)))


def test_different_names_are_counted_on_a_large_page():
    """The parser's table of names does not grow."""
    tags = (
        b"<p " + b" ".join(b"n%d" % (i * 900 + j) for j in range(900)) + b">" for i in range(50)
    )
    assert "names" in scan_complexity(b"".join(tags))


HOSTILE = {
    "div": b"<div>" * 2_000_000,
    "attributes": b"<a " + b"a " * 5_000_000,
    "angles": b"<" * 10_000_000,
    "quotes": b'<a x="' * 1_600_000,
    "comments": b"<!--" * 2_500_000,
    "spaces": b"<a " + b" " * 10_000_000,
    "scripts": b"<script>" * 1_250_000,
    "escaped scripts": b"<script><!--<script>" * 500_000,
    "paragraphs": b"<p>x" * 2_500_000,
    "end tags": b"</a>" * 2_500_000,
    "dashes": b"<!--" + b"-" * 10_000_000,
    "fonts": b"".join(b"<p><font c=%d>x" % i for i in range(190_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_look_is_linear_on_ten_hostile_megabytes(name):
    """Seconds, not hours."""
    started = time.perf_counter()
    scan_complexity(HOSTILE[name])
    assert time.perf_counter() - started < 30.0


SHAPES = [
    b"<div>" * 2_400 + b"<hr>" * 19_000,
    b"<select>" + b"<option>x" * 9_000,
    b"<span>" * 2_400 + b"</h1>" * 17_000,
    b"".join(b"<p><font c=%d>x" % i for i in range(900)),
    b"<table>" + b"<b>x</b>" * 100_000,
    b"<button><p>" * 1_200,
    b"<nobr>x" * 100_000,
]


@pytest.mark.parametrize("body", SHAPES, ids=lambda body: body[:20])
def test_what_passes_is_parsed_in_two_seconds(body):
    """Shapes near the bounds."""
    assert scan_complexity(body) == ""
    started = time.perf_counter()
    LexborHTMLParser(body)
    assert time.perf_counter() - started < 4.0  # slack for a busy machine


_TAGS = (
    "div p span b i a font table tr td tbody select option optgroup button form li ul svg g "
    "math mi foreignobject desc title template nobr object script style noscript br input h1 "
    "dd x"
)
TAGS = st.sampled_from(_TAGS.split())
PIECES = st.one_of(
    TAGS.map("<{}>".format),
    TAGS.map("</{}>".format),
    TAGS.map("<{}/>".format),
    st.sampled_from(["x", " ", "<!--", "-->", "<![CDATA[", "]]>", "<a x='", "'", ">", "<p a=1>"]),
)


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
def test_what_passes_is_not_deep_in_the_parser_either(unit):
    """Whatever is repeated: the count is never far under the parser's own tree."""
    body = (unit * 2_600).encode()
    if scan_complexity(body) == "":
        assert _depth(LexborHTMLParser(body).root) < 3_300


@given(st.binary(max_size=400) | st.lists(PIECES).map("".join).map(str.encode))
def test_any_bytes_are_judged(body):
    """Never an exception."""
    assert isinstance(scan_complexity(body), str)


def _depth(node):
    depth = deepest = 1
    while node is not None:
        if node.child is not None:
            node, depth = node.child, depth + 1
            deepest = max(deepest, depth)
            continue
        while node.next is None:
            node, depth = node.parent, depth - 1
            if node is None or depth <= 1:
                return deepest
        node = node.next
    return 0


QUICK = {
    "blocks": b"<div>" * 2_499,
    "tables": b"<table><td>" * 1_249,
    "end tags": b"<div>" * 1_200 + b"</x>" * 1_299,
    "attributes": b"".join(
        b"<p %b>" % b" ".join(b"a%d" % i for i in range(390)) for _ in range(50)
    ),
    "reopened": b"<p>" + b"".join(b"<font c=%d>" % i for i in range(14)) + b"<p>x" * 2_400,
    "moved": b"<b><font><i>" + b"<div>" * 200 + b"<p>x" * 600 + b"</b>" * 100,
    "links": b"".join(b"<a c=%d>" % i + b"<div>" * 9 for i in range(100)) + b"</a>" * 300,
    "options": b"<select>" + b"<option>x" * 2_400,
    "text": b"a" * 120_000 + b"<table>" + b"x<!--y-->" * 2_490,
    "an open comment": b"<!--" + b"-" * 90_000,
    "a long value": b"<p title='" + b"x" * 90_000 + b"'>",
}


@pytest.mark.parametrize("name", QUICK)
def test_what_is_plain_is_parsed_at_once(name):
    """Near the bounds a page takes 0.05 s; ten times as much is slack for a busy machine."""
    assert complexity._is_plain(QUICK[name])
    started = time.perf_counter()
    LexborHTMLParser(QUICK[name])
    assert time.perf_counter() - started < 0.5


MANY_NAMES = b" ".join(b"a%d" % i for i in range(900))
SLOW = {
    "copies of rich elements": b"<p>" + b"<font %b>" % MANY_NAMES + b"<p>x" * 100_000,
    "rich elements compared": b"".join(b"<font %b c=%d>" % (MANY_NAMES, i) for i in range(100)),
    "moved blocks": b"".join(b"<b a%d>" % i for i in range(160)) + b"<div>" * 320 + b"</b>" * 6_400,
    "moved by links": b"".join(b"<a c=%d>" % i + b"<i><div>" * 9 for i in range(250))
    + b"</a>" * 999,
    "options beside others": b"<select>" + b"<x></x>" * 100_000 + b"<option>x" * 2_000,
    "options beside comments": b"<select>" + b"<!---->" * 100_000 + b"<option>x" * 2_000,
    "end tags": b"<div>" * 2_400 + b"</x>" * 100_000,
    "text out of tables": b"a" * 500_000 + b"<table>" + b"x<!--y-->" * 50_000,
    "a parser's fault": b"<svg><path/><option value=1 SELECTED>",
}


@pytest.mark.parametrize("name", SLOW)
def test_what_takes_the_parser_seconds_or_gigabytes_is_refused(name):
    """Some of these are small: 28 kB of moved blocks take minutes, 3 kB of options kill it."""
    assert scan_complexity(SLOW[name])


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.name)
def test_saved_pages_are_plain(path):
    """They are not looked at tag by tag, which takes five times as long."""
    assert complexity._is_plain(path.read_bytes())


@pytest.mark.parametrize("name", sorted(FORMATTING | {b"html", b"body", b"svg", b"math"}))
def test_formatting_is_found_by_any_spelling(name):
    """The pattern spells the names out, so a new one may be forgotten."""
    for spelled in (name, name.upper(), name.title()):
        for end in (b">", b" x>", b"/>", b"\n>"):
            assert len(complexity._FORMATTING.findall(b"<" + spelled + end)) == 1
            assert len(complexity._FORMATTING.findall(b"</" + spelled + end)) == 1
        assert complexity._FORMATTING.findall(b"<" + spelled + b"x>") == []


MANY = " ".join(f"a{i}" for i in range(1_001))
SOUP = st.sampled_from(
    [
        *("<p>", "</p>", "<b>", "<a href='x'>", "<script>", "</script>", "<!--", "-->", "<style>"),
        *("</style>", "<textarea>", "'", '"', "x=", " a", "/>", ">", "<", "<svg>", "<html a>"),
        *("<body b>", "<![CDATA[", f"<p {MANY}>", f"</i {MANY}", f"<x y='{MANY}'>"),
        *(
            "<p",
            ' b=">"',
            " c='>'",
            '="',
            "= '",
            f" {MANY[:1_700]}",
            f" {MANY[:700]} ",
            "<option selected>",
        ),
        *(
            '">',
            "'>",
            " / ",
            "<p y='",
            MANY[:1_990].replace(" ", "/"),
            "=" * 3_000,
            "</b>",
            "x " * 900,
        ),
    ]
)


@given(st.lists(SOUP, max_size=60))
def test_the_quick_look_lets_nothing_pass_that_the_long_one_refuses(pieces):
    """What is plainly fine is what the whole scan finds nothing in.

    But for raw text in svg that may be tags: the quick look has counted them as such.
    """
    body = "".join(pieces).encode()
    if complexity._is_plain(body):
        assert complexity._reason_against(body) in ("", DOUBT)
