"""A portal's own section becomes a family of its own: what the section says, then the family.

Everything a family's file can say, a person can say in TOML. A mistake is one `ConfigError` that
names the key. Patterns are compiled by RE2, so that none can take more than linear time.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import re2
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from core.config import PortalConfig
from core.config.layouts import INHERITED, CandidateConfig, LayoutConfig, SignConfig
from core.errors import ConfigError
from crawler.fields.dates import check_format
from crawler.layout import (
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
)
from crawler.page import is_selector_of_ours

T = TypeVar("T")
_ON_TRIAL = LexborHTMLParser("<p>")
_QUIET = re2.Options()
_QUIET.log_errors = False
_MARKUP = (  # keys whose texts are selectors
    "item", "title", "link", "timer", "view_count", "summary", "image", "row", "place", "value",
    "block", "question", "option", "text", "votes", "share", "total", "open_sign",
    "closed_sign",
)  # fmt: skip


def family_of(base: Family, portal_id: str, portal: PortalConfig) -> Family:
    """The family with what the portal's own section says; `base` itself when it says nothing."""
    key = f"portals.{portal_id}"
    urls = _urls(base.urls, portal, f"{key}.urls")
    own: list[Layout] = []
    for number, section in enumerate(portal.layouts):
        where = f"{key}.layouts.{number}"
        below = _base(section, base, own, where)
        own.append(_layout(section, below, f"{portal_id}/{number + 1}", where))
    if not own and urls is base.urls:
        return base
    ids = [layout.id for layout in (*own, *base.layouts)]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise ConfigError(f"{key}.layouts: id {twice!r} stands twice; each layout needs its own")
    said = portal.model_dump(mode="json", include={"layouts", "urls"})
    return replace(
        base, urls=urls, layouts=(*own, *base.layouts), overrides=json.dumps(said, sort_keys=True)
    )


def _base(section: LayoutConfig, family: Family, own: list[Layout], where: str) -> Layout:
    """The layout that says what this one does not."""
    if section.base is None:
        return family.layouts[0]
    known = {layout.id: layout for layout in (*own, *family.layouts)}
    if section.base not in known:
        raise ConfigError(f"{where}.base = {section.base!r}: allowed is one of: {', '.join(known)}")
    return known[section.base]


def _layout(section: LayoutConfig, base: Layout, usual_id: str, where: str) -> Layout:
    fields = dict(base.fields)
    for name, candidates in section.fields.items():
        if name not in ARTICLE_FIELDS:
            allowed = ", ".join(sorted(ARTICLE_FIELDS))
            raise ConfigError(f"unknown key {where}.fields.{name}; allowed here: {allowed}")
        fields[name] = _candidates(candidates, fields.get(name, ()), f"{where}.fields.{name}")
    try:
        return replace(
            base,
            id=section.id or usual_id,
            fields=fields,
            valid_from=section.valid_from,
            valid_until=section.valid_until,
            **_plain(section, base, where),
            **_blocks(section, base, where),
        )
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def _plain(section: LayoutConfig, base: Layout, where: str) -> dict[str, Any]:
    """Keys that are a selector, or a list of them, or of plain words."""
    values: dict[str, Any] = {}
    for name in ("article_signs", "body", "body_skip"):
        given = getattr(section, name)
        if given is not None:
            values[name] = _with_inherited(given, getattr(base, name))
            for number, selector in enumerate(given):
                if selector != INHERITED:
                    _check_selector(selector, f"{where}.{name}.{number}")
    for name in ("related", "attachments", "menu", "visitors"):
        given = getattr(section, name)
        if given is not None:
            _check_selector(given, f"{where}.{name}")
            values[name] = given
    if section.next_page is not None:
        values["next_page"] = _candidates(section.next_page, base.next_page, f"{where}.next_page")
    if section.required is not None:
        values["required"] = frozenset(section.required)
    if section.date_formats is not None:
        for number, form in enumerate(section.date_formats):
            try:
                check_format(form)
            except ConfigError as error:
                raise ConfigError(f"{where}.date_formats.{number}: {error}") from error
        values["date_formats"] = section.date_formats
    return values


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
            for key in set(said) & set(_MARKUP):
                if said[key]:
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
        ("this portal's section", _pattern(text, f"{where}.never.{number}"))
        for number, text in enumerate(said.never)
    )
    article = base.article
    if said.article is not None:
        article = _pattern(said.article, f"{where}.article")
    has_query = said.has_query_articles
    return UrlRules(
        article=article,
        never=(*base.never, *never),
        drop_params=base.drop_params | frozenset(said.drop_params),
        suffix_trap=base.suffix_trap,
        has_query_articles=base.has_query_articles if has_query is None else has_query,
    )


def _candidates(
    given: Iterable[str | CandidateConfig], base: tuple[Candidate, ...], where: str
) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for number, each in enumerate(given):
        if each == INHERITED:
            found += base
        else:
            said = CandidateConfig(selector=each) if isinstance(each, str) else each
            found.append(_candidate(said, f"{where}.{number}"))
    return tuple(found)


def _candidate(said: CandidateConfig, where: str) -> Candidate:
    _check_selector(said.selector, where if said.pattern is None else f"{where}.selector")
    pattern = None
    if said.pattern is not None:
        pattern = _pattern(said.pattern, f"{where}.pattern")
        if pattern.groups != 1:
            raise ConfigError(
                f"{where}.pattern = {said.pattern!r}: allowed is exactly one group, the value"
            )
    return Candidate(selector=said.selector, attribute=said.attribute, pattern=pattern)


def _sign(said: SignConfig, where: str) -> Sign:
    _check_selector(said.selector, f"{where}.selector")
    words = _pattern(said.words, f"{where}.words") if said.words is not None else None
    return Sign(selector=said.selector, words=words)


def _pattern(text: str, where: str) -> Any:
    """A pattern in RE2's form: it has no look-around and no back-references."""
    try:
        return re2.compile(text, _QUIET)
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ConfigError(f"{where} = {text!r}: not a pattern that RE2 takes: {said}") from error


def _check_selector(selector: str, where: str) -> None:
    if selector.startswith("::"):
        if not is_selector_of_ours(selector):
            raise ConfigError(
                f"{where} = {selector!r}: allowed beside CSS are ::json-ld PATH, ::headline, ::text"
            )
        return
    try:
        _ON_TRIAL.css(selector)
    except SelectolaxError as error:
        raise ConfigError(f"{where} = {selector!r}: not a CSS selector") from error


def _with_inherited(given: tuple[T, ...], base: tuple[T, ...]) -> tuple[T, ...]:
    found: list[T] = []
    for each in given:
        found += base if each == INHERITED else (each,)
    return tuple(found)
