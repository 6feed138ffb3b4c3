"""What a page says of itself for machines: its JSON-LD. Pure.

Decides which object of several is the article, and how a path into it is followed. Refuses to
believe it: a value is text like any other, and its field's reader judges it.
"""

import html
import json
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

    Lists on the way are opened; a name before `/` chooses objects of that type instead. A type
    after a step (`author@Person.name`) keeps only objects of that type, and those that name none.
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
        values = [each[name] for each in _opened(values) if isinstance(each, dict) and name in each]
        if wanted:
            values = [each for each in _opened(values) if _is_of(each, wanted.lower())]
    for value in list(_opened(values))[:MAX_VALUES]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield tidy(html.unescape(str(value)))


def _parsed(text: str) -> Any:
    """The script's value; None when it is no JSON, or nested deeper than the parser goes."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").rstrip("; \n")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[JsonObject]:
    """The objects of a parsed script in reading order."""
    waiting = [value]
    count = 0
    while waiting and count < MAX_OBJECTS:
        one = waiting.pop()
        if isinstance(one, dict):
            count += 1
            yield one
            waiting += reversed(list(one.values()))
        elif isinstance(one, list):
            waiting += reversed(one)


def _types(one: JsonObject) -> set[str]:
    found = one.get("@type")
    names = found if isinstance(found, list) else [found]
    return {name.rpartition("/")[2].lower() for name in names if isinstance(name, str)}


def _is_of(one: Any, wanted: str) -> bool:
    return isinstance(one, dict) and (wanted in _types(one) or not _types(one))


def _opened(values: list[Any]) -> Iterator[Any]:
    """The values, lists among them replaced by their items (one level)."""
    for value in values[:MAX_OBJECTS]:
        if isinstance(value, list):
            yield from value[:MAX_OBJECTS]
        else:
            yield value
