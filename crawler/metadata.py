"""What a page says of itself for machines: its JSON-LD. Pure.

Decides which object of several is the article, and how a path into it is followed, `@id` to
another object included. Refuses to believe it: a value is text like any other, and its field's
reader judges it.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from core.text import tidy

MAX_SCRIPTS = 50
MAX_SCRIPT_CHARS = 500_000
MAX_OBJECTS = 2_000
MAX_VALUES = 100  # of one path
ARTICLE_TYPES = frozenset(
    (
        "article", "newsarticle", "blogposting", "reportagenewsarticle", "analysisnewsarticle",
        "opinionnewsarticle", "backgroundnewsarticle", "reviewnewsarticle", "liveblogposting",
        "socialmediaposting", "techarticle", "scholarlyarticle", "report",
        "advertisercontentarticle", "satiricalarticle",
    )
)  # fmt: skip

_OTHER_PAGES = frozenset(
    ("itemListElement", "hasPart", "blogPost", "blogPosts", "mentions", "citation", "comment",
     "review", "isBasedOn", "relatedLink", "subjectOf")
)  # fmt: skip
_REFERENCE_KEYS = 2  # `@id`, and a type
_LAST_COMMA = re.compile(r",(\s*[}\]])")
_DECODER = json.JSONDecoder(strict=False)

JsonObject = dict[str, Any]


def json_ld_of(tree: LexborHTMLParser) -> tuple[JsonObject, ...]:
    """Every object of the page's JSON-LD, outer before inner; broken scripts are passed over."""
    found: list[JsonObject] = []
    for node in tree.css("script[type='application/ld+json' i]")[:MAX_SCRIPTS]:
        text = node.text() or ""
        if len(text) <= MAX_SCRIPT_CHARS:
            found += _objects(_parsed(text))
    return tuple(found[:MAX_OBJECTS])


def article_of(objects: tuple[JsonObject, ...]) -> JsonObject | None:
    """The object that describes an article: the first with a headline, else the first of a type."""
    articles = [each for each in objects if _types(each) & ARTICLE_TYPES]
    named = (each for each in articles if each.get("headline") or each.get("name"))
    return next(named, articles[0] if articles else None)


def values_at(objects: tuple[JsonObject, ...], path: str) -> Iterator[str]:
    """The texts at a path such as `author.name` of the article object, or `BreadcrumbList/…`.

    Lists on the way are opened, references by `@id` followed; a name before `/` chooses objects of
    that type instead. A type after a step (`author@Person.name`) keeps only objects of that type,
    and those that name none.
    """
    kind, _, steps = path.rpartition("/")
    if kind:
        roots = [each for each in objects if kind.lower() in _types(each)]
    else:
        article = article_of(objects)
        roots = [article] if article is not None else []
    values: list[Any] = list(roots)
    for step in steps.split("."):
        name, _, wanted = step.partition("@")
        whole = (_whole(each, objects) for each in _opened(values) if isinstance(each, dict))
        values = [each[name] for each in whole if name in each]
        if wanted:
            whole = (_whole(each, objects) for each in _opened(values) if isinstance(each, dict))
            values = [each for each in whole if not _types(each) or wanted.lower() in _types(each)]
    for value in list(_opened(values))[:MAX_VALUES]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield tidy(html.unescape(str(value)))


def _whole(one: JsonObject, objects: tuple[JsonObject, ...]) -> JsonObject:
    """The object that a mere reference names; itself when it is none, or names nobody here."""
    if len(one) > _REFERENCE_KEYS or not isinstance(one.get("@id"), str):
        return one
    same = (each for each in objects if each.get("@id") == one["@id"] and len(each) > len(one))
    return next(same, one)


def _parsed(text: str) -> list[Any]:
    """The script's values; none when it is no JSON, or nested deeper than the parser goes.

    Forgiven are comments around it, a comma before a closing bracket, and several values in a row.
    """
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").strip("; \t\r\n")
    for form in (text, _LAST_COMMA.sub(r"\1", text)):
        found: list[Any] = []
        rest = form
        try:
            while rest and len(found) < MAX_SCRIPTS:
                value, end = _DECODER.raw_decode(rest)
                found.append(value)
                rest = rest[end:].lstrip("; \t\r\n")
            return found
        except (ValueError, RecursionError):
            continue
    return []


def _objects(values: list[Any]) -> Iterator[JsonObject]:
    """The objects of a parsed script in reading order; those of a list of other pages left out."""
    waiting = values[::-1]
    count = 0
    while waiting and count < MAX_OBJECTS:
        one = waiting.pop()
        if isinstance(one, dict):
            count += 1
            yield one
            waiting += reversed([value for key, value in one.items() if key not in _OTHER_PAGES])
        elif isinstance(one, list):
            waiting += reversed(one)


def _types(one: JsonObject) -> set[str]:
    found = one.get("@type")
    names = found if isinstance(found, list) else [found]
    return {name.rpartition("/")[2].lower() for name in names if isinstance(name, str)}


def _opened(values: list[Any]) -> Iterator[Any]:
    """The values, lists among them replaced by their items (one level)."""
    for value in values[:MAX_OBJECTS]:
        if isinstance(value, list):
            yield from value[:MAX_OBJECTS]
        else:
            yield value
