"""A portal's own section becomes a family of its own: what the section says, then the family.

Everything a family's file can say, a person can say in TOML. A mistake is one `ConfigError` that
names the key, the value and what is allowed. Patterns are compiled by RE2, so that none can take
more than linear time.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import re2
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from core.config import AUTO, FAMILIES, PortalConfig
from core.config.layouts import INHERITED, CandidateConfig, LayoutConfig, SignConfig
from core.config.mistakes import named, shown
from core.errors import ConfigError
from core.text import nfc
from crawler.fields.dates import check_format
from crawler.layout import (
    ABLE_TO_BE_REQUIRED,
    ARTICLE_FIELDS,
    Candidate,
    Family,
    Layout,
    LinkBlockRules,
    ListingRules,
    PollRules,
    Sign,
    UrlRules,
    WeatherRules,
    check_template,
)
from crawler.page import JSON_LD, TEXT, is_selector_of_ours
from crawler.pagers import NEXT

_ON_TRIAL = LexborHTMLParser("<p>")
_QUIET = re2.Options()
_QUIET.log_errors = False
_MARKUP = (  # keys whose texts are selectors
    "item", "title", "link", "timer", "view_count", "summary", "image", "row", "place", "value",
    "block", "question", "option", "text", "votes", "share", "total", "open_sign",
    "closed_sign",
)  # fmt: skip
_LISTS = ("article_signs", "body", "body_skip", "unread", "required", "date_formats")
_LINKS = ("next_page", "poll_results")
_ALLOWED = {  # by key, where more than CSS means something
    "fields": f"CSS, {JSON_LD} PATH or ::headline",
    "body": f"CSS or {TEXT}",
    "next_page": f"CSS or {NEXT}",
    "article_signs": f"CSS, {JSON_LD} PATH, ::headline or {TEXT}",
}
_WORD = re.compile(r"""\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_PARAM = re.compile(r"[!-~]+")


def family_of(base: Family, portal_id: str, portal: PortalConfig) -> Family:
    """The family with what the portal's own section says; `base` itself when it says nothing."""
    key = f"portals.{portal_id}"
    urls = _urls(base.urls, portal, f"{key}.urls")
    if urls is base.urls and not portal.layouts:
        return base
    if portal.family == AUTO:  # which family's rules these change must not hang on a page
        raise ConfigError(
            f"{key}.family = {AUTO!r}: a portal with layouts or urls of its own names its family; "
            f"allowed is one of: {', '.join(FAMILIES)}"
        )
    own: list[Layout] = []
    for number, section in enumerate(portal.layouts):
        where = f"{key}.layouts.{number}"
        known = {layout.id: layout for layout in (*own, *base.layouts)}
        if section.base is not None and section.base not in known:
            raise _wrong(f"{where}.base", section.base, f"is one of: {', '.join(known)}")
        below = known[section.base] if section.base is not None else base.layouts[0]
        layout = _layout(section, below, f"{portal_id}/{number + 1}", where)
        if layout.id in known:
            raise _wrong(f"{where}.id", layout.id, "is an id that no other layout has")
        own.append(layout)
    said = portal.model_dump(mode="json", include={"layouts", "urls"})
    return replace(
        base, urls=urls, layouts=(*own, *base.layouts), overrides=json.dumps(said, sort_keys=True)
    )


def _layout(section: LayoutConfig, base: Layout, usual_id: str, where: str) -> Layout:
    lists = _checked_lists(section, base, where)
    fields = dict(base.fields)
    for name, candidates in section.fields.items():
        if name not in ARTICLE_FIELDS:
            allowed = ", ".join(sorted(ARTICLE_FIELDS))
            raise ConfigError(f"unknown key {where}.fields.{named(name)}; allowed here: {allowed}")
        at = f"{where}.fields.{name}"
        fields[name] = _candidates(candidates, fields.get(name, ()), at, "fields")
    required = frozenset(lists.pop("required", base.required))
    for name in sorted(required | {"title"}):
        if not fields.get(name):
            raise ConfigError(
                f"{where}.fields.{name}: is required; allowed is one candidate or more"
            )
    try:
        return replace(
            base,
            id=section.id or usual_id,
            fields=fields,
            required=required,
            valid_from=section.valid_from,
            valid_until=section.valid_until,
            **lists,
            **_nodes(section, where),
            **_links(section, base, where),
            **_blocks(section, base, where),
        )
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def _checked_lists(section: LayoutConfig, base: Layout, where: str) -> dict[str, Any]:
    """Keys that are a list of selectors or of words, with what the base has at `"..."`."""
    values: dict[str, Any] = {}
    for name in _LISTS:
        given = getattr(section, name)
        if given is None:
            continue
        found: list[str] = []
        for number, each in enumerate(given):
            if each == INHERITED:
                found += sorted(base.required) if name == "required" else getattr(base, name)
            else:
                _check_item(name, each, f"{where}.{name}.{number}")
                found.append(each)
        if not found and name in ("body", "article_signs"):
            raise _wrong(f"{where}.{name}", [], "is a list of one selector or more")
        values[name] = tuple(found)
    return values


def _check_item(name: str, given: str, where: str) -> None:
    if name == "required":
        if given not in ABLE_TO_BE_REQUIRED:
            raise _wrong(where, given, f"is one of: {', '.join(sorted(ABLE_TO_BE_REQUIRED))}")
    elif name == "date_formats":
        try:
            check_format(given)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
    else:
        _check_selector(given, where, name)


def _nodes(section: LayoutConfig, where: str) -> dict[str, Any]:
    """Keys that are one selector."""
    values: dict[str, Any] = {}
    for name in ("related", "images", "attachments", "menu", "visitors"):
        given = getattr(section, name)
        if given is not None:
            _check_selector(given, f"{where}.{name}")
            values[name] = given
    return values


def _links(section: LayoutConfig, base: Layout, where: str) -> dict[str, Any]:
    """Keys that are candidates for links."""
    return {
        name: _candidates(given, getattr(base, name), f"{where}.{name}", name)
        for name in _LINKS
        if (given := getattr(section, name)) is not None
    }


def _blocks(section: LayoutConfig, base: Layout, where: str) -> dict[str, Any]:
    """Rules of blocks: the section's own first, then those of the base."""
    kinds: tuple[tuple[str, type[Any]], ...] = (
        ("listing", ListingRules),
        ("weather", WeatherRules),
        ("polls", PollRules),
        ("link_blocks", LinkBlockRules),
    )
    values: dict[str, Any] = {}
    for name, kind in kinds:
        own = []
        for number, given in enumerate(getattr(section, name)):
            at = f"{where}.{name}.{number}"
            said = {key: getattr(given, key) for key in type(given).model_fields}
            for key in _MARKUP:
                if said.get(key):
                    _check_selector(said[key], f"{at}.{key}")
            if said.get("native_id") is not None:
                said["native_id"] = _candidate(said["native_id"], f"{at}.native_id")
            own.append(kind(**said))
        values[name] = (*own, *getattr(base, name))
    for name in ("missing_signs", "login_signs"):
        signs = (
            _sign(sign, f"{where}.{name}.{number}")
            for number, sign in enumerate(getattr(section, name))
        )
        values[name] = (*signs, *getattr(base, name))
    return values


def _urls(base: UrlRules, portal: PortalConfig, where: str) -> UrlRules:
    said = portal.urls
    if said == type(said)():
        return base
    never = tuple(
        ("this portal's section", _pattern(text, f"{where}.never.{number}", is_of_urls=True))
        for number, text in enumerate(said.never)
    )
    for number, name in enumerate(said.drop_params):
        if not _PARAM.fullmatch(name) or set(name) & set("=&?#"):
            raise _wrong(
                f"{where}.drop_params.{number}", name, "is a parameter's name as URLs have it"
            )
    article = base.article
    if said.article is not None:
        article = _pattern(said.article, f"{where}.article", is_of_urls=True)
    has_query = said.has_query_articles
    return UrlRules(
        article=article,
        never=(*base.never, *never),
        drop_params=base.drop_params | frozenset(said.drop_params),
        drop_named=base.drop_named,
        suffix_trap=base.suffix_trap,
        has_query_articles=base.has_query_articles if has_query is None else has_query,
    )


def _candidates(
    given: Iterable[str | CandidateConfig], base: tuple[Candidate, ...], where: str, kind: str = ""
) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for number, each in enumerate(given):
        if each == INHERITED:
            found += base
        else:
            found.append(_candidate(each, f"{where}.{number}", kind))
    return tuple(found)


def _candidate(said: str | CandidateConfig, where: str, kind: str = "") -> Candidate:
    if isinstance(said, str):
        _check_selector(said, where, kind)
        return Candidate(selector=said)
    _check_selector(said.selector, f"{where}.selector", kind)
    if said.attribute is not None and said.selector.startswith("::"):
        raise _wrong(f"{where}.attribute", said.attribute, "is an attribute beside CSS alone")
    pattern = None
    if said.pattern is not None:
        pattern = _pattern(said.pattern, f"{where}.pattern")
        if pattern.groups != 1:
            raise _wrong(f"{where}.pattern", said.pattern, "is exactly one group, the value")
    if said.template is not None:
        _check_template(said, where, kind)
    attribute = said.attribute.lower() if said.attribute is not None else None  # as HTML has them
    return Candidate(
        selector=said.selector, attribute=attribute, pattern=pattern, template=said.template
    )


def _check_template(said: CandidateConfig, where: str, kind: str) -> None:
    key = f"{where}.template"
    if kind not in _LINKS:
        raise _wrong(key, said.template, f"is a template of links alone: {', '.join(_LINKS)}")
    if said.selector.startswith("::"):
        raise _wrong(key, said.template, "is a template beside CSS alone")
    try:
        check_template(said.template or "")
    except ValueError as error:
        raise _wrong(key, said.template, "is a URL with one {}, where the value goes") from error


def _sign(said: SignConfig, where: str) -> Sign:
    _check_selector(said.selector, f"{where}.selector")
    words = _pattern(said.words, f"{where}.words") if said.words is not None else None
    return Sign(selector=said.selector, words=words)


def _pattern(text: str, where: str, *, is_of_urls: bool = False) -> Any:
    """A pattern in RE2's form: it has no look-around and no back-references."""
    if is_of_urls and not text.isascii():
        raise _wrong(where, text, "are the signs of a URL, where `đ` is `%C4%91`")
    try:
        return re2.compile(nfc(text), _QUIET)
    except re2.error as error:
        told = error.args[0]
        said = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        raise ConfigError(
            f"{where} = {shown(text)}: allowed is a pattern that RE2 takes: {shown(said)[1:-1]}"
        ) from error


def _check_selector(selector: str, where: str, kind: str = "") -> None:
    """`kind` is the key it stands under, where that takes more than CSS."""
    if selector.startswith("::"):
        is_known = is_selector_of_ours(selector) and kind in _ALLOWED
        if kind == "fields":  # a value, not a node
            is_known = is_known and selector not in (TEXT, JSON_LD)
        elif kind == "body":
            is_known = selector == TEXT
        elif kind == "next_page":
            is_known = selector == NEXT
        if not is_known:
            raise _wrong(where, selector, f"is {_ALLOWED.get(kind, 'CSS')}")
    elif not _is_css(selector):
        raise ConfigError(f"{where} = {shown(selector)}: not a CSS selector")


def _is_css(selector: str) -> bool:
    """Whether the parser takes it, and takes it whole: it would close a bracket by itself."""
    bare = _WORD.sub("", selector)
    pairs = (("(", ")"), ("[", "]"))
    is_whole = all(bare.count(first) == bare.count(last) for first, last in pairs)
    if not is_whole or any(sign in bare for sign in ("'", '"', "\\", "\0", "||")):
        return False
    try:
        _ON_TRIAL.css(selector)
    except SelectolaxError:
        return False
    return True


def _wrong(where: str, value: object, allowed: str) -> ConfigError:
    return ConfigError(f"{where} = {shown(value)}: allowed {allowed}")
