"""JSON-LD as pages have it: graphs, lists, references, several scripts, broken ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.metadata import MAX_OBJECTS, article_of, json_ld_of, values_at

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Mở chợ quê",
    "datePublished": "2026-05-05T07:00:00+07:00",
    "author": {"@type": "Person", "name": "Lò Mai"},
}
LISTED = {"@type": "NewsArticle", "headline": "Bài khác"}


def objects_of(*scripts):
    """The objects of a page with these scripts; what is no text is written as JSON."""
    written = (each if isinstance(each, str) else json.dumps(each) for each in scripts)
    shown = "".join(f'<script type="application/ld+json">{each}</script>' for each in written)
    return json_ld_of(LexborHTMLParser(f"<html><head>{shown}</head><body></body></html>"))


def values(path, *scripts):
    return list(values_at(objects_of(*scripts), path))


@pytest.mark.parametrize(
    "script",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "Trang tin"}, ARTICLE]},
        [{"@type": "Organization"}, {"@graph": [[ARTICLE]]}],
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["Thing", "http://schema.org/ReportageNewsArticle"]},
        {"@type": "ItemList", "itemListElement": [LISTED], "mainEntity": ARTICLE},
    ],
    ids=["alone", "in a list", "in a graph", "nested", "of a page", "with types", "beside a list"],
)
def test_the_article_is_found_wherever_it_stands(script):
    """Its headline is the article's, not a list's."""
    assert values("headline", script) == ["Mở chợ quê"]


@pytest.mark.parametrize(
    "script",
    [
        {"@type": "WebSite", "name": "Trang tin"},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": LISTED}]},
        {"@type": "CollectionPage", "hasPart": [LISTED]},
        [],
        "Mở chợ quê",
        7,
        None,
    ],
)
def test_a_page_without_an_article_has_none(script):
    """A list of articles is none, nor is anything else."""
    assert article_of(objects_of(json.dumps(script))) is None


def test_an_article_with_a_headline_stands_before_one_without():
    """Some pages have an empty one for the share buttons."""
    assert values("headline", {"@type": "Article"}, ARTICLE) == ["Mở chợ quê"]
    assert article_of(objects_of({"@type": "BlogPosting"})) == {"@type": "BlogPosting"}


@pytest.mark.parametrize(
    ("path", "author", "found"),
    [
        ("author.name", {"@type": "Person", "name": "Lò Mai"}, ["Lò Mai"]),
        ("author.name", [{"name": "Lò Mai"}, {"name": "Hà &amp; Thu"}], ["Lò Mai", "Hà & Thu"]),
        ("author.name", [{"name": ["Lò Mai", "Hà Thu"]}], ["Lò Mai", "Hà Thu"]),
        ("author.name", "Lò Mai", []),
        ("author", "Lò  Mai", ["Lò Mai"]),
        ("author", ["Lò Mai", {"name": "Hà Thu"}], ["Lò Mai"]),
        ("author@Person.name", {"@type": "Person", "name": "Lò Mai"}, ["Lò Mai"]),
        ("author@Person.name", {"@type": "Organization", "name": "Báo Tam Sơn"}, []),
        ("author@Person.name", {"name": "Lò Mai"}, ["Lò Mai"]),
        ("author@Person.name", {"@id": "#mai"}, ["Lò Mai"]),
        ("author@Person.name", [{"@type": "Person", "@id": "#mai"}], ["Lò Mai"]),
        ("author.name", {"@id": "#nobody"}, []),
        ("author.name", None, []),
        ("author.url.name", {"url": 7}, []),
    ],
)
def test_a_path_is_followed(path, author, found):
    """Through objects, lists and references; `@Person` leaves organisations out."""
    person = {"@type": "Person", "@id": "#mai", "name": "Lò Mai", "jobTitle": "Phóng viên"}
    assert values(path, {"@graph": [{**ARTICLE, "author": author}, person]}) == found


def test_a_type_before_a_slash_chooses_other_objects():
    """The path of sections above the article is an object of its own."""
    crumbs = [
        {"@type": "ListItem", "position": 1, "item": {"@id": "/kinh-te", "name": "Kinh tế"}},
        {"@type": "ListItem", "position": 2, "item": {"@id": "/cho", "name": "Chợ"}},
    ]
    script = {"@type": "BreadcrumbList", "itemListElement": crumbs}
    assert values("BreadcrumbList/itemListElement.item.name", ARTICLE, script) == ["Kinh tế", "Chợ"]
    assert values("breadcrumblist/itemListElement.position", script) == ["1", "2"]


@pytest.mark.parametrize(
    "written",
    [
        '{"@type": "Article", "headline": "Mở chợ\nquê"}',
        '<!-- {"@type": "Article", "headline": "Mở chợ quê"} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "Mở chợ quê"}\n//]]>',
        '{"@type": "Article", "headline": "Mở chợ quê",}',
        '[{"@type": "Article", "keywords": ["a", ], "headline": "Mở chợ quê"}, ];',
        '{"@type": "WebSite"} {"@type": "Article", "headline": "Mở chợ quê"}',
        '\ufeff{"@type": "Article", "headline": "M&#7903; ch&#7907; quê"}'.removeprefix("\ufeff"),
    ],
)
def test_what_is_nearly_right_is_read(written):
    """Line ends in texts, comments around, a comma too many, two values in one script."""
    assert values("headline", written) == ["Mở chợ quê"]


def test_a_broken_script_hides_no_other():
    """It is passed over."""
    assert values("headline", '{"@type": "NewsArticle", "headline": "Mở', ARTICLE) == ["Mở chợ quê"]


def test_there_are_bounds():
    """As many objects as are read, and nesting beyond the parser's, end in what was found."""
    assert len(objects_of([{"@type": "Thing"}] * (MAX_OBJECTS + 50))) == MAX_OBJECTS
    assert values("headline", "[" * 100_000, ARTICLE) == ["Mở chợ quê"]
    loop = {"@id": "#a", "author": {"@id": "#a"}}
    assert values("author.author.author.name", {**ARTICLE, **loop}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "@graph", "headline", "author", "name", "item"])
            | st.text(max_size=4),
            inner | st.sampled_from(["NewsArticle", "Person", "#a"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)
PATHS = ["headline", "author.name", "author@Person.name", "Person/name", "", ".", "/", "a@b@c"]


@settings(max_examples=200, deadline=None)
@given(script=JSON | st.text(max_size=40), path=st.sampled_from(PATHS))
def test_anything_has_its_answer(script, path):
    """Whatever stands in a script: texts, none of them untidy, or nothing."""
    found = values(path, script if isinstance(script, str) else json.dumps(script))
    assert all(isinstance(value, str) and "\0" not in value for value in found)
