"""The replica's pages, read back: what the town published is what the records hold."""

from datetime import UTC
from random import Random

import pytest

from core.jsonform import article_to_json
from core.records import BlockKind, PageKind, Precision, Quality
from core.text import tidy
from crawler.urls import canonical
from demo.pages import LIST_LENGTH, UNCOUNTED_SECTION, page_at
from demo.parts import summary_of
from demo.stories import SECTIONS, Bullets, File, Paragraph, Picture, Table, section_name
from demo.town import VISITS, ZONE, Town
from storage.versions import content_hash
from tests.crawler.sites import BASE, RULES, STATES, page, read_body, read_path

STORIES = STATES[0].stories
EVERY = [(visit, story) for visit, state in enumerate(STATES) for story in state.stories]
KINDS = {
    Paragraph: BlockKind.PARAGRAPH,
    Picture: BlockKind.IMAGE,
    Bullets: BlockKind.LIST,
    Table: BlockKind.TABLE,
    File: BlockKind.FILE,
}
BAD_BYTES = (b"p_auth", b"authToken", b"formDate", b"Xin \xc3\xbd ki\xe1\xba\xbfn")

stories = pytest.mark.parametrize(
    ("visit", "story"), EVERY, ids=[f"visit{visit}-{story.native_id}" for visit, story in EVERY]
)
sections = pytest.mark.parametrize("slug", [slug for slug, _ in SECTIONS])


def read_story(story, *, visit=0, dice=1):
    reading = read_path(story.path, visit=visit, dice=dice)
    assert (reading.quality, reading.reason) == (Quality.OK, "")
    assert reading.kind is PageKind.ARTICLE
    return reading


def shown(piece):
    """A piece of a body as one line of text."""
    if isinstance(piece, Bullets):
        return " • ".join(piece.items)
    if isinstance(piece, Table):
        return " / ".join(" | ".join(row) for row in piece.rows)
    if isinstance(piece, Picture):
        return piece.caption
    return piece.name if isinstance(piece, File) else piece.text


def absolute(href):
    return canonical(href, BASE, RULES)


def image_url(picture):
    return f"{BASE}/image/journal/article?img_id={picture.image_id}"


@stories
def test_title_lead_and_byline(visit, story):
    """As the clerk typed them; no lead and no byline are None and nobody, not empty texts."""
    article = read_story(story, visit=visit).article
    assert article.title == tidy(story.title)
    assert article.lead == (tidy(story.lead) or None)
    assert article.authors == tuple(map(tidy, story.authors))
    assert article.language == "vi"


@stories
def test_the_body_piece_by_piece(visit, story):
    """Paragraphs, captions, lists, tables and files in page order, however they were pasted."""
    article = read_story(story, visit=visit).article
    assert [(block.kind, block.text) for block in article.blocks] == [
        (KINDS[type(piece)], tidy(shown(piece))) for piece in story.body
    ]


@stories
def test_images_and_their_captions(visit, story):
    """Every image once, under an address without the time of day, with the paragraph after it."""
    article = read_story(story, visit=visit).article
    assert [(image.url, image.caption) for image in article.images] == [
        (image_url(picture), tidy(picture.caption) or None) for picture in story.pictures
    ]


@stories
def test_attachments(visit, story):
    """Every file the article links to, on other hosts too, with its name."""
    article = read_story(story, visit=visit).article
    assert [(file.url, file.name) for file in article.attachments] == [
        (absolute(file.href), tidy(file.name)) for file in story.files
    ]
    assert all(file.media_type for file in article.attachments)


@stories
def test_the_time_of_publishing(visit, story):
    """The town's wall clock as an instant; 12:00 AM is a day without an hour."""
    published = read_story(story, visit=visit).article.published
    assert published.at == story.posted_at.replace(tzinfo=ZONE).astimezone(UTC)
    assert published.on == story.posted_at.date()
    assert published.precision is (Precision.MINUTE if story.has_hour else Precision.DAY)


@stories
def test_identity_section_and_counter(visit, story):
    """The portal's id, the section it stands in, and how often it was seen."""
    reading = read_story(story, visit=visit)
    assert reading.article.native_id == str(story.native_id)
    assert reading.article.url == reading.canonical_url == BASE + story.path
    assert reading.article.section == section_name(story.section)
    assert reading.view_count.count == story.views_count
    assert reading.refusals == ()


def test_there_is_something_to_read_of_every_sort():
    """The stories hold every paste, every piece, articles without lead, byline and hour."""
    pieces = {type(piece) for story in STORIES for piece in story.body}
    assert pieces == set(KINDS)
    assert {story.paste for story in STORIES} == set(type(STORIES[0].paste))
    assert {story.has_hour for story in STORIES} == {True, False}
    assert {bool(story.authors) for story in STORIES} == {True, False}


@stories
def test_two_renders_have_equal_content(visit, story):
    """Tokens, element ids, image times, visitors and related lists change, the content never."""
    one, other = (read_story(story, visit=visit, dice=dice).article for dice in (1, 2))
    assert page(story.path, visit=visit, dice=1) != page(story.path, visit=visit, dice=2)
    assert article_to_json(one) == article_to_json(other)
    assert content_hash(article_to_json(one)) == content_hash(article_to_json(other))


@stories
def test_the_english_page_is_the_same_article(visit, story):
    """`/en/…` says Publish date; content and identity are the same."""
    vietnamese = read_story(story, visit=visit).article
    english = read_path("/en" + story.path, visit=visit).article
    assert english.native_id == vietnamese.native_id
    assert content_hash(article_to_json(english)) == content_hash(article_to_json(vietnamese))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.native_id))
def test_nothing_volatile_becomes_content(story):
    """No title of another article, no token and no time of day is in the article's record."""
    reading = read_story(story)
    said = repr(article_to_json(reading.article))
    for other in STORIES:
        if other.native_id != story.native_id:
            assert f"view_content/{other.native_id}" not in said
    assert not any(bad.decode() in said for bad in BAD_BYTES)
    assert "&t=" not in said
    assert "jsessionid" not in said


def test_an_edit_of_the_site_is_an_edit_of_the_content():
    """What the town changed between two visits differs in its hash, and nothing else does."""
    hashes = [
        {
            story.native_id: content_hash(article_to_json(read_story(story, visit=v).article))
            for story in STATES[v].stories
        }
        for v in (0, 1)
    ]
    both = hashes[0].keys() & hashes[1].keys()
    changed = {native_id for native_id in both if hashes[0][native_id] != hashes[1][native_id]}
    assert changed == {
        event.native_id
        for event in Town().events
        if event.at <= VISITS[1] and event.at > VISITS[0] and event.kind in ("edited", "retitled")
    }


def pages_of(slug, visit):
    """The stories of a section, a page of its list at a time."""
    listed = STATES[visit].in_section(slug)
    return [listed[at : at + LIST_LENGTH] for at in range(0, len(listed), LIST_LENGTH)]


def read_list(slug, page_no=1, *, visit=0):
    query = f"?_101_cur={page_no}" if page_no > 1 else ""
    return read_path(f"/{slug}{query}", visit=visit, expected=PageKind.LISTING)


@sections
@pytest.mark.parametrize("visit", range(len(STATES)))
def test_every_item_of_a_list(slug, visit):
    """Position, identity, title, summary, image, time and counter of each item on each page."""
    for page_no, expected in enumerate(pages_of(slug, visit), start=1):
        reading = read_list(slug, page_no, visit=visit)
        assert (reading.quality, reading.kind) == (Quality.OK, PageKind.LISTING)
        assert len(reading.placements) == len(expected)
        for position, (item, story) in enumerate(
            zip(reading.placements, expected, strict=True), start=1
        ):
            count = None if slug == UNCOUNTED_SECTION else story.views_count
            assert (item.position, item.native_id) == (position, str(story.native_id))
            assert (item.url, item.title) == (BASE + story.path, tidy(story.title))
            assert item.summary == (tidy(summary_of(story)) or None)
            assert item.published.at == story.posted_at.replace(tzinfo=ZONE).astimezone(UTC)
            assert (item.published.precision is Precision.DAY) == (not story.has_hour)
            assert (item.view_count.count if item.view_count else None) == count
            first = story.pictures[0] if story.pictures else None
            assert item.image_url == (image_url(first) if first else None)


@sections
def test_the_next_page_of_a_list(slug):
    """Each page leads to the next, the last to none, and the second is what the first announced."""
    pages_count = len(pages_of(slug, 0))
    for page_no in range(1, pages_count + 1):
        onward = read_list(slug, page_no).links.next
        if page_no == pages_count:
            assert onward is None
        else:
            assert f"_101_cur={page_no + 1}" in onward
            following = read_path(onward.removeprefix(BASE), expected=PageKind.LISTING)
            assert following.placements == read_list(slug, page_no + 1).placements


def test_some_list_has_a_second_page():
    """Else the test above would promise nothing."""
    assert max(len(pages_of(slug, 0)) for slug, _ in SECTIONS) > 1


@pytest.mark.parametrize("path", ["/", "/tin-tuc-su-kien", STORIES[0].path])
def test_the_menu_leads_to_every_section(path):
    """From every page; neither the page itself nor login, print or language links among them."""
    reading = read_path(path, expected=PageKind.OTHER)
    links = {*reading.links.listings, *reading.links.articles}
    wanted = {f"{BASE}/{slug}" for slug, _ in SECTIONS} - {BASE + path}
    assert wanted <= set(reading.links.listings)
    assert BASE + path not in links
    assert not any(link.endswith(("/vi", "/en")) for link in links)
    assert not any("dang-nhap" in link or "/c/" in link for link in links)
    assert all(link.startswith(BASE) for link in links)


@sections
def test_a_list_leads_to_its_articles(slug):
    """Every item is a link worth visiting."""
    reading = read_list(slug)
    assert {item.url for item in reading.placements} <= set(reading.links.articles)


@pytest.mark.parametrize("visit", range(len(STATES)))
def test_a_filled_weather_block(visit):
    """On the front page: three places with temperature and condition."""
    reading = read_path("/", visit=visit, expected=PageKind.FRONT)
    assert (reading.quality, reading.kind) == (Quality.OK, PageKind.FRONT)
    assert [
        (place.place, place.is_filled, place.temperature_c, place.condition, place.low_c)
        for place in reading.weather
    ] == [
        (town.place, True, float(town.temperature_c), town.condition, None)
        for town in STATES[visit].weather
    ]


@pytest.mark.parametrize("path", ["/tin-tuc-su-kien", STORIES[0].path])
def test_an_unfilled_weather_block(path):
    """Elsewhere the script never runs: the places stand there, without any value."""
    reading = read_path(path, expected=PageKind.OTHER)
    assert [(place.place, place.is_filled) for place in reading.weather] == [
        (town.place, False) for town in STATES[0].weather
    ]
    for place in reading.weather:
        assert place.temperature_c is place.condition is place.humidity_pct is None


@pytest.mark.parametrize("suffix", ["/vi", "/en", "/vi/en/vi"])
def test_the_trap_page_is_a_list_at_an_articles_address(suffix):
    """It never becomes a version of the article, whose address is what it is known by."""
    reading = read_path(STORIES[0].path + suffix)
    assert reading.quality is Quality.WRONG_PAGE
    assert reading.article is None
    assert reading.canonical_url == BASE + STORIES[0].path
    assert not any(link.endswith(("/vi", "/en")) for link in reading.links.articles)


def test_another_articles_page_at_an_articles_address_is_no_reading_of_it():
    """The id in the page and the id in the URL have to agree."""
    one, other = STORIES[:2]
    body = page_at(STATES[0], other.path, dice=Random(1)).html.encode()
    reading = read_body(body, BASE + one.path)
    assert reading.quality is Quality.LAYOUT_CHANGED
    assert reading.article is None
    assert str(other.native_id) in reading.reason
