"""Links found by the places they stand in, and searches bounded by a node."""

from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from core.config import PortalConfig
from core.records import Capture, Quality
from crawler.decode import decode_text
from crawler.page import Page, inside, links_in, nodes_in
from crawler.portals import FAMILIES
from crawler.read import open_page
from portal import site_of

NESTED = """
<a href=0>before</a>
<nav class=menu id=top><a href=1>1</a><ul class=menu><li><a href=2>2</a><a name=no>no</a></ul></nav>
<div class="box menu"><p><a href=3>3</a></p></div>
<a class=menu href=4>a place that is a link itself</a>
<h3 class=box><span><a href=5>5</a></span></h3>
"""
MENUS = sorted(
    {
        layout.menu
        for family in FAMILIES.values()
        for layout in family.layouts
        if layout.menu is not None
    }
)


def hrefs(nodes):
    return [node.attributes["href"] for node in nodes]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (".menu a[href]", ["1", "2", "3"]),
        ("ul.menu a[href], .box a[href]", ["2", "3", "5"]),
        ("h3 span a[href], nav a[href]", ["1", "2", "5"]),
        ("#top a[href]", ["1", "2"]),
        ("li > a[href]", ["2"]),
        ("a.menu[href]", ["4"]),
        ("a[href]", ["0", "1", "2", "3", "4", "5"]),
        ("aside a[href], footer a[href]", []),
    ],
)
def test_links_are_found_by_their_places_each_once_in_page_order(selector, expected):
    """Nested places give their links once; a place that is a link is no link in itself."""
    tree = LexborHTMLParser(NESTED)
    assert hrefs(links_in(tree, selector)) == expected


@pytest.mark.parametrize("menu", MENUS)
def test_the_menus_of_the_families_name_the_links_that_css_finds(menu):
    """The short way and the long way lead to the same links, for every rule there is."""
    markup = NESTED + "".join(
        f'<{tag} id={name} class="{name} menu-li nav-link"><ul class=menu><li><a href=x>x</a></ul>'
        f"<a class=link-read-more href=y>y</a></{tag}>"
        for tag in ("nav", "header", "div", "ul", "h3")
        for name in ("navi", "portlet-site-map", "tlecmh3", "menusite", "navigation", "c-menu")
    )
    tree = LexborHTMLParser(markup)
    expected = {node.mem_id: None for node in nodes_in(tree, menu)}
    assert [node.mem_id for node in links_in(tree, menu)] == list(expected)


def test_what_is_inside_nodes_leaves_the_nodes_themselves_out():
    """As in CSS, where a blank means something inside."""
    tree = LexborHTMLParser("<p id=a><b>1</b></p><b id=c>2<b>3</b></b>")
    found = inside(tree.css("#a, #c"), "b")
    assert [node.text() for node in found] == ["1", "3"]


def test_a_search_within_a_node_sees_what_stands_around_it():
    """Only what is found has to lie in the node; the selector may begin outside of it."""
    tree = LexborHTMLParser("<div class=o><p>1</p><section><p>2</p></section></div><p>3</p>")
    site = site_of("p", PortalConfig(host="example.vn", family="generic"))
    page = Page(
        tree=tree,
        url="https://example.vn/",
        site=site,
        captured_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    section = page.node("section")
    assert [node.text() for node in page.nodes(".o p", within=section)] == ["2"]
    assert [node.text() for node in page.nodes(".o p")] == ["1", "2"]


def test_what_a_select_would_copy_of_its_options_is_not_read():
    """A browser copies the chosen option into the button; on the page it is written once."""
    body = (
        b"<!doctype html><meta charset=utf-8><p>a</p><select><button><selectedcontent>"
        b"</selectedcontent></button><option selected>b</option></select>"
    )
    capture = Capture(
        url="https://example.vn/",
        captured_at=datetime(2026, 11, 24, tzinfo=UTC),
        status=200,
        reason="",
        http_version="1.1",
        headers=(),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    site = site_of("p", PortalConfig(host="example.vn", family="generic"))
    page = open_page(capture, site)
    assert page is not None
    assert page.tree.body.text().count("b") == 1


@pytest.mark.parametrize("charset", ["utf-8", "windows-1258", "utf-16le", "gb18030"])
def test_the_parser_gets_the_text_in_utf_8_whatever_the_page_came_in(charset):
    """Bytes that are UTF-8 already are taken as they are."""
    body = "<p>Hà Nội</p>".encode("utf-8" if charset == "utf-8" else "utf-16le")
    body = body if charset in ("utf-8", "utf-16le") else "<p>plain</p>".encode(charset)
    decoded = decode_text(body, f"text/html; charset={charset}")
    assert decoded.utf8 == decoded.text.encode()
