"""Short selectors that may outlive the next article: names that people gave, not machines. Pure.

Left out are names with a number in them (ids of articles, of database rows), hashes of a build,
and states (`active`, `is-open`). Every part is made of letters, digits, `-` and `_`, so that no
page can write into a selector. A selector reaches at most three named levels up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

MOST_OF_A_NODE = 120
_MOST_CLASSES = 5
_LEVELS = 3  # of parents; rows of a table do not count
_MOST_STEPS = 6  # with them
_MOST_SIBLINGS = 40  # looked at
_MOST_NTH = 9

_ID = re.compile(r"[A-Za-z][A-Za-z_-]{1,60}")
_ID_END = re.compile(r"[\w$:.-]*[0-9][\w$:.-]*([_-][A-Za-z][A-Za-z-]{2,40})")  # ctl00_main_lblTitle
_ID_START = re.compile(r"([A-Za-z][A-Za-z_-]{2,40})[0-9]{1,20}")  # content_12345
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{1,40}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9:._-]{1,40}")
_TAG = re.compile(r"[a-z][a-z0-9]{0,20}")
_NUMBERED = re.compile(r"[0-9]{3}|(?:^|[_-])[0-9]+$|^[^0-9]*(?:[0-9]+[A-Za-z_-]+){3}")
_HASHED = re.compile(
    r"(?:css|sc|jss|jsx|emotion|styled|svelte|astro|tss)-[A-Za-z0-9]{4,}"
    r"|\w+__(?=\w*[0-9]|\w+[A-Z])[A-Za-z0-9_-]{5,8}"  # title__3xYz1
    r"|(?=\w*[A-Z])(?=\w*[a-z])(?=\w*[0-9][A-Za-z])\w{5,8}"  # x7Kq9b
    r"|(?=[a-z]*[a-z][A-Z][a-z])[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]{6,}"  # hNfzcx
)
_STATE = re.compile(
    r"(?:is|has|js|no|ng|wow|animate)(?:[_-].*|d)?|active|current|selected|open(?:ed)?|shown?"
    r"|hid(?:e|den)|visible|first|last|odd|even|hover|focus|lazy(?:load(?:ed)?)?|load(?:ed|ing)"
    r"|fade|in|on|off|collapsed?|disabled|enabled|checked|new|hot|aos-.*",
    re.IGNORECASE,
)
_UTILITY = re.compile(
    r"sr-only|visually-?hidden|row|cols?|col-.*|container(?:-fluid)?|clear(?:fix)?|cf|wrap(?:per)?|inner|outer|left|right"
    r"|center|middle|top|bottom|box|block|item|grid.*|flex.*|text-(?:left|right|center|justify)"
    r"|bold|italic|(?:font|fs|fw|pull|float|align|m|p|w|h|bg|d|justify)-.*|[mp][tblrxy]?-?[0-9]"
    r"|Mso.*|Normal",
    re.IGNORECASE,
)
_OF_ITSELF = {"h1": 1.9, "article": 2.2, "main": 2.2, "time": 2.2}  # tags that say enough alone
_ROWS = frozenset(("tbody", "tr"))
_COUNTED = frozenset(("a", "b", "dd", "div", "i", "li", "p", "span", "strong", "td", "tr"))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A selector and what speaks against it."""

    css: str
    cost: float
    is_named: bool  # its last part has a name of its own, not only a tag and a place


def selectors_of(node: LexborNode, hint: re.Pattern[str]) -> Iterator[Weighed]:
    """Selectors that find this node among others, at most MOST_OF_A_NODE.

    A name in which `hint` finds something is worth more.
    """
    for count, (css, cost, is_named) in enumerate(_paths(node, hint)):
        if count >= MOST_OF_A_NODE:
            return
        yield Weighed(css, round(cost + len(css) / 80, 2), is_named)


def _paths(node: LexborNode, hint: re.Pattern[str]) -> Iterator[tuple[str, float, bool]]:
    tag = node.tag or ""
    if not _TAG.fullmatch(tag):
        return
    named = list(_named(node, hint))
    for css, cost in named:
        yield css, cost, True
    if tag in _OF_ITSELF:
        yield tag, _OF_ITSELF[tag], False
    targets = [*((css, cost, True) for css, cost in named[:3]), (tag, 2.2, False)]
    targets += [(css, 3.0, False) for css in _placed(node)]
    yield from _below_parents(node, targets)


def _below_parents(
    node: LexborNode, targets: list[tuple[str, float, bool]]
) -> Iterator[tuple[str, float, bool]]:
    """`parent > target`, and the same with more levels between them."""
    between: list[tuple[str, float]] = [("", 0.0)]
    levels = 0
    parent = node.parent
    for _ in range(_MOST_STEPS):
        tag = parent.tag or "" if parent is not None else ""
        if parent is None or tag in ("body", "html") or not _TAG.fullmatch(tag):
            return
        named = list(_named(parent, None))[:3]
        levels += tag not in _ROWS or bool(named)
        if levels > _LEVELS:
            return
        for above, more in named:
            for steps, further in between:
                for target, cost, is_named in targets:
                    yield f"{above} > {steps}{target}", cost + 0.5 + more / 2 + further, is_named
        places = [(tag, 0.6), *((css, 1.2) for css in _placed(parent)[:2])]
        between = [
            (f"{css} > {steps}", cost + further)
            for css, cost in places
            for steps, further in between
        ][:4]
        parent = parent.parent


def _named(node: LexborNode, hint: re.Pattern[str] | None) -> Iterator[tuple[str, float]]:
    """What the element is called, the best name first."""
    attributes = node.attributes
    tag = node.tag or ""
    found: list[tuple[str, float]] = []
    found += _by_id(tag, attributes.get("id") or "", hint)
    for name in ("itemprop", "property", "rel"):
        value = attributes.get(name) or ""
        if _NAME.fullmatch(value):
            found.append((f"{tag}[{name}='{value}']", 1.2))
    classes = [each for each in (attributes.get("class") or "")[:500].split() if is_stable(each)]
    classes = list(dict.fromkeys(classes))[:_MOST_CLASSES]
    costs = [_cost_of(each, hint) for each in classes]
    found += [(f"{tag}.{each}", cost) for each, cost in zip(classes, costs, strict=True)]
    if len(classes) > 1:
        found.append((f"{tag}.{classes[0]}.{classes[1]}", min(costs[:2]) + 0.5))
    yield from sorted(found, key=lambda each: each[1])


def _by_id(tag: str, name: str, hint: re.Pattern[str] | None) -> Iterator[tuple[str, float]]:
    less = 0.6 if hint is not None and hint.search(name) else 0.0
    if _ID.fullmatch(name):
        yield f"#{name}", 1.0 - less
        return
    if len(name) > 200:
        return
    end = _ID_END.fullmatch(name)
    if end:
        yield f"{tag}[id$='{end[1]}']", 1.6 - less
    start = _ID_START.fullmatch(name)
    if start:
        yield f"{tag}[id^='{start[1]}']", 1.7 - less


def is_stable(name: str) -> bool:
    """Whether a class looks as if a person named it, and for what it is."""
    return (
        _CLASS.fullmatch(name) is not None
        and _NUMBERED.search(name) is None
        and _HASHED.fullmatch(name) is None
        and _STATE.fullmatch(name) is None
    )


def _cost_of(name: str, hint: re.Pattern[str] | None) -> float:
    cost = 1.4
    if _UTILITY.fullmatch(name):
        cost += 1.2
    elif hint is not None and hint.search(name):
        cost -= 0.6
    return cost + 0.4 * any(sign.isdigit() for sign in name)


def _placed(node: LexborNode) -> list[str]:
    """Its place among its siblings of the same tag."""
    tag = node.tag or ""
    if tag not in _COUNTED:
        return []
    before = _same_beside(node, tag, is_before=True)
    after = _same_beside(node, tag, is_before=False)
    found = []
    if before is not None and before < _MOST_NTH:
        found.append(f"{tag}:nth-of-type({before + 1})")
    if after is not None and after < 2 and before:
        found.append(f"{tag}:last-of-type" if not after else f"{tag}:nth-last-of-type(2)")
    return found


def _same_beside(node: LexborNode, tag: str, *, is_before: bool) -> int | None:
    """How many siblings of that tag stand before or after it; None for very many siblings."""
    count = 0
    beside = node.prev if is_before else node.next
    for _ in range(_MOST_SIBLINGS):
        if beside is None:
            return count
        count += beside.tag == tag
        beside = beside.prev if is_before else beside.next
    return None
