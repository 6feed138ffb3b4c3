"""What a portal's section may not say: one line that names the key, the value, what is allowed."""

import contextlib
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from core.config import parse
from core.config.layouts import (
    CandidateConfig,
    LayoutConfig,
    LinkBlockConfig,
    ListingConfig,
    PollConfig,
    SignConfig,
    UrlsConfig,
    WeatherConfig,
)
from core.errors import ConfigError
from core.tomlfile import tables_in
from crawler.layout import Candidate
from crawler.page import Page
from portal import site_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "portals.md"
HEAD = '[portals.p]\nhost = "a.vn"\nfamily = "hanoi-liferay"\n'
LAYOUT = "[[portals.p.layouts]]\n"
FIELDS = LAYOUT + "[portals.p.layouts.fields]\n"
TITLE = "portals.p.layouts.0.fields.title.0"
WEATHER = LAYOUT + '[[portals.p.layouts.weather]]\nplace = "b"\n'
POLL = LAYOUT + '[[portals.p.layouts.polls]]\nblock = "div"\nquestion = "p"\noption = "li"\n'
LISTING = LAYOUT + '[[portals.p.layouts.listing]]\nitem = "li"\ntitle = "a"\n'
URLS = "[portals.p.urls]\n"


def told(section: str, head: str = HEAD) -> str:
    """What a person is told about a section that is wrong."""
    with pytest.raises(ConfigError) as caught:
        taken(section, head)
    return str(caught.value)


def taken(section: str, head: str = HEAD):
    config = parse(tables_in(head + section, Path("config.toml")))
    return site_of("p", config.portals["p"])


def candidate(text: str) -> str:
    return f"{FIELDS}title = [{text}]"


@pytest.mark.parametrize(
    ("section", "line"),
    [
        # keys
        (
            LAYOUT + "titel = 1",
            "unknown key portals.p.layouts.0.titel; allowed here: article_signs,",
        ),
        (
            FIELDS + 'titel = ["h1"]',
            "unknown key portals.p.layouts.0.fields.titel; allowed here: au",
        ),
        (FIELDS + '"a\\nb" = ["h1"]', "unknown key portals.p.layouts.0.fields.'a\\nb'; allowed"),
        (LAYOUT + '"a\\u001b[2J" = 1', "unknown key portals.p.layouts.0.'a\\x1b[2J'; allowed here"),
        (LAYOUT + "str = 1", "unknown key portals.p.layouts.0.str; allowed here: article_signs,"),
        (
            candidate('{ selectr = "h1" }'),
            f"unknown key {TITLE}.selectr; allowed here: attribute, ",
        ),
        (candidate('{ selector = "h1", patern = "" }'), f"unknown key {TITLE}.patern; allowed her"),
        (candidate('{ attribute = "href" }'), f"{TITLE}.selector is missing"),
        (WEATHER + 'value = "i"', "portals.p.layouts.0.weather.0.row is missing"),
        (
            WEATHER + "x = 1",
            "unknown key portals.p.layouts.0.weather.0.x; allowed here: place, row,",
        ),
        (
            URLS + "nevr = []",
            "unknown key portals.p.urls.nevr; allowed here: article, drop_params, ",
        ),
        # shapes
        ("layouts = 5", "portals.p.layouts = 5: allowed is a list"),
        ("urls = 5", "portals.p.urls = 5: allowed is a table"),
        (
            "[portals.p.layouts]",
            "portals.p.layouts: allowed is a list of tables, in double bracket",
        ),
        (LAYOUT + "fields = 5", "portals.p.layouts.0.fields = 5: allowed is a table"),
        (
            FIELDS + 'title = "h1"',
            "portals.p.layouts.0.fields.title = 'h1': allowed is a list, suc",
        ),
        (candidate("1"), f"{TITLE} = 1: allowed is a text in quotes or a table"),
        (candidate('["h1"]'), f"{TITLE} = ['h1']: allowed is a text in quotes or a table"),
        (
            candidate('{ selector = "h1", pattern = 5 }'),
            f"{TITLE}.pattern = 5: allowed is a text in",
        ),
        (LAYOUT + "[portals.p.layouts.weather]", "[[portals.p.layouts.weather]]"),
        (LAYOUT + "body = 'p'", "portals.p.layouts.0.body = 'p': allowed is a list"),
        (LAYOUT + "menu = ['a']", "portals.p.layouts.0.menu = ['a']: allowed is a text in quotes"),
        (
            URLS + "has_query_articles = 'yes'",
            "has_query_articles = 'yes': allowed is true or false",
        ),
        (
            URLS + "drop_params = [5]",
            "portals.p.urls.drop_params.0 = 5: allowed is a text in quotes",
        ),
        # too many, too long, empty
        (candidate(", ".join(['"h1"'] * 200)), "fields.title = ['h1', 'h1', "),
        (candidate(", ".join(['"h1"'] * 200)), "allowed is a list of at most 100"),
        (candidate('"' + "h" * 9_000 + '"'), "hhh…: allowed is a text of at most 2000 letters"),
        (candidate('""'), f"{TITLE} = '': allowed is a text that is not empty"),
        (
            candidate('{ selector = "" }'),
            f"{TITLE}.selector = '': allowed is a text that is not em",
        ),
        (candidate('" "'), f"{TITLE} = ' ': not a CSS selector"),
        (FIELDS + "title = []", "portals.p.layouts.0.fields.title: is required; allowed is one"),
        (LAYOUT + "body = []", "portals.p.layouts.0.body = []: allowed is a list of one selector"),
        (
            LAYOUT + "article_signs = []",
            "layouts.0.article_signs = []: allowed is a list of one se",
        ),
        (
            LAYOUT + "related = ''",
            "portals.p.layouts.0.related = '': allowed is a text that is not",
        ),
        (
            POLL + "open_sign = ''",
            "layouts.0.polls.0.open_sign = '': allowed is a text that is not",
        ),
        (URLS + "never = ['']", "portals.p.urls.never.0 = '': allowed is a text that is not empty"),
        # selectors
        (candidate('"h1["'), f"{TITLE} = 'h1[': not a CSS selector"),
        (candidate('"a[href"'), f"{TITLE} = 'a[href': not a CSS selector"),
        (candidate('"a[href=\'x]"'), f'{TITLE} = "a[href=\'x]": not a CSS selector'),
        (candidate('"a || b"'), f"{TITLE} = 'a || b': not a CSS selector"),
        (candidate('"a\\u0000"'), f"{TITLE} = 'a\\x00': not a CSS selector"),
        (candidate('"//h1"'), f"{TITLE} = '//h1': not a CSS selector"),
        (candidate('"h1::text"'), f"{TITLE} = 'h1::text': not a CSS selector"),
        (candidate('{ selector = "h1[" }'), f"{TITLE}.selector = 'h1[': not a CSS selector"),
        (
            candidate('"::headlin"'),
            f"{TITLE} = '::headlin': allowed is CSS, ::json-ld PATH or ::he",
        ),
        (
            candidate('"::text"'),
            f"{TITLE} = '::text': allowed is CSS, ::json-ld PATH or ::headline",
        ),
        (
            candidate('"::json-ld"'),
            f"{TITLE} = '::json-ld': allowed is CSS, ::json-ld PATH or ::he",
        ),
        (
            candidate('{ selector = "::headline", attribute = "id" }'),
            f"{TITLE}.attribute = 'id': al",
        ),
        (
            LAYOUT + "body = ['::headline']",
            "layouts.0.body.0 = '::headline': allowed is CSS or ::t",
        ),
        (LAYOUT + "body_skip = ['::text']", "layouts.0.body_skip.0 = '::text': allowed is CSS"),
        (LAYOUT + "unread = ['p[']", "portals.p.layouts.0.unread.0 = 'p[': not a CSS selector"),
        (LAYOUT + "article_signs = ['p:no']", "layouts.0.article_signs.0 = 'p:no': not a CSS sele"),
        (
            LAYOUT + "article_signs = ['::x']",
            "article_signs.0 = '::x': allowed is CSS, ::json-ld P",
        ),
        (LAYOUT + "related = '::text'", "portals.p.layouts.0.related = '::text': allowed is CSS"),
        (LAYOUT + "images = 'p['", "portals.p.layouts.0.images = 'p[': not a CSS selector"),
        (LAYOUT + "attachments = '::json-ld x'", "layouts.0.attachments = '::json-ld x': allowed"),
        (LAYOUT + "visitors = 'p['", "portals.p.layouts.0.visitors = 'p[': not a CSS selector"),
        (LAYOUT + "next_page = ['::text']", "layouts.0.next_page.0 = '::text': allowed is CSS"),
        (LISTING + "link = '::json-ld url'", "listing.0.link = '::json-ld url': allowed is CSS"),
        (LISTING + "link = 'a['", "portals.p.layouts.0.listing.0.link = 'a[': not a CSS selector"),
        (
            WEATHER + "row = 'li['\nvalue = 'i'",
            "layouts.0.weather.0.row = 'li[': not a CSS selector",
        ),
        (POLL + "native_id = 'x['", "layouts.0.polls.0.native_id = 'x[': not a CSS selector"),
        (POLL + "votes = 'x['", "portals.p.layouts.0.polls.0.votes = 'x[': not a CSS selector"),
        # patterns
        (
            candidate('{ selector = "p", pattern = "(?=a)(b)" }'),
            f"{TITLE}.pattern = '(?=a)(b)': al",
        ),
        (
            candidate('{ selector = "p", pattern = "(?=a)(b)" }'),
            "a pattern that RE2 takes: invalid ",
        ),
        (candidate('{ selector = "p", pattern = "(a)\\\\1" }'), "invalid escape sequence"),
        (candidate('{ selector = "p", pattern = "(?é)" }'), "invalid perl operator: (?é"),
        (
            candidate('{ selector = "p", pattern = "(a){9999}" }'),
            "that RE2 takes: invalid repetiti",
        ),
        (candidate('{ selector = "p", pattern = "(\\\\pL{1000})" }'), "pattern too large"),
        (
            candidate('{ selector = "p", pattern = "a" }'),
            f"{TITLE}.pattern = 'a': allowed is exactl",
        ),
        (
            candidate('{ selector = "p", pattern = "(a)(b)" }'),
            "'(a)(b)': allowed is exactly one gro",
        ),
        (
            LAYOUT + "[[portals.p.layouts.missing_signs]]\nselector = 'p'\nwords = '('",
            ".words = '('",
        ),
        (
            URLS + "article = '('",
            "portals.p.urls.article = '(': allowed is a pattern that RE2 takes",
        ),
        (
            URLS + "never = ['/ok', '/lịch']",
            "portals.p.urls.never.1 = '/lịch': allowed are the sig",
        ),
        (
            URLS + "drop_params = ['a=1']",
            "portals.p.urls.drop_params.0 = 'a=1': allowed is a param",
        ),
        # formats, days, fields
        (LAYOUT + "date_formats = ['%H:%M']", "date_formats.0: date format '%H:%M' needs a day"),
        (
            LAYOUT + "date_formats = ['%Q']",
            "layouts.0.date_formats.0: date format '%Q': %Q is none",
        ),
        (
            LAYOUT + "valid_from = '2026-03-01'",
            "valid_from = '2026-03-01': allowed is a day withou",
        ),
        (
            LAYOUT + "valid_from = 2026-03-01T08:00:00",
            "= 2026-03-01T08:00:00: allowed is a day wit",
        ),
        (
            LAYOUT + "valid_from = 2026-03-01\nvalid_until = 2026-03-01",
            "portals.p.layouts.0: allowed is a valid_from (2026-03-01) before valid_until (2026-03",
        ),
        (
            LAYOUT + "required = ['titel']",
            "layouts.0.required.0 = 'titel': allowed is one of: auth",
        ),
        (
            LAYOUT + "required = ['native_id']",
            "layouts.0.required.0 = 'native_id': allowed is one ",
        ),
        (
            LAYOUT + "required = ['tags']",
            "portals.p.layouts.0.fields.tags: is required; allowed is",
        ),
        # names
        (LAYOUT + "base = 'x'", "layouts.0.base = 'x': allowed is one of: hanoi-liferay/2022"),
        (LAYOUT + "base = 'p/2'\n" + LAYOUT, "portals.p.layouts.0.base = 'p/2': allowed is one of"),
        (
            LAYOUT + "id = 'A b'",
            "portals.p.layouts.0.id = 'A b': allowed are at most 60 small lett",
        ),
        (
            LAYOUT + "id = 'x'\n" + LAYOUT + "id = 'x'",
            "portals.p.layouts.1.id = 'x': allowed is an",
        ),
        (LAYOUT + "id = 'p/2'\n" + LAYOUT, "portals.p.layouts.1.id = 'p/2': allowed is an id that"),
        (
            LAYOUT + "id = 'hanoi-liferay/2022'",
            "layouts.0.id = 'hanoi-liferay/2022': allowed is an",
        ),
    ],
    ids=lambda value: value[-60:],
)
def test_a_mistake_is_one_line_with_key_value_and_what_is_allowed(
    section: str, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong: nobody has to look for it, and nothing of it moves a terminal."""
    said = told(section)
    assert capfd.readouterr() == ("", "")  # nor does RE2 talk
    assert line in said
    assert "portals.p." in said
    assert said.isprintable()
    assert len(said) < 600


@pytest.mark.parametrize("portal_id", ["str", "urls", "layouts", "function-a", "host"])
def test_a_portal_may_be_called_anything(portal_id: str) -> None:
    """An id that is a word of the config's own is named like any other."""
    head = f'[portals.{portal_id}]\nhost = "a.vn"\n'
    with pytest.raises(ConfigError) as caught:
        parse(tomllib.loads(head + "nope = 1"))
    assert str(caught.value).startswith(
        f"unknown key portals.{portal_id}.nope; allowed here: allow_addresses"
    )
    with pytest.raises(ConfigError) as caught:
        parse(tomllib.loads(f"[portals.{portal_id}]\nhost = 5"))
    assert str(caught.value) == f"portals.{portal_id}.host = 5: allowed is a text in quotes"


@pytest.mark.parametrize("section", [LAYOUT, URLS + "never = ['/x']"])
def test_rules_of_ones_own_need_a_family_below_them(section: str) -> None:
    """What a section changes must not hang on which page was read first."""
    said = told(section, '[portals.p]\nhost = "a.vn"\n')
    assert said.startswith("portals.p.family = 'auto': ")
    assert "allowed is one of: hanoi-liferay, " in said


def test_a_right_section_is_taken_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    """Long and odd, and still right."""
    selector = "p:not(" * 200 + ".x" + ")" * 200
    section = candidate(f'"{selector}", "a[title=\'](\']", "...", "h1:is(.a, [x])", "p > *"')
    site = taken(section + '\nlead = ["div:has(> p)"]')
    assert len(site.family.layouts[0].fields["title"]) == 5
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "((?:a*)*)*0", "(?:.{0,300}a){3}(0)", "(?:a|a)*?(z)$", "((?:a?){200}a{200}b)"],
)
def test_no_pattern_takes_more_than_linear_time_nor_says_a_word(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of those that never end elsewhere; RE2 tells its own troubles to nobody."""
    section = f"{FIELDS}title = [{{ selector = 'p', pattern = '{pattern}' }}]"
    (found,) = taken(section).family.layouts[0].fields["title"]
    assert isinstance(found, Candidate)
    assert found.pattern is not None
    letters = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyđêô ", k=50_000))
    assert found.pattern.search(letters + "a" * 50_000 + "!") is None
    assert capfd.readouterr() == ("", "")


SELECTOR_SIGNS = st.text(st.sampled_from("abh1.#[]()='\":>+~|*,\\ \n\0đ\ud800-_!@"), max_size=40)
WORDS = st.sampled_from(
    ["::text", "::json-ld x", "...", "h1", "p:has(a)", "(a)", "%d/%m/%Y", "p/1"]
)
ANYTHING = st.recursive(
    SELECTOR_SIGNS | WORDS | st.none() | st.booleans() | st.integers() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*CandidateConfig.model_fields, "title"]), inner)
    ),
    max_leaves=6,
)
BLOCKS = (ListingConfig, WeatherConfig, PollConfig, LinkBlockConfig, SignConfig)
NAMES = sorted({name for model in BLOCKS for name in model.model_fields})
BLOCK = st.lists(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4), max_size=2)


@given(
    layouts=st.lists(
        st.dictionaries(st.sampled_from(sorted(LayoutConfig.model_fields)), ANYTHING | BLOCK),
        max_size=2,
    ),
    urls=st.dictionaries(st.sampled_from(sorted(UrlsConfig.model_fields)), ANYTHING),
)
def test_any_section_is_a_family_or_one_line(layouts: list, urls: dict) -> None:
    """Nothing a person can write ends in another exception."""
    portal = {"host": "a.vn", "family": "generic", "layouts": layouts, "urls": urls}
    with contextlib.suppress(ConfigError):
        site_of("p", parse({"portals": {"p": portal}}).portals["p"])


@given(selector=SELECTOR_SIGNS)
def test_a_selector_that_is_taken_never_fails_on_a_page(selector: str) -> None:
    """What the check lets through, the parser takes wherever it is asked."""
    section = {"host": "a.vn", "family": "generic", "layouts": [{"fields": {"lead": [selector]}}]}
    try:
        site = site_of("p", parse({"portals": {"p": section}}).portals["p"])
    except ConfigError:
        return
    tree = LexborHTMLParser("<div class=a id=b><h1 h1=a>a</h1><a b>h</a></div><b></b>" * 3)
    page = Page(
        tree=tree, url="https://a.vn/", site=site, captured_at=datetime(2026, 4, 2, tzinfo=UTC)
    )
    (lead,) = site.family.layouts[0].fields["lead"]
    assert len(list(page.values(lead))) <= len(list(page.values(lead, is_list=True)))
    assert page.matches(lead.selector) == bool(page.nodes(lead.selector))


def test_every_key_is_told_in_the_docs() -> None:
    """`docs/portals.md` names each key that a section may have."""
    text = DOCS.read_text("utf-8")
    for model in (LayoutConfig, UrlsConfig, ListingConfig, WeatherConfig, PollConfig, SignConfig):
        for key in model.model_fields:
            assert f"`{key}`" in text, key
    for key in CandidateConfig.model_fields:
        assert f"{key} = " in text, key


def test_the_example_of_the_docs_is_right() -> None:
    """What a person copies works, and the mistake it shows is told in those words."""
    text = DOCS.read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    site = site_of("badinh", parse(tomllib.loads(example)).portals["badinh"])
    assert site.family.layouts[0].id == "badinh/1"
    wrong = example.replace('"h1.tieu-de"', '"h1["')
    with pytest.raises(ConfigError) as caught:
        site_of("badinh", parse(tomllib.loads(wrong)).portals["badinh"])
    assert f"    khotin: {caught.value}\n" in text
