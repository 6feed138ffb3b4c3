"""Selectors learned from a few pages of an unknown site, and the section they make."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import parse
from core.records import Block, BlockKind, PageKind
from core.tomlfile import tables_in
from crawler.learn import Learned, Proposal, learn, to_toml
from crawler.learn.selectors import is_stable
from crawler.read import read
from tests.crawler.learned_sites import (
    HOST,
    MARKUPS,
    SITE,
    STORIES,
    captured,
    captures_of,
    dotted,
    looked_at,
    modern,
    site_with,
    soup,
    tables,
)

PATIENCE_S = 20  # where something quadratic takes minutes
LISTING = (
    '<html><head><title>Tin tức | Tin Hua Lạt</title></head><body><main class="layout row">'
    '<h1 class="story-title">Tin tức</h1>'
    + "".join(
        f'<div class="entry"><h3><a href="/tin-{each.number}.html">{each.title}</a></h3>'
        f'<span class="meta-date">{each.published:%d/%m/%Y %H:%M}</span></div>'
        for each in STORIES
    )
    + "</main></body></html>"
)
SELECTORS = {
    "modern": {
        "title": "h1.story-title",
        "lead": "p.story-sapo",
        "published": "div.story-meta > span.meta-date",
        "view_count": "div.story-meta > span.meta-views",
        "authors": "p.story-author",
        "section": "a.story-section",
        "body": "div.story-body",
        "body_skip": ["div.story-more"],
    },
    "tables": {
        "title": "span[id$='_lblTieuDe']",
        "lead": "span.trichyeu",
        "published": "span[id$='_lblNgayDang']",
        "view_count": "span[id$='_lblLuotXem']",
        "authors": "span[id$='_lblTacGia']",
        "body": "div[id$='_divNoiDung']",
        "body_skip": [],
    },
    "soup": {
        "title": "div[id^='content_'] > div > h2",
        "lead": "div[id^='content_'] > div > strong",
        "published": "div[id^='content_'] > div > span",
        "view_count": "div[id^='content_'] > div > span:last-of-type",
        "authors": "div[id^='content_'] > div > b",
        "body": "div[id^='content_'] > div:nth-of-type(4)",
        "body_skip": [],
    },
}


def selectors_in(learned):
    """What was learned, as selectors alone."""
    assert learned.body is not None
    found = {name: each.selector for name, each in learned.fields.items()}
    skips = [each.selector for each in learned.body_skip]
    return found | {"body": learned.body.selector, "body_skip": skips}


def pages_of(markup, change=lambda html, story: html):
    """The pages of every story in a markup, changed by the test, with their readings."""
    made = [(change(MARKUPS[markup](story), story), story.number) for story in STORIES]
    return looked_at([captured(html, number) for html, number in made])


def forgetting(pages, *fields):
    """The pages as if the reader of unknown pages had not found these fields."""
    empty = {"published": None, "authors": (), "section": None, "lead": None}
    for page, reading in pages:
        article = replace(
            reading.article, **{name: empty[name] for name in fields if name in empty}
        )
        view_count = None if "view_count" in fields else reading.view_count
        yield page, replace(reading, article=article, view_count=view_count)


# --- three markups -------------------------------------------------------------------------------


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_selectors_are_those_a_person_would_write(markup):
    """Names that people gave; neither numbers of articles nor hashes of a build nor states."""
    learned = learn(pages_of(markup))
    assert selectors_in(learned) == SELECTORS[markup]
    assert learned.pages_count == len(STORIES)
    assert all(each.pages_count == each.of_count for each in learned.fields.values())
    signs = [each.selector for each in learned.article_signs]
    assert signs == [SELECTORS[markup]["body"], SELECTORS[markup]["title"]]


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("unseen", range(len(STORIES)))
def test_an_article_not_learned_from_is_read_right_by_the_section(markup, unseen):
    """Learned from four, the section reads the fifth: every value is what the story says."""
    captures = captures_of(markup)
    seen = [capture for number, capture in enumerate(captures) if number != unseen]
    learned = learn(looked_at(seen))
    site = site_with(to_toml(learned, "hualat"))
    story, reading = STORIES[unseen], read(captures[unseen], site, PageKind.ARTICLE)
    assert reading.layout == "hualat/1"
    assert reading.article is not None
    assert reading.article.title == story.title
    assert reading.article.authors == story.authors
    assert reading.article.published.on == story.published.date()
    local = reading.article.published.at.astimezone(site.zone).replace(tzinfo=None)
    assert local == story.published
    assert reading.view_count.count == story.view_count
    assert reading.article.text == "\n".join(story.text)
    assert reading.article.lead == story.lead
    if markup == "modern":
        assert reading.article.section == story.section


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_pages_learned_from_read_as_before(markup):
    """What was known of a page is not changed by the section learned from it."""
    captures = captures_of(markup)
    pages = looked_at(captures)
    site = site_with(to_toml(learn(pages), "hualat"))
    for capture, (_, before) in zip(captures, pages, strict=True):
        after = read(capture, site, PageKind.ARTICLE)
        assert after.article.title == before.article.title
        assert after.article.published.at == before.article.published.at
        assert after.view_count.count == before.view_count.count
        for name in ("lead", "authors", "section"):
            known = getattr(before.article, name)
            assert not known or getattr(after.article, name) == known


def test_what_the_reader_of_unknown_pages_does_not_find_is_looked_for():
    """A labelled counter, a dateline and a byline near headline and text, on most pages."""
    for markup in ("modern", "tables"):
        pages = list(forgetting(pages_of(markup), "published", "view_count", "authors"))
        found = selectors_in(learn(pages))
        for name in ("published", "view_count", "authors"):
            assert found[name] == SELECTORS[markup][name]


def test_a_lead_that_was_taken_for_the_first_paragraph_is_told_by_one_that_was_not():
    """The same place on every page, and no other paragraph stands there."""
    pages = looked_at(captures_of("tables"))
    for number, (page, reading) in enumerate(pages[1:], 1):
        article = reading.article
        first = Block(kind=BlockKind.PARAGRAPH, text=STORIES[number].lead)
        text = [Block(kind=BlockKind.PARAGRAPH, text=each) for each in STORIES[number].text]
        pages[number] = (
            page,
            replace(reading, article=replace(article, lead=None, blocks=(first, *text))),
        )
    learned = learn(pages[:4])
    assert learned.fields["lead"].selector == "span.trichyeu"
    assert learned.body.selector == "div[id$='_divNoiDung']"


def test_examples_and_counts_are_those_of_the_pages():
    """How many pages gave the right value, and what one of them gave."""
    learned = learn(pages_of("tables"))
    views = learned.fields["view_count"]
    assert (views.pages_count, views.of_count) == (5, 5)
    assert views.example == f"Lượt xem: {dotted(STORIES[0].view_count)}"
    assert learned.fields["title"].example == STORIES[0].title
    assert learned.body.example.startswith(STORIES[0].text[0])


# --- pages that differ ---------------------------------------------------------------------------


def test_a_listing_and_a_broken_page_are_outvoted():
    """They teach nothing, and the signs of an article do not stand on the listing."""
    listing, broken = captured(LISTING, 1), captured(modern(STORIES[0])[:600], 2)
    pages = looked_at([listing, broken, *captures_of("modern")])
    learned = learn(pages)
    assert selectors_in(learned) == SELECTORS["modern"]
    assert learned.pages_count == len(STORIES)
    signs = [each.selector for each in learned.article_signs]
    assert not all(pages[0][0].matches(sign) for sign in signs)
    site = site_with(to_toml(learned, "hualat"))
    assert read(listing, site, PageKind.LISTING).kind is not PageKind.ARTICLE


def test_articles_in_another_markup_are_outvoted():
    """Four of one layout and one of another: the four decide, and the fifth does not object."""
    made = [modern(story) for story in STORIES[:4]] + [soup(STORIES[4])]
    learned = learn(looked_at([captured(html, number) for number, html in enumerate(made, 1)]))
    assert learned.body.selector == "div.story-body"
    assert (learned.body.pages_count, learned.body.of_count) == (4, 5)
    assert learned.fields["title"].selector == "h1.story-title"


def test_of_two_pages_at_one_url_the_first_counts():
    """An article that was asked for twice, the second time in other clothes."""
    pages = pages_of("modern")
    again = looked_at([captured(soup(STORIES[0]), STORIES[0].number)])
    assert learn(pages + again) == learn(pages)


def test_a_selector_that_is_wrong_on_one_page_is_not_proposed():
    """Right on four pages and another article's day on the fifth: nothing to build on."""

    def wrong_once(html, story):
        if story is not STORIES[4]:
            return html
        return html.replace("05/05/2026 22:10</span>\n", "01/02/2024 10:00</span>\n")

    assert "published" not in learn(pages_of("modern", wrong_once)).fields


def test_an_element_with_much_beside_the_text_is_no_body():
    """The text is a tenth of what any element holds."""
    pages = [
        (
            page,
            replace(reading, article=replace(reading.article, blocks=reading.article.blocks[:1])),
        )
        for page, reading in pages_of("soup")
    ]
    assert learn(pages).body is None


def test_what_holds_text_on_one_page_is_left_in_on_all():
    """A box of related articles here, a paragraph in the same box there."""

    def boxed(html, story):
        if story is not STORIES[2]:
            return html
        first = f'<p class="css-0f3kq9">{story.text[0]}</p>'
        assert first in html
        return html.replace(first, f'<div class="story-more">{first}</div>')

    skips = [each.selector for each in learn(pages_of("modern", boxed)).body_skip]
    assert "div.story-more" not in skips


def test_pages_with_nothing_in_common_teach_nothing():
    """One page of each markup: no selector is right on two thirds of them."""
    made = [modern(STORIES[0]), tables(STORIES[1]), soup(STORIES[2])]
    learned = learn(looked_at([captured(html, number) for number, html in enumerate(made, 1)]))
    assert learned.body is None
    assert not learned.fields


def test_fewer_than_two_articles_teach_nothing():
    """No page, one page, one page twice."""
    page = looked_at([captured(modern(STORIES[0]))])
    assert learn([]) == Learned()
    assert learn(page) == learn(page + page) == Learned(pages_count=1)
    assert parse(tables_in(to_toml(Learned(), "hualat"), Path("config.toml"))).portals == {}


def test_without_a_body_the_shape_of_the_text_tells_an_article():
    """A title alone stands on listings too; `::text` does not."""

    words = (Block(kind=BlockKind.PARAGRAPH, text="Một bài khác hẳn."),)
    pages = [
        (page, replace(reading, article=replace(reading.article, blocks=words)))
        for page, reading in pages_of("modern")
    ]
    learned = learn(pages)
    assert learned.body is None
    assert [each.selector for each in learned.article_signs] == ["h1.story-title", "::text"]


# --- values that are not the article's -----------------------------------------------------------


def test_a_clock_is_no_dateline():
    """The page's own date, the same on every page on the day it was fetched."""

    def clock_alone(html, _):
        return html.replace('class="meta-date">', 'class="meta-date">Chuyên mục').replace(
            "article:published_time", "x"
        )

    pages = list(forgetting(pages_of("modern", clock_alone), "published"))
    assert "published" not in learn(pages).fields
    tables_pages = pages_of("tables", lambda html, _: html.replace("(Ngày đăng: ", "Số "))
    assert "published" not in learn(list(forgetting(tables_pages, "published"))).fields


def test_the_counter_of_all_visitors_is_no_view_count():
    """A large number that is nearly the same on every page, far from the article."""
    pages = pages_of("tables", lambda html, _: html.replace("Lượt xem: ", "Mã số "))
    assert "view_count" not in learn(list(forgetting(pages, "view_count"))).fields


def test_the_name_of_the_site_is_no_title():
    """A heading that is the same everywhere."""
    pages = [
        (page, replace(reading, article=replace(reading.article, title="Tin Hua Lạt")))
        for page, reading in pages_of("modern")
    ]
    assert "title" not in learn(pages).fields


def day_alone(html, story):
    """The article's own line shows no time of day."""
    line = f'<div class="story-meta"><span class="meta-date">{story.published:%d/%m/%Y}'
    assert line in html
    return html.replace(f"{line} {story.published:%H:%M}", line)


def test_a_dateline_without_a_time_stands_after_the_exact_one():
    """The metadata has the minute: the line that shows the day is the fallback."""
    pages = pages_of("modern", day_alone)
    learned = learn(pages)
    assert learned.fields["published"].selector == "div.story-meta > span.meta-date"
    assert not learned.fields["published"].is_first
    text = to_toml(learned, "hualat")
    assert 'published = ["...", "div.story-meta > span.meta-date"]' in text
    again = read(captured(modern(STORIES[0])), site_with(text), PageKind.ARTICLE)
    assert again.article.published.at == pages[0][1].article.published.at


def test_a_time_for_machines_is_read_from_its_attribute():
    """`<time datetime=…>3 ngày trước</time>`: the text is only nearly right."""

    def machine_time(html, story):
        line = f'<div class="story-meta"><span class="meta-date">{story.published:%d/%m/%Y %H:%M}<'
        assert line in html
        moment = f'<time class="posted" datetime="{story.published.isoformat()}+07:00">mới<'
        return html.replace(line, f'<div class="story-meta">{moment}')

    made = [captured(machine_time(modern(each), each), each.number) for each in STORIES]
    published = learn(looked_at(made)).fields["published"]
    assert (published.selector, published.attribute) == ("time.posted", "datetime")
    section = to_toml(learn(looked_at(made)), "hualat")
    assert 'published = [{ selector = "time.posted", attribute = "datetime" }, "..."]' in section
    reading = read(made[0], site_with(section), PageKind.ARTICLE)
    assert reading.article.published.on == STORIES[0].published.date()


# --- selectors -----------------------------------------------------------------------------------


GIVEN = "title-detail entry__title tieuDe chitietTin lblNgayDang sgvnd fck_detail f24"
MADE = (
    "postid-1234 12 css-1a2b3c sc-bdVaJa hNfzcx title__3xYz1 x7Kq9b col-md-8 active is-open js-x"
    " has-image a]b a'b 1a md:flex"
)


@pytest.mark.parametrize("name", GIVEN.split())
def test_names_that_people_give_are_used(name):
    """Words, abbreviations, BEM, camel case, a size."""
    assert is_stable(name)


@pytest.mark.parametrize("name", MADE.split())
def test_names_of_machines_states_and_strange_signs_are_not(name):
    """Ids of rows, hashes of a build, states, and what would have to be escaped."""
    assert not is_stable(name)


def test_no_page_writes_into_a_selector():
    """Signs of CSS and TOML in class and id lead to other selectors, never to broken ones."""
    evil = 'x&#39;] , * , [a=&#39;" \\ #b { } &#10; "" ]]'
    pages = pages_of(
        "modern", lambda html, _: html.replace("story-body", evil).replace("story-", evil)
    )
    text = to_toml(learn(pages), "hualat")
    assert "{ }" not in text
    site_with(text)


# --- the text of the section ---------------------------------------------------------------------

HOSTILE = (
    'Tin\x00 "x"\\ # ]] \x1b[31m \u202eabc\u2066 \U000e0041 \u2028[portals.y]\nhost = "z" \ud800'
)


@given(st.text(max_size=300) | st.just(HOSTILE))
def test_any_example_stands_on_one_printable_line(example):
    """Whatever a page says, the section is the same but for its comments."""
    each = Proposal(selector="h1.t", pages_count=2, of_count=2, example=example)
    learned = Learned(
        pages_count=2, fields={"title": each}, body=each, body_skip=(each,), article_signs=(each,)
    )
    text = to_toml(learned, "hualat")
    assert all(sign == "\n" or sign.isprintable() for sign in text)
    whole = f'[portals.hualat]\nhost = "{HOST}"\n{text}'
    layout = parse(tables_in(whole, Path("config.toml"))).portals["hualat"].layouts[0]
    assert layout.fields == {"title": ("h1.t", "...")}
    assert layout.article_signs == ("h1.t",)
    assert layout.body == layout.body_skip == ("h1.t", "...")


def test_a_hostile_title_is_learned_and_harms_nothing():
    """Quotes, comment signs and line ends in a title are text."""
    evil = '" ]] # &#10;[portals.y] &#x202E; &lt;!--'
    pages = pages_of("modern", lambda html, _: html.replace("cầu treo qua", f"cầu {evil} qua"))
    learned = learn(pages)
    assert learned.fields["title"].selector == "h1.story-title"
    config = parse(
        tables_in(f'[portals.h]\nhost = "{HOST}"\n{to_toml(learned, "h")}', Path("config.toml"))
    )
    assert list(config.portals) == ["h"]


def test_every_selector_stands_with_its_reason():
    """On how many pages, and an example; a long one is cut."""
    text = to_toml(learn(pages_of("modern")), "hualat")
    assert f"# right on 5 of 5 pages: {STORIES[0].title}\ntitle = " in text
    assert "[[portals.hualat.layouts]]" in text
    assert "[portals.hualat.layouts.fields]" in text
    assert max(map(len, text.splitlines())) < 200
    assert "…" in text


# --- large and deep pages ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        "<span>03/05/2026 15:20</span>" * 8_000,
        "<ul>" + "<li>1.204 lượt xem</li>" * 8_000 + "</ul>",
        ('<div class="a">' * 400 + "03/05/2026 15:20" + "</div>" * 400) * 20,
        f"<i>{STORIES[0].title}</i>" * 8_000,
        f'<a class="author">{STORIES[0].authors[0]}</a>' * 8_000,
    ],
    ids=["dates", "counters", "deep", "titles", "authors"],
)
def test_large_pages_take_linear_time(extra):
    """Tens of thousands of places that could be a value, before or after the article."""
    made = [
        modern(story).replace("</footer>", f"</footer><aside>{extra}</aside>")
        for story in STORIES[:3]
    ]
    pages = looked_at([captured(html, number) for number, html in enumerate(made, 1)])
    assert all(reading.article is not None for _, reading in pages)
    began = time.monotonic()
    learned = learn(pages)
    assert time.monotonic() - began < PATIENCE_S
    assert learned.fields["title"].selector == "h1.story-title"
    assert learned.body.selector == "div.story-body"


def test_of_very_many_places_those_near_the_text_are_seen():
    """More short elements before the article than are kept of a page."""
    many = "<div>" + "<i>1</i>" * 21_000 + "</div><main"
    made = [modern(story).replace("<main", many, 1) for story in STORIES[:2]]
    learned = learn(looked_at([captured(html, number) for number, html in enumerate(made)]))
    assert learned.fields["title"].selector == "h1.story-title"


def test_only_so_many_pages_are_looked_at():
    """More pages than are needed cost no more."""
    captures = [
        captured(modern(replace(story, title=f"{story.title} {turn}")), 100 * turn + number)
        for turn in range(4)
        for number, story in enumerate(STORIES)
    ]
    assert learn(looked_at(captures, SITE)).pages_count == 12
